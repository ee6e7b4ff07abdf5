'use client';

import { Switch as Radix } from 'radix-ui';
import type { ComponentProps } from 'react';

export function Switch({ className = '', ...rest }: ComponentProps<typeof Radix.Root>) {
  return (
    <Radix.Root
      {...rest}
      className={`relative block h-7 w-11.5 flex-none rounded-full bg-border-strong transition-colors duration-(--dur-2) data-[state=checked]:bg-accent disabled:bg-pressed ${className}`}
    >
      <Radix.Thumb className="absolute start-0.75 top-0.75 block size-5.5 rounded-full bg-on-accent shadow-1 transition-transform duration-(--dur-2) data-[state=checked]:translate-x-4.5 rtl:data-[state=checked]:-translate-x-4.5" />
    </Radix.Root>
  );
}

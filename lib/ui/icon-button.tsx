'use client';

import { Tooltip } from 'radix-ui';
import type { ComponentProps, ReactNode } from 'react';

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  /** Its name for everybody: read out, and shown after half a second. */
  label: string;
  icon: ReactNode;
  /** What it opens or toggles is on. */
  on?: boolean;
  shortcut?: string;
}

export function IconButton({
  label,
  icon,
  on,
  shortcut,
  className = '',
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip.Provider delayDuration={500} disableHoverableContent>
      <Tooltip.Root>
        <Tooltip.Trigger asChild>
          <button
            type="button"
            aria-label={label}
            {...rest}
            className={`grid size-10 flex-none place-items-center rounded-md transition-colors duration-(--dur-1) hover:bg-hover-surface active:bg-pressed disabled:text-text-3 touch:size-11 phone:size-11 [&>svg]:size-5.5 ${on ? 'bg-hover-surface text-accent-text' : 'text-text-2'} ${className}`}
          >
            {icon}
          </button>
        </Tooltip.Trigger>
        <Tooltip.Portal>
          <Tooltip.Content
            sideOffset={6}
            collisionPadding={8}
            className="z-50 flex animate-fade items-center gap-2 rounded-sm bg-toast px-2.5 py-1.5 text-sm text-on-toast shadow-2 select-none"
          >
            {label}
            {shortcut && <span className="text-xs opacity-80">{shortcut}</span>}
          </Tooltip.Content>
        </Tooltip.Portal>
      </Tooltip.Root>
    </Tooltip.Provider>
  );
}

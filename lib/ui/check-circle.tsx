'use client';

import { Check } from '#lib/ui/icons.tsx';

/** The looks of a checkbox, for rows that are the control themselves. */
export function CheckCircle({ checked }: { checked: boolean }) {
  return (
    <span
      aria-hidden
      className={`grid size-6 flex-none place-items-center rounded-full border-2 ${checked ? 'border-accent bg-accent text-on-accent' : 'border-border-strong'}`}
    >
      {checked && <CheckMark />}
    </span>
  );
}

const CheckMark = () => <Check aria-hidden className="size-3.5 [stroke-width:3]" />;

import type { ReactNode } from 'react';

/** A line of a card. The rule between two takes no room. */
export const cardRow =
  'relative flex min-h-15 w-full items-center gap-3.5 rounded-md px-3.5 py-2.5 text-start [&+&]:before:absolute [&+&]:before:inset-x-3.5 [&+&]:before:-top-px [&+&]:before:h-px [&+&]:before:bg-border';

interface CardProps {
  title?: string;
  children: ReactNode;
}

/** A framed group of settings. */
export const Card = ({ title, children }: CardProps) => (
  <section
    aria-label={title}
    className="mb-4 rounded-lg p-1 shadow-[inset_0_0_0_1px_var(--c-border)]"
  >
    {title && (
      <h3 className="px-3.5 pt-3 pb-1 text-sm leading-5.5 font-semibold text-text-2">{title}</h3>
    )}
    {children}
  </section>
);

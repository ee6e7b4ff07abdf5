import type { ReactNode } from 'react';

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
    {title && <h3 className="px-3.5 pt-3 pb-1 text-sm font-semibold text-text-2">{title}</h3>}
    {children}
  </section>
);

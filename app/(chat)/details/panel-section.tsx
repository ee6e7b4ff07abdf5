import type { ReactNode } from 'react';

interface PanelSectionProps {
  title?: string;
  children: ReactNode;
}

export function PanelSection({ title, children }: PanelSectionProps) {
  return (
    <section className="border-t border-border p-2">
      {title && <h4 className="px-3 pt-2 pb-1.5 text-sm font-semibold text-text-2">{title}</h4>}
      {children}
    </section>
  );
}

export const panelRow =
  'flex min-h-13 w-full items-center gap-3.5 rounded-md px-3 py-1.5 text-start';

interface PanelRowProps {
  icon?: ReactNode;
  label: string;
  danger?: boolean;
  onClick: () => void;
}

export function PanelRow({ icon, label, danger = false, onClick }: PanelRowProps) {
  return (
    <button
      type="button"
      onClick={onClick}
      className={`${panelRow} font-medium hover:bg-hover-surface [&>svg]:size-5.5 ${danger ? 'text-danger' : 'text-accent-text'}`}
    >
      {icon}
      {label}
    </button>
  );
}

import type { ReactNode } from 'react';
import { cardRow } from './card.tsx';

interface SettingRowProps {
  title: string;
  text?: string;
  onClick?: () => void;
  className?: string;
  children: ReactNode;
}

/** A line of a card: what it is about, and at its end what there is to it. All of it can be pressed. */
export function SettingRow({ title, text, onClick, className = '', children }: SettingRowProps) {
  const content = (
    <>
      <span className="min-w-0 flex-1">
        <span className="block text-body font-medium">{title}</span>
        {text && <span className="block text-sm text-text-3">{text}</span>}
      </span>
      {children}
    </>
  );
  return onClick ? (
    <button
      type="button"
      onClick={onClick}
      className={`${cardRow} ${className} hover:bg-hover-surface`}
    >
      {content}
    </button>
  ) : (
    <label className={`${cardRow} ${className}`}>{content}</label>
  );
}

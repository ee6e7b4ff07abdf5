import { CircleCheck, Info, TriangleAlert } from '#lib/ui/icons.tsx';
import type { ReactNode } from 'react';

const looks = {
  error: { tone: 'bg-danger-soft text-on-danger-soft', Icon: TriangleAlert },
  info: { tone: 'bg-info-soft text-on-info-soft', Icon: Info },
  success: { tone: 'bg-success-soft text-success', Icon: CircleCheck },
} as const;

interface NoticeProps {
  kind: keyof typeof looks;
  children: ReactNode;
  className?: string;
}

/** A tinted box above a form or inside a page. */
export function Notice({ kind, children, className = '' }: NoticeProps) {
  const { tone, Icon } = looks[kind];
  return (
    <div
      role={kind === 'error' ? 'alert' : 'status'}
      className={`flex min-h-11 items-center gap-2.5 rounded-md py-1.5 ps-4 pe-3 text-md ${tone} ${className}`}
    >
      <Icon aria-hidden className="size-4.5" />
      <span className="min-w-0 flex-1">{children}</span>
    </div>
  );
}

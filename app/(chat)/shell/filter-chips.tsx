'use client';

import { isUnread } from '#lib/client/select.ts';
import type { Conversation } from '#lib/contract/records.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';

export type Filter = 'all' | 'unread' | 'groups' | 'archived';

export function passes(filter: Filter, row: Conversation): boolean {
  const { kind, me } = row;
  if (me.archived || filter === 'archived') return me.archived && filter === 'archived';
  if (filter === 'unread') return isUnread(row);
  return filter === 'all' || kind === 'group';
}

interface FilterChipsProps {
  filter: Filter;
  onChange: (filter: Filter) => void;
  unread: number;
  hasArchived: boolean;
}

export function FilterChips({ filter, onChange, unread, hasArchived }: FilterChipsProps) {
  const t = useTexts();
  const shown: Filter[] = ['all', 'unread', 'groups'];
  if (hasArchived || filter === 'archived') shown.push('archived');
  return (
    <div
      role="group"
      aria-label={t('filter.label')}
      className="flex flex-none gap-1.5 overflow-x-auto px-3 pt-0.5 pb-2.5 [scrollbar-width:none] phone:px-4"
    >
      {shown.map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={filter === name}
          onClick={() => onChange(name)}
          className={`relative inline-flex h-8 flex-none items-center gap-1.5 rounded-full px-3.25 text-sm whitespace-nowrap before:absolute before:inset-x-0 before:-inset-y-1.5 phone:h-9 phone:px-3.5 ${filter === name ? 'bg-selected font-semibold text-on-accent-soft phone:bg-accent-soft' : 'font-medium text-text-2 shadow-[inset_0_0_0_1px_var(--c-border)]'}`}
        >
          {t(`filter.${name}`)}
          {name === 'unread' && unread > 0 && (
            <span className="tabular-nums">{t.number(unread)}</span>
          )}
        </button>
      ))}
    </div>
  );
}

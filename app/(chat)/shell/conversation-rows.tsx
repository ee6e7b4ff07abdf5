'use client';

import { SquarePen } from 'lucide-react';
import { useState } from 'react';
import { useChat } from '#lib/client/provider.tsx';
import { isMuted } from '#lib/client/select.ts';
import type { Conversation } from '#lib/contract/records.ts';
import { useRoving } from '#lib/ui/use-roving.ts';
import { useDelayed } from '#lib/ui/use-delayed.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { ConversationRow } from './conversation-row.tsx';
import { FilterChips, passes, type Filter } from './filter-chips.tsx';
import { FirstRun, ListFailed, ListSkeleton, NothingThere } from './list-states.tsx';
import { RowsMenu } from './rows-menu.tsx';
import { useOpenDialog } from './shell-context.tsx';

interface ConversationRowsProps {
  rows: Conversation[];
  openId: string | null;
}

export function ConversationRows({ rows, openId }: ConversationRowsProps) {
  const [filter, setFilter] = useState<Filter>('all');
  const t = useTexts();
  const openDialog = useOpenDialog();
  const shown = rows.filter((row) => passes(filter, row));
  const roving = useRoving(
    shown.map(({ id }) => id),
    openId,
  );
  return (
    <>
      {rows.length > 0 && (
        <FilterChips
          filter={filter}
          onChange={setFilter}
          unread={rows.filter((row) => passes('unread', row) && !isMuted(row)).length}
          hasArchived={rows.some(({ me }) => me.archived)}
        />
      )}
      <RowsMenu>
        <ul
          {...roving.listeners}
          className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-2 pb-2 phone:px-1 phone:pb-22"
        >
          {shown.map(({ id }) => (
            <li key={id}>
              <ConversationRow id={id} isOpen={id === openId} tabIndex={roving.tabIndexOf(id)} />
            </li>
          ))}
          {rows.length === 0 && <NoRows />}
          {rows.length > 0 && shown.length === 0 && (
            <NothingThere filter={filter} onShowAll={() => setFilter('all')} />
          )}
        </ul>
      </RowsMenu>
      <button
        type="button"
        aria-label={t('chat.new')}
        onClick={() => openDialog('new-chat')}
        className="absolute end-4 bottom-4 grid size-14 place-items-center rounded-bubble bg-accent text-on-accent shadow-2 active:bg-accent-pressed tablet:hidden"
      >
        <SquarePen aria-hidden className="size-5.5" />
      </button>
    </>
  );
}

function NoRows() {
  const status = useChat((state) => state.listStatus);
  const isLate = useDelayed(status === 'loading');
  if (status === 'ready') return <FirstRun />;
  if (status !== 'loading') return <ListFailed />;
  return isLate && <ListSkeleton />;
}

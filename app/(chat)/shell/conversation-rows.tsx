'use client';

import { SquarePen } from '#lib/ui/icons.tsx';
import { useState } from 'react';
import { useActions, useChat } from '#lib/client/provider.tsx';
import { isMuted } from '#lib/client/select.ts';
import type { Conversation } from '#lib/contract/records.ts';
import { NotLoaded } from '#lib/ui/not-loaded.tsx';
import { useDelayed } from '#lib/ui/use-delayed.ts';
import { useLongList } from '#lib/ui/use-long-list.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { ConversationRow, conversationRowHeight } from './conversation-row.tsx';
import { FilterChips, passes, type Filter } from './filter-chips.tsx';
import { FirstRun, ListSkeleton, NothingThere } from './list-states.tsx';
import { RowsMenu } from './rows-menu.tsx';
import { useOpenDialog } from './shell-context.tsx';
import { usePrefetch } from './use-prefetch.ts';

interface ConversationRowsProps {
  rows: Conversation[];
  openId: string | null;
}

export function ConversationRows({ rows, openId }: ConversationRowsProps) {
  const [filter, setFilter] = useState<Filter>('all');
  const t = useTexts();
  const openDialog = useOpenDialog();
  const shown = rows.filter((row) => passes(filter, row));
  const status = useChat((state) => state.listStatus);
  const { loadConversations } = useActions();
  const isLate = useDelayed(status === 'loading' && rows.length === 0);
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
        <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain contain-strict px-2 pb-2 has-data-first-run:grid has-data-first-run:place-items-center phone:px-1 phone:pb-0 phone:not-has-data-first-run:pb-22">
          {shown.length > 0 && !isLate ? (
            <Rows filter={filter} rows={shown} openId={openId} />
          ) : (
            <ul>
              {isLate && <ListSkeleton />}
              {!isLate && rows.length === 0 && status === 'ready' && <FirstRun />}
              {!isLate && rows.length === 0 && typeof status === 'object' && (
                <li>
                  <NotLoaded
                    title={t('chats.failed')}
                    error={status}
                    onRetry={() => void loadConversations().catch(() => undefined)}
                  />
                </li>
              )}
              {!isLate && rows.length > 0 && (
                <NothingThere filter={filter} onShowAll={() => setFilter('all')} />
              )}
            </ul>
          )}
        </div>
      </RowsMenu>
      <button
        type="button"
        aria-label={t('chat.new')}
        onClick={() => openDialog('new-chat')}
        className="absolute end-4 bottom-4 grid size-14 [aside:has([data-first-run])_&]:hidden place-items-center rounded-bubble bg-accent text-on-accent shadow-2 active:bg-accent-pressed tablet:hidden"
      >
        <SquarePen aria-hidden />
      </button>
    </>
  );
}

function Rows({ filter, rows, openId }: ConversationRowsProps & { filter: Filter }) {
  const {
    listProps,
    rows: drawn,
    tabIndexOf,
  } = useLongList({
    keys: rows.map(({ id }) => id),
    rowHeight: conversationRowHeight,
    start: openId,
    about: filter,
  });
  const prefetch = usePrefetch();
  return (
    <ul {...listProps} {...prefetch}>
      {drawn.map(({ key, rowProps }) => (
        <li key={key} {...rowProps}>
          <ConversationRow id={key} isOpen={key === openId} tabIndex={tabIndexOf(key)} />
        </li>
      ))}
    </ul>
  );
}

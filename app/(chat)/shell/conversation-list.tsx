'use client';

import { SquarePen } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useActions, useChat, useWatchPresence } from '#lib/client/provider.tsx';
import { isMuted, listRows } from '#lib/client/select.ts';
import { useBackCloses } from '#lib/ui/back.ts';
import { Button } from '#lib/ui/button.tsx';
import { ConnectionBanner } from '#lib/ui/connection-banner.tsx';
import { Empty } from '#lib/ui/empty.tsx';
import { navigate } from '#lib/ui/nav.tsx';
import { SearchBox } from '#lib/ui/search-box.tsx';
import { useDelayed } from '#lib/ui/use-delayed.ts';
import { FilterChips, passes, type Filter } from './filter-chips.tsx';
import { ListHeader, SearchHeader } from './list-header.tsx';
import { AllCaughtUp, FirstRun, ListSkeleton } from './list-states.tsx';
import { RowsMenu } from './rows-menu.tsx';
import { SearchResults } from './search-results.tsx';
import { ConversationRow } from './conversation-row.tsx';
import { useOpenDialog } from './shell-context.tsx';
import { searchEvent } from './use-shortcuts.ts';

// A server tells of at most 500 people; the open chat and its details need some of them.
const watchedRows = 200;

interface ConversationListProps {
  openId: string | null;
  hidden: boolean;
}

/** The list of chats with its search. It stays in the page behind other views, and so keeps its place. */
export function ConversationList({ openId, hidden }: ConversationListProps) {
  const rows = useChat(listRows);
  const status = useChat((state) => state.listStatus);
  const [filter, setFilter] = useState<Filter>('all');
  const [query, setQuery] = useState('');
  const openDialog = useOpenDialog();
  const search = useRef<HTMLInputElement>(null);
  const searching = query.trim() !== '';
  const loading = status === 'loading' && rows.length === 0;
  const showSkeleton = useDelayed(loading);
  const closeSearch = () => setQuery('');

  useBackCloses(searching && !hidden, closeSearch);
  useWatchPresence(
    hidden ? [] : rows.slice(0, watchedRows).flatMap(({ peer }) => (peer ? [peer.id] : [])),
  );
  useEffect(() => {
    const focusSearch = () => {
      navigate('/chats');
      // The list may come into view only now.
      requestAnimationFrame(() => search.current?.focus());
    };
    addEventListener(searchEvent, focusSearch);
    return () => removeEventListener(searchEvent, focusSearch);
  }, []);

  const firstRun = status === 'ready' && rows.length === 0;
  const shown = rows.filter((row) => passes(filter, row));
  return (
    <aside
      aria-label="Chats"
      data-searching={searching || undefined}
      hidden={hidden}
      className={`relative flex min-h-0 min-w-0 flex-1 flex-col bg-surface tablet:bg-app ${hidden ? 'hidden' : ''} ${openId ? 'phone:hidden' : ''}`}
    >
      {searching ? <SearchHeader onClose={closeSearch} /> : <ListHeader />}
      {/* Beside an open chat its own banner says so. */}
      <div className={openId ? 'hidden' : ''}>
        <ConnectionBanner inset />
      </div>
      {!firstRun && (
        <SearchBox
          ref={search}
          on="app"
          label="Search chats and people"
          value={query}
          onChange={setQuery}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            event.preventDefault();
            closeSearch();
            event.currentTarget.blur();
          }}
          className="mx-3 mb-2 phone:mx-4"
        />
      )}
      {searching ? (
        <SearchResults query={query.trim()} rows={rows} openId={openId} onClose={closeSearch} />
      ) : (
        <>
          {!firstRun && (
            <FilterChips
              filter={filter}
              onChange={setFilter}
              unread={rows.filter((row) => passes('unread', row) && !isMuted(row)).length}
              hasArchived={rows.some(({ me }) => me.archived)}
            />
          )}
          <RowsMenu>
            <ul
              aria-busy={loading || undefined}
              className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-2 pb-2 phone:px-1 phone:pb-22"
            >
              {shown.map(({ id }) => (
                <li key={id}>
                  <ConversationRow id={id} isOpen={id === openId} />
                </li>
              ))}
              {showSkeleton && <ListSkeleton />}
              {firstRun && <FirstRun />}
              {status === 'ready' && rows.length > 0 && shown.length === 0 && (
                <AllCaughtUp filter={filter} onShowAll={() => setFilter('all')} />
              )}
              {typeof status === 'object' && rows.length === 0 && <ListFailed />}
            </ul>
          </RowsMenu>
          <button
            type="button"
            aria-label="New chat"
            onClick={() => openDialog('new-chat')}
            className="absolute end-4 bottom-4 grid size-14 place-items-center rounded-bubble bg-accent text-on-accent shadow-2 active:bg-accent-pressed tablet:hidden"
          >
            <SquarePen aria-hidden className="size-5.5" />
          </button>
        </>
      )}
    </aside>
  );
}

function ListFailed() {
  const { loadConversations } = useActions();
  return (
    <li>
      <Empty
        small
        title="Your chats didn’t load"
        actions={
          <Button variant="tonal" onClick={() => void loadConversations().catch(() => undefined)}>
            Try again
          </Button>
        }
      >
        The server took too long to answer. Your messages are safe.
      </Empty>
    </li>
  );
}

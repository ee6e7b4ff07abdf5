'use client';

import { useCallback, useDeferredValue, useEffect, useRef, useState } from 'react';
import { useChat, useWatchPresence } from '#lib/client/provider.tsx';
import { listRows } from '#lib/client/select.ts';
import { useBackCloses } from '#lib/ui/back.ts';
import { ConnectionBanner } from '#lib/ui/connection-banner.tsx';
import { navigate } from '#lib/ui/nav.tsx';
import { SearchBox } from '#lib/ui/search-box.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { ListHeader, SearchHeader } from './list-header.tsx';
import { ConversationRows } from './conversation-rows.tsx';
import { Offers, SearchResults } from './parts.tsx';
import { searchEvent } from './use-shortcuts.ts';

// A server tells of at most 500 people; the open chat and its details need some of them.
const watchedRows = 200;

interface ConversationListProps {
  openId: string | null;
  hidden: boolean;
}

/** The list of chats with its search. It stays in the page behind other views, and so keeps its place. */
export function ConversationList({ openId, hidden }: ConversationListProps) {
  const t = useTexts();
  const rows = useChat(listRows);
  const isEmpty = useChat((state) => state.listStatus === 'ready') && rows.length === 0;
  const [query, setQuery] = useState('');
  const searching = query.trim() !== '';
  // Of a long list what is typed is shown first, then what it finds.
  const wanted = useDeferredValue(query.trim());
  // The same at every render: it goes to every row.
  const closeSearch = useCallback(() => setQuery(''), []);

  useBackCloses(searching && !hidden, closeSearch);
  useWatchPresence(
    hidden ? [] : rows.slice(0, watchedRows).flatMap(({ peer }) => (peer ? [peer.id] : [])),
  );
  return (
    <aside
      aria-label={t('chats.title')}
      data-searching={searching || undefined}
      hidden={hidden}
      className={`relative min-h-0 min-w-0 flex-1 flex-col bg-surface tablet:bg-app ${hidden ? 'hidden' : 'flex'} ${openId ? 'phone:hidden' : ''}`}
    >
      {searching ? <SearchHeader onClose={closeSearch} /> : <ListHeader />}
      {/* Beside an open chat its own banner says so. */}
      <div className={openId ? 'hidden' : ''}>
        <ConnectionBanner inset />
      </div>
      {!isEmpty && <Search query={query} onChange={setQuery} />}
      {searching ? (
        <SearchResults
          query={wanted || query.trim()}
          rows={rows}
          openId={openId}
          onClose={closeSearch}
        />
      ) : (
        <ConversationRows rows={rows} openId={openId} />
      )}
      {/* At the end, where nothing moves when it comes. */}
      {!searching && <Offers />}
    </aside>
  );
}

function Search({ query, onChange }: { query: string; onChange: (query: string) => void }) {
  const t = useTexts();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const focus = () => {
      navigate('/chats');
      // The list may come into view only now.
      requestAnimationFrame(() => input.current?.focus());
    };
    addEventListener(searchEvent, focus);
    return () => removeEventListener(searchEvent, focus);
  }, []);
  return (
    <SearchBox
      ref={input}
      on="app"
      label={t('search.chats')}
      value={query}
      onChange={onChange}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        onChange('');
        event.currentTarget.blur();
      }}
      className="mx-3 mb-2 phone:mx-4"
    />
  );
}

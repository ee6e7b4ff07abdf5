'use client';

import { useChat } from '#lib/client/provider.tsx';
import { isThere } from '#lib/client/select.ts';
import type { Conversation, User } from '#lib/contract/records.ts';
import { Button } from '#lib/ui/button.tsx';
import { Empty } from '#lib/ui/empty.tsx';
import { Spinner } from '#lib/ui/spinner.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { useLongList } from '#lib/ui/use-long-list.ts';
import { PersonLine } from '../people/person-line.tsx';
import { usePeople } from '../people/use-people.ts';
import { useStartChat } from '../people/use-start-chat.ts';
import { ConversationRow, conversationRowHeight, rowClasses } from './conversation-row.tsx';
import { isFound } from './palette-rank.ts';

interface SearchResultsProps {
  query: string;
  rows: Conversation[];
  openId: string | null;
  onClose: () => void;
}

/** Chats by their title at once, people as the server finds them. */
export function SearchResults({ query, rows, openId, onClose }: SearchResultsProps) {
  const t = useTexts();
  const { people, loading } = usePeople(query);
  const myId = useChat((state) => state.account.id);
  const chats = rows.filter((row) => isFound(row, query));
  const inChats = new Set(chats.map(({ peer }) => peer?.id));
  const others = people.filter(({ id }) => id !== myId && !inChats.has(id));

  if (chats.length + others.length === 0) {
    if (loading) return <Searching />;
    return (
      <Empty
        small
        title={t('search.none')}
        className="pt-16"
        actions={
          <Button variant="tonal" size="sm" onClick={onClose}>
            {t('search.clear')}
          </Button>
        }
      >
        {t('search.noneText', { query })}
      </Empty>
    );
  }
  return (
    <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-2 pb-2 phone:px-1">
      <h2 id="found" className="px-3 pt-3.5 pb-1.5 text-xs font-semibold text-text-3">
        {t('search.found')}
      </h2>
      <Found query={query} chats={chats} others={others} openId={openId} onClose={onClose} />
      {loading && <Searching />}
    </div>
  );
}

interface FoundProps {
  query: string;
  chats: Conversation[];
  others: User[];
  openId: string | null;
  onClose: () => void;
}

function Found({ query, chats, others, openId, onClose }: FoundProps) {
  const { start, starting } = useStartChat(onClose);
  const { listProps, rows, tabIndexOf } = useLongList({
    keys: [...chats, ...others].map(({ id }) => id),
    rowHeight: conversationRowHeight,
    about: query,
  });
  return (
    <ul aria-labelledby="found" {...listProps}>
      {rows.map(({ key, index, rowProps }) => {
        const person = others[index - chats.length];
        return (
          <li key={key} {...rowProps}>
            {person ? (
              <PersonRow
                person={person}
                busy={starting === key}
                tabIndex={tabIndexOf(key)}
                onPick={() => void start(key)}
              />
            ) : (
              <ConversationRow
                id={key}
                isOpen={key === openId}
                tabIndex={tabIndexOf(key)}
                onOpen={onClose}
              />
            )}
          </li>
        );
      })}
    </ul>
  );
}

interface PersonRowProps {
  person: User;
  busy: boolean;
  tabIndex: 0 | -1;
  onPick: () => void;
}

function PersonRow({ person, busy, tabIndex, onPick }: PersonRowProps) {
  const online = useChat((state) => isThere(state, person));
  return (
    <button
      type="button"
      aria-busy={busy || undefined}
      data-roving={person.id}
      tabIndex={tabIndex}
      className={rowClasses}
      onClick={onPick}
    >
      <PersonLine person={person} online={online} large />
    </button>
  );
}

function Searching() {
  const t = useTexts();
  return (
    <p className="grid place-items-center py-6 text-text-3">
      <Spinner label={t('search.searching')} />
    </p>
  );
}

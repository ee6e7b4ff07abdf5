'use client';

import { useDeferredValue, useId, useState, type KeyboardEvent } from 'react';
import { useChat } from '#lib/client/provider.tsx';
import { isMuted, isUnread, listRows } from '#lib/client/select.ts';
import { Dialog } from '#lib/ui/dialog.tsx';
import { navigate } from '#lib/ui/nav.tsx';
import { SearchBox } from '#lib/ui/search-box.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { usePeople } from '../people/use-people.ts';
import { useStartChat } from '../people/use-start-chat.ts';
import { PaletteOption, type Choice } from './palette-option.tsx';
import { rankChats } from './palette-rank.ts';

// More than anybody walks through with the arrows; another letter finds it sooner.
const mostShown = 50;

interface PaletteDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** The chat that is on the screen. */
  openId: string | null;
}

/** Jumps to a chat or a person. */
export function PaletteDialog({ openId, ...props }: PaletteDialogProps) {
  const t = useTexts();
  return (
    <Dialog {...props} title={t('palette.title')} kind="flow">
      <Chooser onClose={() => props.onOpenChange(false)} openId={openId} />
    </Dialog>
  );
}

/** A field and the list that it controls: the focus stays in the field, the arrows move the choice. */
function Chooser({ onClose, openId }: { onClose: () => void; openId: string | null }) {
  const t = useTexts();
  const listId = useId();
  const [query, setQuery] = useState('');
  const wanted = useDeferredValue(query.trim());
  const { choices, isSearching } = useChoices(wanted, openId);
  const { start, starting } = useStartChat(onClose);
  // By its id: people whom the server finds join the list without moving the choice.
  const [chosen, setChosen] = useState<string | null>(null);
  const active = Math.max(
    choices.findIndex(({ id }) => id === chosen),
    0,
  );
  const optionId = (index: number) => `${listId}-${index}`;

  const take = (choice: Choice | undefined) => {
    if (!choice) return;
    if (choice.kind === 'new') return void start(choice.id);
    navigate(`/chats/${choice.id}`);
    onClose();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || choices.length === 0) return;
    const last = choices.length - 1;
    const to: Record<string, number> = {
      ArrowDown: active === last ? 0 : active + 1,
      ArrowUp: active === 0 ? last : active - 1,
      PageDown: Math.min(active + 8, last),
      PageUp: Math.max(active - 8, 0),
    };
    const next = to[event.key];
    if (event.key === 'Enter') take(choices[active]);
    else if (next !== undefined && !event.altKey) setChosen(choices[next]?.id ?? null);
    else return;
    event.preventDefault();
  };

  return (
    <>
      <SearchBox
        initialFocus
        role="combobox"
        aria-expanded={choices.length > 0}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={choices.length > 0 ? optionId(active) : undefined}
        enterKeyHint="go"
        label={t('search.chats')}
        value={query}
        onChange={(value) => {
          setQuery(value);
          setChosen(null);
        }}
        onKeyDown={onKeyDown}
        className="mx-4 mt-1 mb-2"
      />
      <div
        id={listId}
        role="listbox"
        aria-label={t('search.found')}
        className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-2 pt-1 pb-4"
      >
        {choices.map((choice, index) => (
          <PaletteOption
            key={choice.id}
            id={optionId(index)}
            choice={choice}
            isActive={index === active}
            isBusy={starting === choice.id}
            onTake={() => take(choice)}
          />
        ))}
      </div>
      <p
        role="status"
        className={
          choices.length > 0 ? 'sr-only' : 'flex-1 px-6 pb-6 text-center text-md text-text-2'
        }
      >
        {isSearching && choices.length === 0
          ? t('search.searching')
          : choices.length === 0
            ? t('search.none')
            : t('palette.found', { count: choices.length })}
      </p>
    </>
  );
}

/** Chats as they are ranked, then people with whom there is none yet, as the server finds them. */
function useChoices(query: string, openId: string | null) {
  const rows = useChat(listRows);
  const myId = useChat((state) => state.account.id);
  const { people, loading } = usePeople(query, query !== '');
  const chats = rankChats(rows, query, openId).slice(0, mostShown);
  const met = new Set(rows.map(({ peer }) => peer?.id));
  const others =
    query === ''
      ? []
      : people.filter(({ id, displayName }) => id !== myId && !met.has(id) && displayName !== '');
  const choices: Choice[] = [
    ...chats.map((row) => ({
      kind: row.kind,
      id: row.id,
      avatarId: row.peer?.id ?? row.id,
      name: row.title,
      username: row.peer?.username ?? null,
      avatarUrl: row.avatarUrl,
      unread: row.unreadCount,
      muted: isMuted(row) || !isUnread(row),
    })),
    ...others.map(({ id, displayName, username, avatarUrl }) => ({
      kind: 'new' as const,
      id,
      avatarId: id,
      name: displayName,
      username,
      avatarUrl,
      unread: 0,
      muted: false,
    })),
  ];
  return { choices, isSearching: loading };
}

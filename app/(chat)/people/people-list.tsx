'use client';

import { useEffect, useEffectEvent, useRef, type ReactNode } from 'react';
import { useChat, useWatchPresence } from '#lib/client/provider.tsx';
import { isThere } from '#lib/client/select.ts';
import type { User } from '#lib/contract/records.ts';
import { CheckCircle } from '#lib/ui/check-circle.tsx';
import { Empty } from '#lib/ui/empty.tsx';
import { NotLoaded } from '#lib/ui/not-loaded.tsx';
import { Spinner } from '#lib/ui/spinner.tsx';
import { useDelayed } from '#lib/ui/use-delayed.ts';
import { useLongList } from '#lib/ui/use-long-list.ts';
import { usePersonRowHeight } from '#lib/ui/use-person-row-height.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { PersonLine } from './person-line.tsx';
import { usePeople } from './use-people.ts';

const watched = 200;

interface PeopleListProps {
  query: string;
  label: string;
  onPick: (person: User) => void;
  /** Ticks instead of opening: which are ticked. */
  picked?: ReadonlySet<string>;
  busyId?: string | null;
  /** What stands at the end of a row, instead of a tick. */
  end?: (person: User) => ReactNode;
}

/** Everybody on this server but oneself, page by page as one scrolls. */
export function PeopleList({ query, label, onPick, picked, busyId, end }: PeopleListProps) {
  const t = useTexts();
  const myId = useChat((state) => state.account.id);
  const { people, error, loading, hasMore, loadMore, retry } = usePeople(query);
  const others = people.filter(({ id }) => id !== myId);
  const showSpinner = useDelayed(loading && others.length === 0);
  const rowHeight = usePersonRowHeight();
  const { listProps, rows, tabIndexOf } = useLongList({
    keys: others.map(({ id }) => id),
    rowHeight,
    about: query,
  });
  useWatchPresence(others.slice(0, watched).map(({ id }) => id));

  if (error) return <NotLoaded title={t('people.failed')} error={error} onRetry={retry} />;
  if (others.length === 0 && !loading) {
    return query ? (
      <Empty small title={t('people.none')}>
        {t('people.noneText', { query })}
      </Empty>
    ) : (
      <Empty small title={t('people.nobody')}>
        {t('people.nobodyText')}
      </Empty>
    );
  }
  return (
    <>
      <ul aria-label={label} {...listProps}>
        {rows.map(({ key, index, rowProps }) => {
          const person = others[index]!;
          return (
            <li key={key} {...rowProps}>
              <PersonRow
                person={person}
                checked={picked?.has(key)}
                busy={busyId === key}
                tabIndex={tabIndexOf(key)}
                onPick={() => onPick(person)}
              >
                {end ? end(person) : picked && <CheckCircle checked={picked.has(key)} />}
              </PersonRow>
            </li>
          );
        })}
      </ul>
      {showSpinner && others.length === 0 && <Loading />}
      {hasMore && <MoreWhenSeen key={others.length} onSeen={loadMore} />}
    </>
  );
}

interface PersonRowProps {
  person: User;
  checked: boolean | undefined;
  busy: boolean;
  tabIndex: 0 | -1;
  onPick: () => void;
  children?: ReactNode;
}

function PersonRow({ person, checked, busy, tabIndex, onPick, children }: PersonRowProps) {
  const t = useTexts();
  const online = useChat((state) => isThere(state, person));
  const ticks = checked !== undefined;
  return (
    <button
      type="button"
      role={ticks ? 'checkbox' : undefined}
      aria-checked={ticks ? checked : undefined}
      aria-busy={busy || undefined}
      data-roving={person.id}
      tabIndex={tabIndex}
      onClick={onPick}
      className="flex h-full w-full items-center gap-3.5 rounded-md px-3 py-1.5 text-start hover:bg-hover-surface"
    >
      <PersonLine person={person} online={online}>
        {online && !ticks && <span aria-hidden> · {t('person.online')}</span>}
      </PersonLine>
      {busy ? <Spinner /> : children}
    </button>
  );
}

function Loading() {
  const t = useTexts();
  return (
    <p className="grid place-items-center py-6 text-text-3">
      <Spinner label={t('app.loading')} />
    </p>
  );
}

function MoreWhenSeen({ onSeen }: { onSeen: () => Promise<void> }) {
  const mark = useRef<HTMLDivElement>(null);
  const seen = useEffectEvent(() => void onSeen());
  useEffect(() => {
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) seen();
      },
      { rootMargin: '600px' },
    );
    if (mark.current) observer.observe(mark.current);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={mark}>
      <Loading />
    </div>
  );
}

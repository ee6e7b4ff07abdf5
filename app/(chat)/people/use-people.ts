'use client';

import { useEffect, useState } from 'react';
import { useActions } from '#lib/client/provider.tsx';
import type { ClientError } from '#lib/client/types.ts';
import type { User } from '#lib/contract/records.ts';

const pauseMs = 250;

interface Found {
  query: string;
  people: User[];
  nextCursor: string | null;
  error: ClientError | null;
}

const nothing: Found = { query: '', people: [], nextCursor: null, error: null };

/**
 * People on this server whose name begins like the query, or everybody. What was found stays while
 * the next query is under way. `attempt` changes to try again.
 */
export function usePeople(query: string, enabled = true) {
  const { searchUsers } = useActions();
  const [found, setFound] = useState<Found>(nothing);
  const [fresh, setFresh] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    if (!enabled) return;
    let over = false;
    const key = `${attempt} ${query}`;
    const settle = (next: Omit<Found, 'query'>) => {
      if (over) return;
      setFound({ query, ...next });
      setFresh(key);
    };
    const timer = setTimeout(
      () => {
        searchUsers(query).then(
          ({ items, nextCursor }) => settle({ people: items, nextCursor, error: null }),
          (error: ClientError) => settle({ people: [], nextCursor: null, error }),
        );
      },
      query === '' ? 0 : pauseMs,
    );
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [query, enabled, attempt, searchUsers]);

  const { people, nextCursor, error } = found;
  const loadMore = async () => {
    if (!nextCursor) return;
    const more = await searchUsers(found.query, nextCursor).catch(() => null);
    if (!more) return;
    setFound((now) =>
      now.nextCursor === nextCursor
        ? { ...now, people: [...now.people, ...more.items], nextCursor: more.nextCursor }
        : now,
    );
  };
  return {
    people,
    error,
    loading: enabled && fresh !== `${attempt} ${query}`,
    hasMore: nextCursor !== null,
    loadMore,
    retry: () => setAttempt(attempt + 1),
  };
}

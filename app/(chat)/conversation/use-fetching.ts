import { useReducer, useRef, useState } from 'react';
import { useActions, useChat } from '#lib/client/provider.tsx';
import type { ConversationLog } from '#lib/client/types.ts';

type Side = 'older' | 'newer';
type Part = Side | 'latest';

export interface Fetching {
  older(): void;
  newer(): void;
  /** The newest messages, instead of all that lies between. */
  latest(): void;
  /** A request failed; it is made again on `retry` or with the next connection, not by scrolling. */
  failed: Side | null;
  /** Somebody asks for it: what else is under way gives way. */
  retry(part: Part): void;
}

/** Brings in more of the log, one request at a time. */
export function useFetching(id: string, log: ConversationLog): Fetching {
  const { loadOlder, loadNewer, loadLatest } = useActions();
  const since = useChat((state) => state.connection.since);
  const [failure, setFailure] = useState<{ side: Side; since: number } | null>(null);
  // Whoever looks what is near looks again: a page may bring nothing that is shown.
  const [, lookAgain] = useReducer((count: number) => count + 1, 0);
  const current = useRef<Promise<void>>(null);
  const failed = failure?.since === since ? failure.side : null;

  const retry = (part: Part) => {
    const load = { older: loadOlder, newer: loadNewer, latest: loadLatest }[part];
    const request = load(id);
    const isCurrent = () => current.current === request;
    current.current = request;
    request
      .then(() => isCurrent() && setFailure(null))
      .catch(() => isCurrent() && setFailure({ side: part === 'older' ? part : 'newer', since }))
      .finally(() => {
        if (!isCurrent()) return;
        current.current = null;
        lookAgain();
      });
  };
  const load = (part: Part) => {
    if (current.current === null && log.loading === null) retry(part);
  };
  // In a log without messages there is nothing that a page could be joined to.
  const hasOlder = log.hasOlder && log.messages.length > 0;
  return {
    older: () => hasOlder && failed !== 'older' && load('older'),
    newer: () => log.hasNewer && failed !== 'newer' && load('newer'),
    latest: () => log.hasNewer && failed !== 'newer' && load('latest'),
    failed,
    retry,
  };
}

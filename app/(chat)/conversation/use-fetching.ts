import { useRef, useState } from 'react';
import { useActions, useChat } from '#lib/client/provider.tsx';
import type { ConversationLog } from '#lib/client/types.ts';

type Side = 'older' | 'newer';

export interface Fetching {
  older(): void;
  newer(): void;
  /** A request failed; it is made again on `retry` or with the next connection, not by scrolling. */
  failed: Side | null;
  retry(side: Side): void;
}

/** Brings in more of the log, one request at a time. */
export function useFetching(id: string, log: ConversationLog): Fetching {
  const { loadOlder, loadNewer } = useActions();
  const since = useChat((state) => state.connection.since);
  const [failure, setFailure] = useState<{ side: Side; since: number } | null>(null);
  const isBusy = useRef(false);
  const failed = failure?.since === since ? failure.side : null;

  const load = (side: Side) => {
    if (isBusy.current || log.loading !== null) return;
    isBusy.current = true;
    (side === 'older' ? loadOlder(id) : loadNewer(id))
      .then(() => setFailure(null))
      .catch(() => setFailure({ side, since }))
      .finally(() => (isBusy.current = false));
  };
  return {
    older: () => log.hasOlder && failed !== 'older' && load('older'),
    newer: () => log.hasNewer && failed !== 'newer' && load('newer'),
    failed,
    retry: load,
  };
}

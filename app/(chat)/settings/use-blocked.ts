import { useEffect, useState } from 'react';
import { useActions, useChat } from '#lib/client/provider.tsx';
import type { User } from '#lib/contract/records.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';

/** Whom one has blocked, on whichever device, by their names; null until it is known. */
export function useBlocked(): User[] | null {
  const t = useTexts();
  const { listBlocked } = useActions();
  const [isKnown, setKnown] = useState(false);
  const isOnline = useChat(({ connection }) => connection.status === 'online');
  const blocked = useChat(({ people }) => Object.values(people).filter((user) => user.blocked));
  useEffect(() => {
    if (!isOnline) return;
    // If it fails, what is known stays; the next connection tries again.
    listBlocked().then(
      () => setKnown(true),
      () => undefined,
    );
  }, [listBlocked, isOnline]);
  return isKnown ? blocked.toSorted((a, b) => t.compare(a.displayName, b.displayName)) : null;
}

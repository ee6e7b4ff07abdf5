import { useMemo } from 'react';
import { useCall, useChat } from './provider.tsx';
import { createPush, type Push } from './push.ts';

/** Notifications on this device; the same object at every render. */
export function usePush(): Push {
  const call = useCall();
  const accountId = useChat(({ account }) => account.id);
  return useMemo(() => createPush(accountId, call), [accountId, call]);
}

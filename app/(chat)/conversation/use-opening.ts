import { useEffect, useEffectEvent, useLayoutEffect, useState } from 'react';
import { useActions, useChat } from '#lib/client/provider.tsx';
import type { ClientError } from '#lib/client/types.ts';

export interface Opening {
  failure: ClientError | null;
  retry(): void;
}

/** Makes the conversation the one in view for as long as it is on screen. */
export function useOpening(id: string): Opening {
  const { openConversation, closeConversation, loadMembers } = useActions();
  const isOnline = useChat((state) => state.connection.status === 'online');
  // A page that failed has its own retry: to open anew would take the reader away from where they are.
  const bareError = useChat(({ logs: { [id]: log } }) =>
    log && log.messages.length === 0 ? log.error : null,
  );
  const lacksMembers = useChat((state) => {
    const conversation = state.conversations[id];
    const isMember = conversation?.kind === 'group' && conversation.me.leftSeq === null;
    return isMember && !state.members[id];
  });
  const [failure, setFailure] = useState<ClientError | null>(null);

  const open = () => {
    openConversation(id).then(
      () => setFailure(null),
      (error: unknown) => setFailure(error as ClientError),
    );
  };
  const retry = () => {
    setFailure(null);
    open();
  };
  const openNow = useEffectEvent(open);
  const retryIfFailed = useEffectEvent(() => {
    if (failure ?? bareError) open();
  });

  // Before the first paint: what is kept of it shows at once, with its divider in place.
  useLayoutEffect(() => {
    openNow();
    return () => closeConversation(id);
  }, [id, closeConversation]);
  useEffect(() => {
    if (isOnline) retryIfFailed();
    // A short gap can fail a request and leave the socket as it is.
    const back = () => retryIfFailed();
    window.addEventListener('online', back);
    return () => window.removeEventListener('online', back);
  }, [isOnline]);
  // Who is in it, should that have failed: for names, roles, and ticks that wait for everybody.
  useEffect(() => {
    if (isOnline && lacksMembers) loadMembers(id).catch(() => undefined);
  }, [id, isOnline, lacksMembers, loadMembers]);

  return { failure: failure ?? bareError, retry };
}

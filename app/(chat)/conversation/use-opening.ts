import { useEffect, useEffectEvent, useLayoutEffect, useState } from 'react';
import { useActions, useChat } from '#lib/client/provider.tsx';
import type { ClientError } from '#lib/client/types.ts';

/** Makes the conversation the one in view for as long as it is on screen. */
export function useOpening(id: string) {
  const { openConversation, closeConversation, loadMembers } = useActions();
  const isOnline = useChat((state) => state.connection.status === 'online');
  const isGroupMember = useChat((state) => {
    const conversation = state.conversations[id];
    return conversation?.kind === 'group' && conversation.me.leftSeq === null;
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
  const retryIfFailed = useEffectEvent(() => failure && open());

  // Before the first paint: what is kept of it shows at once, with its divider in place.
  useLayoutEffect(() => {
    openNow();
    return () => closeConversation(id);
  }, [id, closeConversation]);
  useEffect(() => {
    if (isOnline) retryIfFailed();
  }, [isOnline]);
  // Who is in it: for names, roles, and ticks that wait for everybody.
  useEffect(() => {
    if (isGroupMember && isOnline) loadMembers(id).catch(() => undefined);
  }, [id, isGroupMember, isOnline, loadMembers]);

  return { failure, retry };
}

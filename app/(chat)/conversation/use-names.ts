import { useCallback } from 'react';
import { useChat } from '#lib/client/provider.tsx';
import { nameOf } from '#lib/client/select.ts';
import type { Conversation, Message } from '#lib/contract/records.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { shownName } from './names.ts';
import type { NameOf } from './system-text.ts';

/** Everybody whom these messages name. */
export const peopleIn = (messages: readonly Message[]): string[] => [
  ...new Set(
    messages.flatMap(({ senderId, system }) =>
      system ? [system.actorId, ...system.userIds] : [senderId],
    ),
  ),
];

/** The same function for as long as nobody of them changes their name. */
export function useNames(userIds: readonly string[], conversation: Conversation): NameOf {
  const t = useTexts();
  const names = useChat((state) =>
    Object.fromEntries(userIds.map((id) => [id, nameOf(state, id, conversation)])),
  );
  return useCallback((id) => shownName(t, names[id] ?? ''), [names, t]);
}

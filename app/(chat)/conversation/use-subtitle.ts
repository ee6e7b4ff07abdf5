import { useChat } from '#lib/client/provider.tsx';
import { personOf, typersIn } from '#lib/client/select.ts';
import type { Conversation } from '#lib/contract/records.ts';
import { lastSeenText } from '#lib/ui/time.ts';
import { useToday } from '#lib/ui/use-today.ts';
import { firstName, listOfNames } from './names.ts';
import { typingText } from './header-text.ts';

export interface Subtitle {
  text: string;
  tone: 'plain' | 'online' | 'typing';
}

const namesShown = 6;

/** Under the title: who types, else presence, else who is in the group. */
export function useSubtitle(conversation: Conversation): Subtitle | null {
  const { id, kind, peer, me, memberCount } = conversation;
  const typers = useChat((state) => typersIn(state, id));
  // Without a connection nobody knows who is there.
  const isConnected = useChat((state) => state.connection.status === 'online');
  const person = useChat((state) => peer && (personOf(state, peer.id) ?? peer));
  const others = useChat((state) =>
    (state.members[id] ?? [])
      .filter(({ user }) => user.id !== state.account.id)
      .map(({ user }) => firstName(user.displayName)),
  );
  const today = useToday();

  if (isConnected && typers.length > 0)
    return { text: typingText(typers, kind === 'group'), tone: 'typing' };
  if (kind === 'group') {
    if (me.leftSeq !== null) return null;
    const isKnown = others.length > 0 && others.length === memberCount - 1;
    return {
      text: isKnown ? listOfNames(['You', ...others], namesShown) : countText(memberCount),
      tone: 'plain',
    };
  }
  if (isConnected && person?.online) return { text: 'Online', tone: 'online' };
  if (!person?.lastSeenAt || today === null) return null;
  return { text: lastSeenText(person.lastSeenAt), tone: 'plain' };
}

export const countText = (count: number): string => (count === 1 ? '1 member' : `${count} members`);

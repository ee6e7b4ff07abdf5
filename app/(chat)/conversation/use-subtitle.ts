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

/** “Online”, “Last seen …”, or empty when that is not known or not for the viewer. */
export function usePresence({ peer }: Conversation): string {
  const person = useChat((state) => peer && (personOf(state, peer.id) ?? peer));
  // Without a connection nobody knows who is there.
  const isConnected = useChat((state) => state.connection.status === 'online');
  const today = useToday();
  if (isConnected && person?.online) return 'Online';
  return person?.lastSeenAt && today !== null ? lastSeenText(person.lastSeenAt) : '';
}

/** Under the title: who types, else presence, else who is in the group. */
export function useSubtitle(conversation: Conversation): Subtitle {
  const { id, kind, me, memberCount } = conversation;
  const typers = useChat((state) =>
    state.connection.status === 'online' ? typersIn(state, id) : [],
  );
  const others = useChat((state) =>
    (state.members[id] ?? [])
      .filter(({ user }) => user.id !== state.account.id)
      .map(({ user }) => firstName(user.displayName)),
  );
  const presence = usePresence(conversation);

  if (typers.length > 0) return { text: typingText(typers, kind === 'group'), tone: 'typing' };
  if (kind === 'direct')
    return { text: presence, tone: presence === 'Online' ? 'online' : 'plain' };
  if (me.leftSeq !== null) return { text: '', tone: 'plain' };
  const isKnown = others.length > 0 && others.length === memberCount - 1;
  const text = isKnown ? listOfNames(['You', ...others], namesShown) : countText(memberCount);
  return { text, tone: 'plain' };
}

export const countText = (count: number): string => (count === 1 ? '1 member' : `${count} members`);

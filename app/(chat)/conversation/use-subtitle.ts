import { useChat } from '#lib/client/provider.tsx';
import { isThere, personOf, typersIn } from '#lib/client/select.ts';
import type { Conversation } from '#lib/contract/records.ts';
import { lastSeenText } from '#lib/ui/time.ts';
import { useToday } from '#lib/ui/use-today.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { firstName } from './names.ts';
import { typingText } from './header-text.ts';

interface Subtitle {
  text: string;
  tone: 'plain' | 'online' | 'typing';
}

const namesShown = 6;

/** “Online”, “Last seen …”, or empty when that is not known or not for the viewer. */
export function usePresence({ peer }: Conversation): string {
  const t = useTexts();
  const person = useChat((state) => peer && (personOf(state, peer.id) ?? peer));
  const isOnline = useChat((state) => isThere(state, peer));
  const today = useToday();
  if (isOnline) return t('person.online');
  return person?.lastSeenAt && today !== null ? lastSeenText(t, person.lastSeenAt) : '';
}

/** Under the title: who types, else presence, else who is in the group. */
export function useSubtitle(conversation: Conversation): Subtitle {
  const t = useTexts();
  const { id, kind, me, memberCount } = conversation;
  const typers = useChat((state) => typersIn(state, id));
  const others = useChat((state) =>
    (state.members[id] ?? [])
      .filter(({ user }) => user.id !== state.account.id)
      .map(({ user }) => firstName(user.displayName)),
  );
  const presence = usePresence(conversation);

  if (typers.length > 0) return { text: typingText(t, typers, kind === 'group'), tone: 'typing' };
  if (kind === 'direct')
    return { text: presence, tone: presence === t('person.online') ? 'online' : 'plain' };
  if (me.leftSeq !== null) return { text: '', tone: 'plain' };
  const isKnown = others.length > 0 && others.length === memberCount - 1;
  const count = t('members.count', { count: memberCount });
  if (!isKnown) return { text: count, tone: 'plain' };
  const names = t.list([t('person.you'), ...others].slice(0, namesShown), 'plain');
  // How many there are comes first: where there is no room the end is cut off.
  return { text: memberCount > namesShown ? `${count} · ${names}…` : names, tone: 'plain' };
}

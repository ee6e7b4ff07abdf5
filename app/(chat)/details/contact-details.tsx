import { useChat, useWatchPresence } from '#lib/client/provider.tsx';
import { personOf } from '#lib/client/select.ts';
import type { Conversation } from '#lib/contract/records.ts';
import { lastSeenText } from '#lib/ui/time.ts';
import { useToday } from '#lib/ui/use-today.ts';
import { Hero } from './hero.tsx';
import { QuickActions } from './quick-actions.tsx';

export function ContactDetails({ conversation }: { conversation: Conversation }) {
  const { id, title, avatarUrl, peer } = conversation;
  const person = useChat((state) => peer && (personOf(state, peer.id) ?? peer));
  const isConnected = useChat((state) => state.connection.status === 'online');
  const today = useToday();
  useWatchPresence(peer ? [peer.id] : []);

  const seen = person?.lastSeenAt && today !== null ? lastSeenText(person.lastSeenAt) : '';
  const presence = isConnected && person?.online ? 'Online' : seen;
  const line = [person && `@${person.username}`, presence].filter(Boolean).join(' · ');
  return (
    <>
      <Hero
        id={peer?.id ?? id}
        name={person?.displayName ?? title}
        kind="person"
        src={person?.avatarUrl ?? avatarUrl}
        line={line}
      >
        {person?.about && (
          <p dir="auto" className="mt-2.5 text-pretty wrap-anywhere text-text-2">
            {person.about}
          </p>
        )}
      </Hero>
      <QuickActions conversation={conversation} />
    </>
  );
}

import { useChat, useWatchPresence } from '#lib/client/provider.tsx';
import { personOf } from '#lib/client/select.ts';
import type { Conversation } from '#lib/contract/records.ts';
import { usePresence } from '../conversation/use-subtitle.ts';
import { Hero } from './hero.tsx';
import { QuickActions } from './quick-actions.tsx';

export function ContactDetails({ conversation }: { conversation: Conversation }) {
  const { id, title, peer } = conversation;
  const person = useChat((state) => peer && (personOf(state, peer.id) ?? peer));
  const presence = usePresence(conversation);
  useWatchPresence(peer ? [peer.id] : []);
  if (!person) return <Hero id={id} name={title} kind="person" src={null} line="" />;
  return (
    <>
      <Hero
        id={person.id}
        name={person.displayName}
        kind="person"
        src={person.avatarUrl}
        line={[`@${person.username}`, presence].filter(Boolean).join(' · ')}
      >
        {person.about && (
          <p dir="auto" className="mt-2.5 text-pretty wrap-anywhere text-text-2">
            {person.about}
          </p>
        )}
      </Hero>
      <QuickActions conversation={conversation} />
    </>
  );
}

import { useChat, useWatchPresence } from '#lib/client/provider.tsx';
import { personOf } from '#lib/client/select.ts';
import type { Conversation } from '#lib/contract/records.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { shownName } from '../conversation/names.ts';
import { usePresence } from '../conversation/use-subtitle.ts';
import { BlockSection } from './block-section.tsx';
import { Hero } from './hero.tsx';
import { QuickActions } from './quick-actions.tsx';

export function ContactDetails({ conversation }: { conversation: Conversation }) {
  const { id, title, peer } = conversation;
  const t = useTexts();
  const person = useChat((state) => peer && (personOf(state, peer.id) ?? peer));
  const presence = usePresence(conversation);
  useWatchPresence(peer ? [peer.id] : []);
  if (!person) return <Hero id={id} name={shownName(t, title)} kind="person" src={null} line="" />;
  return (
    <>
      <Hero
        id={person.id}
        name={shownName(t, person.displayName)}
        kind="person"
        src={person.avatarUrl}
        line={
          person.deleted
            ? ''
            : [t.isolated(`@${person.username}`), presence].filter(Boolean).join(' · ')
        }
      >
        {person.about && (
          <p dir="auto" className="mt-2.5 text-md text-pretty wrap-anywhere text-text-2">
            {person.about}
          </p>
        )}
      </Hero>
      <QuickActions conversation={conversation} />
      {!person.deleted && <BlockSection person={person} />}
    </>
  );
}

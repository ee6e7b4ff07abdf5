import { X } from '#lib/ui/icons.tsx';
import { useDeferredValue, useState, type ReactNode } from 'react';
import type { User } from '#lib/contract/records.ts';
import { Avatar } from '#lib/ui/avatar.tsx';
import { CheckCircle } from '#lib/ui/check-circle.tsx';
import { SearchBox } from '#lib/ui/search-box.tsx';
import type { Texts } from '#lib/texts/texts.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { firstName } from '../conversation/names.ts';
import { PeopleList } from '../people/people-list.tsx';

interface ChooseStepProps {
  people: User[];
  /** Who is in the group already. */
  members: string[];
  room: number;
  onToggle: (person: User) => void;
}

export function ChooseStep({ people, members, room, onToggle }: ChooseStepProps) {
  const t = useTexts();
  const [query, setQuery] = useState('');
  const wanted = useDeferredValue(query.trim());
  const present = new Set(members);
  const picked = new Set([...members, ...people.map(({ id }) => id)]);
  return (
    <>
      <div className="flex-none px-4 pt-1 pb-2">
        {people.length > 0 && (
          <ul
            aria-label={t('add.picked')}
            className="flex max-h-29 flex-wrap gap-1.5 overflow-y-auto pb-2.5"
          >
            {people.map((person) => (
              <li key={person.id}>
                <Chip person={person} onRemove={() => onToggle(person)} />
              </li>
            ))}
          </ul>
        )}
        <SearchBox initialFocus label={t('people.search')} value={query} onChange={setQuery} />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-2 pb-4">
        <p
          aria-live="polite"
          className="px-3 pt-3.5 pb-1.5 text-xs font-semibold text-text-3 tabular-nums"
        >
          {t('add.selected', { count: people.length, room })}
        </p>
        <PeopleList
          label={t('people.title')}
          query={wanted}
          picked={picked}
          onPick={(person) => !present.has(person.id) && onToggle(person)}
          end={signFor(t, present, picked)}
        />
      </div>
    </>
  );
}

const signFor =
  (t: Texts, present: ReadonlySet<string>, picked: ReadonlySet<string>) =>
  ({ id }: User): ReactNode =>
    present.has(id) ? (
      <span className="flex-none text-sm text-text-3">{t('add.here')}</span>
    ) : (
      <CheckCircle checked={picked.has(id)} />
    );

function Chip({ person, onRemove }: { person: User; onRemove: () => void }) {
  const t = useTexts();
  return (
    <button
      type="button"
      onClick={onRemove}
      className="relative inline-flex h-8 items-center gap-1.5 rounded-full bg-accent-soft ps-1 pe-2 tap-area text-sm font-semibold text-on-accent-soft"
    >
      <Avatar id={person.id} name={person.displayName} src={person.avatarUrl} size={24} />
      <bdi aria-hidden className="trunc max-w-30">
        {firstName(person.displayName)}
      </bdi>
      <span className="sr-only">{t('add.unpick', { name: person.displayName })}</span>
      <X aria-hidden className="size-4" />
    </button>
  );
}

import { X } from 'lucide-react';
import { useDeferredValue, useState, type ReactNode } from 'react';
import type { User } from '#lib/contract/records.ts';
import { Avatar } from '#lib/ui/avatar.tsx';
import { CheckCircle } from '#lib/ui/checkbox.tsx';
import { SearchBox } from '#lib/ui/search-box.tsx';
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
  const [query, setQuery] = useState('');
  const wanted = useDeferredValue(query.trim());
  const present = new Set(members);
  const picked = new Set([...members, ...people.map(({ id }) => id)]);
  return (
    <>
      <div className="flex-none px-4 pt-1 pb-2">
        {people.length > 0 && (
          <ul
            aria-label="Chosen"
            className="flex max-h-29 flex-wrap gap-1.5 overflow-y-auto pb-2.5"
          >
            {people.map((person) => (
              <li key={person.id}>
                <Chip person={person} onRemove={() => onToggle(person)} />
              </li>
            ))}
          </ul>
        )}
        <SearchBox initialFocus label="Name or username" value={query} onChange={setQuery} />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-2 pb-4">
        <p
          aria-live="polite"
          className="px-3 pt-3.5 pb-1.5 text-xs font-semibold text-text-3 tabular-nums"
        >
          {people.length} of {room} selected
        </p>
        <PeopleList
          label="People"
          query={wanted}
          picked={picked}
          onPick={(person) => !present.has(person.id) && onToggle(person)}
          end={signFor(present, picked)}
        />
      </div>
    </>
  );
}

const signFor =
  (present: ReadonlySet<string>, picked: ReadonlySet<string>) =>
  ({ id }: User): ReactNode =>
    present.has(id) ? (
      <span className="flex-none text-sm text-text-3">Already here</span>
    ) : (
      <CheckCircle checked={picked.has(id)} />
    );

function Chip({ person, onRemove }: { person: User; onRemove: () => void }) {
  return (
    <button
      type="button"
      onClick={onRemove}
      aria-label={`Remove ${person.displayName}`}
      className="relative inline-flex h-8 items-center gap-1.5 rounded-full bg-accent-soft ps-1 pe-2 tap-area text-sm font-semibold text-on-accent-soft"
    >
      <Avatar id={person.id} name={person.displayName} src={person.avatarUrl} size={24} />
      <bdi className="trunc max-w-30">{firstName(person.displayName)}</bdi>
      <X aria-hidden className="size-4" />
    </button>
  );
}

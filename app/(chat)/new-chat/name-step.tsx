'use client';

import { limits } from '#lib/contract/limits.ts';
import type { User } from '#lib/contract/records.ts';
import { Avatar } from '#lib/ui/avatar.tsx';
import { TextField } from '#lib/ui/field.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { firstName } from '../conversation/names.ts';

interface NameStepProps {
  title: string;
  people: User[];
  error: string | undefined;
  onChange: (title: string) => void;
  onSubmit: () => void;
}

export function NameStep({ title, people, error, onChange, onSubmit }: NameStepProps) {
  const t = useTexts();
  const max = limits.groupTitleLength;
  return (
    <form
      id="name-group"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
      className="min-h-0 flex-1 overflow-y-auto px-6 py-2"
    >
      <div className="grid place-items-center pt-2 pb-5">
        <Avatar id="" name={title || t('group.unnamed')} kind="group" size={96} />
      </div>
      <TextField
        initialFocus
        label={t('group.name')}
        hint={t.outOf(title.length, max)}
        dir="auto"
        maxLength={max}
        value={title}
        error={error}
        onChange={(event) => onChange(event.target.value)}
        autoComplete="off"
        enterKeyHint="done"
      />
      <h3 className="pt-5 pb-1.5 text-xs font-semibold text-text-3">
        {t('group.people', { count: people.length })}
      </h3>
      <ul className="flex flex-wrap gap-x-4 gap-y-3">
        {people.map(({ id, displayName, avatarUrl }) => (
          <li key={id} className="flex w-16 flex-col items-center gap-1 text-xs text-text-2">
            <Avatar id={id} name={displayName} src={avatarUrl} />
            <bdi className="trunc max-w-16" title={displayName}>
              {firstName(displayName)}
            </bdi>
          </li>
        ))}
      </ul>
    </form>
  );
}

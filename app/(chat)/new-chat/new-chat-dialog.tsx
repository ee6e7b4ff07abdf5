'use client';

import { Chain, Users } from '#lib/ui/icons.tsx';
import { useDeferredValue, useState, type ReactNode } from 'react';
import { Dialog } from '#lib/ui/dialog.tsx';
import { SearchBox } from '#lib/ui/search-box.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { PeopleList } from '../people/people-list.tsx';
import { useStartChat } from '../people/use-start-chat.ts';
import { invite } from './invite.ts';

interface NewChatDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onNewGroup: () => void;
}

export function NewChatDialog({ open, onOpenChange, onNewGroup }: NewChatDialogProps) {
  const t = useTexts();
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t('chat.new')} kind="flow">
      <NewChat onDone={() => onOpenChange(false)} onNewGroup={onNewGroup} />
    </Dialog>
  );
}

function NewChat({ onDone, onNewGroup }: { onDone: () => void; onNewGroup: () => void }) {
  const t = useTexts();
  const [query, setQuery] = useState('');
  const wanted = useDeferredValue(query.trim());
  const { start, starting } = useStartChat(onDone);
  return (
    <>
      <SearchBox
        initialFocus
        label={t('people.search')}
        value={query}
        onChange={setQuery}
        className="mx-4 mt-1 mb-2"
      />
      <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-2 pt-1 pb-4">
        {!query && (
          <>
            <Choice
              icon={<Users aria-hidden />}
              title={t('group.new')}
              text={t('chat.newText')}
              onClick={onNewGroup}
            />
            <Choice
              icon={<Chain aria-hidden />}
              title={t('invite.action')}
              text={t('invite.text')}
              onClick={() => void invite(t)}
            />
          </>
        )}
        <h3 className="trunc px-3 pt-3.5 pb-1.5 text-xs font-semibold text-text-3">
          {t('people.onHost', { host: location.host })}
        </h3>
        <PeopleList
          label={t('people.title')}
          query={wanted}
          busyId={starting}
          onPick={({ id }) => void start(id)}
        />
      </div>
    </>
  );
}

interface ChoiceProps {
  icon: ReactNode;
  title: string;
  text: string;
  onClick: () => void;
}

const Choice = ({ icon, title, text, onClick }: ChoiceProps) => (
  <button
    type="button"
    onClick={onClick}
    className="flex min-h-13 w-full items-center gap-3.5 rounded-md px-3 py-1.5 text-start hover:bg-hover-surface"
  >
    <span className="grid size-10 flex-none place-items-center rounded-full bg-accent-soft text-accent-text [&>svg]:size-4.5">
      {icon}
    </span>
    <span className="min-w-0">
      <span className="block text-body font-medium">{title}</span>
      <span className="block text-sm text-text-3">{text}</span>
    </span>
  </button>
);

'use client';

import { useRef, useState } from 'react';
import { newClientId } from '#lib/client/client-id.ts';
import { useActions } from '#lib/client/provider.tsx';
import { limits } from '#lib/contract/limits.ts';
import type { User } from '#lib/contract/records.ts';
import { useBackCloses } from '#lib/ui/back.ts';
import { Button } from '#lib/ui/button.tsx';
import { Dialog } from '#lib/ui/dialog.tsx';
import { navigate } from '#lib/ui/nav.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { errorText } from '#lib/ui/failure.ts';
import { ChooseStep } from '../details/choose-step.tsx';
import { NameStep } from './name-step.tsx';

interface NewGroupDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** Back to where one chooses between a chat and a group. */
  onBack: () => void;
}

const nobody: User[] = [];

/** Two steps: who, then how it is called. */
export function NewGroupDialog({ open, onOpenChange, onBack }: NewGroupDialogProps) {
  const t = useTexts();
  const { createGroup } = useActions();
  const [people, setPeople] = useState(nobody);
  const [title, setTitle] = useState('');
  const [naming, setNaming] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const attempt = useRef<{ of: string; clientId: string }>(null);
  const max = limits.groupMembers - 1;

  const change = (next: boolean) => {
    if (!next) {
      setPeople(nobody);
      setTitle('');
      setNaming(false);
      setError(undefined);
      attempt.current = null;
    }
    onOpenChange(next);
  };
  useBackCloses(open && naming, () => setNaming(false));

  const toggle = (person: User) =>
    setPeople((now) => {
      if (now.some(({ id }) => id === person.id)) return now.filter(({ id }) => id !== person.id);
      return now.length < max ? [...now, person] : now;
    });

  const create = async () => {
    if (busy) return;
    const name = title.trim();
    if (!name) return setError(t('group.needsName'));
    const memberIds = people.map(({ id }) => id);
    // Another try of the same is for the same group; with another name or other people it is another one.
    const of = JSON.stringify([name, memberIds.toSorted()]);
    if (attempt.current?.of !== of) attempt.current = { of, clientId: newClientId() };
    setBusy(true);
    setError(undefined);
    try {
      const { id } = await createGroup(name, memberIds, attempt.current.clientId);
      change(false);
      navigate(`/chats/${id}`);
    } catch (failure) {
      // Not as a notice, which would lie over the button for the next try.
      setError(errorText(t, failure));
    } finally {
      setBusy(false);
    }
  };

  // With keys, or the press on Next would be one on its successor, and submit what has no name yet.
  const footer = naming ? (
    <Button
      key="create"
      type="submit"
      form="name-group"
      busy={busy}
      busyLabel={t('group.creating')}
    >
      {t('group.create')}
    </Button>
  ) : (
    <Button key="next" disabled={people.length === 0} onClick={() => setNaming(true)}>
      {t('action.next')}
    </Button>
  );
  return (
    <Dialog
      open={open}
      onOpenChange={change}
      kind="flow"
      title={t(naming ? 'group.setName' : 'add.title')}
      onBack={naming ? () => setNaming(false) : onBack}
      footer={footer}
    >
      {naming ? (
        <NameStep
          title={title}
          people={people}
          error={error}
          onChange={(next) => {
            setTitle(next);
            if (error) setError(next.trim() ? undefined : error);
          }}
          onSubmit={() => void create()}
        />
      ) : (
        <ChooseStep people={people} members={[]} room={max} onToggle={toggle} />
      )}
    </Dialog>
  );
}

import { useState } from 'react';
import { useActions, useChat } from '#lib/client/provider.tsx';
import { limits } from '#lib/contract/limits.ts';
import type { Conversation, User } from '#lib/contract/records.ts';
import { useBackCloses } from '#lib/ui/back.ts';
import { Button } from '#lib/ui/button.tsx';
import { Dialog } from '#lib/ui/dialog.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { useAttempt } from '#lib/ui/use-attempt.ts';
import { ChooseStep } from './choose-step.tsx';
import { HistoryStep, type ShareLast } from './history-step.tsx';

interface AddPeopleDialogProps {
  conversation: Conversation;
  onClose: () => void;
}

/** Two steps: who, then how much of what was said before they may see. */
export function AddPeopleDialog({ conversation, onClose }: AddPeopleDialogProps) {
  const { id, memberCount } = conversation;
  const t = useTexts();
  const { addMembers } = useActions();
  const { isBusy, attempt } = useAttempt();
  const members = useChat((state) => (state.members[id] ?? []).map(({ user }) => user.id));
  const [people, setPeople] = useState<User[]>([]);
  const [shareLast, setShareLast] = useState<ShareLast>(0);
  const [isSharing, setSharing] = useState(false);
  useBackCloses(isSharing, () => setSharing(false));

  const room = limits.groupMembers - memberCount;
  const toggle = (person: User) =>
    setPeople((now) => {
      if (now.some((picked) => picked.id === person.id))
        return now.filter((picked) => picked.id !== person.id);
      return now.length < room ? [...now, person] : now;
    });
  const add = async () => {
    const userIds = people.map((person) => person.id);
    const work = addMembers(id, userIds, shareLast === 0 ? undefined : shareLast);
    if (await attempt(work, t('add.failed'))) onClose();
  };

  return (
    <Dialog
      open
      onOpenChange={onClose}
      kind="flow"
      title={t(isSharing ? 'add.share' : 'add.title')}
      onBack={isSharing ? () => setSharing(false) : undefined}
      footer={
        isSharing ? (
          <Button busy={isBusy} busyLabel={t('add.busy')} onClick={() => void add()}>
            {t('add.people', { count: people.length })}
          </Button>
        ) : (
          <Button disabled={people.length === 0} onClick={() => setSharing(true)}>
            {t('action.next')}
          </Button>
        )
      }
    >
      {isSharing ? (
        <HistoryStep value={shareLast} onChange={setShareLast} />
      ) : (
        <ChooseStep people={people} members={members} room={room} onToggle={toggle} />
      )}
    </Dialog>
  );
}

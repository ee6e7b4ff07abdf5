'use client';

import { Archive, ArchiveRestore, Ban, Bell, BellOff, Pin, PinOff } from '#lib/ui/icons.tsx';
import { useActions } from '#lib/client/provider.tsx';
import { isMuted } from '#lib/client/select.ts';
import type { Conversation, User } from '#lib/contract/records.ts';
import { MenuItem, MenuSeparator } from '#lib/ui/menu.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { toast } from '#lib/ui/toast.tsx';
import { errorText } from '#lib/ui/failure.ts';
import { firstName } from '../conversation/names.ts';
import { muteChoices } from '../notifications/mute.ts';

type Change = Partial<Pick<Conversation['me'], 'mutedUntil' | 'pinned' | 'archived'>>;

interface RowActionsProps {
  row: Conversation;
  /** Asks whether to block this person, or not to block them any more. */
  onBlock: (person: User) => void;
}

/** What can be done to a chat from its row. */
export function RowActions({ row, onBlock }: RowActionsProps) {
  const t = useTexts();
  const { updateConversation } = useActions();
  const { me, peer } = row;
  const change = (fields: Change, done?: string) => {
    const undo = () => change({ archived: !fields.archived });
    updateConversation({ conversationId: row.id, ...fields }).then(
      () => done && toast(done, { action: { label: t('action.undo'), onClick: undo } }),
      (error: unknown) => toast.error(errorText(t, error)),
    );
  };
  return (
    <>
      <MenuItem
        icon={me.pinned ? <PinOff aria-hidden /> : <Pin aria-hidden />}
        label={t(me.pinned ? 'chat.unpin' : 'chat.pin')}
        onSelect={() => change({ pinned: !me.pinned })}
      />
      <MenuItem
        icon={me.archived ? <ArchiveRestore aria-hidden /> : <Archive aria-hidden />}
        label={t(me.archived ? 'chat.unarchive' : 'chat.archive')}
        onSelect={() =>
          change({ archived: !me.archived }, me.archived ? undefined : t('chat.archived'))
        }
      />
      <MenuSeparator />
      {isMuted(row) ? (
        <MenuItem
          icon={<Bell aria-hidden />}
          label={t('mute.unmute')}
          onSelect={() => change({ mutedUntil: null })}
        />
      ) : (
        muteChoices.map(({ inRow, until }) => (
          <MenuItem
            key={inRow}
            icon={<BellOff aria-hidden />}
            label={t(inRow)}
            onSelect={() => change({ mutedUntil: until() })}
          />
        ))
      )}
      {peer && !peer.deleted && (
        <>
          <MenuSeparator />
          <MenuItem
            danger={!peer.blocked}
            icon={<Ban aria-hidden />}
            label={t(peer.blocked ? 'block.undoNamed' : 'block.action', {
              name: firstName(peer.displayName),
            })}
            onSelect={() => onBlock(peer)}
          />
        </>
      )}
    </>
  );
}

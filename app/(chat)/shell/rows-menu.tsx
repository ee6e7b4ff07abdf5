'use client';

import { Archive, ArchiveRestore, Ban, Bell, BellOff, Pin, PinOff } from '#lib/ui/icons.tsx';
import { useState, type ReactNode } from 'react';
import { isMuted } from '#lib/client/select.ts';
import type { Conversation, User } from '#lib/contract/records.ts';
import { useActions, useChat } from '#lib/client/provider.tsx';
import { ContextMenu, MenuItem, MenuSeparator } from '#lib/ui/menu.tsx';
import { toast } from '#lib/ui/toast.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { muteChoices } from '../notifications/mute.ts';
import { errorText } from '../conversation/failure.ts';
import { firstName } from '../conversation/names.ts';
import { BlockDialog } from './parts.tsx';

/** One menu for all rows below it: it is about the row that was pressed. */
export function RowsMenu({ children }: { children: ReactNode }) {
  const [id, setId] = useState<string | null>(null);
  const t = useTexts();
  const { updateConversation } = useActions();
  const row = useChat((state) => (id ? state.conversations[id] : undefined));
  const me = row?.me;
  const peer = row?.peer;
  /** Whom to block, or not to block any more. */
  const [asked, setAsked] = useState<User | null>(null);
  const aim = ({ target }: { target: EventTarget }) => {
    const row = target instanceof Element ? target.closest<HTMLElement>('[data-chat]') : null;
    setId(row?.dataset.chat ?? null);
  };
  type Change = Partial<Pick<Conversation['me'], 'mutedUntil' | 'pinned' | 'archived'>>;
  const change = (fields: Change, done?: string) => {
    if (!id) return;
    const undo = () => change({ archived: !fields.archived });
    updateConversation({ conversationId: id, ...fields }).then(
      () => done && toast(done, { action: { label: t('action.undo'), onClick: undo } }),
      (error: unknown) => toast.error(errorText(t, error)),
    );
  };
  return (
    <>
      <ContextMenu
        label={t('chat.menu')}
        menu={
          row &&
          me && (
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
                    onSelect={() => setAsked(peer)}
                  />
                </>
              )}
            </>
          )
        }
      >
        <div className="contents" onPointerDownCapture={aim} onContextMenuCapture={aim}>
          {children}
        </div>
      </ContextMenu>
      {/* Beside it: what is pressed in there is no row. */}
      {asked && <BlockDialog person={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

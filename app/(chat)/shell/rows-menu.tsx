'use client';

import { Archive, ArchiveRestore, Pin, PinOff } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useActions, useChat } from '#lib/client/provider.tsx';
import { ContextMenu, MenuItem } from '#lib/ui/menu.tsx';
import { toast } from '#lib/ui/toast.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { errorText } from '../conversation/failure.ts';

/** One menu for all rows below it: it is about the row that was pressed. */
export function RowsMenu({ children }: { children: ReactNode }) {
  const [id, setId] = useState<string | null>(null);
  const t = useTexts();
  const { updateConversation } = useActions();
  const me = useChat((state) => (id ? state.conversations[id]?.me : undefined));
  const aim = ({ target }: { target: EventTarget }) => {
    const row = target instanceof Element ? target.closest<HTMLElement>('[data-chat]') : null;
    setId(row?.dataset.chat ?? null);
  };
  const change = (fields: { pinned?: boolean; archived?: boolean }, done?: string) => {
    if (!id) return;
    const undo = () => change({ archived: !fields.archived });
    updateConversation({ conversationId: id, ...fields }).then(
      () => done && toast(done, { action: { label: t('action.undo'), onClick: undo } }),
      (error: unknown) => toast.error(errorText(t, error)),
    );
  };
  return (
    <ContextMenu
      label={t('chat.menu')}
      menu={
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
          </>
        )
      }
    >
      <div className="contents" onPointerDownCapture={aim} onContextMenuCapture={aim}>
        {children}
      </div>
    </ContextMenu>
  );
}

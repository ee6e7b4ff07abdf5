'use client';

import { useState, type ReactNode } from 'react';
import type { User } from '#lib/contract/records.ts';
import { useChat } from '#lib/client/provider.tsx';
import { ContextMenu } from '#lib/ui/menu.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { BlockDialog, RowActions } from './parts.tsx';

/** One menu for all rows below it: it is about the row that was pressed. */
export function RowsMenu({ children }: { children: ReactNode }) {
  const [id, setId] = useState<string | null>(null);
  const t = useTexts();
  const row = useChat((state) => (id ? state.conversations[id] : undefined));
  /** Whom to block, or not to block any more. */
  const [asked, setAsked] = useState<User | null>(null);
  const aim = ({ target }: { target: EventTarget }) => {
    const row = target instanceof Element ? target.closest<HTMLElement>('[data-chat]') : null;
    setId(row?.dataset.chat ?? null);
  };
  return (
    <>
      <ContextMenu label={t('chat.menu')} menu={row && <RowActions row={row} onBlock={setAsked} />}>
        <div
          className="contents"
          // Held by a finger it opens by itself; a mouse asks for it.
          onPointerDownCapture={(event) => event.pointerType !== 'mouse' && aim(event)}
          onContextMenuCapture={aim}
        >
          {children}
        </div>
      </ContextMenu>
      {/* Beside it: what is pressed in there is no row. */}
      {asked && <BlockDialog person={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

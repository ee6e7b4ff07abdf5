'use client';

import { useDeferredValue, useState } from 'react';
import { useActions, useChat } from '#lib/client/provider.tsx';
import { canPost, listRows } from '#lib/client/select.ts';
import { Avatar } from '#lib/ui/avatar.tsx';
import { Dialog } from '#lib/ui/dialog.tsx';
import { Empty } from '#lib/ui/empty.tsx';
import { navigate } from '#lib/ui/nav.tsx';
import { SearchBox } from '#lib/ui/search-box.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';

interface SendToDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** What is to be sent. */
  text: string;
}

/** Asks which chat something is for, and puts it there as a draft: sending is its writer's to do. */
export function SendToDialog({ text, ...props }: SendToDialogProps) {
  const t = useTexts();
  return (
    <Dialog {...props} title={t('share.title')} kind="flow">
      <SendTo text={text} onDone={() => props.onOpenChange(false)} />
    </Dialog>
  );
}

function SendTo({ text, onDone }: { text: string; onDone: () => void }) {
  const t = useTexts();
  const { setDraft } = useActions();
  const rows = useChat(listRows);
  const drafts = useChat((state) => state.drafts);
  const [query, setQuery] = useState('');
  const wanted = useDeferredValue(query.trim().toLocaleLowerCase(t.locale));
  const shown = rows.filter(
    (row) => canPost(row) && row.title.toLocaleLowerCase(t.locale).includes(wanted),
  );
  const pick = (id: string) => {
    const before = drafts[id] ?? '';
    setDraft(id, before === '' ? text : `${before}\n${text}`);
    navigate(`/chats/${id}`);
    onDone();
  };
  return (
    <>
      <p
        dir="auto"
        className="mx-5 mt-1 mb-3 line-clamp-3 whitespace-pre-line wrap-anywhere text-md text-text-2"
      >
        {text}
      </p>
      <SearchBox
        initialFocus
        label={t('share.search')}
        value={query}
        onChange={setQuery}
        className="mx-4 mb-2"
      />
      <ul
        aria-label={t('chats.title')}
        className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-2 pb-4"
      >
        {shown.map(({ id, title, kind, peer, avatarUrl }) => (
          <li key={id}>
            <button
              type="button"
              onClick={() => pick(id)}
              className="flex min-h-13 w-full items-center gap-3.5 rounded-md px-3 py-1.5 text-start hover:bg-hover-surface"
            >
              <Avatar
                id={peer?.id ?? id}
                name={title}
                kind={kind === 'group' ? 'group' : 'person'}
                src={avatarUrl}
                size={40}
              />
              <span dir="auto" className="user-line flex-1 text-body font-medium">
                {title}
              </span>
            </button>
          </li>
        ))}
        {shown.length === 0 && (
          <li>
            <Empty small title={t('share.none')} />
          </li>
        )}
      </ul>
    </>
  );
}

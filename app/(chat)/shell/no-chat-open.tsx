'use client';

import { SquarePen, Users } from '#lib/ui/icons.tsx';
import { Button } from '#lib/ui/button.tsx';
import { Empty } from '#lib/ui/empty.tsx';
import { useChat } from '#lib/client/provider.tsx';
import { listRows } from '#lib/client/select.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { Keys } from './keys.tsx';
import { useOpenDialog } from './shell-context.tsx';

const hints = [
  { keys: ['ctrl', 'K'], does: 'palette.title' },
  { keys: ['alt', 'N'], does: 'chat.new' },
  { keys: ['?'], does: 'shortcuts.title' },
] as const;

/** The sheet before a chat has been chosen. */
export function NoChatOpen() {
  const t = useTexts();
  const open = useOpenDialog();
  // Where there is none to choose, the list says how to begin.
  const isFirst = useChat((state) => state.listStatus === 'ready' && listRows(state).length === 0);
  return (
    <Empty
      picture={<Picture />}
      title={t(isFirst ? 'app.tagline' : 'noChat.title')}
      actions={
        !isFirst && (
          <>
            <Button onClick={() => open('new-chat')}>
              <SquarePen aria-hidden className="size-5.5" /> {t('chat.new')}
            </Button>
            <Button variant="tonal" onClick={() => open('new-group')}>
              <Users aria-hidden className="size-5.5" /> {t('group.new')}
            </Button>
          </>
        )
      }
      footer={
        <p className="mt-7 flex flex-wrap justify-center gap-5 text-sm text-text-3 touch:hidden">
          {hints.map(({ keys, does }) => (
            <span key={does} className="inline-flex items-center gap-1.5">
              <Keys keys={keys} /> {t(does)}
            </span>
          ))}
        </p>
      }
    >
      {t(isFirst ? 'app.description' : 'noChat.text')}
    </Empty>
  );
}

const Picture = () => (
  <svg viewBox="0 0 168 128" aria-hidden className="mb-5 h-32 w-42 flex-none fill-none">
    <path
      d="M16 22h58a14 14 0 0 1 14 14v22a14 14 0 0 1-14 14H36L20 84l2-12h-6A14 14 0 0 1 2 58V36a14 14 0 0 1 14-14Z"
      className="fill-bubble-other"
    />
    <g className="fill-border-strong" opacity=".45">
      <rect x="20" y="38" width="46" height="6" rx="3" />
      <rect x="20" y="51" width="30" height="6" rx="3" />
    </g>
    <path
      d="M98 46h54a14 14 0 0 1 14 14v22a14 14 0 0 1-14 14h-6l2 12-16-12H98a14 14 0 0 1-14-14V60a14 14 0 0 1 14-14Z"
      className="fill-accent"
    />
    <g className="fill-on-accent">
      <rect x="102" y="62" width="46" height="6" rx="3" opacity=".85" />
      <rect x="102" y="75" width="26" height="6" rx="3" opacity=".55" />
    </g>
    <circle cx="85" cy="16" r="12" className="fill-spark" />
    <circle cx="56" cy="104" r="9" className="fill-p5" opacity=".85" />
  </svg>
);

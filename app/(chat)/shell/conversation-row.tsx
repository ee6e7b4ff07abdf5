'use client';

import { Ban, BellOff, Pin } from '#lib/ui/icons.tsx';
import { memo } from 'react';
import { useChat } from '#lib/client/provider.tsx';
import { isMuted, isThere, isUnread } from '#lib/client/select.ts';
import { Avatar } from '#lib/ui/avatar.tsx';
import { Badge } from '#lib/ui/badge.tsx';
import { ChatLink } from '#lib/ui/nav.tsx';
import { Tick } from '#lib/ui/tick.tsx';
import { listTime } from '#lib/ui/time.ts';
import { useToday } from '#lib/ui/use-today.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { shownName } from '../conversation/names.ts';
import { previewOf, type Preview } from './preview.ts';

/** Pixels. */
export const conversationRowHeight = 72;

/** The looks of every row in the list, whatever it leads to. */
export const rowClasses =
  'relative grid h-18 w-full grid-cols-[48px_minmax(0,1fr)] items-center gap-x-3 rounded-row px-3 text-start no-underline text-text [--ring:var(--c-app)] phone:[--ring:var(--c-surface)] hover:bg-hover phone:hover:bg-hover-surface';

const selectedClasses =
  'tablet:bg-selected tablet:hover:bg-selected tablet:[--ring:var(--c-selected)]';

interface ConversationRowProps {
  id: string;
  isOpen: boolean;
  /** Of the list's rows one is in the Tab order. */
  tabIndex: 0 | -1;
  onOpen?: () => void;
}

export const ConversationRow = memo(function ConversationRow(props: ConversationRowProps) {
  const { id, isOpen, tabIndex, onOpen } = props;
  const t = useTexts();
  const row = useChat((state) => state.conversations[id]);
  const online = useChat((state) => isThere(state, state.conversations[id]?.peer));
  const preview = useChat((state) => {
    const conversation = state.conversations[id];
    return conversation ? previewOf(t, state, conversation, isOpen) : null;
  });
  const today = useToday();
  if (!row || !preview) return null;
  const { title, kind, peer, unreadCount, me } = row;
  const muted = isMuted(row);
  const unread = isUnread(row);
  return (
    <ChatLink
      href={`/chats/${id}`}
      data-chat={id}
      data-roving={id}
      tabIndex={tabIndex}
      aria-current={isOpen ? 'page' : undefined}
      onClick={onOpen}
      className={`${rowClasses} ${isOpen ? selectedClasses : ''}`}
    >
      <Avatar
        id={peer?.id ?? id}
        name={title}
        kind={kind === 'group' ? 'group' : 'person'}
        src={row.avatarUrl}
        online={online}
      />
      <span className="min-w-0">
        <span className="flex items-center gap-2">
          <span dir="auto" className="user-line flex-1 text-body font-semibold">
            {shownName(t, title)}
          </span>
          <time
            dateTime={preview.at}
            className={`flex-none text-xs tabular-nums ${unread ? 'font-semibold text-text' : 'text-text-3'}`}
          >
            {today !== null && listTime(t, preview.at)}
          </time>
        </span>
        <span className="flex items-center gap-2">
          <span
            className={`flex h-5.5 min-w-0 flex-1 items-center gap-1.25 text-md ${unread ? 'text-text' : 'text-text-2'}`}
          >
            <PreviewLine preview={preview} />
          </span>
          {muted && <Sign icon={<BellOff aria-hidden />} label={t('row.muted')} />}
          {me.pinned && <Sign icon={<Pin aria-hidden />} label={t('row.pinned')} />}
          <Badge count={unreadCount} muted={muted || !unread} />
        </span>
      </span>
    </ChatLink>
  );
});

function PreviewLine({ preview }: { preview: Preview }) {
  const t = useTexts();
  const { kind, who, text, tick } = preview;
  if (kind === 'failed') {
    return (
      <>
        <span className="[&>svg]:text-danger">
          <Tick tick="failed" />
        </span>
        <span className="trunc font-medium text-danger">{t('tick.failed')}</span>
      </>
    );
  }
  return (
    <>
      {tick && <Tick tick={tick} />}
      {kind === 'deleted' && <Ban aria-hidden className="icon-xs text-text-3" />}
      {kind === 'draft' && (
        <span className="flex-none font-medium text-danger">{t('row.draft')}</span>
      )}
      {who && (
        <span className="flex max-w-1/2 flex-none">
          <bdi className="trunc">{who}</bdi>:
        </span>
      )}
      {/* What people write goes its own way; our sentences about them go the way of the interface. */}
      <span
        dir={kind === 'text' || kind === 'draft' ? 'auto' : undefined}
        className={`user-line ${lineStyles[kind] ?? ''}`}
      >
        {text}
      </span>
    </>
  );
}

const lineStyles: Partial<Record<Preview['kind'], string>> = {
  typing: 'font-medium text-accent-text',
  // Arabic letters do not slant.
  deleted: 'italic rtl:not-italic',
};

const Sign = ({ icon, label }: { icon: React.ReactNode; label: string }) => (
  <span className="flex-none text-text-3 [&>svg]:icon-xs">
    {icon}
    <span className="sr-only">{label}</span>
  </span>
);

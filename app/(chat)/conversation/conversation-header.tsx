import { ArrowLeft, Info } from '#lib/ui/icons.tsx';
import { useEffect, useRef } from 'react';
import { useChat, useWatchPresence } from '#lib/client/provider.tsx';
import { isThere, personOf } from '#lib/client/select.ts';
import type { Conversation } from '#lib/contract/records.ts';
import { Avatar } from '#lib/ui/avatar.tsx';
import { IconButton } from '#lib/ui/icon-button.tsx';
import { ChatLink, goBack, navigate } from '#lib/ui/nav.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { shownName } from './names.ts';
import { useView } from '../shell/shell-context.tsx';
import { useSubtitle } from './use-subtitle.ts';
import { isTouch } from './touch.ts';

export function ConversationHeader({ conversation }: { conversation: Conversation }) {
  const { id, kind, title, avatarUrl, peer } = conversation;
  const t = useTexts();
  const path = `/chats/${id}`;
  const detailsPath = `${path}/details`;
  const view = useView();
  const isDetailsOpen = view.name === 'chats' && view.details;
  const heading = useRef<HTMLHeadingElement>(null);
  const person = useChat((state) => peer && (personOf(state, peer.id) ?? peer));
  const isOnline = useChat((state) => isThere(state, peer));
  const subtitle = useSubtitle(conversation);
  useWatchPresence(peer ? [peer.id] : []);

  // On a touch screen the keyboard stays down; the composer takes the focus elsewhere.
  useEffect(() => {
    if (isTouch()) heading.current?.focus({ preventScroll: true });
  }, []);

  return (
    <header className="z-2 flex h-(--header-h) flex-none items-center gap-3 border-b border-border bg-surface ps-4 pe-3 phone:h-15 phone:gap-0 phone:ps-1 phone:pe-3">
      <IconButton
        label={t('chat.back')}
        className="tablet:hidden"
        icon={<ArrowLeft aria-hidden className="flip-rtl" />}
        onClick={() => goBack('/chats')}
      />
      <ChatLink
        href={detailsPath}
        className="flex min-h-12 min-w-0 flex-1 items-center gap-3 rounded-md no-underline phone:gap-2.5"
      >
        <Avatar
          id={peer?.id ?? id}
          name={title}
          kind={kind === 'group' ? 'group' : 'person'}
          size={40}
          src={avatarUrl}
          online={isOnline}
        />
        <span className="min-w-0 flex-1">
          <h2
            ref={heading}
            tabIndex={-1}
            dir="auto"
            className="user-line text-lg leading-[1.375rem] font-semibold tracking-[-.005em] outline-none"
          >
            {shownName(t, person?.displayName ?? title)}
          </h2>
          {subtitle.text && (
            <span className={`trunc block text-sm ${tones[subtitle.tone]}`}>{subtitle.text}</span>
          )}
        </span>
        <span className="sr-only">{t('chat.details')}</span>
      </ChatLink>
      <IconButton
        label={t('chat.details')}
        on={isDetailsOpen}
        aria-pressed={isDetailsOpen}
        className="phone:hidden"
        icon={<Info aria-hidden />}
        onClick={() => (isDetailsOpen ? goBack(path) : navigate(detailsPath))}
      />
    </header>
  );
}

const tones = { plain: 'text-text-3', online: 'text-success', typing: 'text-accent-text' } as const;

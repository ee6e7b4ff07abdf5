import { Ban } from '#lib/ui/icons.tsx';
import { memo, type ReactNode } from 'react';
import type { PendingMessage, Tick } from '#lib/client/types.ts';
import type { Message, Role } from '#lib/contract/records.ts';
import { Avatar, toneOf, toneText } from '#lib/ui/avatar.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { BubbleMeta } from './bubble-meta.tsx';
import { isEmojiOnly } from './emoji-only.ts';
import { MessageText } from './message-text.tsx';
import { Unsent } from './not-sent.tsx';
import { HoverBar } from '../shell/parts.tsx';

interface BubbleProps {
  id: string;
  message: Message | null;
  pending: PendingMessage | null;
  own: boolean;
  first: boolean;
  last: boolean;
  inGroup: boolean;
  senderId: string;
  senderName: string;
  senderAvatar: string | null;
  role: Role | null;
  tick: Tick | null;
  /** The one message that Tab reaches; the arrow keys move on from there. */
  isTabStop: boolean;
  /** It came while the conversation was open. */
  isNew: boolean;
  /** It is marked for a moment. */
  isFlashed: boolean;
  /** A pointer or the focus has been at it. */
  isReached: boolean;
  onReach: (isReached: true) => void;
  /** The class for what is between it and the row above. */
  room: string;
}

export const Bubble = memo(function Bubble(props: BubbleProps) {
  const { own, first, last, inGroup, isNew, isFlashed, onReach, room } = props;
  const reach = () => onReach(true);
  const motion = isNew ? (own ? 'animate-send' : 'animate-rise') : '';
  const width = inGroup ? 'max-w-[82%]' : 'max-w-[84%]';
  return (
    <div
      className={`group/bubble relative flex items-end gap-1.5 tablet:gap-2 ${room} ${own ? 'justify-end' : ''} ${motion} ${isFlashed ? '[&_[data-bubble]]:animate-flash' : ''}`}
      // What is scrolled below a resting pointer is not pointed at.
      onPointerMove={reach}
      onFocus={reach}
    >
      {inGroup && !own && (
        <span className="w-8 flex-none">
          {last && (
            <Avatar
              id={props.senderId}
              name={props.senderName}
              src={props.senderAvatar}
              size={32}
            />
          )}
        </span>
      )}
      <div
        className={`relative flex min-w-0 flex-col ${own ? 'items-end' : 'items-start'} ${width} tablet:max-w-[86%] desktop:max-w-[min(560px,78%)]`}
      >
        <Body {...props}>{inGroup && !own && first && <SenderName {...props} />}</Body>
        {props.isReached && props.message && <HoverBar own={own} />}
        {props.pending && <Unsent pending={props.pending} />}
      </div>
    </div>
  );
});

function Body(props: BubbleProps & { children: ReactNode }) {
  const t = useTexts();
  const { id, message, pending, own, last, isTabStop, children } = props;
  const text = message?.text ?? pending?.text ?? '';
  const isDeleted = Boolean(message?.deletedAt);
  const isLarge = !isDeleted && isEmojiOnly(text);
  const shape = isLarge ? large(own, last) : `${bubble(own, isDeleted)} ${corners(props)}`;
  return (
    <article
      data-bubble
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- The arrow keys walk from one message to the next.
      tabIndex={isTabStop ? 0 : -1}
      aria-labelledby={`${id}-who ${id}-text ${id}-meta`}
      className={`relative max-w-full min-w-0 wrap-anywhere outline-offset-2 touch:select-none touch:[-webkit-touch-callout:none] ${shape}`}
    >
      <span id={`${id}-who`} className="sr-only">
        {own ? t('person.you') : props.senderName}
      </span>
      {children}
      <div dir="auto" className={isLarge ? 'px-1 text-emoji' : 'whitespace-pre-wrap'}>
        <span id={`${id}-text`}>
          {isDeleted ? <Deleted own={own} /> : <MessageText text={text} />}
        </span>
        {!isLarge && (
          <span className="float-end ms-2.5 mt-[7px] -mb-[3px]">
            <Meta {...props} on="bubble" />
          </span>
        )}
      </div>
      {isLarge && (
        <span className="rounded-full bg-bubble-other px-2.5 py-0.5">
          <Meta {...props} on="page" />
        </span>
      )}
    </article>
  );
}

function Meta({ id, message, pending, tick, on }: BubbleProps & { on: 'bubble' | 'page' }) {
  const isDeleted = Boolean(message?.deletedAt);
  return (
    <BubbleMeta
      id={`${id}-meta`}
      at={message?.createdAt ?? pending?.createdAt ?? ''}
      isEdited={Boolean(message?.editedAt) && !isDeleted}
      tick={isDeleted ? null : tick}
      on={on}
    />
  );
}

function SenderName({ senderId, senderName, role }: BubbleProps) {
  const t = useTexts();
  return (
    <span
      aria-hidden
      className="mb-0.5 flex max-w-full items-baseline gap-1.5 text-sm font-semibold"
    >
      <span dir="auto" className={`user-line ${toneText[toneOf(senderId)]}`}>
        {senderName}
      </span>
      {role && role !== 'member' && (
        <span className="flex-none text-xs font-medium text-bubble-other-meta">
          {t(`role.${role}`)}
        </span>
      )}
    </span>
  );
}

function Deleted({ own }: { own: boolean }) {
  const t = useTexts();
  return (
    <>
      <Ban aria-hidden className="me-1.5 inline-block icon-xs align-[-3px]" />
      {t(own ? 'message.deletedByYou' : 'message.deleted')}
    </>
  );
}

// What stands under one is no part of the bubble that follows.
const large = (own: boolean, last: boolean) =>
  `flex flex-col rounded-bubble ${own ? 'items-end' : 'items-start'} ${last ? '' : 'mb-1'}`;

function bubble(own: boolean, isDeleted: boolean): string {
  const room = 'flow-root px-3 pt-2 pb-[7px]';
  if (isDeleted)
    return `${room} text-md leading-(--lh-body) text-text-3 shadow-[inset_0_0_0_1px_var(--c-border)] [--meta:var(--c-text-3)]`;
  return own
    ? `${room} bg-bubble-own text-bubble-own-text [--link:var(--c-bubble-own-link)] [--meta:var(--c-bubble-own-meta)] [--well:var(--c-bubble-own-well)]`
    : `${room} bg-bubble-other text-bubble-other-text [--link:var(--c-bubble-other-link)] [--meta:var(--c-bubble-other-meta)] [--well:var(--c-bubble-other-well)]`;
}

/** Bubbles of one run are joined on their sender's side. */
function corners({ own, first, last }: BubbleProps): string {
  const above = first ? '' : own ? 'rounded-se-xs' : 'rounded-ss-xs';
  const below = last ? '' : own ? 'rounded-ee-xs' : 'rounded-es-xs';
  return `rounded-bubble ${above} ${below}`;
}

import { useMemo, useState, type Ref } from 'react';
import { useChat } from '#lib/client/provider.tsx';
import { personOf, typersIn } from '#lib/client/select.ts';
import type { Tick } from '#lib/client/types.ts';
import type { Conversation, Message } from '#lib/contract/records.ts';
import { dayLabel } from '#lib/ui/time.ts';
import { useToday } from '#lib/ui/use-today.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { Bubble } from './bubble.tsx';
import { typingText } from './header-text.ts';
import { MessageMenu } from './message-menu.tsx';
import { DaySeparator, SystemLine, TypingBubble, UnreadDivider } from './separators.tsx';
import type { NameOf } from './system-text.ts';
import type { BubbleItem, TimelineItem } from './timeline.ts';
import { useMessageMenu } from './use-message-menu.ts';
import { peopleIn, useNames } from './use-names.ts';
import { useRowKeys } from './use-row-keys.ts';

interface LogRowsProps {
  ref: Ref<HTMLUListElement>;
  conversation: Conversation;
  items: readonly TimelineItem[];
  ticks: readonly (Tick | null)[];
  isLive: boolean;
  onEdit: (messageId: string) => void;
  onLeave: () => boolean;
}

export function LogRows(props: LogRowsProps) {
  const { ref, conversation, items, ticks, isLive, onEdit, onLeave } = props;
  const t = useTexts();
  const messages = useMemo(() => messagesIn(items), [items]);
  const people = useMemo(() => peopleIn(messages), [messages]);
  const nameFor = useNames(people, conversation);
  const typers = useChat((state) => typersIn(state, conversation.id));
  const isOnline = useChat((state) => state.connection.status === 'online');
  const menu = useMessageMenu(items, conversation, onEdit);
  const keys = useRowKeys(items, menu, onLeave);
  // Renders again at midnight: Today is Yesterday then.
  useToday();
  // What is there when the conversation opens does not move in; what comes later does.
  const [openedAt] = useState(conversation.lastSeq);

  return (
    <>
      <ul
        ref={ref}
        className="mx-auto w-full max-w-220 [list-style-type:''] flex-none px-3 pt-3 pb-2 tablet:px-4 tablet:pt-4 tablet:pb-3 desktop:px-6"
        {...menu.listeners}
        {...keys.listeners}
      >
        {items.map((item, index) => (
          <li key={item.key} {...rowData(item)} className={rowClass(item)}>
            {item.kind === 'bubble' ? (
              <BubbleRow
                item={item}
                conversation={conversation}
                nameOf={nameFor}
                tick={ticks[index] ?? null}
                isTabStop={item.key === keys.tabStop}
                isNew={item.message === null || item.message.seq > openedAt}
              />
            ) : (
              <Line item={item} nameOf={nameFor} />
            )}
          </li>
        ))}
        {isLive && isOnline && typers.length > 0 && (
          <li className="pt-3">
            <TypingBubble label={typingText(t, typers, true)} />
          </li>
        )}
      </ul>
      <MessageMenu conversation={conversation} menu={menu} />
    </>
  );
}

interface BubbleRowProps {
  item: BubbleItem;
  conversation: Conversation;
  nameOf: NameOf;
  tick: Tick | null;
  isTabStop: boolean;
  isNew: boolean;
}

function BubbleRow({ item, conversation, nameOf, ...rest }: BubbleRowProps) {
  const { message, pending, own, first, last, senderId } = item;
  const avatar = useChat((state) => personOf(state, senderId)?.avatarUrl ?? null);
  const role = useChat(
    (state) =>
      state.members[conversation.id]?.find(({ user }) => user.id === senderId)?.role ?? null,
  );
  return (
    <Bubble
      {...{ message, pending, own, first, last, senderId, role }}
      {...rest}
      id={`m-${item.key}`}
      inGroup={conversation.kind === 'group'}
      senderName={nameOf(senderId)}
      senderAvatar={avatar}
    />
  );
}

function Line({ item, nameOf }: { item: Exclude<TimelineItem, BubbleItem>; nameOf: NameOf }) {
  const t = useTexts();
  const myId = useChat((state) => state.account.id);
  if (item.kind === 'day')
    return <DaySeparator label={dayLabel(t, new Date(item.at).toISOString())} />;
  if (item.kind === 'divider') return <UnreadDivider count={item.count} />;
  return <SystemLine message={item.message} nameOf={nameOf} myId={myId} />;
}

const messageOf = (item: TimelineItem): Message | null =>
  item.kind === 'bubble' || item.kind === 'system' ? item.message : null;

const messagesIn = (items: readonly TimelineItem[]): Message[] =>
  items.flatMap((item) => messageOf(item) ?? []);

/** What the scrolling reads off a row; only a message can be held on to. */
function rowData(item: TimelineItem) {
  const message = messageOf(item);
  const at = message?.createdAt ?? (item.kind === 'bubble' ? item.pending?.createdAt : undefined);
  return {
    'data-key': item.key,
    'data-seq': message?.seq,
    'data-at': at && Date.parse(at),
    'data-line': item.kind === 'bubble' ? undefined : '',
  };
}

const rowClass = (item: TimelineItem) => {
  if (item.kind === 'divider') return '[[data-line]+&]:-mt-3';
  if (item.kind !== 'bubble') return undefined;
  return item.first ? 'pt-3 [[data-line]+&]:pt-0' : 'pt-0.5';
};

import { memo, useMemo, useState, type CSSProperties } from 'react';
import { useChat } from '#lib/client/provider.tsx';
import { personOf, roleOf, tickOf } from '#lib/client/select.ts';
import type { Conversation, Message } from '#lib/contract/records.ts';
import { dayLabel } from '#lib/ui/time.ts';
import { useToday } from '#lib/ui/use-today.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { Bubble } from './bubble.tsx';
import { indexOfGoal } from './log-places.ts';
import { MessageMenu } from './message-menu.tsx';
import { Beginning, DaySeparator, SystemLine, UnreadDivider } from './separators.tsx';
import type { NameOf } from './system-text.ts';
import { seqOf, type BubbleItem, type TimelineItem } from './timeline.ts';
import type { LogScroll } from './use-log-scroll.ts';
import { useMessageMenu } from './use-message-menu.ts';
import { peopleIn, useNames } from './use-names.ts';
import { useRowKeys, type RowKeysOptions } from './use-row-keys.ts';

interface LogRowsProps {
  conversation: Conversation;
  items: readonly TimelineItem[];
  virtualizer: LogScroll['virtualizer'];
  still: LogScroll['still'];
  /** The first message from this time (Date.now() ms) on is marked for a moment. */
  flashed: number | null;
  keys: RowKeysOptions;
  onEdit: (message: Message) => void;
  onDay: (at: number) => void;
}

export function LogRows(props: LogRowsProps) {
  const { conversation, items, virtualizer, still, flashed, onEdit, onDay } = props;
  const t = useTexts();
  const people = useMemo(() => peopleIn(messagesIn(items)), [items]);
  const nameOf = useNames(people, conversation);
  const menu = useMessageMenu(items, conversation, onEdit);
  const keys = useRowKeys(props.keys, items, virtualizer, menu);
  // Renders again at midnight: Today is Yesterday then.
  const today = useToday() ?? t.drawnAt;
  // What is there when the conversation opens does not move in; what comes later does, once.
  const [openedAt] = useState(conversation.lastSeq);
  const isNew = (item: BubbleItem) =>
    (item.message === null || item.message.seq > openedAt) &&
    !virtualizer.itemSizeCache.has(item.key);
  const flashedKey = useMemo(() => keyToFlash(items, flashed), [items, flashed]);
  const rows: readonly DrawnRow[] = still ? still.rows : virtualizer.getVirtualItems();
  const firstSeq = Math.max(1, conversation.me.visibleFromSeq);

  return (
    <>
      <ul
        className="relative mx-auto mt-auto w-full max-w-220 flex-none [list-style-type:'']"
        suppressHydrationWarning
        style={still ? still.style : { height: virtualizer.getTotalSize() }}
        {...menu.listeners}
        {...keys.listeners}
      >
        {rows.map(({ index }, at) => {
          const item = items[index];
          if (!item) return null;
          const seq = seqOf(item);
          return (
            <li
              key={item.key}
              ref={still ? still.measure : virtualizer.measureElement}
              data-index={index}
              data-key={item.key}
              aria-setsize={seq && conversation.lastSeq - firstSeq + 1}
              aria-posinset={seq && seq - firstSeq + 1}
              className="flow-root px-3 tablet:px-4 desktop:px-6"
              style={placeOf(rows, at)}
            >
              {item.kind === 'bubble' ? (
                <BubbleRow
                  item={item}
                  room={roomAbove(item, items[index - 1])}
                  conversation={conversation}
                  nameOf={nameOf}
                  isTabStop={item.key === keys.tabStop}
                  isNew={isNew(item)}
                  isFlashed={item.key === flashedKey}
                />
              ) : (
                <div className={roomAbove(item, items[index - 1])}>
                  <Line {...{ item, conversation, nameOf, today, onDay }} />
                </div>
              )}
            </li>
          );
        })}
      </ul>
      <MessageMenu conversation={conversation} menu={menu} />
    </>
  );
}

interface WaitingProps {
  conversation: Conversation;
  bubbles: readonly BubbleItem[];
}

/** What is not accepted yet, where the log does not go on to its place. */
export const Waiting = memo(function Waiting({ conversation, bubbles }: WaitingProps) {
  const t = useTexts();
  return (
    bubbles.length > 0 && (
      <ul className="px-3 pb-3 [list-style-type:''] tablet:px-4 desktop:px-6">
        {bubbles.map((item) => (
          <li key={item.key}>
            <BubbleRow
              item={item}
              room={roomAbove(item, undefined)}
              conversation={conversation}
              nameOf={() => t('person.you')}
              isTabStop={false}
              isNew={false}
              isFlashed={false}
            />
          </li>
        ))}
      </ul>
    )
  );
});

interface BubbleRowProps {
  item: BubbleItem;
  /** The class for what is between it and the row above. */
  room: string;
  conversation: Conversation;
  nameOf: NameOf;
  isTabStop: boolean;
  isNew: boolean;
  isFlashed: boolean;
}

const BubbleRow = memo(function BubbleRow(props: BubbleRowProps) {
  const { item, room, conversation, nameOf, isTabStop, isFlashed } = props;
  const { message, pending, own, first, last, senderId } = item;
  const inGroup = conversation.kind === 'group';
  // Only as it comes into the document: scrolled to again, it is new no more.
  const [isNew] = useState(props.isNew);
  // Most messages never have a pointer or the focus near them.
  const [isReached, setReached] = useState(false);
  // Only what this row shows: there are many, and each is asked at every change.
  const { avatar, role, tick } = useChat((state) => {
    const isTheirs = inGroup && !own;
    const sent = own && (message ?? pending);
    return {
      avatar: (isTheirs && last && personOf(state, senderId)?.avatarUrl) || null,
      role: isTheirs && first ? roleOf(state, conversation.id, senderId) : null,
      tick: sent ? tickOf(state, sent) : null,
    };
  });
  return (
    <Bubble
      {...{ message, pending, own, first, last, inGroup, senderId, role, tick }}
      {...{ room, isTabStop, isNew, isFlashed, isReached }}
      id={`m-${item.key}`}
      onReach={setReached}
      senderName={nameOf(senderId)}
      senderAvatar={avatar}
    />
  );
});

interface LineProps {
  item: Exclude<TimelineItem, BubbleItem>;
  conversation: Conversation;
  nameOf: NameOf;
  /** Any time (Date.now() ms) of this day. */
  today: number | undefined;
  onDay: (at: number) => void;
}

function Line({ item, conversation, nameOf, today, onDay }: LineProps) {
  const t = useTexts();
  const myId = useChat((state) => state.account.id);
  if (item.kind === 'beginning') return <Beginning conversation={conversation} />;
  if (item.kind === 'divider') return <UnreadDivider count={item.count} />;
  if (item.kind === 'system')
    return <SystemLine message={item.message} nameOf={nameOf} myId={myId} />;
  const { at } = item;
  const label = dayLabel(t, new Date(at).toISOString(), today ? new Date(today) : undefined);
  return <DaySeparator label={label} onPress={() => onDay(at)} />;
}

const messagesIn = (items: readonly TimelineItem[]) =>
  items.flatMap((item) =>
    item.kind === 'bubble' || item.kind === 'system' ? (item.message ?? []) : [],
  );

function keyToFlash(items: readonly TimelineItem[], at: number | null): string | null {
  if (at === null) return null;
  const from = indexOfGoal(items, { to: 'time', at });
  return items.slice(from).find(({ kind }) => kind === 'bubble')?.key ?? null;
}

interface DrawnRow {
  index: number;
  /** Where (px) it begins; undefined where nothing is above the first one. */
  start?: number;
}

/**
 * Rows stand one below the other, so that none of them moves by itself when one above turns out to be
 * higher. One that is kept far from the others stands alone.
 */
function placeOf(rows: readonly DrawnRow[], at: number): CSSProperties | undefined {
  const { index = 0, start } = rows[at] ?? {};
  if (start === undefined || rows[at - 1]?.index === index - 1) return undefined;
  const isAlone = rows[at + 1]?.index !== index + 1;
  return isAlone ? { position: 'absolute', insetInline: 0, top: start } : { marginTop: start };
}

/** Rows are measured by themselves: what is between two of them belongs to the lower one. */
function roomAbove(item: TimelineItem, above: TimelineItem | undefined): string {
  const isBelowLine = above !== undefined && above.kind !== 'bubble';
  if (item.kind === 'divider') return isBelowLine ? '-mt-3' : '';
  if (item.kind === 'system') return above?.kind === 'system' ? '-mt-2.5' : '';
  if (item.kind !== 'bubble') return '';
  if (!item.first) return 'pt-0.5';
  return isBelowLine ? '' : 'pt-3';
}

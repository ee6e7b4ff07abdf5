import type { PendingMessage } from '#lib/client/types.ts';
import type { Message } from '#lib/contract/records.ts';

/** What the message log shows, from top to bottom. */
export type TimelineItem =
  | { kind: 'beginning'; key: string }
  | { kind: 'day'; key: string; at: number }
  | { kind: 'divider'; key: string; count: number }
  | { kind: 'system'; key: string; message: Message }
  | BubbleItem;

export interface BubbleItem {
  kind: 'bubble';
  /** The same before and after the server accepted it, so that the bubble stays where it is. */
  key: string;
  message: Message | null;
  pending: PendingMessage | null;
  own: boolean;
  senderId: string;
  /** The first and the last bubble of a run of one sender. */
  first: boolean;
  last: boolean;
}

export interface TimelineInput {
  messages: readonly Message[];
  /** The messages begin in the middle of the log: what is above them has yet to be fetched. */
  hasOlder: boolean;
  /** Says above the first message that the conversation begins there. */
  hasBeginning: boolean;
  pending: readonly PendingMessage[];
  divider: { seq: number; count: number } | null;
  myId: string;
  /** Only a group's admins are told that somebody left. */
  isAdmin: boolean;
  /** Which day it is at a time (Date.now() ms). */
  dayOf: (at: number) => number;
}

const runGapMs = 5 * 60_000;

export const keyOf = (message: Message, myId: string) =>
  message.senderId === myId && message.kind !== 'system' ? message.clientId : message.id;

export function isShown(message: Message, myId: string, isAdmin: boolean): boolean {
  if (message.hidden) return false;
  if (message.system?.type !== 'member_left') return true;
  return isAdmin || message.system.actorId === myId;
}

export function timelineOf(input: TimelineInput): TimelineItem[] {
  const { messages, pending, divider, myId, isAdmin, hasOlder, hasBeginning, dayOf } = input;
  const items: TimelineItem[] = hasBeginning ? [{ kind: 'beginning', key: 'beginning' }] : [];
  let day: number | null = null;
  let latest = 0;
  // In a log that goes on above and starts below the divider, the divider is above too.
  let isDividerDue = divider !== null && !(hasOlder && (messages[0]?.seq ?? 0) > divider.seq);
  let run: { bubble: BubbleItem; at: number } | null = null;

  const breakRun = () => (run = null);
  const startDay = (at: number) => {
    // Days only go forward: a clock that was set back must not reopen yesterday.
    latest = Math.max(latest, at);
    if (dayOf(latest) === day) return;
    day = dayOf(latest);
    items.push({ kind: 'day', key: `day-${day}`, at: latest });
    breakRun();
  };
  const addBubble = (bubble: BubbleItem, at: number) => {
    const joins = run?.bubble.senderId === bubble.senderId && at - run.at < runGapMs;
    if (joins && run) run.bubble.last = false;
    bubble.first = !joins;
    items.push(bubble);
    run = { bubble, at };
  };

  for (const message of messages) {
    if (!isShown(message, myId, isAdmin)) continue;
    const at = Date.parse(message.createdAt);
    startDay(at);
    if (divider && isDividerDue && message.seq >= divider.seq) {
      items.push({ kind: 'divider', key: 'divider', count: divider.count });
      isDividerDue = false;
      breakRun();
    }
    if (message.kind === 'system') {
      items.push({ kind: 'system', key: message.id, message });
      breakRun();
    } else addBubble(bubbleOf(message, myId), at);
  }
  if (hasOlder) dropUnsure(items);

  const accepted = new Set(messages.map((message) => message.clientId));
  for (const entry of pending) {
    if (accepted.has(entry.clientId)) continue;
    const at = Date.parse(entry.createdAt);
    startDay(at);
    addBubble(pendingBubble(entry, myId), at);
  }
  return items;
}

/** The rows of what is not accepted yet, by themselves: the log does not go on to where they belong. */
export const waitingBubbles = (
  pending: readonly PendingMessage[],
  myId: string,
  dayOf: TimelineInput['dayOf'],
): BubbleItem[] =>
  timelineOf({
    messages: [],
    hasOlder: false,
    hasBeginning: false,
    pending,
    divider: null,
    myId,
    isAdmin: false,
    dayOf,
  }).filter((item) => item.kind === 'bubble');

/**
 * What stands above the first message of a log that goes on there is not known: whether it begins a
 * day or a run. It comes with its page, so that no row changes when that does.
 */
function dropUnsure(items: TimelineItem[]): void {
  const isMessage = (item: TimelineItem) => timeOf(item) !== null;
  const first = items.findIndex(isMessage);
  if (items.slice(first + 1).some(isMessage)) items.splice(0, first + 1);
}

const bubbleOf = (message: Message, myId: string): BubbleItem => ({
  kind: 'bubble',
  key: keyOf(message, myId),
  message,
  pending: null,
  own: message.senderId === myId,
  senderId: message.senderId,
  first: true,
  last: true,
});

const pendingBubble = (pending: PendingMessage, myId: string): BubbleItem => ({
  kind: 'bubble',
  key: pending.clientId,
  message: null,
  pending,
  own: true,
  senderId: myId,
  first: true,
  last: true,
});

/** When (Date.now() ms) what the row shows was sent; null for a row that is no message. */
export function timeOf(item: TimelineItem): number | null {
  if (item.kind !== 'bubble' && item.kind !== 'system') return null;
  const at = item.message?.createdAt ?? (item.kind === 'bubble' ? item.pending?.createdAt : '');
  return Date.parse(at ?? '');
}

export const seqOf = (item: TimelineItem): number | undefined =>
  item.kind === 'bubble' || item.kind === 'system' ? item.message?.seq : undefined;

import type { Message } from '#lib/contract/records.ts';
import type { ConversationLog } from './types.ts';

/** The later of two versions of a message. Whoever has hidden it never sees it again. */
export function mergeMessage(have: Message | undefined, got: Message): Message {
  if (!have) return got;
  const newer = got.rev > have.rev ? got : have;
  if (newer.hidden || !(have.hidden || got.hidden)) return newer;
  return { ...newer, hidden: true, text: '' };
}

export const emptyLog: ConversationLog = {
  messages: [],
  hasOlder: false,
  hasNewer: false,
  loading: null,
  error: null,
  divider: null,
};

export const lastSeqIn = (log: ConversationLog): number => log.messages.at(-1)?.seq ?? 0;

function indexOfSeq(messages: Message[], seq: number): number {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (messages[middle]!.seq < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function findMessage(log: ConversationLog | undefined, seq: number): Message | undefined {
  if (!log) return undefined;
  const found = log.messages[indexOfSeq(log.messages, seq)];
  return found?.seq === seq ? found : undefined;
}

/**
 * Puts into a log whatever of `news` has a place in it: a newer version of what it holds, or what
 * follows its last message without a hole. `firstSeq` is where an empty log begins, and `missed` are the
 * holes that will stay.
 */
export function foldNews(
  log: ConversationLog,
  news: Record<number, Message>,
  firstSeq: number,
  missed: readonly { from: number; to: number }[] = [],
): ConversationLog {
  if (log.loading === 'first') return log;
  // What was cut off would come back at once; it comes with its page.
  const isFull = log.hasNewer && log.messages.length >= mostLoaded;
  let messages = log.messages;
  let isCopy = false;
  const own = () => {
    if (!isCopy) messages = [...messages];
    isCopy = true;
    return messages;
  };
  // Integer keys come in ascending order, so what follows on comes before what follows on that.
  for (const message of Object.values(news)) {
    const following = (messages.at(-1)?.seq ?? firstSeq - 1) + 1;
    const hole = missed.find(({ from, to }) => from <= following && following <= to);
    const next = hole ? hole.to + 1 : following;
    if (message.seq === next) {
      if (!isFull) own().push(message);
      continue;
    }
    const index = indexOfSeq(messages, message.seq);
    const have = messages[index];
    if (have?.seq !== message.seq) continue;
    const merged = mergeMessage(have, message);
    if (merged !== have) own()[index] = merged;
  }
  return isCopy ? { ...log, messages } : log;
}

/** Sorted, each seq once, the newest version of each. */
export function joinMessages(...lists: Message[][]): Message[] {
  const bySeq = new Map<number, Message>();
  for (const message of lists.flat())
    bySeq.set(message.seq, mergeMessage(bySeq.get(message.seq), message));
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

export const sidesKept = { whole: 600, cached: 150 } as const;
/** So many more may come before something is dropped. */
export const spare = 100;
/** How many messages of a conversation are held at most for long. */
export const mostLoaded = sidesKept.whole + spare;

/** Keeps memory bounded: drops what is farthest from where somebody reads. */
export function trimLog(
  log: ConversationLog,
  keep: 'oldest' | 'newest',
  most: number = sidesKept.whole,
): ConversationLog {
  if (log.messages.length <= most) return log;
  return keep === 'oldest'
    ? { ...log, messages: log.messages.slice(0, most), hasNewer: true }
    : { ...log, messages: log.messages.slice(-most), hasOlder: true };
}

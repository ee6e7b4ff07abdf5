import type { Types } from 'mongoose';

/** Something to be written to a conversation. */
export interface Entry {
  conversation: Types.ObjectId;
  /** Has to be written by itself, after all that came before it. */
  isAlone: boolean;
}

/** What is to be written, a batch of many conversations at a time. */
export interface Lanes<E extends Entry> {
  add(entry: E): void;
  /** How many wait, beside those that are being written. */
  waiting(): number;
  /** Resolves when nothing waits and nothing is being written. */
  written(): Promise<void>;
}

/** So many batches are under way at once: while the store writes one, another one is made or answered. */
const maxLanes = 3;
/** Small enough that there are several of them when there is much to do. */
const maxBatch = 128;
/** So that nobody's flood keeps the others waiting. */
const maxOfOneConversation = 100;

/**
 * A conversation is part of one batch at a time, so that what comes first is written before what comes
 * next is begun.
 * @param write writes a batch, in its order; it never rejects
 */
export function createLanes<E extends Entry>(write: (batch: E[]) => Promise<void>): Lanes<E> {
  /** Conversations that have something to be written; whoever is at the end has had a turn last. */
  const queues = new Map<string, E[]>();
  /** What waits behind something that is being written, to the same conversation. */
  const held = new Map<string, E[]>();
  const lanes = new Set<Promise<void>>();

  const take = (): E[] => {
    const batch: E[] = [];
    for (const [id, queue] of queues) {
      if (batch.length >= maxBatch) break;
      batch.push(...fromFront(queue, maxBatch - batch.length));
      queues.delete(id);
      held.set(id, queue);
    }
    return batch;
  };

  const release = (batch: E[]): void => {
    for (const { conversation } of batch) {
      const id = conversation.toHexString();
      const queue = held.get(id);
      if (!held.delete(id) || !queue || queue.length === 0) continue;
      queues.set(id, queue);
    }
  };

  const openLane = (): void => {
    const run = async (): Promise<void> => {
      // One turn later, so that what arrives together is written together.
      await new Promise(setImmediate);
      for (let batch = take(); batch.length > 0; batch = take()) {
        await write(batch);
        release(batch);
      }
      // In the turn of the last look: what is added from here on opens another one.
      lanes.delete(lane);
    };
    const lane = run();
    lanes.add(lane);
  };

  return {
    add(entry) {
      const id = entry.conversation.toHexString();
      const behind = held.get(id);
      if (behind) return void behind.push(entry);
      const queue = queues.get(id);
      if (queue) queue.push(entry);
      else queues.set(id, [entry]);
      if (lanes.size < maxLanes) openLane();
    },
    waiting() {
      let count = 0;
      for (const line of [queues, held]) for (const queue of line.values()) count += queue.length;
      return count;
    },
    async written() {
      while (lanes.size > 0) await Promise.all(lanes);
    },
  };
}

/** Either one that has to be alone or those before the next such one; at most so many. */
function fromFront<E extends Entry>(queue: E[], room: number): E[] {
  const alone = queue.findIndex(({ isAlone }) => isAlone);
  const end = alone < 0 ? queue.length : Math.max(alone, 1);
  return queue.splice(0, Math.min(end, room, maxOfOneConversation));
}

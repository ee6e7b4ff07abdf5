import { env } from '#lib/env.ts';
import { log } from '#lib/log.ts';
import { metrics, showGauge } from '#lib/metrics.ts';
import { vapid } from '#lib/push/keys.ts';
import { isChosenFor, isNodeKnown } from '#lib/nodes/node.ts';
import { pushesWaiting } from '#lib/push/queue.ts';
import { onPublication, type Publication } from '#lib/publish.ts';
import { remember } from '#lib/runtime.ts';
import type { Scope } from './notification-readers.ts';
import { clearShown, noteNotified, settle, shownIn, shownOn } from './notification-settling.ts';

// Notifications follow what is published, after a message is stored and told: whatever becomes of them,
// it costs the message nothing. Of each conversation a device shows one, about its newest unread message.

interface State {
  /** Conversations with something new, and from when on it may be told; the earliest first. */
  due: Map<string, number>;
  /**
   * The same for conversations of which somebody was told nothing because they were looking. A
   * socket whose device has gone without a word still counts; the server knows before this is over.
   */
  doubtful: Map<string, number>;
  /** People by conversation whose devices may show there what they should not any more. */
  changed: Map<string, Set<string>>;
  timer: NodeJS.Timeout | null;
  isWorking: boolean;
}

/** What changes within such a moment is looked up together. */
const gatherMs = 100;
const maxAtOnce = 200;
const againMs = 5_000;
/** More than it takes Socket.io to find out that a socket is dead. */
const doubtMs = 50_000;

const notifying = (): State =>
  remember('notifying', () => ({
    due: new Map(),
    doubtful: new Map(),
    changed: new Map(),
    timer: null,
    isWorking: false,
  }));

/** Begins to send notifications, unless they are switched off. Returns how to stop. */
export function startNotifying(): () => void {
  if (!vapid()) return () => undefined;
  const state = notifying();
  showGauge('gatherly_pushes_waiting', 'Notifications that wait to be sent.', pushesWaiting);
  const stopListening = onPublication((publication, from) => hear(state, publication, from));
  return () => {
    stopListening();
    if (state.timer) clearTimeout(state.timer);
    state.timer = null;
  };
}

/** Notes what a publication means to notifications. In the path of every message, so it asks nobody. */
function hear(state: State, publication: Publication, from: string | null): void {
  switch (publication.type) {
    case 'event':
      hearEvent(state, publication, from);
      break;
    case 'notified':
      if (from !== null) noteNotified(publication);
      break;
    case 'leave':
      for (const { sessionId, userId } of shownIn(publication.conversationId)) {
        if (publication.userIds.includes(userId)) clearShown(publication.conversationId, sessionId);
      }
      break;
    case 'end-sessions':
      // Who signs out has what the browser shows taken away there.
      if (publication.reason === 'signed_out') break;
      for (const { conversationId, sessionId } of shownOn(publication.sessionIds)) {
        clearShown(conversationId, sessionId);
      }
      break;
    case 'join':
    case 'sight':
      break;
  }
}

function hearEvent(
  state: State,
  publication: Extract<Publication, { type: 'event' }>,
  from: string | null,
): void {
  if (publication.event === 'message:new') {
    const { kind, conversationId } = publication.data.message;
    if (kind === 'system' || state.due.has(conversationId) || !isOurs(conversationId, from)) return;
    if (state.due.size >= env().PUSH_QUEUE) {
      metrics().pushes.inc({ outcome: 'dropped' });
      return;
    }
    state.due.set(conversationId, performance.now() + env().PUSH_WAIT_SECONDS * 1000);
    schedule(state);
  } else if (publication.event === 'message:updated') {
    const { deletedAt, hidden, conversationId, seq } = publication.data.message;
    if (deletedAt === null && !hidden) return;
    for (const shown of shownIn(conversationId)) {
      if (shown.seq === seq) noteChange(state, conversationId, shown.userId);
    }
  } else if (publication.event === 'receipts') {
    const { conversationId, receipts } = publication.data;
    for (const shown of shownIn(conversationId)) {
      const receipt = receipts.find(({ userId }) => userId === shown.userId);
      if (receipt && receipt.readSeq >= shown.seq) noteChange(state, conversationId, shown.userId);
    }
  }
}

/** A process tells of what it was told itself; for those without notifications one of the others does. */
const isOurs = (conversationId: string, from: string | null): boolean =>
  from === null || (!isNodeKnown(from) && isChosenFor(conversationId));

function noteChange(state: State, conversationId: string, userId: string): void {
  const userIds = state.changed.get(conversationId) ?? new Set();
  state.changed.set(conversationId, userIds.add(userId));
  schedule(state);
}

function schedule(state: State): void {
  if (state.isWorking) return;
  if (state.timer) clearTimeout(state.timer);
  const now = performance.now();
  const [firstDue = Infinity] = state.due.values();
  const [firstDoubtful = Infinity] = state.doubtful.values();
  const next = state.changed.size > 0 ? now : Math.min(firstDue, firstDoubtful);
  state.timer =
    next === Infinity
      ? null
      : setTimeout(() => void work(state), Math.max(next - now, gatherMs)).unref();
}

async function work(state: State): Promise<void> {
  state.timer = null;
  state.isWorking = true;
  const due = takeDue(state.due);
  const doubtful = takeDue(state.doubtful);
  const changed = [...state.changed].slice(0, maxAtOnce);
  for (const [id] of changed) state.changed.delete(id);
  try {
    if (changed.length > 0) await settle(changed, { mayAnnounce: false });
    if (doubtful.length > 0) {
      await settle(everybodyIn(doubtful), { mayAnnounce: true, undeliveredOnly: true });
    }
    if (due.length > 0) {
      const lookedAt = await settle(everybodyIn(due), { mayAnnounce: true });
      noteDoubt(state, lookedAt);
    }
  } catch (error) {
    log().warn({ error: (error as Error).message }, 'notifications could not be looked up');
    const at = performance.now() + againMs;
    for (const id of [...due, ...doubtful, ...changed.map(([id]) => id)]) state.due.set(id, at);
  }
  state.isWorking = false;
  schedule(state);
}

function noteDoubt({ doubtful }: State, lookedAt: Set<string>): void {
  const at = performance.now() + doubtMs;
  for (const id of lookedAt) if (!doubtful.has(id)) doubtful.set(id, at);
}

/** Takes out the conversations whose time has come. */
function takeDue(waiting: Map<string, number>): string[] {
  const now = performance.now();
  const ids: string[] = [];
  for (const [id, at] of waiting) {
    if (at > now || ids.length === maxAtOnce) break;
    ids.push(id);
    waiting.delete(id);
  }
  return ids;
}

const everybodyIn = (ids: string[]): Scope => ids.map((id) => [id, null]);

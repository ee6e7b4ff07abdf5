import { setTimeout as delay } from 'node:timers/promises';
import { Types } from 'mongoose';
import { AppError } from '#lib/contract/errors.ts';
import { isDuplicateKey } from '#lib/database/errors.ts';
import { log } from '#lib/log.ts';
import { metrics } from '#lib/metrics.ts';
import { remember } from '#lib/runtime.ts';
import { advanceHead, forgetHead, headOf, knownHead, readHead, type Head } from './heads.ts';
import { createLanes, type Lanes } from './lanes.ts';
import { MessageModel, type MessageDoc } from './message.ts';

// A conversation is a log. Each one queues what is to be written; those that have something waiting
// share ordered inserts (lanes.ts). The unique indexes on (conversation, seq) and (conversation, rev) are
// the only lock between nodes: a duplicate tells that another node was faster, and since an ordered
// insert stops there, nothing after it is in. So n + 1 is never seen before n.

export type Draft = Pick<
  MessageDoc,
  'conversation' | 'sender' | 'clientId' | 'kind' | 'text' | 'system'
>;

interface Appended {
  message: MessageDoc;
  /** False when the sender's clientId was known: this is the message that it made then. */
  created: boolean;
  /** The newest seq before this message that is not the sender's own; 0 if there is none. */
  othersUpTo: number;
}

interface Announce {
  /** Called once for a new message, in the order of seq, before anybody's promise. */
  now: (message: MessageDoc) => void;
  /** Called instead for one that is found later, its writing having seemed to fail. */
  late: (message: MessageDoc) => Promise<void>;
}

interface Append {
  isAlone: false;
  conversation: Types.ObjectId;
  draft: Draft;
  announce: Announce;
  /** The message of the latest try to write it. */
  attempt?: Types.ObjectId;
  resolve: (appended: Appended) => void;
  reject: (error: unknown) => void;
}

interface Change {
  isAlone: true;
  conversation: Types.ObjectId;
  run: () => Promise<void>;
}

interface Log {
  lanes: Lanes<Append | Change>;
  /** Appends under way by sender and clientId: a retry joins the first. */
  underWay: Map<string, Promise<Appended>>;
  /** Looks for messages whose outcome is unknown. */
  looking: Set<Promise<void>>;
}

/** So long a number is tried for that others take first, at other processes: less than a client waits. */
const racingMs = 3_000;
/** When (ms after each other) to look for messages whose outcome is unknown. */
const survivorWaitsMs = [500, 2_000, 5_000, 15_000];

const logs = (): Log =>
  remember('logs', () => ({
    lanes: createLanes(write),
    underWay: new Map(),
    looking: new Set(),
  }));

/**
 * Appends a message to its conversation's log and resolves when it is stored durably. The same
 * (sender, clientId) resolves with the first message, for ever.
 */
export function appendMessage(draft: Draft, announce: Announce): Promise<Appended> {
  const state = logs();
  const key = `${draft.sender.toHexString()}:${draft.clientId}`;
  const first = state.underWay.get(key);
  if (first) return first.then((appended) => ({ ...appended, created: false }));
  const appended = new Promise<Appended>((resolve, reject) => {
    const settled =
      <T>(settle: (outcome: T) => void) =>
      (outcome: T): void => {
        state.underWay.delete(key);
        settle(outcome);
      };
    state.lanes.add({
      isAlone: false,
      conversation: draft.conversation,
      draft,
      announce,
      resolve: settled(resolve),
      reject: settled(reject),
    });
  });
  state.underWay.set(key, appended);
  return appended;
}

/**
 * Changes a stored message and gives it the conversation's next rev.
 * @param decide gets the message as it is, throws to refuse, or says what to set; null: nothing to do.
 */
export function changeMessage(
  { _id, conversation }: Pick<MessageDoc, '_id' | 'conversation'>,
  decide: (message: MessageDoc) => Partial<MessageDoc> | null,
): Promise<MessageDoc> {
  return new Promise((resolve, reject) => {
    const run = () => applyChange({ _id, conversation }, decide).then(resolve, reject);
    logs().lanes.add({ isAlone: true, conversation, run });
  });
}

/** Resolves when what waits to be written to this conversation now has been, or has failed. */
export function appendsSettled(conversation: Types.ObjectId): Promise<void> {
  return new Promise((resolve) => {
    logs().lanes.add({ isAlone: true, conversation, run: async () => resolve() });
  });
}

/** How many messages and changes wait to be written. */
export const appendsWaiting = (): number => logs().lanes.waiting();

/** Resolves when nothing waits to be written; for a clean stop. */
export const logsWritten = (): Promise<void> => logs().lanes.written();

/** Resolves when nothing is looked for whose writing seemed to fail; after half a minute at most. */
export async function survivorsAnnounced(): Promise<void> {
  await Promise.all(logs().looking);
}

async function write(batch: (Append | Change)[]): Promise<void> {
  const appends = batch.filter((entry) => !entry.isAlone);
  const changes = batch.filter((entry) => entry.isAlone);
  await Promise.all([insert(appends), ...changes.map((change) => change.run())]);
}

async function insert(entries: Append[]): Promise<void> {
  let rest = entries;
  const until = performance.now() + racingMs;
  try {
    for (let tries = 0; rest.length > 0; tries++) {
      // Each of them may also turn out to be there already.
      if (tries > entries.length && performance.now() > until) throw tooBusy();
      rest = await insertOnce(rest);
    }
  } catch (error) {
    for (const { conversation, reject } of rest) {
      forgetHead(conversation);
      reject(error);
    }
    const { looking } = logs();
    const look = announceSurvivors(rest).finally(() => looking.delete(look));
    looking.add(look);
  }
}

/**
 * After a failure of unknown outcome: some of the messages may be in all the same. Their senders,
 * who were told of a failure, find them when they try again; the others have to be told of them.
 */
async function announceSurvivors(entries: Append[]): Promise<void> {
  const missing = new Map(
    entries.flatMap((entry) =>
      entry.attempt ? [[entry.attempt.toHexString(), entry] as const] : [],
    ),
  );
  for (const waitMs of survivorWaitsMs) {
    if (missing.size === 0) return;
    await delay(waitMs, undefined, { ref: false });
    try {
      const _id = { $in: [...missing.keys()] };
      for (const message of await MessageModel.find({ _id })
        .sort({ seq: 1 })
        .lean<MessageDoc[]>()) {
        const id = message._id.toHexString();
        await missing.get(id)?.announce.late(message);
        missing.delete(id);
      }
    } catch (error) {
      log().warn({ error: (error as Error).message }, 'unfinished messages could not be looked up');
    }
  }
}

/** One ordered insert; settles what is in and returns what is still to be written, in order. */
async function insertOnce(entries: Append[]): Promise<Append[]> {
  const { documents, heads } = await number(entries);
  try {
    await MessageModel.collection.insertMany(documents, { ordered: true });
    settle(entries, documents, heads);
    return [];
  } catch (error) {
    const clash = duplicateIn(error);
    if (!clash) throw error;
    const loser = entries[clash.index] as Append;
    settle(entries.slice(0, clash.index), documents, heads);
    forgetHead(loser.conversation);
    if (!clash.isRetry) return withLast(entries.slice(clash.index), loser.conversation);
    return settleRetries(loser, entries.slice(clash.index + 1));
  }
}

/** What is not of this conversation first: it need not wait while a number is raced for. */
function withLast(entries: Append[], conversation: Types.ObjectId): Append[] {
  const isOfIt = (entry: Append) => entry.conversation.equals(conversation);
  return [...entries.filter((entry) => !isOfIt(entry)), ...entries.filter(isOfIt)];
}

/** Gives each message the next seq and rev of its conversation. */
async function number(entries: Append[]) {
  const ends = await endsOf(entries);
  const documents: MessageDoc[] = [];
  const heads: Head[] = [];
  const createdAt = new Date();
  for (const entry of entries) {
    const { conversation, draft } = entry;
    const id = conversation.toHexString();
    const before = ends.get(id) as Head;
    const message: MessageDoc = {
      _id: new Types.ObjectId(),
      ...draft,
      seq: before.seq + 1,
      rev: before.rev + 1,
      createdAt,
      editedAt: null,
      deletedAt: null,
      hiddenFor: [],
    };
    entry.attempt = message._id;
    const sameSender = before.last?.sender.equals(draft.sender) ?? false;
    const head = {
      seq: message.seq,
      rev: message.rev,
      last: message,
      runStart: sameSender ? before.runStart : message.seq,
    };
    ends.set(id, head);
    documents.push(message);
    heads.push(head);
  }
  return { documents, heads };
}

/** The heads of all conversations of a batch, as they are before it. */
async function endsOf(entries: Append[]): Promise<Map<string, Head>> {
  const ends = new Map<string, Head>();
  const unknown = new Map<string, Types.ObjectId>();
  for (const { conversation } of entries) {
    const id = conversation.toHexString();
    const head = knownHead(id);
    if (head) ends.set(id, head);
    else unknown.set(id, conversation);
  }
  await Promise.all(
    [...unknown].map(async ([id, conversation]) => ends.set(id, await headOf(conversation))),
  );
  return ends;
}

function settle(entries: Append[], documents: MessageDoc[], heads: Head[]): void {
  metrics().messagesAppended.inc(entries.length);
  entries.forEach((entry, i) => {
    const { conversation, announce, resolve } = entry;
    const message = documents[i] as MessageDoc;
    const head = heads[i] as Head;
    advanceHead(conversation, head);
    announce.now(message);
    resolve({ message, created: true, othersUpTo: head.runStart - 1 });
  });
}

/**
 * Answers a retry with the message of its first try, and so what else of its sender is there already: who had
 * no answers sends everything again. Returns the others. That it cannot be looked up concerns nobody else.
 */
async function settleRetries(first: Append, others: Append[]): Promise<Append[]> {
  const { sender } = first.draft;
  const theirs = [first, ...others.filter(({ draft }) => draft.sender.equals(sender))];
  const clientId = { $in: theirs.map(({ draft }) => draft.clientId) };
  try {
    const messages = await MessageModel.find({ sender, clientId }).lean<MessageDoc[]>();
    const known = new Map(messages.map((message) => [message.clientId, message]));
    for (const { draft, resolve } of theirs) {
      const message = known.get(draft.clientId);
      if (message) resolve({ message, created: false, othersUpTo: 0 });
    }
    if (!known.has(first.draft.clientId)) first.reject(new AppError('unavailable'));
    return others.filter((entry) => !(theirs.includes(entry) && known.has(entry.draft.clientId)));
  } catch (error) {
    first.reject(error);
    return others;
  }
}

/** Which entry of an ordered insert had a key already, if that is what stopped it. */
function duplicateIn(error: unknown): { index: number; isRetry: boolean } | null {
  const { writeErrors } = error as { writeErrors?: unknown };
  const first: unknown = Array.isArray(writeErrors) ? writeErrors[0] : writeErrors;
  const {
    code,
    index,
    errmsg = '',
  } = (first ?? {}) as { code?: number; index?: number; errmsg?: string };
  if (code !== 11000 || index === undefined) return null;
  // The driver drops the server's keyPattern from bulk errors; the index's name is in the text.
  return { index, isRetry: errmsg.includes('sender_1_clientId_1') };
}

async function applyChange(
  { _id, conversation }: Pick<MessageDoc, '_id' | 'conversation'>,
  decide: (message: MessageDoc) => Partial<MessageDoc> | null,
): Promise<MessageDoc> {
  const until = performance.now() + racingMs;
  for (let tries = 0; tries === 0 || performance.now() < until; tries++) {
    const message = await MessageModel.findById(_id).lean<MessageDoc>();
    if (!message) throw new AppError('not_found');
    const set = decide(message);
    if (!set) return message;
    const head = tries === 0 ? await headOf(conversation) : await readHead(conversation);
    const changed = { ...message, ...set, rev: head.rev + 1 };
    if (await swap(message, { ...set, rev: changed.rev })) {
      const last = head.last?._id.equals(_id) ? changed : head.last;
      advanceHead(conversation, { ...head, rev: changed.rev, last });
      return changed;
    }
    forgetHead(conversation);
  }
  throw tooBusy();
}

const tooBusy = () => new AppError('unavailable', 'The conversation is too busy.');

/** Replaces the message if it is still the one read and the rev is still free. */
async function swap(
  { _id, conversation, rev }: MessageDoc,
  set: Partial<MessageDoc>,
): Promise<boolean> {
  try {
    const { matchedCount } = await MessageModel.updateOne({ _id, rev }, { $set: set });
    return matchedCount === 1;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    forgetHead(conversation);
    throw error;
  }
}

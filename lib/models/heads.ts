import { Types } from 'mongoose';
import { log } from '#lib/log.ts';
import { remember } from '#lib/runtime.ts';
import { ConversationModel, type ConversationDoc } from './conversation.ts';
import { createGathering, type Gathering } from './gathering.ts';
import { MessageModel, type MessageDoc } from './message.ts';

/** The end of a conversation's log, as far as this process knows it. */
export interface Head {
  seq: number;
  rev: number;
  /** The newest message; null in an empty conversation. */
  last: MessageDoc | null;
  /** The seq from which on all messages are `last`'s sender's. */
  runStart: number;
}

const maxRemembered = 20_000;
/** Characters of their last messages: nearly all are short, but each may have 64 KiB. */
const maxRememberedText = 16 * 1024 * 1024;
/** A busy conversation's document is written a few times a second, not with each of its messages. */
const gatherMs = 250;

interface Heads {
  known: Map<string, Head>;
  /** The characters of the texts in `known`. */
  text: number;
  /** Heads that their conversations' documents do not have yet. */
  unwritten: Map<string, Head>;
  writing: Gathering;
}

const heads = (): Heads =>
  remember('heads', () => ({
    known: new Map(),
    text: 0,
    unwritten: new Map(),
    writing: createGathering(gatherMs, writeHeads),
  }));

/** The head of a conversation: remembered, else read from its log. */
export async function headOf(conversation: Types.ObjectId): Promise<Head> {
  return knownHead(conversation.toHexString()) ?? (await readHead(conversation));
}

/** The head of a conversation if it is remembered. */
export const knownHead = (conversationId: string): Head | undefined =>
  heads().known.get(conversationId);

/** Reads the head from the log itself, which is always right. */
export async function readHead(conversation: Types.ObjectId): Promise<Head> {
  // The rev first: a message that comes in between makes it too low, which the next look mends.
  const changed = await MessageModel.findOne({ conversation }, { rev: 1 })
    .sort({ rev: -1 })
    .lean<MessageDoc>();
  const last = await MessageModel.findOne({ conversation }).sort({ seq: -1 }).lean<MessageDoc>();
  const head = { seq: last?.seq ?? 0, rev: changed?.rev ?? 0, last, runStart: last?.seq ?? 0 };
  return keep(conversation.toHexString(), head);
}

/** After an append or change of unknown or foreign outcome: the next one reads the log. */
export function forgetHead(conversation: Types.ObjectId): void {
  forget(heads(), conversation.toHexString());
}

/** Another process has written up to this rev. */
export function noteForeignRev(conversationId: string, rev: number): void {
  const known = heads().known.get(conversationId);
  if (known && known.rev < rev) forget(heads(), conversationId);
}

/** Remembers a head that has just been written to the log, and writes it to the conversation soon. */
export function advanceHead(conversation: Types.ObjectId, head: Head): void {
  const id = conversation.toHexString();
  const state = heads();
  state.unwritten.set(id, keep(id, head));
  state.writing.soon();
}

/** Writes every head to its conversation's document; for a clean stop. */
export const headsWritten = (): Promise<void> => heads().writing.now();

/**
 * The conversations with their heads as the log has them: a document is behind for a moment after
 * each append, and for good if the process died between the two writes.
 */
export async function withHeads(conversations: ConversationDoc[]): Promise<ConversationDoc[]> {
  if (conversations.length === 0) return [];
  const current = conversations.map(withKnownHead);
  const missed = await MessageModel.find(
    { $or: current.map(({ _id, rev }) => ({ conversation: _id, rev: { $gt: rev } })) },
    { conversation: 1 },
  ).lean<Pick<MessageDoc, 'conversation'>[]>();
  if (missed.length === 0) return current;
  const behind = new Set(missed.map((message) => message.conversation.toHexString()));
  return Promise.all(
    current.map(async (conversation) => {
      if (!behind.has(conversation._id.toHexString())) return conversation;
      advanceHead(conversation._id, await readHead(conversation._id));
      return withKnownHead(conversation);
    }),
  );
}

function withKnownHead(conversation: ConversationDoc): ConversationDoc {
  const head = heads().known.get(conversation._id.toHexString());
  if (!head || head.rev < conversation.rev) return conversation;
  const { seq: lastSeq, rev, last: lastMessage } = head;
  const activityAt = lastMessage?.createdAt ?? conversation.activityAt;
  const updatedAt = activityAt > conversation.updatedAt ? activityAt : conversation.updatedAt;
  return { ...conversation, lastSeq, rev, lastMessage, activityAt, updatedAt };
}

/** Remembers the head unless a newer one is known; answers the one that is. */
function keep(id: string, read: Head): Head {
  const state = heads();
  const { known } = state;
  const before = known.get(id);
  const head = before && before.rev > read.rev ? before : read;
  forget(state, id);
  known.set(id, head);
  state.text += textLength(head);
  for (const oldest of known.keys()) {
    const isTooMuch = known.size > maxRemembered || state.text > maxRememberedText;
    if (!isTooMuch || oldest === id) break;
    forget(state, oldest);
  }
  return head;
}

function forget(state: Heads, id: string): void {
  const head = state.known.get(id);
  if (!head) return;
  state.known.delete(id);
  state.text -= textLength(head);
}

const textLength = ({ last }: Head): number => last?.text.length ?? 0;

async function writeHeads(): Promise<void> {
  const { unwritten } = heads();
  const batch = [...unwritten];
  unwritten.clear();
  if (batch.length === 0) return;
  const { collection } = ConversationModel;
  try {
    const { matchedCount } = await collection.bulkWrite(batch.map(newMessages), { ordered: false });
    // Else each had a new message, and has all of its head with that.
    if (matchedCount < batch.length) {
      await collection.bulkWrite(batch.flatMap(onlyChanges), { ordered: false });
    }
  } catch (error) {
    // The log has it all; whoever reads the conversation next mends the document.
    log().warn({ error: (error as Error).message }, 'heads of conversations were not written');
  }
}

// Nodes may write out of turn: a head never replaces a newer one.
function newMessages([id, { seq, rev, last }]: [string, Head]) {
  const $set = { lastSeq: seq, lastMessage: last, ...(last && { activityAt: last.createdAt }) };
  const $max = { rev, ...(last && { updatedAt: last.createdAt }) };
  const filter = { _id: new Types.ObjectId(id), lastSeq: { $lt: seq } };
  return { updateOne: { filter, update: { $set, $max } } };
}

/** What is new where the newest message was there already, or there is an even newer one. */
function onlyChanges([id, { seq, rev, last }]: [string, Head]) {
  const _id = new Types.ObjectId(id);
  const isOlder = { rev: { $lt: rev } };
  const $max = { rev };
  return [
    {
      updateOne: {
        filter: { _id, lastSeq: seq, ...isOlder },
        update: { $set: { lastMessage: last }, $max },
      },
    },
    { updateOne: { filter: { _id, ...isOlder }, update: { $max } } },
  ];
}

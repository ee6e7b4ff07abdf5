import { ObjectId } from 'mongodb';
import { MessageModel, type MessageDoc } from '#lib/models/message.ts';

export const conversations = 100;
export const burst = 100;

/** A number as an id that looks like any other: the same in every run. */
const idOf = (kind: number, number: number): ObjectId =>
  new ObjectId(kind.toString(16).padStart(8, '6') + number.toString(16).padStart(16, '0'));

const conversationIds = Array.from({ length: conversations }, (_, n) => idOf(1, n));
const senderIds = Array.from({ length: 50 }, (_, n) => idOf(2, n));
const words = 'Shall we meet at the river on Saturday, or is it too cold for swimming? ';

export const conversationOf = (n: number): ObjectId => conversationIds[n % conversations]!;
export const seqOf = (n: number): number => Math.floor(n / conversations) + 1;

const begin = 1_700_000_000_000;
const timeOf = (n: number): number => begin + n * 1000;

/** Like those of the application's pages: UUIDs of version 7, which begin with the time. */
function clientIdOf(n: number): string {
  const time = timeOf(n).toString(16).padStart(12, '0');
  const scattered = (Math.imul(n + 1, 0x9e3779b1) >>> 0).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7c1d-9a77-${scattered}`;
}

/** The n-th message, as the application stores it (about 320 bytes). They come to all conversations in turn. */
export function messageAt(n: number): MessageDoc {
  return {
    _id: idOf(3, n),
    conversation: conversationOf(n),
    seq: seqOf(n),
    rev: seqOf(n),
    sender: senderIds[n % senderIds.length]!,
    clientId: clientIdOf(n),
    kind: 'text',
    text: words.slice(0, 20 + (n % 50)),
    createdAt: new Date(timeOf(n)),
    editedAt: null,
    deletedAt: null,
    hiddenFor: [],
    system: null,
  };
}

/** Messages that come after the first `start` ones: a hundred of one conversation, of the next one with every batch. */
export function burstAfter(start: number, batch: number): MessageDoc[] {
  const first = start - (start % conversations) + conversations;
  const round = Math.floor(batch / conversations);
  return Array.from({ length: burst }, (_, n) =>
    messageAt(first + (batch % conversations) + (round * burst + n) * conversations),
  );
}

/** The indexes of the application's messages, for the driver. */
export const messageIndexes = MessageModel.schema.indexes().map(([key, options]) => ({
  key: key as Record<string, 1 | -1>,
  unique: options?.unique === true,
}));

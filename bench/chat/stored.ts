import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MongoClient, ObjectId, type Db } from 'mongodb';
import type { ConversationDoc } from '#lib/models/conversation.ts';
import type { MemberDoc } from '#lib/models/member.ts';
import type { MessageDoc } from '#lib/models/message.ts';
import type { UserDoc } from '#lib/models/user.ts';
import { register, type Person } from './api.ts';
import { startSide } from './servers.ts';
import type { Size } from './size.ts';

/** A directory in which a lot is stored, and who can read it. */
export interface Stored {
  dataDir: string;
  /** In both conversations. */
  reader: Person;
  few: string;
  many: string;
  /** With few and with many conversations. */
  lonely: Person;
  popular: Person;
}

const batch = 5000;
const begin = Date.UTC(2026, 0, 1);
const words = 'Shall we meet at the river on Saturday, or is it too cold for swimming? ';

/** What the n-th message of a conversation says; the first is number 1. */
export const textOf = (seq: number): string => `${seq} ${words.slice(0, 20 + (seq % 50))}`;

/** Lets the server make its collections, fills them past it, and stops it. */
export async function makeStored(
  scratch: string,
  size: Size,
  say: (text: string) => void,
): Promise<Stored> {
  const dataDir = join(scratch, 'stored');
  const server = await startSide('gatherly', { scratch, dataDir });
  const people = await register(server.url, 4);
  const client = await new MongoClient(server.databaseUri).connect();
  const started = performance.now();
  try {
    const db = client.db();
    const [reader, other, lonely, popular] = people as [Person, Person, Person, Person];
    const pair = [reader.id, other.id];
    say(`storing ${size.manyMessages.toLocaleString('en')} messages …`);
    const few = await fill(db, pair, 'group', size.fewMessages);
    const many = await fill(db, pair, 'direct', size.manyMessages);
    await befriend(db, lonely, size.fewConversations);
    await befriend(db, popular, size.manyConversations);
    say(`stored in ${((performance.now() - started) / 1000).toFixed(0)} s`);
    return { dataDir, reader, few, many, lonely, popular };
  } finally {
    await client.close();
    // The server counts what it did not write; it would not like to stop in the middle of that.
    await delay(500);
    await server.stop();
  }
}

/** A conversation with so many messages, by its members in turn; its id. */
async function fill(
  db: Db,
  members: string[],
  kind: ConversationDoc['kind'],
  length: number,
): Promise<string> {
  const _id = new ObjectId();
  const senders = members.map((id) => new ObjectId(id));
  const messages = db.collection<MessageDoc>('messages');
  let before: Promise<unknown> = Promise.resolve();
  for (let from = 0; from < length; from += batch) {
    const count = Math.min(batch, length - from);
    const next = Array.from({ length: count }, (_, n) => messageOf(_id, senders, from + n + 1));
    await before;
    before = messages.insertMany(next);
  }
  await before;
  await addConversations(db, [
    { _id, kind, members: senders, last: messageOf(_id, senders, length) },
  ]);
  return _id.toHexString();
}

/** So many direct conversations with people made for it, of one message each. */
async function befriend(db: Db, { id }: Person, count: number): Promise<void> {
  const friends = Array.from({ length: count }, (_, n) => userOf(`f_${id.slice(-6)}_${n}`));
  await db.collection<UserDoc>('users').insertMany(friends);
  const made = friends.map((friend) => {
    const _id = new ObjectId();
    const members = [new ObjectId(id), friend._id];
    return { _id, kind: 'direct' as const, members, last: messageOf(_id, members, 1) };
  });
  await db.collection<MessageDoc>('messages').insertMany(made.map(({ last }) => last));
  await addConversations(db, made);
}

interface Made {
  _id: ObjectId;
  kind: ConversationDoc['kind'];
  members: ObjectId[];
  last: MessageDoc;
}

async function addConversations(db: Db, made: readonly Made[]): Promise<void> {
  const conversations = made.map(({ _id, kind, members, last }): ConversationDoc => ({
    _id,
    kind,
    title: kind === 'group' ? 'Bench' : '',
    pair:
      kind === 'direct'
        ? members
            .map((member) => member.toHexString())
            .sort()
            .join(':')
        : null,
    memberCount: members.length,
    lastSeq: last.seq,
    rev: last.rev,
    lastMessage: last,
    activityAt: last.createdAt,
    createdAt: new Date(begin),
    updatedAt: new Date(begin),
  }));
  await db.collection<ConversationDoc>('conversations').insertMany(conversations);
  const members = made.flatMap((each) => each.members.map((user) => memberOf(each, user)));
  await db.collection<MemberDoc>('members').insertMany(members);
}

const messageOf = (conversation: ObjectId, senders: ObjectId[], seq: number): MessageDoc => ({
  _id: new ObjectId(),
  conversation,
  seq,
  rev: seq,
  sender: senders[seq % senders.length]!,
  clientId: clientIdOf(conversation, seq),
  kind: 'text',
  text: textOf(seq),
  createdAt: new Date(begin + seq * 1000),
  editedAt: null,
  deletedAt: null,
  hiddenFor: [],
  system: null,
});

/** Like those of the application's pages: it begins with the time. */
function clientIdOf(conversation: ObjectId, seq: number): string {
  const time = (begin + seq * 1000).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${conversation.toHexString().slice(-12)}`;
}

const memberOf = ({ _id, kind, last }: Made, user: ObjectId): MemberDoc => ({
  _id: new ObjectId(),
  conversation: _id,
  user,
  role: kind === 'group' && last.sender.equals(user) ? 'owner' : 'member',
  joinedAt: new Date(begin),
  visible: [{ from: 1, to: null }],
  readSeq: last.seq,
  deliveredSeq: last.seq,
  leftAt: null,
  leftSeq: null,
  leftAs: null,
  leaves: [],
  mutedUntil: null,
  archived: false,
  pinned: false,
});

const userOf = (username: string): UserDoc => ({
  _id: new ObjectId(),
  username,
  displayName: username,
  about: '',
  avatarUrl: null,
  email: null,
  passwordHash: null,
  search: [username],
  lastSeenAt: null,
  createdAt: new Date(begin),
});

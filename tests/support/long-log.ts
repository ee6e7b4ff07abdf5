import { MongoClient, ObjectId } from 'mongodb';
import type { Conversation } from '#lib/contract/records.ts';
import type { Person } from './people.ts';
import type { TestServer } from './server.ts';

/** Messages inserted at once. */
const batch = 5_000;
const minute = 60_000;

/** The text that `fillLog` gives the message with this seq: of many lengths, and each only once. */
export function textOf(seq: number): string {
  const words = 'we could meet at the harbour on Friday and bring the old boat along'.split(' ');
  const length = [3, 8, 1, 14, 5, 40, 2, 9][seq % 8] ?? 0;
  const more = Array.from({ length }, (_, word) => words[(seq + word) % words.length]).join(' ');
  return `No. ${seq}. ${more}${seq % 23 === 0 ? '\nand a second line' : ''}`;
}

/** When (ISO) the message with this seq was sent, if `fillLog` has filled up to `last`: one a minute. */
export const sentAt = (seq: number, last: number, now: number): string =>
  new Date(now - (last - seq + 1) * minute).toISOString();

/**
 * Writes a long history into an empty direct conversation of the two, past the server, which has to
 * be without a head of it: both in turn, three messages each, one a minute up to `now`; what is unread, all by the second.
 * @param read how far the first of them has read
 */
export async function fillLog(
  server: TestServer,
  [reader, writer]: [Person, Person],
  chat: Conversation,
  { count, read, now }: { count: number; read: number; now: number },
): Promise<void> {
  const client = await new MongoClient(server.databaseUri).connect();
  const database = client.db();
  const conversation = new ObjectId(chat.id);
  const message = (seq: number) => ({
    _id: new ObjectId(),
    conversation,
    seq,
    rev: seq,
    sender: new ObjectId((seq <= read && seq % 6 < 3 ? reader : writer).id),
    clientId: `long-${chat.id}-${seq}`,
    kind: 'text',
    text: textOf(seq),
    createdAt: new Date(sentAt(seq, count, now)),
    editedAt: null,
    deletedAt: null,
    hiddenFor: [],
    system: null,
  });
  for (let from = 1; from <= count; from += batch) {
    const length = Math.min(batch, count - from + 1);
    const messages = Array.from({ length }, (_, index) => message(from + index));
    await database.collection('messages').insertMany(messages, { ordered: false });
  }
  const last = await database.collection('messages').findOne({ conversation, seq: count });
  const head = { lastSeq: count, rev: count, lastMessage: last, activityAt: new Date(now) };
  await database.collection('conversations').updateOne({ _id: conversation }, { $set: head });
  const marks = (person: Person, readSeq: number) =>
    database
      .collection('members')
      .updateOne(
        { conversation, user: new ObjectId(person.id) },
        { $set: { readSeq, deliveredSeq: count } },
      );
  await marks(reader, read);
  await marks(writer, count);
  await client.close();
}

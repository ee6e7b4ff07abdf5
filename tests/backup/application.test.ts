import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { deserialize } from 'bson';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Conversation, Message } from '#lib/contract/records.ts';
import { openSnapshot } from '#lib/embedded-mongo/snapshot.ts';
import { people, Person } from '../support/people.ts';
import { startServer } from '../support/server.ts';
import { temporaryDirectory } from '../store/support.ts';
import { newDiary, write, type Diary } from './diary.ts';
import { runTool } from './tools.ts';

let temporary: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeEach(async () => {
  temporary = await temporaryDirectory();
});
afterEach(() => temporary.remove());

interface Log {
  seqs: number[];
  /** The highest of its messages. */
  rev: number;
}

/** The indexes of each collection of a stopped store, and the logs as its file has them. */
async function readStore(directory: string) {
  const snapshot = await openSnapshot(directory);
  const indexes = new Map(snapshot.collections.map(({ name, indexes: specs }) => [name, specs]));
  const logs = new Map<string, Log>();
  let documents = 0;
  for (const collection of snapshot.collections) {
    for (const bytes of collection.documents()) {
      documents++;
      if (collection.name !== 'messages') continue;
      const { conversation, seq, rev } = deserialize(bytes);
      const id = String(conversation);
      const log = logs.get(id) ?? { seqs: [], rev: 0 };
      log.seqs.push(seq as number);
      logs.set(id, { ...log, rev: Math.max(log.rev, rev as number) });
    }
  }
  await snapshot.close();
  return { indexes, logs, documents };
}

/** All of a log, page by page, from one mark on. */
async function pages(
  person: Person,
  chat: Conversation,
  mark: 'after' | 'sinceRev',
): Promise<Message[]> {
  const all: Message[] = [];
  for (let isMore = true; isMore;) {
    const last = all.at(-1);
    const from = (mark === 'after' ? last?.seq : last?.rev) ?? 0;
    const page = await person.done(
      'GET',
      `/conversations/${chat.id}/messages?${mark}=${from}&limit=200`,
    );
    all.push(...(page.messages as Message[]));
    isMore = page.hasMore as boolean;
  }
  return all;
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

/** The version of a message that is there is this one or a later one. */
function expectIsThere(message: Message, found: Message | undefined): void {
  expect(found, `seq ${message.seq}`).toBeDefined();
  if (found?.rev === message.rev) expect(found).toEqual(message);
  else expect(found?.rev).toBeGreaterThan(message.rev);
}

/** What the server calls its history. */
async function epochFor(person: Person): Promise<string> {
  const device = await person.connect();
  const { epoch } = await device.heard('ready');
  device.close();
  return epoch;
}

/** Whether a person is answered what the log has, and at least what they had been answered before. */
async function expectWhole(person: Person, chat: Conversation, log: Log, before: Diary) {
  const view = await person.view(chat);
  expect(view).toMatchObject({ lastSeq: log.seqs.length, rev: log.rev });
  expect(view.me.readSeq).toBeGreaterThanOrEqual(before.read.get(chat.id) ?? 0);
  // Mending a head that is behind its log changes the time.
  const row = { ...view, updatedAt: expect.any(String) as string };
  expect((await person.done('GET', '/conversations')).items).toContainEqual(row);

  const messages = await pages(person, chat, 'after');
  expect(messages.map(({ seq }) => seq)).toEqual(upTo(view.lastSeq));
  const changes = await pages(person, chat, 'sinceRev');
  expect(changes.toSorted((a, b) => a.seq - b.seq)).toEqual(messages);
  expect(changes.at(-1)?.rev).toBe(view.rev);

  const byId = new Map(messages.map((message) => [message.id, message]));
  for (const message of before.messages.values()) {
    if (message.conversationId === chat.id) expectIsThere(message, byId.get(message.id));
  }
  return messages;
}

it('brings all that was acknowledged before an export under load to an empty directory', async () => {
  const secret = { SESSION_SECRET: randomUUID() };
  const server = await startServer(secret, join(temporary.path, 'source'));
  const everybody = await people(server.url, 'ana', 'ben', 'cleo', 'dan');
  const [ana, ben, cleo, dan] = everybody as [Person, Person, Person, Person];
  const chats: [Conversation, Person[]][] = [
    [await ana.direct(ben), [ana, ben]],
    [await dan.direct(cleo), [dan, cleo]],
    [await ana.group('River', [ben, cleo, dan]), [ana, ben, cleo, dan]],
    [await cleo.group('Boats', [ana, dan]), [cleo, ana, dan]],
  ];
  const writers = everybody.map((person) => ({
    person,
    chats: chats.filter(([, members]) => members.includes(person)).map(([chat]) => chat),
    diary: newDiary(),
  }));
  const written = (): number =>
    writers.reduce((sum, { diary }) => sum + diary.messages.size + diary.read.size, 0);

  const epoch = await epochFor(ana);
  const stopping = new AbortController();
  const writing = Promise.all(
    writers.map((writer) => write(writer.person, writer.chats, writer.diary, stopping.signal)),
  );
  await expect.poll(written, { timeout: 60_000 }).toBeGreaterThan(500);
  const before = structuredClone(writers.map(({ diary }) => diary));
  const writtenBefore = written();
  const archive = join(temporary.path, 'dump.archive');
  const exported = await runTool('export', '--data', server.dataDir, '--out', archive);
  // Or it would not have been under load.
  expect(written()).toBeGreaterThan(writtenBefore);
  stopping.abort();
  await writing;
  const final = new Map<string, Message>();
  for (const { person, chats: own } of writers) {
    const all = await Promise.all(own.map((chat) => pages(person, chat, 'after')));
    for (const message of all.flat()) final.set(person.id + message.id, message);
  }
  await server.stop({ keepData: true });

  const restored = join(temporary.path, 'restored');
  const imported = await runTool('import', archive, '--data', restored);
  expect(await runTool('check', '--data', restored)).toContain('no faults');
  const source = await readStore(server.dataDir);
  const { indexes, logs, documents } = await readStore(restored);
  expect(exported).toContain(`Exported ${documents} documents of ${indexes.size} collections`);
  expect(imported).toContain(`Imported ${documents} documents`);
  expect(indexes).toEqual(source.indexes);
  for (const { seqs } of logs.values()) {
    expect(seqs.toSorted((a, b) => a - b)).toEqual(upTo(seqs.length));
  }

  const again = await startServer(secret, restored);
  const later = ({ user, token }: Person): Person => new Person(again.url, user, token);
  // Or pages that know more than the backup would take its numbers for ones they have had.
  expect(await epochFor(later(ana))).not.toBe(epoch);
  for (const [i, { person, chats: own }] of writers.entries()) {
    for (const chat of own) {
      const messages = await expectWhole(later(person), chat, logs.get(chat.id)!, before[i]!);
      for (const message of messages) expectIsThere(message, final.get(person.id + message.id));
    }
  }
  for (const [chat, [first]] of chats) {
    const { seqs, rev } = logs.get(chat.id)!;
    const next = await later(first!).say(chat, 'And on');
    expect(next).toMatchObject({ seq: seqs.length + 1, rev: rev + 1 });
  }
  await again.stop();
}, 180_000);

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import type { Message } from '#lib/contract/records.ts';
import { people, Person } from '../support/people.ts';
import { scriptFile } from '../support/scripts.ts';

export interface Plan {
  url: string;
  log: string;
  senders: { name: string; token: string; conversationId: string }[];
}

interface Known {
  name: string;
  conversationId: string;
  clientId: string;
  text: string;
}

/** One line of the oracle's log. */
export type Note =
  | ({ what: 'sent' } & Known)
  | ({ what: 'acked'; seq: number; id: string; at: number } & Known)
  | ({ what: 'received'; seq: number; id: string } & Known);

export interface Oracle {
  acked(): number;
  /** Acknowledged within the last second of its log. */
  rate(): number;
  /** Resolves when so many are acknowledged in all. */
  ackedAtLeast(count: number): Promise<void>;
  /** Lets everybody finish what they are sending and catch up, and judges what there is. */
  judge(): Promise<{ acked: number; stored: number }>;
  kill(): void;
}

/** Has pairs of people talk both ways, each pair in a conversation of its own. */
export async function startOracle(url: string, pairs: number): Promise<Oracle> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'gatherly-oracle-'));
  const log = path.join(directory, 'log');
  writeFileSync(log, '');
  const talkers: { person: Person; conversationId: string }[] = [];
  for (let i = 0; i < pairs; i++) {
    const [left, right] = (await people(url, 'ana', 'ben')) as [Person, Person];
    const { id } = await left.direct(right);
    talkers.push({ person: left, conversationId: id }, { person: right, conversationId: id });
  }
  const senders = talkers.map(({ person, conversationId }, i) => ({
    name: `s${i}`,
    token: person.token,
    conversationId,
  }));
  const plan = path.join(directory, 'plan');
  writeFileSync(plan, JSON.stringify({ url, log, senders } satisfies Plan));
  const child = spawn(process.execPath, [scriptFile('oracle-process'), plan], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const ended = once(child, 'exit');
  const notes = reader(log);
  const acks = () => notes().flatMap((entry) => (entry.what === 'acked' ? [entry] : []));
  const remove = () => {
    child.kill('SIGKILL');
    if (existsSync(directory)) rmSync(directory, { recursive: true });
  };
  return {
    acked: () => acks().length,
    rate: () => {
      const all = acks();
      const last = all.at(-1)?.at ?? 0;
      return all.filter(({ at }) => at > last - 1_000).length;
    },
    ackedAtLeast: async (count) => {
      await expect.poll(() => acks().length, { timeout: 60_000 }).toBeGreaterThanOrEqual(count);
    },
    judge: async () => {
      child.stdin?.write('enough\n');
      await ended;
      const all = notes();
      const stored = await Promise.all(
        talkers
          .filter((_, i) => i % 2 === 0)
          .map(async ({ person, conversationId }) => ({
            conversationId,
            messages: await wholeHistory(
              new Person(url, person.user, person.token),
              conversationId,
            ),
          })),
      );
      for (const { conversationId, messages } of stored) {
        judgeConversation(
          messages,
          all.filter((entry) => entry.conversationId === conversationId),
        );
      }
      await judgeHeads(talkers, url);
      const count = all.filter(({ what }) => what === 'acked').length;
      remove();
      return {
        acked: count,
        stored: stored.reduce((sum, { messages }) => sum + messages.length, 0),
      };
    },
    kill: remove,
  };
}

/** Reads a log that grows: each time all of its notes so far. */
function reader(log: string): () => Note[] {
  const file = openSync(log, 'r');
  const chunk = Buffer.alloc(1024 * 1024);
  const notes: Note[] = [];
  let rest = '';
  return () => {
    for (let size = 1; size > 0;) {
      // It is ASCII: every name and text is of the oracle's making.
      size = readSync(file, chunk);
      const lines = (rest + chunk.toString('latin1', 0, size)).split('\n');
      rest = lines.pop() ?? '';
      notes.push(...lines.map((line) => JSON.parse(line) as Note));
    }
    return notes;
  };
}

/** All messages of a conversation, read page by page. */
export async function wholeHistory(person: Person, id: string): Promise<Message[]> {
  const stored: Message[] = [];
  for (let hasMore = true; hasMore;) {
    const after = stored.at(-1)?.seq ?? 0;
    const page = await person.done('GET', `/conversations/${id}/messages?after=${after}&limit=200`);
    stored.push(...(page.messages as Message[]));
    hasMore = page.hasMore as boolean;
  }
  return stored;
}

/** Nothing acknowledged is lost, doubled or moved; everybody heard what is stored, and nothing else. */
function judgeConversation(messages: Message[], notes: Note[]): void {
  expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, i) => i + 1));
  expect(new Set(messages.map(({ clientId }) => clientId)).size).toBe(messages.length);
  const sent = new Set(notes.flatMap((note) => (note.what === 'sent' ? [note.clientId] : [])));
  for (const { clientId } of messages) expect(sent).toContain(clientId);
  const heard = new Map<string, Set<number>>();
  for (const note of notes) {
    if (note.what === 'sent') continue;
    const { seq, id, clientId, text, name } = note;
    const found = messages[seq - 1];
    expect({ seq, id, clientId, text }, note.what).toEqual({
      seq,
      id: found?.id,
      clientId: found?.clientId,
      text: found?.text,
    });
    if (note.what === 'received') {
      heard.set(name, (heard.get(name) ?? new Set()).add(seq));
    }
  }
  for (const [name, seqs] of heard) expect([name, seqs.size]).toEqual([name, messages.length]);
  for (const name of heard.keys()) {
    const order = messages.flatMap(({ text }) =>
      text.startsWith(`${name} `) ? [Number(text.split(' ')[1])] : [],
    );
    expect(order).toEqual(order.map((_, i) => i + 1));
  }
}

/** What is derived from the log agrees with it. */
async function judgeHeads(
  talkers: { person: Person; conversationId: string }[],
  url: string,
): Promise<void> {
  for (const { person, conversationId } of talkers) {
    const again = new Person(url, person.user, person.token);
    const messages = await wholeHistory(again, conversationId);
    const { lastSeq, rev, lastMessage, unreadCount, me } = await again.view({ id: conversationId });
    const unread = messages.filter(
      ({ seq, senderId }) => seq > me.readSeq && senderId !== person.id,
    );
    expect({ lastSeq, rev, last: lastMessage?.id, unreadCount }).toEqual({
      lastSeq: messages.length,
      rev: Math.max(0, ...messages.map((message) => message.rev)),
      last: messages.at(-1)?.id,
      unreadCount: unread.length,
    });
  }
}

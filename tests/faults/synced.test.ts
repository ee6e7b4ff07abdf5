import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { people, request, type Person } from '../support/people.ts';
import { startServer } from '../support/server.ts';
import { times } from './scale.ts';
import { hasStrace, watched } from './strace.ts';

const directory = mkdtempSync(path.join(os.tmpdir(), 'gatherly-synced-'));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const sends = times(120, 2_000);

interface Seen {
  read?: number;
  acked?: number;
}

/** What strace saw, by the number of the line: when each message was read and acknowledged, and syncs. */
function lookAt(trace: string) {
  const messages = new Map<string, Seen>();
  const syncs: { begun: number; done: number }[] = [];
  const underWay = new Map<string, number>();
  for (const [at, line] of readFileSync(trace, 'latin1').split('\n').entries()) {
    const thread = line.split(' ', 1)[0] ?? '';
    if (/ fdatasync\(.* = 0$/.test(line)) syncs.push({ begun: at, done: at });
    else if (/ fdatasync\(.*unfinished/.test(line)) underWay.set(thread, at);
    else if (/fdatasync resumed.* = 0$/.test(line)) {
      syncs.push({ begun: underWay.get(thread) ?? Infinity, done: at });
    } else {
      noteMessages(messages, line, at);
    }
  }
  return { messages, syncs };
}

/** The store's own protocol carries the ids too, but not as JSON. */
function noteMessages(messages: Map<string, Seen>, line: string, at: number): void {
  for (const [, clientId = ''] of line.matchAll(/\\"clientId\\":\\"([0-9a-f-]{36})\\"/g)) {
    const seen = messages.get(clientId) ?? {};
    messages.set(clientId, seen);
    // The first time that it was read, and the first time that anything told of it.
    if (/ (read|readv)\(| (read|readv) resumed/.test(line)) seen.read ??= at;
    else seen.acked ??= at;
  }
}

async function sendAndLook(): Promise<void> {
  const trace = path.join(directory, 'trace');
  const server = await startServer({}, undefined, watched(trace));
  const [ana, ben] = (await people(server.url, 'ana', 'ben')) as [Person, Person];
  const chat = await ana.direct(ben);
  const sent: string[] = [];
  const send = async () => {
    const clientId = randomUUID();
    sent.push(clientId);
    const { status } = await request(server.url, 'POST', `/conversations/${chat.id}/messages`, {
      token: ana.token,
      body: { clientId, text: 'Is it on the disk?' },
      // So that what is written can be read.
      headers: { 'accept-encoding': 'identity' },
    });
    expect(status).toBe(201);
  };
  for (let i = 0; i < sends / 2; i++) await send();
  for (let i = 0; i < sends / 2; i += 20) await Promise.all(Array.from({ length: 20 }, send));
  await server.stop();

  const { messages, syncs } = lookAt(trace);
  for (const clientId of sent) {
    const { read = Infinity, acked = -1 } = messages.get(clientId) ?? {};
    const between = syncs.filter(({ begun, done }) => begun > read && done < acked);
    expect({ clientId, read, acked, syncs: between.length }).toSatisfy(() => between.length > 0);
  }
  process.stdout.write(`synced: ${sent.length} sends, ${syncs.length} syncs, none told before\n`);
}

if (hasStrace)
  it(`acknowledges ${sends} sends only after the disk has confirmed each`, sendAndLook, 600_000);

import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { Message } from '#lib/contract/records.ts';
import { people, Person } from '../support/people.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { wholeHistory } from './oracle.ts';

const disk = mkdtempSync(path.join(os.tmpdir(), 'gatherly-disk-'));
const canMount = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/tmp']).status === 0;
if (!canMount) process.stdout.write('A full disk is not tried: only root can make one here.\n');

afterEach(async () => {
  await server?.kill('SIGKILL');
  if (canMount) spawnSync('umount', [disk]);
  rmSync(disk, { recursive: true, force: true });
});

const megabyte = 1024 * 1024;
const text = 'x'.repeat(60_000);
/** What operators read of a commit of lmdb that nobody waited for, such as one of old sessions. */
const fault = 'The embedded store could not write to its disk.';

let server: TestServer | undefined;

async function fillAndFree(): Promise<void> {
  const size = 'size=64m';
  expect(spawnSync('mount', ['-t', 'tmpfs', '-o', size, 'tmpfs', disk]).status).toBe(0);
  const ballast = path.join(disk, 'ballast');
  writeFileSync(ballast, Buffer.alloc(16 * megabyte));
  server = await startServer({}, path.join(disk, 'data'));
  const [ana, ben] = (await people(server.url, 'ana', 'ben')) as [Person, Person];
  const chat = await ana.direct(ben);
  const [phone, bens] = [await ana.connect(), await ben.connect()];
  const acked: Message[] = [];
  let longestMs = 0;
  const send = async (): Promise<string> => {
    const input = { conversationId: chat.id, clientId: randomUUID(), text };
    const begun = performance.now();
    const reply = await phone.socket.timeout(30_000).emitWithAck('message:send', input);
    longestMs = Math.max(longestMs, performance.now() - begun);
    if (reply.ok) acked.push(reply.data.message as Message);
    return reply.ok ? 'ok' : (reply.error.code as string);
  };
  // Pages that a commit has freed may let one more in: it is full when many in a row are refused.
  const fill = async (): Promise<void> => {
    for (let refused = 0; refused < 20;) {
      const codes = await Promise.all(Array.from({ length: refused > 0 ? 1 : 8 }, send));
      for (const code of codes) expect(['ok', 'unavailable']).toContain(code);
      refused = codes.includes('ok') ? 0 : refused + codes.length;
    }
  };
  await fill();
  expect(acked.length).toBeGreaterThan(50);
  const edit = { messageId: (acked[0] as Message).id, text: 'y'.repeat(text.length) };
  const edited = await phone.ask('message:edit', edit);
  if (edited.ok) acked[0] = edited.data.message as Message;
  else expect(edited.error.code).toBe('unavailable');
  // Whoever reads is answered.
  expect((await ben.view(chat)).lastSeq).toBe(acked.length);
  expect(await wholeHistory(ben, chat.id)).toEqual(acked.toSorted((a, b) => a.seq - b.seq));

  const full = acked.length;
  rmSync(ballast);
  await expect.poll(send, { timeout: 15_000 }).toBe('ok');
  await fill();
  expect(acked.length).toBeGreaterThan(full + 50);
  await bens.heard('message:new', ({ message }) => message.id === acked.at(-1)?.id);
  const stored = await wholeHistory(ben, chat.id);
  expect(stored).toEqual(acked.toSorted((a, b) => a.seq - b.seq));
  const more = `${acked.length - full} more, each answered within ${Math.round(longestMs)} ms`;
  process.stdout.write(`full disk: ${full} sends, then ${more}, all stored\n`);
  phone.close();
  bens.close();
  await server.stop({ keepData: true, fault });

  // What was stored until the disk was full is there after a start on the full disk too.
  server = await startServer({}, path.join(disk, 'data'));
  const after = await wholeHistory(new Person(server.url, ben.user, ben.token), chat.id);
  expect(after).toEqual(stored);
  await server.stop({ keepData: true, fault });
}

if (canMount)
  it(
    'refuses sends on a full disk, answers reads, and stores again when there is room',
    fillAndFree,
    180_000,
  );

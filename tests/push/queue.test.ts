import { createECDH, randomBytes } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dropPush, enqueuePush, pushesWaiting } from '#lib/push/queue.ts';
import { forget } from '#lib/runtime.ts';

// The queue by itself, before a push service that answers when the test says so.

Object.assign(process.env, {
  LOG_LEVEL: 'silent',
  SESSION_SECRET: 'a secret for tests only',
  PUSH_CONTACT: 'mailto:admin@example.org',
  PUSH_ALLOW_LOOPBACK: 'on',
  PUSH_QUEUE: '30',
});

class HeldService {
  /** Requests that have not been answered, by their path. */
  readonly held: [path: string, response: ServerResponse][] = [];
  readonly asked: string[] = [];
  private waiting: (() => void)[] = [];
  private readonly server: Server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      this.asked.push(request.url ?? '');
      this.held.push([request.url ?? '', response]);
      for (const wake of this.waiting.splice(0)) wake();
    });
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async holds(count: number): Promise<void> {
    while (this.held.length < count) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  answer(status = 201): void {
    for (const [, response] of this.held.splice(0)) response.writeHead(status).end();
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

const ecdh = createECDH('prime256v1');
const p256dh = ecdh.generateKeys('base64url');
const auth = randomBytes(16).toString('base64url');
let service: HeldService;
let url: string;
let ends: Promise<string>[];

beforeEach(async () => {
  for (const name of ['env', 'push-queue']) forget(name);
  service = new HeldService();
  url = await service.start();
  ends = [];
});
afterEach(() => service.stop());

function send(key: string, at = url): void {
  ends.push(
    new Promise((resolve) =>
      enqueuePush({
        key,
        target: { endpoint: `${at}/${key}`, p256dh, auth },
        payload: { kind: 'test', sentAt: '2026-11-22T00:00:00.000Z' },
        options: { urgency: 'normal', ttlSeconds: 1 },
        isWanted: () => Promise.resolve(true),
        onEnd: (outcome) => resolve(outcome),
      }),
    ),
  );
}

it('sends twelve at once to a push service, and to another one all the same', async () => {
  const other = new HeldService();
  const otherUrl = await other.start();
  for (let i = 0; i < 20; i++) send(`a${i}`);
  send('b', otherUrl);
  await Promise.all([service.holds(12), other.holds(1)]);
  expect([service.held.length, pushesWaiting()]).toEqual([12, 8]);
  other.answer();
  expect(await ends[20]).toBe('sent');
  service.answer();
  await service.holds(8);
  service.answer();
  expect(await Promise.all(ends)).toEqual(ends.map(() => 'sent'));
  // Each on a line of its own, they may pass each other on the way.
  expect(service.asked.toSorted()).toEqual(
    Array.from({ length: 20 }, (_, i) => `/a${i}`).toSorted(),
  );
  other.stop();
});

it('sends of the same key only the last, and never two at once', async () => {
  for (let i = 0; i < 4; i++) send('same');
  await service.holds(1);
  expect(pushesWaiting()).toBe(1);
  service.answer();
  await service.holds(1);
  service.answer();
  expect([await ends[0], await ends[3]]).toEqual(['sent', 'sent']);
  expect([service.asked.length, pushesWaiting()]).toEqual([2, 0]);
});

it('drops what is too much, and what is given up', async () => {
  for (let i = 0; i < 43; i++) send(`a${i}`);
  expect(await ends[42]).toBe('dropped');
  expect(pushesWaiting()).toBe(30);
  expect([dropPush('a41'), dropPush('a41'), await ends[41]]).toEqual([true, false, 'dropped']);
  await service.holds(12);
  expect(dropPush('a0')).toBe(false);
});

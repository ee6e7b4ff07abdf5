import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Conversation } from '#lib/contract/records.ts';
import { password, request, type Person } from '../support/people.ts';
import { startServer, type TestServer } from '../support/server.ts';
import {
  anotherDevice,
  deviceOf,
  meet,
  pushSettings,
  requireNoPushSecret,
  subscribed,
  type Club,
} from './devices.ts';
import { PushService, type BrowserSubscription } from './push-service.ts';

// Which devices are sent notifications, from when, and until when.

let server: TestServer;
let service: PushService;
let ana: Person;
let ben: Person;
let cleo: Person;
let group: Conversation;
let bens: BrowserSubscription;
let cleos: BrowserSubscription;
let allTold: Club['allTold'];

beforeAll(async () => {
  service = await PushService.start();
  server = await startServer({ ...pushSettings, LOG_LEVEL: 'trace' });
});
beforeEach(async () => {
  ({ ana, ben, cleo, group, bens, cleos, allTold } = await meet(server.url, service));
});
afterAll(async () => {
  expect(service.strange).toEqual([]);
  requireNoPushSecret(server.log(), service);
  await server.stop();
  service.stop();
});

describe('a device', () => {
  it('is told nothing after signing out', async () => {
    await ben.done('DELETE', '/auth/sessions/current');
    await ana.say(group, 'Gone');
    await cleos.told('Gone');
    await allTold();
    expect(bens.pushes).toEqual([]);
  });

  it.each([
    ['is signed out from another', (other: Person) => other.done('DELETE', '/auth/sessions')],
    [
      'has lost its session to a new password',
      (other: Person) =>
        other.done('POST', '/auth/password', { currentPassword: password, newPassword: password }),
    ],
    [
      'has no account any more',
      (other: Person) => other.done('POST', '/users/me/delete', { password }),
    ],
  ])('shows nothing and is told nothing when it %s', async (_, end) => {
    const other = await anotherDevice(ben);
    await ana.say(group, 'Before');
    await bens.told('Before');
    await end(other);
    await bens.heard('clear');
    await ana.say(group, 'After');
    await cleos.told('After');
    await allTold();
    expect(bens.texts).toEqual(['Before']);
  });

  it.each([404, 410])('is forgotten when its push service answers %i', async (status) => {
    bens.refusals = [{ status }];
    await ana.say(group, 'One');
    await bens.refused();
    await cleos.told('One');
    await allTold();
    expect(await deviceOf(ben)).toBeNull();
    await ana.say(group, 'Two');
    await cleos.told('Two');
    await allTold();
    expect(bens.pushes).toEqual([]);
  });

  it('renews its subscription, and is told at the new place only', async () => {
    await ben.done('PATCH', '/push', { previews: false });
    const renewed = await subscribed(ben, service);
    expect(await deviceOf(ben)).toMatchObject({ previews: false });
    await ana.say(group, 'Where?');
    await renewed.heard('message');
    await allTold();
    expect(bens.pushes).toEqual([]);
  });

  it('is told nothing once it has unsubscribed', async () => {
    await ben.done('DELETE', '/push');
    await ben.done('DELETE', '/push');
    expect(await deviceOf(ben)).toBeNull();
    await ana.say(group, 'Nothing');
    await cleos.told('Nothing');
    await allTold();
    expect(bens.pushes).toEqual([]);
  });

  it('belongs to whoever is signed in there now', async () => {
    const { status } = await ana.rest('POST', '/push', bens.json);
    expect(status).toBe(201);
    expect(await deviceOf(ben)).toBeNull();
    await cleo.say(group, 'For Ana');
    await bens.told('For Ana');
    expect(bens.pushes).toHaveLength(1);
  });
});

describe('a test', () => {
  it('is sent at once to the device that asks', async () => {
    expect(await ben.done('POST', '/push/test')).toEqual({ outcome: 'sent' });
    expect(await bens.heard('test')).toMatchObject({ kind: 'test' });
    expect(cleos.pushes).toEqual([]);
  });

  it('says what became of it', async () => {
    bens.refusals = [{ status: 500 }, { status: 403 }, { status: 410 }];
    expect(await ben.done('POST', '/push/test')).toEqual({ outcome: 'failed' });
    expect(await ben.done('POST', '/push/test')).toEqual({ outcome: 'failed' });
    expect(await ben.done('POST', '/push/test')).toEqual({ outcome: 'gone' });
    expect((await ben.rest('POST', '/push/test')).body.code).toBe('not_found');
  });

  it('follows no redirect', async () => {
    const requests = service.requests;
    bens.refusals = [307, 302, 308].map((status) => ({
      status,
      headers: { location: cleos.endpoint },
    }));
    for (let i = 0; i < 3; i++) {
      expect(await ben.done('POST', '/push/test')).toEqual({ outcome: 'failed' });
    }
    expect(service.requests).toBe(requests + 3);
    expect(cleos.pushes).toEqual([]);
  });
});

describe('nobody', () => {
  it('can name the session or the subscription of somebody else', async () => {
    const sessionId = (await ben.done('GET', '/auth/sessions')).items[0].id as string;
    const { publicKey } = await ana.done('GET', '/push');
    const own = service.subscribe(publicKey as string).json;
    const refusals: [object, string][] = [
      [{ ...own, sessionId }, 'invalid_input'],
      [{ ...own, userId: ben.id }, 'invalid_input'],
      // Who knows the address alone cannot take it away from the device.
      [{ ...own, endpoint: bens.endpoint }, 'conflict'],
      [{ ...own, keys: { ...own.keys, p256dh: `B${'A'.repeat(86)}` } }, 'invalid_input'],
    ];
    for (const [body, code] of refusals) {
      expect((await ana.rest('POST', '/push', body)).body.code).toBe(code);
    }
    const { status } = await request(server.url, 'POST', '/push', { body: own });
    expect(status).toBe(401);
    expect(await deviceOf(ben)).not.toBeNull();
  });

  it('is asked to send where a browser would not', async () => {
    const { keys } = bens.json;
    for (const endpoint of [
      'http://push.example.org/1',
      'https://push.example.org:8443/1',
      'https://user:word@push.example.org/1',
      'https://93.184.215.14/1',
      'https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/1',
      'https://10.0.0.1/1',
      'https://169.254.169.254/latest/meta-data',
      'https://0xa9fea9fe/',
      'https://[::ffff:10.0.0.1]/1',
      'ftp://push.example.org/1',
      'push',
    ]) {
      const { body } = await ben.rest('POST', '/push', { endpoint, keys });
      expect([endpoint, body.code]).toEqual([endpoint, 'invalid_input']);
    }
  });
});

it('keeps the twenty devices of a person that were renewed last', async () => {
  for (let i = 0; i < 20; i++) await subscribed(await anotherDevice(ben), service);
  expect(await deviceOf(ben)).toBeNull();
});

it('counts what becomes of what it sends', async () => {
  await ben.done('POST', '/push/test');
  bens.refusals = [{ status: 500 }, { status: 410 }];
  await ben.done('POST', '/push/test');
  await ben.done('POST', '/push/test');
  const text = await (await fetch(`${server.url}/metrics`)).text();
  for (const outcome of ['sent', 'failed', 'pruned']) {
    expect(text).toMatch(new RegExp(`gatherly_pushes_total\\{outcome="${outcome}"\\} [1-9]`));
  }
  expect(text).toMatch(/gatherly_pushes_waiting \d/);
});

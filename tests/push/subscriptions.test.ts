import { describe, expect } from 'vitest';
import { password, request, type Person } from '../support/people.ts';
import { clubbing } from './club.ts';
import { anotherDevice, deviceOf, subscribed } from './devices.ts';

// Which devices are sent notifications, from when, and until when.

// Each has a club of its own, and those that wait do so side by side.
const { it, place } = clubbing();

describe.concurrent('a device', () => {
  it('is told nothing after signing out', async ({ club }) => {
    const { ana, ben, group, bens, cleos, allTold } = club;
    await ben.done('DELETE', '/auth/sessions/current');
    await ana.say(group, 'Gone');
    await cleos.told('Gone');
    await allTold();
    expect(bens.pushes).toEqual([]);
  });

  it.for<[string, (other: Person) => Promise<unknown>]>([
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
  ])('shows nothing and is told nothing when it %s', async ([, end], { club }) => {
    const { ana, ben, group, bens, cleos, allTold } = club;
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

  it.for([404, 410])(
    'is forgotten when its push service answers %i',
    async (status, { club, expect }) => {
      const { ana, ben, group, bens, cleos, allTold } = club;
      bens.refusals = [{ status }];
      await ana.say(group, 'One');
      await bens.refused();
      await cleos.told('One');
      await expect.poll(() => deviceOf(ben)).toBeNull();
      await ana.say(group, 'Two');
      await cleos.told('Two');
      await allTold();
      expect(bens.pushes).toEqual([]);
    },
  );

  it('renews its subscription, and is told at the new place only', async ({ club }) => {
    const { ana, ben, group, bens, allTold } = club;
    await ben.done('PATCH', '/push', { previews: false });
    const renewed = await subscribed(ben, place.service);
    expect(await deviceOf(ben)).toMatchObject({ previews: false });
    await ana.say(group, 'Where?');
    await renewed.heard('message');
    await allTold();
    expect(bens.pushes).toEqual([]);
  });

  it('is told nothing once it has unsubscribed', async ({ club }) => {
    const { ana, ben, group, bens, cleos, allTold } = club;
    await ben.done('DELETE', '/push');
    await ben.done('DELETE', '/push');
    expect(await deviceOf(ben)).toBeNull();
    await ana.say(group, 'Nothing');
    await cleos.told('Nothing');
    await allTold();
    expect(bens.pushes).toEqual([]);
  });

  it('belongs to whoever is signed in there now', async ({ club }) => {
    const { ana, ben, cleo, group, bens } = club;
    const { status } = await ana.rest('POST', '/push', bens.json);
    expect(status).toBe(201);
    expect(await deviceOf(ben)).toBeNull();
    await cleo.say(group, 'For Ana');
    await bens.told('For Ana');
    expect(bens.pushes).toHaveLength(1);
  });
});

describe('a test', () => {
  it('is sent at once to the device that asks', async ({ club }) => {
    const { ben, bens, cleos } = club;
    expect(await ben.done('POST', '/push/test')).toEqual({ outcome: 'sent' });
    expect(await bens.heard('test')).toMatchObject({ kind: 'test' });
    expect(cleos.pushes).toEqual([]);
  });

  it('says what became of it', async ({ club }) => {
    const { ben, bens } = club;
    bens.refusals = [{ status: 500 }, { status: 403 }, { status: 410 }];
    expect(await ben.done('POST', '/push/test')).toEqual({ outcome: 'failed' });
    expect(await ben.done('POST', '/push/test')).toEqual({ outcome: 'failed' });
    expect(await ben.done('POST', '/push/test')).toEqual({ outcome: 'gone' });
    expect((await ben.rest('POST', '/push/test')).body.code).toBe('not_found');
  });

  it('follows no redirect', async ({ club }) => {
    const { ben, bens, cleos } = club;
    const requests = place.service.requests;
    bens.refusals = [307, 302, 308].map((status) => ({
      status,
      headers: { location: cleos.endpoint },
    }));
    for (let i = 0; i < 3; i++) {
      expect(await ben.done('POST', '/push/test')).toEqual({ outcome: 'failed' });
    }
    expect(place.service.requests).toBe(requests + 3);
    expect(cleos.pushes).toEqual([]);
  });
});

describe('nobody', () => {
  it('can name the session or the subscription of somebody else', async ({ club }) => {
    const { ana, ben, bens } = club;
    const sessionId = (await ben.done('GET', '/auth/sessions')).items[0].id as string;
    const { publicKey } = await ana.done('GET', '/push');
    const own = place.service.subscribe(publicKey as string).json;
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
    const { status } = await request(place.server.url, 'POST', '/push', { body: own });
    expect(status).toBe(401);
    expect(await deviceOf(ben)).not.toBeNull();
  });

  it('is asked to send where a browser would not', async ({ club }) => {
    const { ben, bens } = club;
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

it('keeps the twenty devices of a person that were renewed last', async ({ club }) => {
  const { ben } = club;
  for (let i = 0; i < 20; i++) await subscribed(await anotherDevice(ben), place.service);
  expect(await deviceOf(ben)).toBeNull();
});

it('counts what becomes of what it sends', async ({ club }) => {
  const { ben, bens } = club;
  await ben.done('POST', '/push/test');
  bens.refusals = [{ status: 500 }, { status: 410 }];
  await ben.done('POST', '/push/test');
  await ben.done('POST', '/push/test');
  const text = await (await fetch(`${place.server.url}/metrics`)).text();
  for (const outcome of ['sent', 'failed', 'pruned']) {
    expect(text).toMatch(new RegExp(`gatherly_pushes_total\\{outcome="${outcome}"\\} [1-9]`));
  }
  expect(text).toMatch(/gatherly_pushes_waiting \d/);
});

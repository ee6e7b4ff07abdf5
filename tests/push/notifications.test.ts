import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect } from 'vitest';
import type { Person } from '../support/people.ts';
import { clubbing } from './club.ts';
import { anotherDevice, deviceOf, pushSettings, subscribed } from './devices.ts';
import { PushService } from './push-service.ts';

// Who is told of a message on which device, by a real server to a real push service. What is not sent
// is shown by what is: Cleo, who gets the same messages and reads none, is told after it would have been.

// Each has a club of its own, and they wait side by side.
const { it, place } = clubbing();

const waitMs = Number(pushSettings.PUSH_WAIT_SECONDS) * 1000;

afterAll(() => expect(place.server.log()).not.toContain('Between us'));

const read = (person: Person, { id }: { id: string }, seq: number) =>
  person.done('POST', `/conversations/${id}/read`, { seq });
const settings = (person: Person, { id }: { id: string }, change: object) =>
  person.done('PATCH', `/conversations/${id}`, change);

describe.concurrent('a message', () => {
  it('is told to a device that is not looking', async ({ club, expect }) => {
    const { ana, ben, bens } = club;
    const chat = await ana.direct(ben);
    const message = await ana.say(chat, 'Between us');
    const payload = await bens.heard('message');
    expect(payload).toEqual({
      kind: 'message',
      conversation: { id: chat.id, kind: 'direct', title: 'Ana', avatarUrl: null },
      message: {
        id: message.id,
        seq: message.seq,
        kind: 'text',
        senderId: ana.id,
        senderName: 'Ana',
        text: 'Between us',
        createdAt: message.createdAt,
      },
      unreadCount: 1,
      quiet: false,
    });
    expect(bens.pushes[0]?.headers).toMatchObject({
      'content-encoding': 'aes128gcm',
      ttl: '259200',
      urgency: 'high',
      topic: expect.stringMatching(/^[\w-]{32}$/),
    });
    await expect.poll(async () => (await deviceOf(ben))?.provenAt).toEqual(expect.any(String));
  });

  it('of a group says which, to everybody but its sender, once for all that came meanwhile', async ({
    club,
  }) => {
    const { ana, group, bens, cleos, allTold } = club;
    const anas = await subscribed(ana, place.service);
    const page = await ana.connect();
    const say = (text: string) =>
      page.ask('message:send', { conversationId: group.id, clientId: randomUUID(), text });
    let begun: number;
    let before = 0;
    let said = 0;
    // What took as long as it waits is told in parts, and shows nothing.
    do {
      if (said > 0) await allTold();
      before = bens.pushes.length;
      begun = performance.now();
      await Promise.all(['One', 'Two', 'Three'].map(say));
      said += 3;
    } while (performance.now() - begun > waitMs);
    for (const device of [bens, cleos]) {
      const { conversation, message } = await device.heard(
        'message',
        (told) => told.conversation.id === group.id && told.unreadCount === said,
      );
      expect(conversation).toEqual({ id: group.id, kind: 'group', title: 'Club', avatarUrl: null });
      expect([message.text, message.senderName]).toEqual(['Three', 'Ana']);
    }
    await allTold();
    expect([anas.pushes.length, bens.pushes.length]).toEqual([0, before + 1]);
    page.close();
  });

  it('is not told where its person is looking, but on their other device', async ({ club }) => {
    const { ana, ben, group, bens, allTold } = club;
    const tablet = await anotherDevice(ben);
    const tablets = await subscribed(tablet, place.service);
    const page = await ben.connect();
    await ana.say(group, 'Look');
    await tablets.told('Look');
    await allTold();
    expect(bens.pushes).toEqual([]);

    expect(await page.ask('presence:visible', { visible: false })).toMatchObject({ ok: true });
    await ana.say(group, 'Away');
    await bens.told('Away');
    page.close();
  });

  it('is not told when it has been read meanwhile', async ({ club }) => {
    const { ana, ben, group, bens, cleos, allTold } = club;
    let text: string;
    let begun: number;
    // What took as long as it waits to be read shows nothing.
    do {
      text = `Read at once ${randomUUID()}`;
      begun = performance.now();
      const { seq } = await ana.say(group, text);
      await read(ben, group, seq);
    } while (performance.now() - begun > waitMs);
    await cleos.told(text);
    await allTold();
    expect(bens.texts).not.toContain(text);
  });

  it('is not told in conversations that are muted or archived, until they are no more', async ({
    club,
  }) => {
    const { ana, ben, group, bens, cleos, allTold } = club;
    await settings(ben, group, { mutedUntil: new Date(Date.now() + 8 * 3_600_000).toISOString() });
    await ana.say(group, 'Muted');
    await cleos.told('Muted');
    await settings(ben, group, { mutedUntil: null, archived: true });
    await ana.say(group, 'Archived');
    await cleos.told('Archived');
    await allTold();
    expect(bens.pushes).toEqual([]);

    await settings(ben, group, {
      mutedUntil: new Date(Date.now() - 1000).toISOString(),
      archived: false,
    });
    await ana.say(group, 'Heard again');
    expect(await bens.heard('message')).toMatchObject({
      message: { text: 'Heard again' },
      unreadCount: 3,
    });
  });

  it('is told without its text where previews are hidden', async ({ club }) => {
    const { ana, ben, group, bens } = club;
    await ben.done('PATCH', '/push', { previews: false });
    await ana.say(group, 'Not for the lock screen');
    expect((await bens.heard('message')).message).toMatchObject({ text: null, senderName: 'Ana' });
    expect(await deviceOf(ben)).toMatchObject({ previews: false });
  });

  it('that is long is cut to what a push can carry', async ({ club }) => {
    const { ana, group, bens } = club;
    const family = '👨‍👩‍👧‍👦';
    await ana.say(group, family.repeat(2_000));
    const { message } = await bens.heard('message');
    expect(message.text).toMatch(new RegExp(`^(${family})+…$`, 'u'));
    expect(bens.pushes[0]?.bytes).toBeGreaterThan(3_850);
    expect(bens.pushes[0]?.bytes).toBeLessThanOrEqual(3_900);
  });

  it('alone is told: no lines of the group, no edits', async ({ club }) => {
    const { ana, group, bens, allTold } = club;
    const message = await ana.say(group, 'First');
    await bens.told('First');
    await settings(ana, group, { title: 'Other club' });
    await ana.done('PATCH', `/conversations/${group.id}/messages/${message.id}`, {
      text: 'Edited',
    });
    await allTold();
    expect(bens.texts).toEqual(['First']);
  });
});

describe.concurrent('what is shown', () => {
  it('is cleared when it is read elsewhere', async ({ club }) => {
    const { ana, ben, group, bens, cleos, allTold } = club;
    const { seq } = await ana.say(group, 'Read me');
    await bens.told('Read me');
    const page = await (await anotherDevice(ben)).connect();
    await page.ask('receipt:read', { conversationId: group.id, seq });
    expect(await bens.heard('clear')).toEqual({ kind: 'clear', conversationId: group.id, seq });
    expect(bens.pushes[1]?.headers).toMatchObject({
      urgency: 'normal',
      topic: bens.pushes[0]?.headers.topic,
    });
    await allTold();
    expect(cleos.pushes.map(({ payload }) => payload.kind)).not.toContain('clear');
    page.close();
  });

  it('gives way to what stands before it when it is deleted, and is cleared with the last', async ({
    club,
  }) => {
    const { ana, group, bens } = club;
    const first = await ana.say(group, 'First');
    await bens.told('First');
    const second = await ana.say(group, 'Second');
    await bens.told('Second');
    const remove = ({ id }: { id: string }) =>
      ana.done('DELETE', `/conversations/${group.id}/messages/${id}`);
    await remove(second);
    const before = await bens.heard('message', ({ quiet }) => quiet);
    expect([before.message.text, before.unreadCount]).toEqual(['First', 1]);
    await remove(first);
    await bens.heard('clear');
  });

  it('is cleared when it is deleted for oneself on another device', async ({ club }) => {
    const { ana, ben, group, bens, cleos, allTold } = club;
    const { id } = await ana.say(group, 'Forget it');
    await Promise.all([bens.told('Forget it'), cleos.told('Forget it')]);
    const tablet = await anotherDevice(ben);
    await tablet.done('DELETE', `/conversations/${group.id}/messages/${id}?for=me`);
    await bens.heard('clear');
    await allTold();
    expect(cleos.pushes.map(({ payload }) => payload.kind)).not.toContain('clear');
  });

  it('by somebody blocked is told in groups only, and what is shown of them is cleared', async ({
    club,
  }) => {
    const { ana, ben, group, bens, allTold } = club;
    const chat = await ana.direct(ben);
    await ana.say(chat, 'Before');
    await bens.told('Before');
    await ben.done('PUT', `/users/${ana.id}/block`);
    await bens.heard('clear');
    await ana.say(chat, 'Between us');
    await allTold();
    await ben.done('DELETE', `/users/${ana.id}/block`);
    await ana.say(group, 'Among us');
    await bens.told('Among us');
    await ana.say(chat, 'After');
    await bens.told('After');
    expect(bens.texts).toEqual(['Before', 'Among us', 'After']);
  });

  it('is cleared for somebody who is removed, who is told nothing more', async ({ club }) => {
    const { ana, ben, group, bens, cleos, allTold } = club;
    await ana.say(group, 'Still here');
    await bens.told('Still here');
    await ana.done('DELETE', `/conversations/${group.id}/members/${ben.id}`);
    await bens.heard('clear');
    await ana.say(group, 'Among us');
    await cleos.told('Among us');
    await allTold();
    expect(bens.texts).toEqual(['Still here']);
  });
});

it.concurrent('tries again when a push service fails or is busy', async ({ club }) => {
  const { ana, group, bens, allTold } = club;
  bens.refusals = [{ status: 503 }, { status: 429, headers: { 'retry-after': '1' } }];
  await ana.say(group, 'Be patient');
  await bens.told('Be patient');
  await allTold();
  expect(bens.pushes).toHaveLength(1);
});

it.concurrent('does not try again what has been read meanwhile', async ({ club }) => {
  const { ana, ben, group, bens, cleos, allTold } = club;
  // Long enough to read it.
  bens.refusals = [{ status: 429, headers: { 'retry-after': '5' } }];
  const { seq } = await ana.say(group, 'Busy');
  await bens.refused();
  await read(ben, group, seq);
  await ana.say(group, 'More');
  await Promise.all([bens.told('More'), cleos.told('More')]);
  await allTold();
  expect(bens.texts).toEqual(['More']);
});

it.concurrent('keeps nobody waiting for a push service that does not answer', async ({ club }) => {
  const { ana, ben, group, bens } = club;
  const slow = await PushService.start();
  const slowest = await subscribed(await anotherDevice(ben), slow);
  slowest.refusals = [null];
  await ana.say(group, 'Quick');
  await bens.told('Quick');
  await slowest.refused();
  await ana.say(group, 'Quicker');
  await bens.told('Quicker');
  slow.stop();
});

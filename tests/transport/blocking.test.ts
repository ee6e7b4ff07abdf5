import { randomUUID } from 'node:crypto';
import { MongoClient, ObjectId } from 'mongodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '#lib/contract/limits.ts';
import type { Conversation } from '#lib/contract/records.ts';
import { password, people, type Device, type Person } from '../support/people.ts';
import { sharedServer } from '../support/shared-server.ts';

// Ana blocks Ben. Whatever he does from then on, she hears nothing of it, and he nothing of the block.

const server = sharedServer();
let ana: Person;
let ben: Person;
let cleo: Person;

beforeEach(async () => {
  [ana, ben, cleo] = (await people(server.url, 'ana', 'ben', 'cleo')) as [Person, Person, Person];
});
afterEach(() => {
  for (const person of [ana, ben, cleo]) person.leave();
});

const block = (person: Person, { id }: Person) => person.done('PUT', `/users/${id}/block`);
const unblock = (person: Person, { id }: Person) => person.done('DELETE', `/users/${id}/block`);
const blockedBy = async (person: Person): Promise<string[]> =>
  (await person.done('GET', '/users/me/blocked')).items.map(({ id }: { id: string }) => id);
const write = (device: Device, { id }: Conversation, text: string) =>
  device.ask('message:send', { conversationId: id, clientId: randomUUID(), text });
/** After this, everything that came before on this device's connection has been heard. */
const caughtUp = (device: Device) => device.ask('presence:visible', { visible: true });
const watch = async (device: Device, { id }: Person) =>
  (await device.ask('presence:watch', { userIds: [id] })).data.presences[0];
const textsOf = async (person: Person, chat: Conversation) =>
  (await person.history(chat)).map(({ text }) => text);

describe('the list of blocked people', () => {
  it('has who was blocked, the latest first, and is the same however often one says so', async () => {
    expect((await block(ana, ben)).user).toMatchObject({ id: ben.id, blocked: true });
    await block(ana, cleo);
    await block(ana, ben);
    expect(await blockedBy(ana)).toEqual([cleo.id, ben.id]);
    const page = await ana.done('GET', '/users/me/blocked?limit=1');
    expect(page).toMatchObject({ items: [{ id: cleo.id, blocked: true }] });
    const next = await ana.done('GET', `/users/me/blocked?limit=1&cursor=${page.nextCursor}`);
    expect(next).toMatchObject({ items: [{ id: ben.id }], nextCursor: null });
    for (const viewer of [ben, cleo]) expect(await blockedBy(viewer)).toEqual([]);
    expect((await unblock(ana, ben)).user).not.toHaveProperty('blocked');
    await unblock(ana, ben);
    expect(await blockedBy(ana)).toEqual([cleo.id]);
    expect((await ana.done('GET', `/users/${cleo.id}`)).user.blocked).toBe(true);
  });

  it('takes people who exist and are somebody else', async () => {
    const self = await ana.rest('PUT', `/users/${ana.id}/block`);
    expect([self.status, self.body.code]).toEqual([400, 'invalid_input']);
    const nobody = await ana.rest('PUT', `/users/${'f'.repeat(24)}/block`);
    expect([nobody.status, nobody.body.code]).toEqual([404, 'not_found']);
    await cleo.done('POST', '/users/me/delete', { password });
    expect((await ana.rest('PUT', `/users/${cleo.id}/block`)).status).toBe(404);
  });

  it('takes so many and no more', async () => {
    const client = await new MongoClient(server.databaseUri).connect();
    const user = new ObjectId(ana.id);
    const others = Array.from({ length: limits.blockedUsers }, () => new ObjectId());
    await client
      .db()
      .collection<{ _id: string }>('blocks')
      .insertMany(
        others.map((blocked) => ({
          _id: `${ana.id}:${blocked.toHexString()}`,
          user,
          blocked,
          createdAt: new Date(),
        })),
      );
    await client.close();
    const refused = await ana.rest('PUT', `/users/${ben.id}/block`);
    expect([refused.status, refused.body.code]).toEqual([409, 'conflict']);
  });

  it('loses who deletes the account, whom the others then see go', async () => {
    const chat = await ana.direct(ben);
    await ben.say(chat, 'Hello');
    await block(ana, ben);
    await ben.done('POST', '/users/me/delete', { password });
    expect(await blockedBy(ana)).toEqual([]);
    expect(await ana.view(chat)).toMatchObject({ title: 'Deleted account', me: { leftSeq: 1 } });

    const other = await ana.direct(cleo);
    await block(ana, cleo);
    const cleos = await cleo.connect();
    await ana.done('POST', '/users/me/delete', { password });
    await cleos.heard('conversation:removed', ({ conversationId }) => conversationId === other.id);
    expect((await cleo.view(other)).title).toBe('Deleted account');
  });

  it('is known at once on every device of whoever blocks', async () => {
    const chat = await ana.direct(ben);
    const tabs = [await ana.connect(), await ana.connect()];
    const bens = await ben.connect();
    await block(ana, ben);
    for (const tab of tabs) {
      expect((await tab.heard('user:updated')).user).toMatchObject({ id: ben.id, blocked: true });
      const { conversation } = await tab.heard('conversation:updated');
      expect(conversation).toMatchObject({ id: chat.id, peer: { blocked: true } });
      expect(conversation.me.leftSeq).toBe(0);
      tab.events.length = 0;
    }
    await unblock(ana, ben);
    for (const tab of tabs) {
      expect((await tab.heard('user:updated')).user).not.toHaveProperty('blocked');
      const { conversation } = await tab.heard('conversation:updated');
      expect(conversation.me.leftSeq).toBeNull();
    }
    await caughtUp(bens);
    expect(JSON.stringify(bens.events)).not.toContain('"blocked"');
  });
});

describe('messages', () => {
  it('of whoever is blocked stay with one tick, and never reach who blocks', async () => {
    const chat = await ana.direct(ben);
    const first = await ben.say(chat, 'Before');
    await ana.done('POST', `/conversations/${chat.id}/read`, { seq: first.seq });
    await ben.say(chat, 'Not seen yet');
    const [anas, bens, bensOther] = [await ana.connect(), await ben.connect(), await ben.connect()];
    await block(ana, ben);
    await anas.heard('conversation:updated');
    anas.events.length = 0;
    bens.events.length = 0;

    const { data, ok } = await write(bens, chat, 'Can you hear me?');
    expect(ok).toBe(true);
    expect(data.message).toMatchObject({ seq: 3, text: 'Can you hear me?', hidden: false });
    await bensOther.heard('message:new', ({ message }) => message.seq === 3);
    await ben.say(chat, 'Hello?');
    await bens.ask('typing', { conversationId: chat.id, typing: true });
    await bens.ask('message:edit', { messageId: data.message.id, text: 'Can you?' });
    await bens.ask('message:edit', { messageId: first.id, text: 'Before, changed' });
    await caughtUp(anas);
    expect(anas.events).toEqual([]);
    // Nothing of it by any other way, and nothing that counts.
    expect(await textsOf(ana, chat)).toEqual(['Before, changed', 'Not seen yet']);
    for (const query of ['after=0', 'around=3', 'sinceRev=0', 'before=99']) {
      const seqs = (await ana.history(chat, query)).map(({ seq }) => seq);
      expect(Math.max(...seqs), query).toBe(2);
    }
    const view = await ana.view(chat);
    expect(view).toMatchObject({ unreadCount: 0, lastSeq: 2, me: { leftSeq: 2 } });
    expect(view.lastMessage?.text).toBe('Not seen yet');
    const { status } = await ana.rest(
      'DELETE',
      `/conversations/${chat.id}/messages/${data.message.id}`,
      {
        for: 'me',
      },
    );
    expect(status).toBe(404);

    // She cannot report what would tick it, and what she has read before is not shown.
    const marked = await ana.rest('POST', `/conversations/${chat.id}/read`, { seq: 4 });
    expect(marked.body.code).toBe('forbidden');
    expect((await ben.view(chat)).receipts).toMatchObject({ readSeq: 1 });
    expect((await ben.view(chat)).receipts?.deliveredSeq).toBeLessThan(3);
    expect(JSON.stringify(bens.all('receipts'))).not.toContain(ana.id);
  });

  it('of whoever blocks are refused', async () => {
    const chat = await ana.direct(ben);
    await block(ana, ben);
    const refused = await ana.rest('POST', `/conversations/${chat.id}/messages`, {
      clientId: randomUUID(),
      text: 'Hello',
    });
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
    expect(refused.body.detail).toBe('You have blocked this person.');
    expect(await textsOf(ben, chat)).toEqual([]);
  });

  it('are not delivered when the block is over; from then on all is as before', async () => {
    const chat = await ana.direct(ben);
    await ben.say(chat, 'one');
    const [anas, bens] = [await ana.connect(), await ben.connect()];
    await block(ana, ben);
    const lost = [await ben.say(chat, 'two'), await ben.say(chat, 'three')];
    await unblock(ana, ben);
    const { conversation } = await bens.heard('conversation:updated');
    const missed = [{ userId: ana.id, from: 2, to: 3 }];
    expect(conversation.missed).toEqual(missed);
    expect(await ana.view(chat)).toMatchObject({
      missed,
      unreadCount: 0,
      lastSeq: 3,
      lastMessage: { text: 'one' },
      me: { leftSeq: null },
    });
    await write(bens, chat, 'four');
    const { message } = await anas.heard('message:new', ({ message }) => message.text === 'four');
    expect([message.seq, message.rev]).toEqual([4, 4]);
    await anas.ask('receipt:read', { conversationId: chat.id, seq: 4 });
    await bens.heard('receipts', ({ receipts: [now] }) => now?.readSeq === 4);
    expect(await textsOf(ana, chat)).toEqual(['one', 'four']);
    const changes = await ana.history(chat, 'sinceRev=1');
    expect(changes.map(({ seq }) => seq)).toEqual([4]);
    expect(await textsOf(ben, chat)).toEqual(['one', 'two', 'three', 'four']);
    // Nor by what is done to them later.
    anas.events.length = 0;
    for (const { id } of lost) await bens.ask('message:edit', { messageId: id, text: 'again' });
    await caughtUp(anas);
    expect(anas.all('message:updated')).toEqual([]);
    expect((await write(anas, chat, 'five')).data.message.seq).toBe(5);
    await bens.heard('message:new', ({ message }) => message.text === 'five');
  });

  it('leave no hole where nothing was said meanwhile', async () => {
    const chat = await ana.direct(ben);
    await ben.say(chat, 'one');
    for (let times = 0; times < 3; times++) {
      await block(ana, ben);
      await unblock(ana, ben);
    }
    await ben.say(chat, 'two');
    expect(await textsOf(ana, chat)).toEqual(['one', 'two']);
    expect((await ana.view(chat)).missed).toBeUndefined();
    expect((await ana.view(chat)).unreadCount).toBe(1);
  });

  it('of a chat that begins while one is blocked are never seen, nor is the chat', async () => {
    await block(ana, ben);
    const anas = await ana.connect();
    const chat = await ben.direct(ana);
    expect(chat).toMatchObject({ title: 'Ana', memberCount: 2, me: { leftSeq: null } });
    const said = await ben.say(chat, 'Hello');
    const { items } = await ben.done('GET', `/conversations/${chat.id}/members`);
    expect(items.map(({ user }: { user: { id: string } }) => user.id).sort()).toEqual(
      [ana.id, ben.id].sort(),
    );
    await caughtUp(anas);
    expect(anas.all('conversation:updated')).toEqual([]);
    expect(anas.all('message:new')).toEqual([]);
    expect((await ana.done('GET', '/conversations')).items).toEqual([]);
    await unblock(ana, ben);
    const again = await ana.direct(ben);
    expect(again).toMatchObject({ id: chat.id, lastMessage: null, unreadCount: 0 });
    expect(await textsOf(ana, chat)).toEqual([]);
    await ben.say(chat, 'Now?');
    await anas.heard('message:new', ({ message }) => message.text === 'Now?');
    expect(await textsOf(ana, chat)).toEqual(['Now?']);
    expect((await ben.view(chat)).missed).toEqual([{ userId: ana.id, from: 1, to: said.seq }]);
  });

  it('go nowhere between two who block each other, until both have taken it back', async () => {
    const chat = await ana.direct(ben);
    await block(ana, ben);
    await block(ben, ana);
    for (const person of [ana, ben]) {
      const said = { clientId: randomUUID(), text: 'x' };
      const { status } = await person.rest('POST', `/conversations/${chat.id}/messages`, said);
      expect(status).toBe(403);
    }
    await unblock(ana, ben);
    await ana.say(chat, 'to nobody');
    expect(await textsOf(ben, chat)).toEqual([]);
    await unblock(ben, ana);
    await ana.say(chat, 'hello');
    expect(await textsOf(ben, chat)).toEqual(['hello']);
  });

  it('sent while a block begins or ends are with both or with the sender only, each as it was', async () => {
    const chat = await ana.direct(ben);
    const sending = (async () => {
      for (let i = 0; i < 40; i++) await ben.say(chat, `${i}`);
    })();
    for (let times = 0; times < 3; times++) {
      await block(ana, ben);
      await unblock(ana, ben);
    }
    await sending;
    const all = await ben.history(chat, 'limit=200');
    const { missed = [] } = await ben.view(chat);
    const reached = all.filter(
      ({ seq }) => !missed.some(({ from, to }) => from <= seq && seq <= to),
    );
    expect(all).toHaveLength(40);
    expect((await ana.history(chat, 'limit=200')).map(({ seq }) => seq)).toEqual(
      reached.map(({ seq }) => seq),
    );
  });
});

describe('presence and profile', () => {
  it('are hidden from whoever is blocked, at once, and of them from who blocks', async () => {
    await ana.direct(ben);
    await ana.group('Garden', [ben]);
    await ana.done('PATCH', '/users/me', { about: 'Here' });
    const [anas, bens] = [await ana.connect(), await ben.connect()];
    expect(await watch(bens, ana)).toMatchObject({ online: true });
    expect(await watch(anas, ben)).toMatchObject({ online: true });
    bens.events.length = 0;

    await block(ana, ben);
    await bens.heard('presence', ({ userId, online }) => userId === ana.id && !online);
    await anas.heard('presence', ({ userId, online }) => userId === ben.id && !online);
    const nothing = { online: false, lastSeenAt: null };
    expect(await watch(bens, ana)).toMatchObject(nothing);
    expect(await watch(anas, ben)).toMatchObject(nothing);

    await ana.done('PATCH', '/users/me', { about: 'Gone' });
    await caughtUp(bens);
    expect(bens.all('user:updated')).toEqual([]);
    const rows = (await ben.done('GET', '/conversations')).items as Conversation[];
    const members = await Promise.all(
      rows.map(async ({ id }) => (await ben.done('GET', `/conversations/${id}/members`)).items),
    );
    const seen = [
      (await ben.done('GET', `/users/${ana.id}`)).user,
      (await ben.done('GET', `/users?q=${ana.user.username}`)).items[0],
      ...rows.flatMap(({ peer }) => (peer ? [peer] : [])),
      ...members
        .flat()
        .map(({ user }) => user)
        .filter(({ id }) => id === ana.id),
    ];
    expect(seen).toHaveLength(5);
    for (const user of seen) {
      expect(user).toMatchObject({ displayName: 'Ana', about: '', avatarUrl: null, ...nothing });
    }
    // He can be found and looked at by her.
    expect((await ana.done('GET', `/users/${ben.id}`)).user).toMatchObject({ blocked: true });

    bens.events.length = 0;
    await unblock(ana, ben);
    await bens.heard('presence', ({ userId, online }) => userId === ana.id && online);
    await bens.heard('user:updated', ({ user }) => user.id === ana.id && user.about === 'Gone');
    expect((await ben.done('GET', `/users/${ana.id}`)).user.about).toBe('Gone');
  });
});

describe('groups', () => {
  it('that both are in go on as before, but for who is typing', async () => {
    const group = await cleo.group('Garden', [ana, ben]);
    const [anas, bens, cleos] = [await ana.connect(), await ben.connect(), await cleo.connect()];
    await block(ana, ben);
    const said = (await write(bens, group, 'To all')).data.message;
    await anas.heard('message:new', ({ message }) => message.id === said.id);
    await anas.ask('receipt:read', { conversationId: group.id, seq: said.seq });
    await bens.heard('receipts', ({ receipts }) =>
      receipts.some(({ userId, readSeq }) => userId === ana.id && readSeq === said.seq),
    );
    for (const [typist, other] of [
      [anas, bens],
      [bens, anas],
    ] as const) {
      await typist.ask('typing', { conversationId: group.id, typing: true });
      const userId = typist === anas ? ana.id : ben.id;
      await cleos.heard('typing', (sign) => sign.userId === userId);
      await caughtUp(other);
      expect(other.all('typing')).toEqual([]);
    }
  });

  it('take nobody in by somebody they have blocked, and do not say why', async () => {
    await block(ana, ben);
    const memberIds = [cleo.id, ana.id];
    const made = await ben.rest('POST', '/conversations', { kind: 'group', title: 'X', memberIds });
    expect([made.status, made.body.code]).toEqual([403, 'forbidden']);
    expect(made.body.issues).toEqual([{ path: 'memberIds.1', message: 'cannot be added now' }]);
    const group = await ben.group('Garden', [cleo]);
    const added = await ben.rest('POST', `/conversations/${group.id}/members`, {
      userIds: [ana.id],
    });

    // The same as for somebody who does not want to come back.
    const other = await ben.group('Pond', [cleo]);
    for (let times = 0; times < 2; times++) {
      await cleo.done('DELETE', `/conversations/${other.id}/members/${cleo.id}`);
      const again = await ben.rest('POST', `/conversations/${other.id}/members`, {
        userIds: [cleo.id],
      });
      if (times === 1) expect(again.body).toEqual(added.body);
    }
    expect([added.status, added.body.code]).toEqual([403, 'forbidden']);
    // Others may, and who blocks may.
    await cleo.done('POST', '/conversations', { kind: 'group', title: 'Y', memberIds: [ana.id] });
    await ana.done('POST', '/conversations', { kind: 'group', title: 'Z', memberIds: [ben.id] });
  });
});

import { describe, expect, test } from 'vitest';
import { limits } from '#lib/contract/limits.ts';
import type { Privacy } from '#lib/contract/records.ts';
import { people, type Device, type Person } from '../support/people.ts';
import { sharedServer } from '../support/shared-server.ts';

// Who goes is told of some seconds later: the tests, each with people of its own, wait for that side by side.

const server = sharedServer();

interface Three {
  ana: Person;
  ben: Person;
  cleo: Person;
}

const it = test.extend<{ three: Three }>({
  // oxlint-disable-next-line no-empty-pattern
  three: async ({}, provide) => {
    const all = (await people(server.url, 'ana', 'ben', 'cleo')) as [Person, Person, Person];
    const [ana, ben, cleo] = all;
    await provide({ ana, ben, cleo });
    for (const person of all) person.leave();
  },
});

const set = (person: Person, privacy: Partial<Privacy>) =>
  person.done('PATCH', '/users/me', { privacy });

const watched = async (device: Device, { id }: Person) =>
  (await device.ask('presence:watch', { userIds: [id] })).data.presences[0] as {
    online: boolean;
    lastSeenAt: string | null;
  };

/** Everywhere that one person's presence is shown to another, over REST. */
async function views(viewer: Person, person: Person): Promise<object[]> {
  const found = await viewer.done('GET', `/users?q=${person.user.username}`);
  const rows = (await viewer.done('GET', '/conversations')).items as {
    id: string;
    kind: string;
    peer?: { id: string };
  }[];
  const members = await Promise.all(
    rows.map(async ({ id }) => (await viewer.done('GET', `/conversations/${id}/members`)).items),
  );
  const users = [
    found.items[0],
    (await viewer.done('GET', `/users/${person.id}`)).user,
    ...rows.flatMap(({ peer }) => (peer?.id === person.id ? [peer] : [])),
    ...members.flat().flatMap(({ user }) => (user.id === person.id ? [user] : [])),
  ];
  return users.map(({ online, lastSeenAt }) => ({ online, wasSeen: lastSeenAt !== null }));
}

const everywhere = async (viewer: Person, person: Person, seen: object) => {
  const found = await views(viewer, person);
  expect(found.length).toBeGreaterThan(1);
  for (const one of found) expect(one).toEqual(seen);
};

/** Has been here, so that there is something to see of it, and is here now. */
async function comeBack(person: Person, witness: Person): Promise<Device> {
  const watcher = await witness.connect();
  await watcher.ask('presence:watch', { userIds: [person.id] });
  (await person.connect()).close();
  await watcher.heard('presence', ({ userId, online }) => userId === person.id && !online);
  watcher.close();
  return person.connect();
}

describe.concurrent('privacy', () => {
  it('is open at first, and is nobody else’s to see', async ({ three: { ana, ben } }) => {
    const { user } = await ana.done('GET', '/users/me');
    expect(user.privacy).toEqual({
      lastSeen: 'everyone',
      lastSeenExcept: [],
      online: 'everyone',
      readReceipts: true,
    });
    await set(ana, { readReceipts: false });
    const changed = (await set(ana, { lastSeen: 'contacts' })).user.privacy;
    expect(changed).toMatchObject({ lastSeen: 'contacts', readReceipts: false });
    await ben.direct(ana);
    const seen = JSON.stringify([
      await ben.done('GET', `/users/${ana.id}`),
      await ben.done('GET', '/conversations'),
    ]);
    expect(seen).not.toContain('privacy');
    for (const wrong of [{ lastSeen: 'friends' }, { hidden: true }, 'nobody']) {
      const refused = await ana.rest('PATCH', '/users/me', { privacy: wrong });
      expect(refused.body.code).toBe('invalid_input');
    }
  });
});

describe.concurrent('last seen and online', () => {
  it('are hidden from everybody, and of everybody from who hides them', async ({
    three: { ana, ben, cleo },
  }) => {
    await ana.direct(ben);
    await ana.group('Garden', [ben]);
    await Promise.all([comeBack(ana, cleo), comeBack(ben, cleo)]);
    const [anas, bens] = [await ana.connect(), await ben.connect()];
    expect(await watched(bens, ana)).toMatchObject({ online: true });
    await everywhere(ben, ana, { online: true, wasSeen: true });

    await set(ana, { lastSeen: 'nobody', online: 'as_last_seen' });
    // Who watches is told at once.
    await bens.heard('presence', (now) => now.userId === ana.id && !now.online);
    for (const [viewer, device, person] of [
      [ben, bens, ana],
      [ana, anas, ben],
    ] as const) {
      await everywhere(viewer, person, { online: false, wasSeen: false });
      expect(await watched(device, person)).toMatchObject({ online: false, lastSeenAt: null });
    }
    const cleos = await cleo.connect();
    await bens.ask('presence:watch', { userIds: [ana.id, cleo.id] });
    const ofAna = () => bens.all('presence').filter(({ userId }) => userId === ana.id);
    bens.events.length = 0;
    ana.leave();
    // That she has gone would be told before that Cleo has.
    await ana.rest('GET', '/users/me');
    cleos.close();
    await bens.heard('presence', (now) => now.userId === cleo.id && !now.online);
    await ana.connect();
    await bens.ask('presence:watch', { userIds: [ana.id] });
    expect(ofAna()).toEqual([]);

    await set(ana, { lastSeen: 'everyone' });
    await bens.heard('presence', (now) => now.userId === ana.id && now.lastSeenAt !== null);
    await everywhere(ben, ana, { online: true, wasSeen: true });
  });

  it('part: that one is here can be seen where when one was cannot', async ({
    three: { ana, ben, cleo },
  }) => {
    await ana.direct(ben);
    const phone = await comeBack(ana, cleo);
    const bens = await ben.connect();
    await set(ana, { lastSeen: 'nobody' });
    await everywhere(ben, ana, { online: true, wasSeen: false });
    expect(await watched(bens, ana)).toMatchObject({ online: true, lastSeenAt: null });
    phone.close();
    const gone = await bens.heard('presence', (now) => now.userId === ana.id && !now.online);
    expect(gone.lastSeenAt).toBeNull();
    // Mutual: who shows nothing sees nothing.
    await everywhere(ana, ben, { online: true, wasSeen: false });
  });

  it('reach as far as contacts: people with whom one shares a conversation', async ({
    three: { ana, ben, cleo },
  }) => {
    await comeBack(ana, cleo);
    await set(ana, { lastSeen: 'contacts', online: 'as_last_seen' });
    await everywhere(ben, ana, { online: false, wasSeen: false });
    const bens = await ben.connect();
    expect(await watched(bens, ana)).toMatchObject({ online: false, lastSeenAt: null });
    const group = await cleo.group('Garden', [ana, ben]);
    await bens.heard('presence', (now) => now.userId === ana.id && now.online);
    await everywhere(ben, ana, { online: true, wasSeen: true });
    bens.events.length = 0;
    await cleo.done('DELETE', `/conversations/${group.id}/members/${ben.id}`);
    await bens.heard('presence', (now) => now.userId === ana.id && !now.online);
    expect((await ben.done('GET', `/users/${ana.id}`)).user.online).toBe(false);
    await ben.direct(ana);
    await bens.heard('presence', (now) => now.userId === ana.id && now.online);
  });

  it('can leave out some of one’s contacts', async ({ three: { ana, ben, cleo } }) => {
    await ana.direct(ben);
    await ana.direct(cleo);
    await comeBack(ana, cleo);
    const [anas, bens, cleos] = [await ana.connect(), await ben.connect(), await cleo.connect()];
    for (const device of [bens, cleos]) {
      expect(await watched(device, ana)).toMatchObject({ online: true });
    }
    const except: Partial<Privacy> = { lastSeenExcept: [ben.id], online: 'as_last_seen' };
    const { privacy } = (await set(ana, { lastSeen: 'contacts_except', ...except })).user;
    expect(privacy).toMatchObject({ lastSeen: 'contacts_except', ...except });
    // At once, and each of the other.
    await bens.heard('presence', (now) => now.userId === ana.id && !now.online);
    await everywhere(ben, ana, { online: false, wasSeen: false });
    await everywhere(ana, ben, { online: false, wasSeen: false });
    await everywhere(cleo, ana, { online: true, wasSeen: true });
    expect(await watched(cleos, ana)).toMatchObject({ online: true });

    bens.events.length = 0;
    await set(ana, { lastSeenExcept: [] });
    await bens.heard('presence', (now) => now.userId === ana.id && now.online);
    await set(ana, { lastSeenExcept: [ben.id], online: 'everyone' });
    await bens.heard('presence', (now) => now.online && now.lastSeenAt === null);
    await set(ana, { lastSeen: 'contacts' });
    await everywhere(ben, ana, { online: true, wasSeen: true });
    const tooMany = Array.from({ length: limits.exceptedUsers + 1 }, () => ben.id);
    for (const wrong of [['x'], ben.id, tooMany]) {
      const refused = await ana.rest('PATCH', '/users/me', { privacy: { lastSeenExcept: wrong } });
      expect(refused.body.code).toBe('invalid_input');
    }
    anas.close();
  });

  it('are in no event about the profile that goes to those who may not see them', async ({
    three: { ana, ben, cleo },
  }) => {
    await ana.direct(ben);
    await comeBack(ana, cleo);
    await set(ana, { lastSeen: 'nobody', online: 'as_last_seen' });
    const [phone, bens] = [await ana.connect(), await ben.connect()];
    await ana.done('PATCH', '/users/me', { about: 'Here' });
    const told = await bens.heard('user:updated');
    expect(told.user).toMatchObject({ about: 'Here', online: false, lastSeenAt: null });
    expect((await phone.heard('user:updated')).user.online).toBe(true);
    await ben.done('POST', '/conversations', { kind: 'group', title: 'New', memberIds: [ana.id] });
  });
});

describe.concurrent.each(['rest', 'socket'] as const)('read receipts, over %s', (wire) => {
  const mark = async (
    person: Person,
    device: Device,
    what: 'read' | 'delivered',
    conversationId: string,
    seq: number,
  ) => {
    if (wire === 'socket') return device.ask(`receipt:${what}`, { conversationId, seq });
    return person.done('POST', `/conversations/${conversationId}/${what}`, { seq });
  };

  /** What the sender is shown of the other's reading, everywhere. */
  const shown = async (sender: Person, reader: Person, id: string) => {
    const { items } = await sender.done('GET', `/conversations/${id}/members`);
    const member = items.find(({ user }: { user: { id: string } }) => user.id === reader.id);
    return [(await sender.view({ id })).receipts?.readSeq, member.readSeq];
  };

  it.for(['the reader', 'the sender'])(
    'are not shown if %s hides them',
    async (who, { three: { ana, ben } }) => {
      const chat = await ana.direct(ben);
      const [anas, bens, bensOther] = [
        await ana.connect(),
        await ben.connect(),
        await ben.connect(),
      ];
      const before = await ana.say(chat, 'before');
      await mark(ben, bens, 'read', chat.id, before.seq);
      await anas.heard('receipts', ({ receipts: [now] }) => now?.readSeq === before.seq);

      await set(who === 'the reader' ? ben : ana, { readReceipts: false });
      const said = await ana.say(chat, 'while hidden');
      await mark(ben, bens, 'read', chat.id, said.seq);
      // Delivery always shows; one's own devices know what one has read.
      const told = await anas.heard(
        'receipts',
        ({ receipts: [now] }) => now?.userId === ben.id && now.deliveredSeq === said.seq,
      );
      expect(told.receipts[0]?.readSeq).toBe(before.seq);
      await bensOther.heard('receipts', ({ receipts: [now] }) => now?.readSeq === said.seq);
      expect(await shown(ana, ben, chat.id)).toEqual([before.seq, before.seq]);
      expect((await ben.view(chat)).unreadCount).toBe(0);
      expect(JSON.stringify(anas.all('receipts'))).not.toContain(`"readSeq":${said.seq}`);

      // Shown again from the next that is read; what only arrives says nothing of what was read.
      await set(who === 'the reader' ? ben : ana, { readReceipts: true });
      const next = await ana.say(chat, 'shown again');
      await mark(ben, bens, 'delivered', chat.id, next.seq);
      expect(await shown(ana, ben, chat.id)).toEqual([before.seq, before.seq]);
      await mark(ben, bens, 'read', chat.id, next.seq);
      expect(await shown(ana, ben, chat.id)).toEqual([next.seq, next.seq]);
    },
  );

  it('are always shown in groups', async ({ three: { ana, ben } }) => {
    const group = await ana.group('Garden', [ben]);
    const [anas, bens] = [await ana.connect(), await ben.connect()];
    await set(ben, { readReceipts: false });
    const said = await ana.say(group, 'hello');
    await mark(ben, bens, 'read', group.id, said.seq);
    await anas.heard('receipts', ({ receipts }) =>
      receipts.some(({ userId, readSeq }) => userId === ben.id && readSeq === said.seq),
    );
    expect(await shown(ana, ben, group.id)).toEqual([said.seq, said.seq]);
  });

  it('do not come out by an answer', async ({ three: { ana, ben } }) => {
    const chat = await ana.direct(ben);
    await set(ben, { readReceipts: false });
    const anas = await ana.connect();
    const said = await ana.say(chat, 'hello');
    const answer = await ben.say(chat, 'hello to you');
    await anas.heard('receipts', ({ receipts: [now] }) => now?.deliveredSeq === answer.seq);
    expect(await shown(ana, ben, chat.id)).toEqual([0, 0]);
    expect(said.seq).toBe(1);
  });
});

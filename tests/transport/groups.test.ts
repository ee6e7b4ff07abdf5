import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Conversation, Member } from '#lib/contract/records.ts';
import { metricOf } from '../support/metrics.ts';
import { people, type Person } from '../support/people.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let ana: Person;
let ben: Person;
let cleo: Person;
let dora: Person;
let mallory: Person;
let group: Conversation;

beforeAll(async () => {
  server = await startServer();
  [ana, ben, cleo, dora, mallory] = (await people(
    server.url,
    'ana',
    'ben',
    'cleo',
    'dora',
    'mallory',
  )) as [Person, Person, Person, Person, Person];
});
beforeEach(async () => {
  group = await ana.group('Supper club', [ben, cleo]);
});
afterAll(async () => {
  for (const person of [ana, ben, cleo, dora, mallory]) person.leave();
  await server.stop();
});

const members = (path = '') => `/conversations/${group.id}/members${path}`;
const roles = async (who = ana) => {
  const items = (await who.rest('GET', members())).body.items as Member[];
  return Object.fromEntries(items.map(({ user, role }) => [user.displayName, role]));
};
const commandsDone = (command: string) =>
  metricOf(
    server.url,
    `gatherly_database_command_seconds_count{command="${command}",outcome="done"}`,
  );
const ownersIn = (now: Record<string, string>) =>
  Object.values(now).filter((role) => role === 'owner');
const lines = async (who: Person) =>
  (await who.history(group, 'limit=200')).flatMap(({ system }) => (system ? [system.type] : []));

it('is made with an owner, its members and a line that says so', async () => {
  expect(group).toMatchObject({
    kind: 'group',
    title: 'Supper club',
    memberCount: 3,
    me: { role: 'owner' },
  });
  expect(await roles()).toEqual({ Ana: 'owner', Ben: 'member', Cleo: 'member' });
  expect(await lines(ben)).toEqual(['group_created']);
  expect((await ben.view(group)).unreadCount).toBe(0);
});

it('needs a name and somebody else', async () => {
  const create = (body: object) => ana.rest('POST', '/conversations', { kind: 'group', ...body });
  expect((await create({ title: ' ', memberIds: [ben.id] })).status).toBe(400);
  expect((await create({ title: 'x'.repeat(101), memberIds: [ben.id] })).status).toBe(400);
  expect((await create({ title: 'Alone', memberIds: [] })).status).toBe(400);
  expect((await create({ title: 'Alone', memberIds: [ana.id] })).status).toBe(400);
  expect((await create({ title: 'Ghosts', memberIds: ['f'.repeat(24)] })).status).toBe(404);
});

it('is renamed by its admins only, and everybody is told', async () => {
  const device = await ben.connect();
  const rename = (who: Person) =>
    who.rest('PATCH', `/conversations/${group.id}`, { title: 'Lunch club' });
  expect((await rename(ben)).body.code).toBe('forbidden');
  expect((await rename(mallory)).body.code).toBe('not_found');
  expect((await rename(ana)).body.conversation.title).toBe('Lunch club');
  const heard = await device.heard(
    'conversation:updated',
    ({ conversation }) => conversation.title === 'Lunch club',
  );
  expect(heard.conversation.me.role).toBe('member');
  expect(await lines(cleo)).toEqual(['group_created', 'title_changed']);
});

it('shows each member what they have not read, in one look at the log for all of them', async () => {
  await ana.say(group, 'One.');
  await ben.say(group, 'Two.');
  const three = await ana.say(group, 'Three.');
  const four = await ana.say(group, 'Four.');
  await ben.done('POST', `/conversations/${group.id}/read`, { seq: three.seq });
  const path = (id: string) => `/conversations/${group.id}/messages/${id}`;
  await cleo.done('DELETE', path(three.id), { for: 'me' });
  await ana.done('DELETE', path(four.id), { for: 'everyone' });
  await ana.say(group, 'Five.');
  const devices = await Promise.all([ana, ben, cleo].map((who) => who.connect()));
  const before = await commandsDone('aggregate');
  await ana.done('PATCH', `/conversations/${group.id}`, { title: 'Lunch club' });
  const unread = devices.map(async (device) => {
    const { conversation } = await device.heard(
      'conversation:updated',
      ({ conversation: { id, title } }) => id === group.id && title === 'Lunch club',
    );
    return conversation.unreadCount;
  });
  // Ben lacks Five, Cleo One, Two and Five.
  expect(await Promise.all(unread)).toEqual([0, 1, 3]);
  // Of all of them for what they are told, and of Ana for her answer.
  const looks = (await commandsDone('aggregate')) - before;
  expect(looks).toBeGreaterThan(0);
  expect(looks).toBeLessThanOrEqual(2);
  for (const [who, count] of [[ana, 0] as const, [ben, 1] as const, [cleo, 3] as const])
    expect((await who.view(group)).unreadCount).toBe(count);
});

it('shows a new member nothing of what was said before', async () => {
  await ana.say(group, 'Before');
  const device = await dora.connect();
  const answer = await ana.rest('POST', members(), { userIds: [dora.id] });
  expect(answer.status).toBe(201);
  await device.heard('conversation:updated', ({ conversation }) => conversation.id === group.id);
  const after = await ana.say(group, 'After');
  await device.heard('message:new', ({ message }) => message.id === after.id);
  expect((await dora.history(group)).map(({ text, system }) => system?.type ?? text)).toEqual([
    'members_added',
    'After',
  ]);
  expect((await dora.history(group, 'sinceRev=0')).map(({ seq }) => seq)).not.toContain(1);
  expect(await dora.history(group, 'before=2')).toEqual([]);
  expect((await dora.view(group)).unreadCount).toBe(1);
  expect((await ana.view(group)).memberCount).toBe(4);
});

it('shows a new member as much of it as an admin shares, and says so', async () => {
  for (let i = 1; i <= 30; i++) await ana.say(group, `line ${i}`);
  await ana.rest('POST', members(), { userIds: [dora.id], shareLast: 25 });
  const seen = await dora.history(group, 'limit=200');
  expect(seen.map(({ text, system }) => system?.type ?? text)).toEqual([
    ...Array.from({ length: 25 }, (_, i) => `line ${i + 6}`),
    'members_added',
    'history_shared',
  ]);
  expect((await dora.view(group)).unreadCount).toBe(0);
});

it('is administered by its admins only', async () => {
  expect((await ben.rest('POST', members(), { userIds: [dora.id] })).body.code).toBe('forbidden');
  expect((await ben.rest('DELETE', members(`/${cleo.id}`))).body.code).toBe('forbidden');
  expect((await ben.rest('PATCH', members(`/${ben.id}`), { role: 'admin' })).body.code).toBe(
    'forbidden',
  );
  expect((await mallory.rest('GET', members())).body.code).toBe('not_found');
  expect((await ana.rest('PATCH', members(`/${ben.id}`), { role: 'admin' })).body.member.role).toBe(
    'admin',
  );
  expect((await ben.rest('DELETE', members(`/${ana.id}`))).body.code).toBe('forbidden');
  expect((await ben.rest('PATCH', members(`/${cleo.id}`), { role: 'owner' })).body.code).toBe(
    'forbidden',
  );
  expect((await ben.rest('DELETE', members(`/${cleo.id}`))).status).toBe(200);
  expect(await roles()).toEqual({ Ana: 'owner', Ben: 'admin' });
  expect(await lines(ana)).toEqual(['group_created', 'role_changed', 'member_removed']);
});

it('ends at once for somebody removed, who keeps what they could see', async () => {
  const device = await ben.connect();
  await ana.say(group, 'Together');
  await ana.rest('DELETE', members(`/${ben.id}`));
  await device.heard('conversation:removed', ({ conversationId }) => conversationId === group.id);
  const later = await ana.say(group, 'Without Ben');
  const witness = await ana.connect();
  const chat = await ana.direct(ben);
  const last = await ana.say(chat, 'Only we two');
  await device.heard('message:new', ({ message }) => message.id === last.id);
  expect(device.all('message:new').map(({ message }) => message.id)).not.toContain(later.id);
  expect((await ben.history(group)).map(({ text, system }) => system?.type ?? text)).toEqual([
    'group_created',
    'Together',
    'member_removed',
  ]);
  expect((await ben.view(group)).me.leftSeq).toBe(3);
  expect((await ben.view(group)).lastSeq).toBe(3);
  for (const attempt of [
    ben.rest('POST', `/conversations/${group.id}/messages`, {
      clientId: 'late',
      text: 'Let me in',
    }),
    ben.rest('GET', members()),
    ben.rest('PATCH', `/conversations/${group.id}`, { title: 'Mine' }),
    ben.rest('POST', `/conversations/${group.id}/read`, { seq: 1 }),
  ]) {
    expect((await attempt).body.code).toBe('forbidden');
  }
  expect((await device.ask('typing', { conversationId: group.id, typing: true })).error.code).toBe(
    'forbidden',
  );
  witness.close();
});

it('shows somebody who was removed nothing of what it becomes', async () => {
  await ana.rest('DELETE', members(`/${ben.id}`));
  const left = await ben.view(group);
  await ana.rest('PATCH', `/conversations/${group.id}`, { title: 'Secret club' });
  await ana.rest('POST', members(), { userIds: [dora.id] });
  await ana.say(group, 'Without Ben');
  expect(await ben.view(group)).toEqual(left);
  expect(left).toMatchObject({ title: 'Supper club', memberCount: 2, me: { leftSeq: 2 } });
  const others = await ben.group('Later', [cleo]);
  const { items } = await ben.done('GET', '/conversations');
  const order = items.map(({ id }: Conversation) => id);
  expect(order.indexOf(others.id)).toBeLessThan(order.indexOf(group.id));
});

it('tells nobody of an edit to what they may not see', async () => {
  const old = await ana.say(group, 'Before Dora');
  await ana.rest('POST', members(), { userIds: [dora.id] });
  const [doras, bens] = [await dora.connect(), await ben.connect()];
  await ana.done('PATCH', `/conversations/${group.id}/messages/${old.id}`, {
    text: 'Still before Dora',
  });
  await bens.heard('message:updated', ({ message }) => message.id === old.id);
  await ben.done('DELETE', `/conversations/${group.id}/messages/${old.id}`, { for: 'me' });
  await bens.heard('message:updated', ({ message }) => message.hidden);
  const later = await ana.say(group, 'After');
  await doras.heard('message:new', ({ message }) => message.id === later.id);
  expect(doras.all('message:updated')).toEqual([]);
});

it('lets nobody share what they may not see themselves', async () => {
  await ana.say(group, 'Before Dora');
  await ana.rest('POST', members(), { userIds: [dora.id] });
  await ana.rest('PATCH', members(`/${dora.id}`), { role: 'admin' });
  await dora.rest('POST', members(), { userIds: [mallory.id], shareLast: 100 });
  const seen = (await mallory.history(group, 'limit=200')).map(({ text }) => text);
  expect(seen).not.toContain('Before Dora');
});

it('sends nothing to strangers when somebody who has left changes their own settings', async () => {
  await ben.rest('DELETE', members(`/${ben.id}`));
  const [stranger, bens] = [await mallory.connect(), await ben.connect()];
  await ben.done('PATCH', `/conversations/${group.id}`, { archived: true });
  await bens.heard('conversation:updated', ({ conversation }) => conversation.me.archived);
  const said = await ana.say(group, 'Only for members');
  const chat = await ana.direct(mallory);
  await ana.say(chat, 'Hello');
  await stranger.heard('message:new', ({ message }) => message.conversationId === chat.id);
  for (const device of [stranger, bens]) {
    expect(device.all('message:new').map(({ message }) => message.id)).not.toContain(said.id);
  }
});

it('has one owner, whoever changes roles at the same moment', async () => {
  await ana.rest('PATCH', members(`/${cleo.id}`), { role: 'admin' });
  for (let round = 0; round < 6; round++) {
    const before = await roles();
    const owner = [ana, ben].find(({ user }) => before[user.displayName] === 'owner') as Person;
    const heir = owner === ana ? ben : ana;
    await Promise.all([
      owner.rest('PATCH', members(`/${heir.id}`), { role: 'owner' }),
      cleo.rest('PATCH', members(`/${heir.id}`), { role: round % 2 ? 'admin' : 'member' }),
      owner.rest('PATCH', members(`/${heir.id}`), { role: 'owner' }),
    ]);
    expect(ownersIn(await roles())).toHaveLength(1);
  }
});

it('has one owner when it is handed to two people, or handed over and left, at once', async () => {
  for (let round = 0; round < 5; round++) {
    const club = await ana.group('Club', [ben, cleo]);
    const path = `/conversations/${club.id}/members`;
    await Promise.all([
      ana.rest('PATCH', `${path}/${ben.id}`, { role: 'owner' }),
      round % 2
        ? ana.rest('PATCH', `${path}/${cleo.id}`, { role: 'owner' })
        : ana.rest('DELETE', `${path}/${ana.id}`),
    ]);
    const { items } = await cleo.done('GET', path);
    const now = items.map(({ user, role }: Member) => [user.displayName, role]);
    expect(ownersIn(Object.fromEntries(now))).toHaveLength(1);
  }
});

it('keeps the gap closed for somebody who comes back', async () => {
  await ana.say(group, 'one');
  await ana.rest('DELETE', members(`/${ben.id}`));
  await ana.say(group, 'meanwhile');
  await ana.rest('POST', members(), { userIds: [ben.id] });
  await ana.say(group, 'two');
  const seen = (await ben.history(group, 'limit=200')).map(
    ({ text, system }) => system?.type ?? text,
  );
  expect(seen).toEqual(['group_created', 'one', 'member_removed', 'members_added', 'two']);
  const changes = (await ben.history(group, 'sinceRev=0&limit=200')).map(({ text }) => text);
  expect(changes).not.toContain('meanwhile');
  const paged = (await ben.history(group, 'before=7&limit=3')).map(({ seq }) => seq);
  expect(paged).toEqual([3, 5, 6]);
  expect((await ben.view(group)).unreadCount).toBe(1);
});

it('passes ownership to the longest-standing admin when its owner leaves', async () => {
  await ana.rest('PATCH', members(`/${cleo.id}`), { role: 'admin' });
  expect((await ana.rest('DELETE', members(`/${ana.id}`))).status).toBe(200);
  expect(await roles(cleo)).toEqual({ Cleo: 'owner', Ben: 'member' });
  expect(await lines(cleo)).toEqual([
    'group_created',
    'role_changed',
    'member_left',
    'owner_changed',
  ]);
});

it('passes ownership to the longest-standing member where there is no admin, until nobody is left', async () => {
  await ana.rest('DELETE', members(`/${ana.id}`));
  expect(await roles(ben)).toEqual({ Ben: 'owner', Cleo: 'member' });
  await ben.rest('DELETE', members(`/${ben.id}`));
  expect(await roles(cleo)).toEqual({ Cleo: 'owner' });
  expect((await cleo.rest('DELETE', members(`/${cleo.id}`))).status).toBe(200);
  expect((await cleo.view(group)).memberCount).toBe(0);
});

it('is handed over by its owner', async () => {
  expect((await ana.rest('PATCH', members(`/${ben.id}`), { role: 'owner' })).body.member.role).toBe(
    'owner',
  );
  expect(await roles()).toEqual({ Ana: 'admin', Ben: 'owner', Cleo: 'member' });
});

it('lets nobody be added again within a day of leaving twice', async () => {
  const add = () => ana.rest('POST', members(), { userIds: [ben.id] });
  await ben.rest('DELETE', members(`/${ben.id}`));
  expect((await add()).status).toBe(201);
  await ben.rest('DELETE', members(`/${ben.id}`));
  expect((await add()).body.code).toBe('forbidden');
});

it('lets its admins delete any message for everyone, members only their own', async () => {
  const message = await ben.say(group, 'Rude');
  const path = `/conversations/${group.id}/messages/${message.id}`;
  expect((await cleo.rest('DELETE', path, { for: 'everyone' })).body.code).toBe('forbidden');
  expect((await ana.rest('DELETE', path)).body.message.deletedAt).not.toBeNull();
});

it('leaves direct conversations as they are', async () => {
  const chat = await ana.direct(ben);
  const path = `/conversations/${chat.id}`;
  expect((await ana.rest('PATCH', path, { title: 'Us' })).body.code).toBe('forbidden');
  expect((await ana.rest('POST', `${path}/members`, { userIds: [cleo.id] })).body.code).toBe(
    'forbidden',
  );
  expect((await ana.rest('DELETE', `${path}/members/${ana.id}`)).body.code).toBe('forbidden');
});

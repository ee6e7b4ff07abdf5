import { randomUUID } from 'node:crypto';
import { MongoClient, ObjectId } from 'mongodb';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { bodyOf, password, people, request, type Person } from '../support/people.ts';
import { sharedServer } from '../support/shared-server.ts';

const server = sharedServer();
let client: MongoClient;
let ana: Person;
let ben: Person;
let cleo: Person;

beforeAll(async () => {
  client = await new MongoClient(server.databaseUri).connect();
});
beforeEach(async () => {
  [ana, ben, cleo] = (await people(server.url, 'ana', 'ben', 'cleo')) as [Person, Person, Person];
});
afterAll(async () => {
  await client?.close();
});

const remove = (person: Person, given: object = { password }) =>
  person.rest('POST', '/users/me/delete', given);

async function sendPicture(): Promise<Response> {
  const create = { width: 9, height: 9, channels: 3, background: 'red' } as const;
  return fetch(`${server.url}/api/v1/users/me/picture`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ana.token}`, 'content-type': 'image/png' },
    body: new Uint8Array(await sharp({ create }).png().toBuffer()),
  });
}

it('takes the password, and nothing less', async () => {
  const chat = await ana.direct(ben);
  for (const given of [{}, { password: 'wrong' }, { username: ana.user.username }]) {
    const { status, body } = await remove(ana, given);
    expect([status, body.code]).toEqual([401, 'invalid_credentials']);
  }
  expect((await ana.rest('GET', '/users/me')).status).toBe(200);
  expect((await ben.view(chat)).me.leftSeq).toBeNull();
});

it('ends every session and socket, and frees the name', async () => {
  const { username } = ana.user;
  const other = bodyOf(
    await request(server.url, 'POST', '/auth/token', { body: { username, password } }),
  );
  const [phone, laptop] = [await ana.connect(), await ana.connect()];
  expect((await remove(ana)).status).toBe(200);
  for (const device of [phone, laptop]) {
    expect(await device.heard('session:ended')).toEqual({ reason: 'account_deleted' });
    await device.hear('disconnect');
  }
  for (const token of [ana.token, other.token as string]) {
    expect((await request(server.url, 'GET', '/users/me', { token })).status).toBe(401);
  }
  const tried = await request(server.url, 'POST', '/auth/token', { body: { username, password } });
  expect(tried.body.code).toBe('invalid_credentials');
  const again = await request(server.url, 'POST', '/auth/register', {
    body: { username, password },
  });
  expect(again.status).toBe(201);
  expect(again.body.user.id).not.toBe(ana.id);
});

it('keeps all that was acknowledged while it went', async () => {
  const chat = await ana.direct(ben);
  await ben.say(chat, 'Before');
  const acknowledged: string[] = [];
  const write = async (lane: number): Promise<void> => {
    for (let i = 0; ; i++) {
      const said = { clientId: `${lane}-${i}`, text: 'While you go' };
      const { status, body } = await ben.rest('POST', `/conversations/${chat.id}/messages`, said);
      if (status !== 201) return;
      acknowledged.push(body.message.id as string);
    }
  };
  const writing = [1, 2, 3, 4].map(write);
  expect((await remove(ana)).status).toBe(200);
  await Promise.all(writing);
  const kept: string[] = [];
  for (let after = 0, hasMore = true; hasMore;) {
    const page = await ben.done(
      'GET',
      `/conversations/${chat.id}/messages?limit=200&after=${after}`,
    );
    kept.push(...(page.messages as { id: string }[]).map(({ id }) => id));
    after = page.messages.at(-1).seq as number;
    hasMore = page.hasMore as boolean;
  }
  expect(acknowledged.filter((id) => !kept.includes(id))).toEqual([]);
});

it('leaves what was said, without a name, in a chat that nobody can add to', async () => {
  const chat = await ana.direct(ben);
  const said = await ana.say(chat, 'What I said');
  const bens = await ben.connect();
  expect((await remove(ana)).status).toBe(200);
  expect(await bens.heard('conversation:removed')).toEqual({ conversationId: chat.id });
  const { user } = await bens.heard('user:updated');
  expect(user).toMatchObject({
    id: ana.id,
    displayName: 'Deleted account',
    deleted: true,
    about: '',
    avatarUrl: null,
    online: false,
    lastSeenAt: null,
  });
  const view = await ben.view(chat);
  expect(view).toMatchObject({ title: 'Deleted account', peer: user, me: { leftSeq: said.seq } });
  expect(await ben.history(chat)).toMatchObject([{ id: said.id, text: 'What I said' }]);
  const refused = await ben.rest('POST', `/conversations/${chat.id}/messages`, {
    clientId: 'x',
    text: 'Are you there?',
  });
  expect(refused.body.code).toBe('forbidden');
  expect(
    (await ben.rest('POST', '/conversations', { kind: 'direct', userId: ana.id })).body.code,
  ).toBe('not_found');
  expect((await ben.done('GET', `/users/${ana.id}`)).user).toEqual(user);
  expect((await ben.done('GET', '/users?q=deleted')).items).toEqual([]);
  const everybody = (await ben.done('GET', '/users?limit=200')).items as { id: string }[];
  expect(everybody.map(({ id }) => id)).not.toContain(ana.id);
  ben.leave();
});

it('passes groups on, and stops holding up the ticks', async () => {
  const group = await ana.group('Garden', [ben, cleo]);
  const alone = await ana.group('Ending', [ben]);
  await ben.done('DELETE', `/conversations/${alone.id}/members/${ben.id}`);
  const said = await ben.say(group, 'Hello');
  await cleo.done('POST', `/conversations/${group.id}/read`, { seq: said.seq });
  expect((await ben.view(group)).receipts?.readSeq).toBeLessThan(said.seq);
  const bens = await ben.connect();
  expect((await remove(ana)).status).toBe(200);
  const { items } = await ben.done('GET', `/conversations/${group.id}/members`);
  expect(items.map(({ user, role }: never) => [(user as Person).id, role])).toEqual([
    [ben.id, 'owner'],
    [cleo.id, 'member'],
  ]);
  expect((await ben.view(group)).memberCount).toBe(2);
  const lines = (await ben.history(group)).flatMap(({ system }) => (system ? [system] : []));
  expect(lines.slice(-2)).toMatchObject([
    { type: 'member_left', actorId: ana.id },
    { type: 'owner_changed', userIds: [ben.id] },
  ]);
  await bens.heard('user:updated', ({ user }) => user.deleted === true);
  const last = await ben.say(group, 'Still here');
  await cleo.done('POST', `/conversations/${group.id}/read`, { seq: last.seq });
  expect((await ben.view(group)).receipts?.readSeq).toBe(last.seq);
  const added = await ben.rest('POST', `/conversations/${group.id}/members`, {
    userIds: [ana.id],
  });
  expect(added.body.code).toBe('not_found');
  ben.leave();
});

it('leaves nothing of who it was in the database', async () => {
  // Words of this test alone: others have their people in this database too.
  const [about, surname] = [randomUUID(), randomUUID()];
  await ana.done('PATCH', '/users/me', { about, displayName: `Ana ${surname}` });
  const chat = await ana.direct(ben);
  await ana.say(chat, 'A message');
  const group = await ben.group('Garden', [cleo]);
  await ben.done('POST', `/conversations/${group.id}/members`, { userIds: [ana.id] });
  await ana.done('PUT', `/users/${cleo.id}/block`);
  await cleo.done('PUT', `/users/${ana.id}/block`);
  const uploaded = await sendPicture();
  const { user } = (await uploaded.json()) as { user: { avatarUrl: string } };
  const links = client.db().collection('oauth_accounts');
  await links.insertOne({ userId: new ObjectId(ana.id), provider: 'github' });
  expect((await remove(ana)).status).toBe(200);
  expect((await fetch(`${server.url}${user.avatarUrl}`)).status).toBe(404);
  const collections = await client.db().listCollections().toArray();
  const all = await Promise.all(
    collections.map(async ({ name }) => [
      name,
      await client.db().collection(name).find().toArray(),
    ]),
  );
  const text = JSON.stringify(all);
  for (const trace of [ana.user.username, surname, about]) expect(text).not.toContain(trace);
  const mentions = (all as [string, object[]][]).flatMap(([name, documents]) =>
    documents.filter((one) => JSON.stringify(one).includes(ana.id)).map(() => name),
  );
  // Who wrote the message, that the chat was of these two and how far it was read, and that there
  // was somebody.
  expect([...new Set(mentions)].sort()).toEqual(['conversations', 'members', 'messages', 'users']);
});

it('takes the name out of the lines of groups, older ones too', async () => {
  const group = await ben.group('Garden', [cleo]);
  await ben.done('POST', `/conversations/${group.id}/members`, { userIds: [ana.id] });
  const [, added] = await ben.history(group);
  expect(added?.text).toBe('Somebody joined the group');
  await client
    .db()
    .collection('messages')
    .updateOne({ _id: new ObjectId(added?.id) }, { $set: { text: 'Ana joined the group' } });
  expect((await remove(ana)).status).toBe(200);
  expect(JSON.stringify(await ben.history(group))).not.toContain('Ana');
  expect((await ben.view(group)).names[ana.id] ?? 'Deleted account').toBe('Deleted account');
});

it('keeps no picture that is sent meanwhile', async () => {
  const pictures = client.db().collection('pictures');
  const sending = Array.from({ length: 8 }, sendPicture);
  expect((await remove(ana)).status).toBe(200);
  const answers = await Promise.all(sending);
  for (const { status } of answers) expect([200, 401]).toContain(status);
  expect(await pictures.countDocuments({ of: new ObjectId(ana.id) })).toBe(0);
});

it('can be asked for twice at once', async () => {
  const group = await ana.group('Garden', [ben]);
  const answers = await Promise.all([remove(ana), remove(ana), remove(ana)]);
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
  for (const { status } of answers) expect([200, 401]).toContain(status);
  const { items } = await ben.done('GET', `/conversations/${group.id}/members`);
  expect(items).toHaveLength(1);
  expect(items[0]).toMatchObject({ role: 'owner', user: { id: ben.id } });
  const lines = (await ben.history(group)).map(({ system }) => system?.type);
  expect(lines.filter((type) => type === 'member_left')).toHaveLength(1);
});

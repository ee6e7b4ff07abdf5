import { randomUUID } from 'node:crypto';
import { MongoClient, ObjectId } from 'mongodb';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Conversation, Member } from '#lib/contract/records.ts';
import type { ConversationDoc } from '#lib/models/conversation.ts';
import type { MemberDoc } from '#lib/models/member.ts';
import { people, type Person } from '../support/people.ts';
import { sharedServer } from '../support/shared-server.ts';

const server = sharedServer();
let ana: Person;
let ben: Person;
let cleo: Person;
let dora: Person;

beforeAll(async () => {
  [ana, ben, cleo, dora] = (await people(server.url, 'ana', 'ben', 'cleo', 'dora')) as [
    Person,
    Person,
    Person,
    Person,
  ];
});
afterAll(() => {
  for (const person of [ana, ben, cleo, dora]) person.leave();
});

const linesIn = async ({ id }: { id: string }) =>
  (await ben.history({ id }, 'limit=200')).map(({ system }) => system?.type);

describe('a group made with a clientId', () => {
  const make = (who: Person, clientId: unknown, title = 'Choir', others = [ben, cleo]) =>
    who.rest('POST', '/conversations', {
      kind: 'group',
      clientId,
      title,
      memberIds: others.map(({ id }) => id),
    });
  const choirs = async (who: Person) =>
    ((await who.done('GET', '/conversations?limit=200')).items as Conversation[]).filter(
      ({ title }) => title === 'Choir',
    );

  it('is one group, however often and however closely it is asked for', async () => {
    const clientId = randomUUID();
    const bens = await ben.connect();
    const before = await choirs(ben);
    const answers = await Promise.all(Array.from({ length: 8 }, () => make(ana, clientId)));
    const late = await make(ana, clientId, 'Another name', [dora]);
    expect(answers.map(({ status }) => status).filter((status) => status === 201)).toHaveLength(1);
    expect(late.status).toBe(200);
    const ids = [...answers, late].map(({ body }) => body.conversation.id as string);
    expect(new Set(ids).size).toBe(1);
    expect(late.body.conversation).toMatchObject({ title: 'Choir', memberCount: 3 });
    expect(await choirs(ben)).toHaveLength(before.length + 1);
    expect(await choirs(dora)).toEqual([]);
    expect(await linesIn(late.body.conversation)).toEqual(['group_created']);
    await bens.heard('conversation:updated', ({ conversation }) => conversation.id === ids[0]);
    const { message } = await bens.heard(
      'message:new',
      ({ message }) => message.conversationId === ids[0],
    );
    expect(message.seq).toBe(1);
  });

  it('is another one for somebody else, with another clientId, or without', async () => {
    const clientId = randomUUID();
    const answers = await Promise.all([
      make(ana, clientId),
      make(ben, clientId, 'Choir', [ana, cleo]),
      make(ana, randomUUID()),
      make(ana, undefined),
      make(ana, undefined),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    expect(new Set(answers.map(({ body }) => body.conversation.id)).size).toBe(5);
    expect(answers[1]?.body.conversation.me.role).toBe('owner');
  });

  it('is still that one when its maker has left, and brings nobody back', async () => {
    const clientId = randomUUID();
    const { id } = (await make(ana, clientId)).body.conversation;
    await ben.done('DELETE', `/conversations/${id}/members/${ben.id}`);
    await ana.done('DELETE', `/conversations/${id}/members/${ana.id}`);
    const again = await make(ana, clientId);
    expect(again.status).toBe(200);
    expect(again.body.conversation).toMatchObject({ id, me: { leftSeq: expect.any(Number) } });
    const { items } = await cleo.done('GET', `/conversations/${id}/members`);
    expect(items.map(({ user }: Member) => user.id)).toEqual([cleo.id]);
  });

  it('needs a clientId of the usual form', async () => {
    for (const clientId of ['', 'a b', 'x'.repeat(65), 7, null]) {
      expect((await make(ana, clientId)).body.code).toBe('invalid_input');
    }
  });
});

describe('a group whose first try was left unfinished', () => {
  let client: MongoClient;
  beforeAll(async () => {
    client = await new MongoClient(server.databaseUri).connect();
  });
  afterAll(() => client.close());

  /** What the first writes of Ana's try leave when the server dies among them: these memberships, and no line. */
  async function begin(clientId: string, members: Person[]): Promise<{ id: string }> {
    const now = new Date();
    const conversation = {
      _id: new ObjectId(),
      kind: 'group',
      title: 'Choir',
      pair: null,
      creation: `${ana.id}:${clientId}`,
      memberCount: 3,
      lastSeq: 0,
      rev: 0,
      lastMessage: null,
      activityAt: now,
      createdAt: now,
      updatedAt: now,
    } satisfies ConversationDoc;
    await client.db().collection('conversations').insertOne(conversation);
    const begun = members.map(
      ({ id }) =>
        ({
          _id: new ObjectId(),
          conversation: conversation._id,
          user: new ObjectId(id),
          role: id === ana.id ? 'owner' : 'member',
          joinedAt: now,
          visible: [{ from: 1, to: null }],
          readSeq: 0,
          deliveredSeq: 0,
          leftAt: null,
          leftSeq: null,
          leftAs: null,
          leaves: [],
          mutedUntil: null,
          archived: false,
          pinned: false,
        }) satisfies MemberDoc,
    );
    if (begun.length > 0) await client.db().collection('members').insertMany(begun);
    return { id: conversation._id.toHexString() };
  }

  const tryAgain = (clientId: string) =>
    ana.rest('POST', '/conversations', {
      kind: 'group',
      clientId,
      title: 'Choir',
      memberIds: [ben.id, cleo.id],
    });
  const membersOf = async ({ id }: { id: string }) =>
    ((await ana.done('GET', `/conversations/${id}/members`)).items as Member[]).map(
      ({ user }) => user.id,
    );

  it.each([
    ['with nobody in it', () => []],
    ['with its owner in it', () => [ana]],
    ['with everybody in it', () => [ana, ben, cleo]],
  ])('%s is finished by one of the next tries, and told once', async (_, members) => {
    const clientId = randomUUID();
    const bens = await ben.connect();
    const group = await begin(clientId, members());
    const answers = await Promise.all(Array.from({ length: 8 }, () => tryAgain(clientId)));
    for (const { status, body } of answers) {
      expect(status).toBe(200);
      expect(body.conversation).toMatchObject({ id: group.id, memberCount: 3 });
    }
    expect(new Set(await membersOf(group))).toEqual(new Set([ana.id, ben.id, cleo.id]));
    expect(await linesIn(group)).toEqual(['group_created']);
    await ana.say(group, 'Welcome');
    await bens.heard('message:new', ({ message }) => message.text === 'Welcome');
    const told = bens
      .all('conversation:updated')
      .filter(({ conversation }) => conversation.id === group.id);
    expect(told).toHaveLength(1);
    bens.close();
  });

  it('is finished without who has left it, who is not brought back', async () => {
    const clientId = randomUUID();
    const [bens, cleos] = [await ben.connect(), await cleo.connect()];
    const group = await begin(clientId, [ana, ben, cleo]);
    await ben.done('DELETE', `/conversations/${group.id}/members/${ben.id}`);
    const answers = await Promise.all(Array.from({ length: 8 }, () => tryAgain(clientId)));
    for (const { status, body } of answers) {
      expect(status).toBe(200);
      expect(body.conversation).toMatchObject({ id: group.id, memberCount: 2 });
    }
    expect(new Set(await membersOf(group))).toEqual(new Set([ana.id, cleo.id]));
    expect((await ben.view(group)).me.leftSeq).toBe(1);
    await ana.say(group, 'Is Ben here?');
    await cleos.heard('message:new', ({ message }) => message.text === 'Is Ben here?');
    const heard = cleos.all('message:new').filter((it) => it.message.conversationId === group.id);
    expect(heard.map(({ message }) => message.system?.type)).toEqual(['group_created', undefined]);

    // What Ben hears after it has come after it: nothing of the group is still on its way.
    await ana.say(await ana.direct(ben), 'You have left');
    await bens.heard('message:new', ({ message }) => message.text === 'You have left');
    const own = bens.all('message:new').filter((it) => it.message.conversationId === group.id);
    expect(own.map(({ message }) => message.system?.type)).toEqual(['member_left']);
    const updated = bens.all('conversation:updated');
    expect(updated.filter(({ conversation }) => conversation.id === group.id)).toEqual([]);
  });
});

it('says once that a group has another name, or another picture', async () => {
  const group = await ana.group('Supper club', [ben, cleo]);
  const path = `/conversations/${group.id}`;
  await Promise.all(
    ['Lunch club', ' Lunch club ', 'Lunch club'].map((title) => ana.done('PATCH', path, { title })),
  );
  await ana.done('PATCH', path, { title: 'Lunch club' });
  expect(await linesIn(group)).toEqual(['group_created', 'title_changed']);

  const picture = async (background: string) => {
    const create = { width: 400, height: 300, channels: 3, background } as const;
    const bytes = await sharp({ create }).jpeg().toBuffer();
    const blob = new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' });
    return (await ana.done('POST', `${path}/picture`, blob)).conversation.avatarUrl as string;
  };
  const red = await picture('red');
  expect(await picture('red')).toBe(red);
  const seen = await fetch(server.url + red);
  expect(seen.status).toBe(200);
  const blue = await picture('blue');
  expect(blue).not.toBe(red);
  expect(await picture('red')).not.toBe(red);
  const [, , ...pictures] = await linesIn(group);
  expect(pictures).toEqual(['picture_changed', 'picture_changed', 'picture_changed']);
});

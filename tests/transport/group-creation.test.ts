import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Conversation, Member } from '#lib/contract/records.ts';
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

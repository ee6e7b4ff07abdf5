import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Conversation } from '#lib/contract/records.ts';
import { people, type Device, type Person } from '../support/people.ts';
import { sharedServer } from '../support/shared-server.ts';

const server = sharedServer();
let ana: Person;
let ben: Person;
let cleo: Person;
let chat: Conversation;
let anaPhone: Device;
let benPhone: Device;

beforeAll(async () => {
  [ana, ben, cleo] = (await people(server.url, 'ana', 'ben', 'cleo')) as [Person, Person, Person];
});
beforeEach(async () => {
  chat = await ana.group('Readers', [ben, cleo]);
  [anaPhone, benPhone] = [await ana.connect(), await ben.connect()];
});
afterAll(async () => {
  for (const person of [ana, ben, cleo]) person.leave();
});

const mark = async (device: Device, what: 'delivered' | 'read', seq: number) =>
  (await device.ask(`receipt:${what}`, { conversationId: chat.id, seq })).data.receipt;
const benReaches = (deliveredSeq: number, readSeq: number) =>
  anaPhone.heard(
    'receipts',
    (heard) =>
      heard.conversationId === chat.id &&
      heard.receipts.some(
        (r) => r.userId === ben.id && r.deliveredSeq === deliveredSeq && r.readSeq === readSeq,
      ),
  );

it('tells delivered and read to the sender, and what is read is delivered', async () => {
  const message = await ana.say(chat, 'Seen?');
  await mark(benPhone, 'delivered', message.seq);
  await benReaches(message.seq, 0);
  expect(await mark(benPhone, 'read', message.seq)).toEqual({
    userId: ben.id,
    deliveredSeq: message.seq,
    readSeq: message.seq,
  });
  await benReaches(message.seq, message.seq);
});

it('never moves back, and ignores what is beyond the end', async () => {
  const message = await ana.say(chat, 'one');
  await mark(benPhone, 'read', message.seq);
  expect((await mark(benPhone, 'read', 1)).readSeq).toBe(message.seq);
  expect((await mark(benPhone, 'delivered', 0)).deliveredSeq).toBe(message.seq);
  expect((await mark(benPhone, 'read', 1_000_000)).readSeq).toBe(message.seq);
  expect((await ben.view(chat)).me).toMatchObject({
    readSeq: message.seq,
    deliveredSeq: message.seq,
  });
});

it('counts as unread what others wrote, without system lines and deleted messages', async () => {
  const first = await ana.say(chat, 'one');
  const second = await ana.say(chat, 'two');
  await ben.say(chat, 'mine');
  await cleo.say(chat, 'three');
  await ana.rest('PATCH', `/conversations/${chat.id}`, { title: 'Writers' });
  expect((await cleo.view(chat)).unreadCount).toBe(0);
  const unreadOfBen = async () => (await ben.view(chat)).unreadCount;
  expect(await unreadOfBen()).toBe(1);
  const dora = await ana.group('Quiet', [ben]);
  expect((await ben.view(dora)).unreadCount).toBe(0);
  await ana.say(chat, 'four');
  const fifth = await ana.say(chat, 'five');
  expect(await unreadOfBen()).toBe(3);
  await ana.rest('DELETE', `/conversations/${chat.id}/messages/${fifth.id}`);
  expect(await unreadOfBen()).toBe(2);
  await ben.rest('POST', `/conversations/${chat.id}/read`, { seq: second.seq });
  expect(await unreadOfBen()).toBe(2);
  const { lastSeq } = await ben.view(chat);
  await ben.rest('POST', `/conversations/${chat.id}/read`, { seq: lastSeq });
  expect(await unreadOfBen()).toBe(0);
  expect(first.seq).toBeLessThan(second.seq);
});

it('reads what stands above when one writes', async () => {
  const question = await ana.say(chat, 'Who comes?');
  const answer = await ben.say(chat, 'Me');
  await anaPhone.heard('receipts', (heard) =>
    heard.receipts.some((r) => r.userId === ben.id && r.readSeq === answer.seq),
  );
  expect((await ben.view(chat)).me.readSeq).toBeGreaterThanOrEqual(question.seq);
});

it('shows the sender how far everybody is', async () => {
  const message = await ana.say(chat, 'All?');
  const cleoPhone = await cleo.connect();
  await mark(benPhone, 'read', message.seq);
  expect((await ana.view(chat)).receipts).toEqual({ deliveredSeq: 0, readSeq: 0 });
  await mark(cleoPhone, 'delivered', message.seq);
  expect((await ana.view(chat)).receipts).toEqual({ deliveredSeq: message.seq, readSeq: 0 });
  await ana.rest('DELETE', `/conversations/${chat.id}/members/${cleo.id}`);
  const again = await ana.say(chat, 'And now?');
  await mark(benPhone, 'read', again.seq);
  expect((await ana.view(chat)).receipts).toEqual({ deliveredSeq: again.seq, readSeq: again.seq });
});

it('makes nobody who joins later a recipient of what was said before', async () => {
  const two = await ana.group('Two', [ben]);
  const message = await ana.say(two, 'Before Cleo');
  await benPhone.ask('receipt:read', { conversationId: two.id, seq: message.seq });
  await ana.rest('POST', `/conversations/${two.id}/members`, { userIds: [cleo.id] });
  const { body } = await ana.rest('GET', `/conversations/${two.id}/members`);
  const marks = body.items.map((member: { readSeq: number }) => member.readSeq);
  expect(Math.min(...marks.slice(1))).toBeGreaterThanOrEqual(message.seq);
});

it('keeps what was read when everybody else has left, on both wires', async () => {
  const seen = await ana.say(chat, 'Read by Ben, received by Cleo');
  await mark(benPhone, 'read', seen.seq);
  await mark(await cleo.connect(), 'delivered', seen.seq);
  await cleo.done('DELETE', `/conversations/${chat.id}/members/${cleo.id}`);
  await ben.done('DELETE', `/conversations/${chat.id}/members/${ben.id}`);
  const told = { deliveredSeq: seen.seq, readSeq: seen.seq };

  expect((await ana.view(chat)).receipts).toEqual(told);
  const { data } = await anaPhone.ask('conversation:list', {});
  const rows = data.items as Conversation[];
  expect(rows.find(({ id }) => id === chat.id)?.receipts).toEqual(told);
  await anaPhone.heard(
    'conversation:updated',
    ({ conversation }) =>
      conversation.id === chat.id &&
      conversation.memberCount === 1 &&
      conversation.receipts?.readSeq === seen.seq,
  );
  const alone = await ana.say(chat, 'To nobody');
  expect((await ana.view(chat)).receipts?.deliveredSeq).toBeLessThan(alone.seq);
  const { former } = await ana.done('GET', `/conversations/${chat.id}/members`);
  expect(former).toEqual(told);
});

it('moves nothing for who has left, and tells whoever left how it was then', async () => {
  const first = await cleo.say(chat, 'Read while Cleo is here');
  await mark(benPhone, 'read', first.seq);
  await mark(anaPhone, 'read', first.seq);
  const second = await cleo.say(chat, 'Not read by then');
  await cleo.done('DELETE', `/conversations/${chat.id}/members/${cleo.id}`);
  await mark(benPhone, 'read', second.seq);
  await mark(anaPhone, 'read', second.seq);
  expect((await cleo.view(chat)).receipts).toEqual({
    deliveredSeq: first.seq,
    readSeq: first.seq,
  });
  const { body } = await cleo.rest('POST', `/conversations/${chat.id}/read`, { seq: second.seq });
  expect(body.code).toBe('forbidden');
});

it('counts among those who have left nobody who is asking, or back', async () => {
  const message = await ana.say(chat, 'One');
  await mark(benPhone, 'read', message.seq);
  await ben.done('DELETE', `/conversations/${chat.id}/members/${ben.id}`);
  const formerOf = async (person: Person) =>
    (await person.done('GET', `/conversations/${chat.id}/members`)).former;
  expect(await formerOf(ana)).toMatchObject({ readSeq: message.seq });
  await ana.done('POST', `/conversations/${chat.id}/members`, { userIds: [ben.id] });
  expect(await formerOf(ana)).toBeNull();
});

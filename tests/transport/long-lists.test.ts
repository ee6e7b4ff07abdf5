import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Conversation } from '#lib/contract/records.ts';
import { people, type Person } from '../support/people.ts';
import { sharedServer } from '../support/shared-server.ts';

// Lists of more conversations than are read at once, whose order the server remembers.

const count = 60;
const server = sharedServer();
let ana: Person;
let ben: Person;
let cleo: Person;
const groups: Conversation[] = [];

beforeAll(async () => {
  [ana, ben, cleo] = (await people(server.url, 'ana', 'ben', 'cleo')) as [Person, Person, Person];
  for (let n = 0; n < count; n += 1) groups.push(await ben.group(`Group ${n}`, [ana]));
});
afterAll(async () => {
  for (const person of [ana, ben, cleo]) person?.leave();
});

/** The ids of the whole list, page by page. */
async function listed(person: Person, limit = 25): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${cursor}`;
    const page = (await person.done('GET', `/conversations?limit=${limit}${query}`)) as {
      items: Conversation[];
      nextCursor: string | null;
    };
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return ids;
}

const others =
  (...gone: string[]) =>
  (id: string) =>
    !gone.includes(id);

it('has every conversation once, the newest first, however it is paged', async () => {
  const expected = groups.map(({ id }) => id).reverse();
  expect(await listed(ana)).toEqual(expected);
  expect(await listed(ana, 7)).toEqual(expected);
  expect(await listed(ana, 100)).toEqual(expected);
});

it('has what is written into first, whoever writes', async () => {
  const before = await listed(ana);
  const [oldest, older] = before.slice(-2).reverse() as [string, string];
  await ben.say({ id: oldest }, 'Anybody here?');
  expect(await listed(ana)).toEqual([oldest, ...before.filter(others(oldest))]);
  await ana.say({ id: older }, 'No.');
  expect(await listed(ana)).toEqual([older, oldest, ...before.filter(others(oldest, older))]);
});

it('has what is pinned before that, at once', async () => {
  const before = await listed(ana);
  const last = before.at(-1)!;
  await ana.done('PATCH', `/conversations/${last}`, { pinned: true });
  expect(await listed(ana)).toEqual([last, ...before.filter(others(last))]);
  await ana.done('PATCH', `/conversations/${last}`, { pinned: false });
  expect(await listed(ana)).toEqual(before);
});

it('has a conversation that has just begun, and shows one that has ended where it ended', async () => {
  const before = await listed(ana);
  const fresh = await ana.direct(cleo);
  expect(await listed(ana)).toEqual([fresh.id, ...before]);
  const left = before.at(-1)!;
  await ana.done('DELETE', `/conversations/${left}/members/${ana.id}`);
  const after = [left, fresh.id, ...before.filter(others(left))];
  expect(await listed(ana)).toEqual(after);
  await ben.say({ id: left }, 'She has gone.');
  expect(await listed(ana)).toEqual(after);
});

it('counts what is unread in each, without what its person has written', async () => {
  const [first, second] = (await listed(ana)).slice(2, 4) as [string, string];
  for (const text of ['One.', 'Two.']) await ben.say({ id: first }, text);
  await ben.say({ id: second }, 'Three.');
  await ana.say({ id: second }, 'Four.');
  await ben.say({ id: second }, 'Five.');
  const { items } = (await ana.done('GET', '/conversations')) as { items: Conversation[] };
  const unread = new Map(items.map(({ id, unreadCount }) => [id, unreadCount]));
  expect([unread.get(first), unread.get(second)]).toEqual([2, 1]);
});

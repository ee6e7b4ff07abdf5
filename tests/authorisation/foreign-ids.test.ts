import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OperationName } from '#lib/contract/operations.ts';
import { people, type Device, type Person } from '../support/people.ts';
import { sharedServer } from '../support/shared-server.ts';
import { hasRest, isCommand, overRest, overSocket, type Heard } from './wires.ts';

// Somebody who owns a group of their own puts ids from another one, which they are not in, into what
// they ask: each is answered exactly like an id of nothing, and nobody over there hears of it.

const unknownId = 'f'.repeat(24);
const server = sharedServer();
let mallory: Person;
let ana: Person;
let ben: Person;
let cleo: Person;
let mallorys: Device;
/** What mallory owns, and what is ana's. */
let own: Record<string, string>;
let foreign: Record<string, string>;

async function belongings(of: Person, other: Person): Promise<Record<string, string>> {
  const group = await of.group('A group', [other]);
  const { items } = await of.done('GET', '/auth/sessions');
  return {
    conversationId: group.id,
    messageId: (await of.say(group, 'A message')).id,
    userId: other.id,
    sessionId: items[0].id as string,
  };
}

beforeAll(async () => {
  [mallory, ana, ben, cleo] = (await people(server.url, 'mallory', 'ana', 'ben', 'cleo')) as [
    Person,
    Person,
    Person,
    Person,
  ];
  own = await belongings(mallory, cleo);
  foreign = await belongings(ana, ben);
  mallorys = await mallory.connect();
});
afterAll(async () => {
  mallory?.leave();
  ana?.leave();
});

const text = 'Mine now';
const requests: [OperationName, Record<string, unknown>, string[]][] = [
  ['readConversation', {}, ['conversationId']],
  ['updateConversation', { title: text }, ['conversationId']],
  ['updateConversation', { pinned: true }, ['conversationId']],
  ['listMembers', {}, ['conversationId']],
  ['listMessages', { sinceRev: 0 }, ['conversationId']],
  ['listMessages', { around: 1 }, ['conversationId']],
  ['sendMessage', { clientId: 'mine', text }, ['conversationId']],
  ['markRead', { seq: 1 }, ['conversationId']],
  ['markDelivered', { seq: 1 }, ['conversationId']],
  ['setTyping', { typing: true }, ['conversationId']],
  ['updateMember', { role: 'admin' }, ['conversationId', 'userId']],
  ['removeMember', {}, ['conversationId', 'userId']],
  ['editMessage', { text }, ['conversationId', 'messageId']],
  ['deleteMessage', { for: 'everyone' }, ['conversationId', 'messageId']],
  ['deleteMessage', { for: 'me' }, ['conversationId', 'messageId']],
  ['endSession', {}, ['sessionId']],
];

const cells = requests.flatMap(([operation, input, ids]) =>
  ids.map((id) => ({ operation, input, ids, id })),
);

async function ask(operation: OperationName, input: Record<string, unknown>): Promise<Heard[]> {
  return [
    ...(hasRest(operation) ? [await overRest(server.url, mallory, operation, input)] : []),
    ...(isCommand(operation) ? [await overSocket(server.url, mallorys, operation, input)] : []),
  ];
}

it.each(cells)(
  'answers $operation with a foreign $id like one with an unknown one',
  async (cell) => {
    const { operation, input, ids, id } = cell;
    const given = { ...input, ...Object.fromEntries(ids.map((name) => [name, own[name]])) };
    const seen = async () => [
      await ana.view({ id: foreign.conversationId ?? '' }),
      await ana.history({ id: foreign.conversationId ?? '' }),
      await ana.done('GET', `/conversations/${foreign.conversationId}/members`),
      (await ana.done('GET', '/auth/sessions')).items.length,
    ];
    const anas = await ana.connect();
    const before = await seen();
    const asked = await ask(operation, { ...given, [id]: foreign[id] });
    const unknown = await ask(operation, { ...given, [id]: unknownId });
    expect(asked).toEqual(unknown);
    for (const { code } of asked) expect(code).toBe('not_found');
    expect(await seen()).toEqual(before);
    expect(anas.events.map(({ event }) => event)).toEqual(['ready']);
    anas.close();
  },
);

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperationName } from '#lib/contract/operations.ts';
import { people, type Device, type Person } from '../support/people.ts';
import { send } from '../support/raw.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { cases, newWorld, serverSettings, type Cast, type World } from './cases.ts';
import { otherRoutes, roles, table, type Asker, type Line } from './table.ts';
import { hasRest, isCommand, overRest, overSocket, type Heard } from './wires.ts';

// Every cell of the table, on both wires: who is let in gets in, and who is refused learns nothing and
// changes nothing, however they dress up the request.

let server: TestServer;
let cast: Cast;
const devices = new Map<Asker, Device>();
/** Where nobody succeeds in anything, so that it stays as it is. */
let untouched: World;
/** Where people succeed in what leaves everybody in their place. */
let used: World;

beforeAll(async () => {
  server = await startServer(serverSettings);
  const names = [...roles, 'other', 'newcomer'] as const;
  const all = await people(server.url, ...names);
  cast = Object.fromEntries(names.map((name, i) => [name, all[i] as Person])) as Cast;
  for (const role of roles) devices.set(role, await cast[role].connect());
  untouched = await newWorld(cast);
  used = await newWorld(cast);
});
afterAll(async () => {
  for (const person of Object.values(cast ?? {})) person.leave();
  await server.stop();
});

/** After these, others of the group would no longer be answered as the table says. */
const changesWhoIsWho = new Set<OperationName>(['addMembers', 'updateMember', 'deleteMessage']);

const unknownId = 'f'.repeat(24);
/** With these, versions of Next could be talked out of looking, or into answering for a page. */
const disguise = {
  'x-middleware-subrequest': 'middleware:middleware:middleware:middleware:middleware',
  'next-resume': '1',
};
/** Next answers these with the data of a page, or the address where they are. */
const prefetch = { rsc: '1', 'next-router-prefetch': '1', purpose: 'prefetch' };

const inputOf = async ({ name }: Line, world: World, asker: Asker) =>
  (await cases[name]?.(world, asker)) as Record<string, unknown>;

/** All that those in them see of the group and of the chat. */
async function snapshot({ groupId: id, direct }: World) {
  const { owner, newcomer } = cast;
  const seen = {
    group: await owner.view({ id }),
    members: await owner.done('GET', `/conversations/${id}/members`),
    messages: await owner.history({ id }),
    direct: await newcomer.history({ id: direct.conversationId }),
  };
  // While somebody is here, this goes on by itself.
  const isStill = (name: string) => name !== 'lastSeenAt';
  return JSON.parse(JSON.stringify(seen, (name, value) => (isStill(name) ? value : undefined)));
}

/** What a device has heard of the group that stays untouched. */
const heardBy = (device: Device) =>
  device.events.filter(({ data }) => JSON.stringify(data).includes(untouched.groupId));

/** The same input with every id of a thing that is not everybody's to know replaced by one of nothing. */
const unknownIds = (input: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(input).map(([key, value]) =>
      /^(conversationId|messageId|sessionId)$/.test(key) ? [key, unknownId] : [key, value],
    ),
  );

describe.each(table)('$name', (line) => {
  const { operation, expected } = line;
  const askers = Object.keys(expected) as Asker[];

  /** The answers on every wire; on REST, to a request with each of these headers. */
  async function answersTo(
    world: World,
    asker: Asker,
    input: Record<string, unknown>,
    dresses: Record<string, string>[] = [{}],
  ): Promise<Heard[]> {
    const person = asker === 'anonymous' ? undefined : cast[asker];
    // REST has the conversation of a message in its path.
    const isDirect = line.name.endsWith('/direct');
    const conversationId = isDirect ? world.direct.conversationId : world.groupId;
    const answers: Heard[] = [];
    if (hasRest(operation)) {
      for (const headers of dresses) {
        const options = { headers, placeOf: { conversationId } };
        answers.push(await overRest(server.url, person, operation, input, options));
      }
    }
    if (isCommand(operation)) {
      answers.push(await overSocket(server.url, devices.get(asker), operation, input));
    }
    return answers;
  }

  it('answers everybody as the table says', async () => {
    const before = await snapshot(untouched);
    const witness = devices.get('owner') as Device;
    const heardBefore = heardBy(witness).length;
    for (const asker of askers.filter((asker) => expected[asker] !== 'ok')) {
      const input = await inputOf(line, untouched, asker);
      const answers = await answersTo(untouched, asker, input, [{}, disguise]);
      for (const answer of answers) {
        expect({ asker, ...answer }).toMatchObject({ asker, code: expected[asker] });
      }
      for (const { code } of await answersTo(untouched, asker, input, [prefetch])) {
        expect({ asker, code }).not.toEqual({ asker, code: 'ok' });
      }
      if (expected[asker] !== 'not_found') continue;
      const [unknown] = await answersTo(untouched, asker, unknownIds(input));
      expect({ asker, answer: answers[0]?.answer }).toEqual({ asker, answer: unknown?.answer });
    }
    expect(await snapshot(untouched)).toEqual(before);
    expect(heardBy(witness).slice(heardBefore)).toEqual([]);

    const succeeding = askers.filter((asker) => expected[asker] === 'ok');
    if (succeeding.length === 0) return;
    // What a stranger may do has nothing to do with the group.
    const shared = expected.stranger === 'ok' ? untouched : used;
    const world = changesWhoIsWho.has(operation) ? await newWorld(cast) : shared;
    for (const asker of succeeding) {
      const own = operation === 'removeMember' ? await newWorld(cast) : world;
      for (const answer of await answersTo(own, asker, await inputOf(line, own, asker))) {
        expect({ asker, ...answer }).toMatchObject({ asker, code: 'ok' });
      }
    }
  });
});

it.each(otherRoutes)('answers $path as the table says', async ({ path, anonymous, signedIn }) => {
  const { host } = new URL(server.url);
  const cookie = `next-auth.session-token=${cast.member.token}`;
  for (const headers of [{ host }, { host, ...disguise }]) {
    const found = [
      (await send(server.url, path, { headers })).status,
      (await send(server.url, path, { headers: { ...headers, cookie } })).status,
    ];
    expect({ headers, found }).toEqual({ headers, found: [anonymous, signedIn] });
  }
  const { headers } = await send(server.url, path, { headers: { host, ...prefetch } });
  const data = await send(server.url, headers.location ?? path, { headers: { host, ...prefetch } });
  for (const { user } of Object.values(cast)) expect(data.body).not.toContain(user.username);
});

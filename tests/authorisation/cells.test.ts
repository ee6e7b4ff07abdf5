import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operation } from '#lib/contract/operations.ts';
import { operations } from '#lib/contract/operations.ts';
import { people, type Device, type Person } from '../support/people.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { cases, newWorld, type Cast, type World } from './cases.ts';
import { otherRoutes, roles, table, type Asker, type Line } from './table.ts';
import { hasRest, isCommand, overRest, overSocket, type Heard } from './wires.ts';

// Every cell of the table, on both wires: who is let in gets in, each in a world of their own, and who
// is refused learns nothing and changes nothing, however they dress up the request.

let server: TestServer;
let cast: Cast;

beforeAll(async () => {
  server = await startServer();
  const names = [...roles, 'other', 'newcomer'] as const;
  const all = await people(server.url, ...names);
  cast = Object.fromEntries(names.map((name, i) => [name, all[i] as Person])) as Cast;
});
afterAll(async () => {
  for (const person of Object.values(cast ?? {})) person.leave();
  await server.stop();
});

const unknownId = 'f'.repeat(24);
/** With these, other versions of Next could be talked out of looking, or into answering for a page. */
const disguises = {
  'x-middleware-subrequest': 'middleware:middleware:middleware:middleware:middleware',
  rsc: '1',
  'next-router-prefetch': '1',
  purpose: 'prefetch',
  'next-resume': '1',
};

const personOf = (asker: Asker): Person | undefined =>
  asker === 'anonymous' ? undefined : cast[asker];

const inputOf = async ({ name }: Line, world: World, asker: Asker) =>
  (await cases[name]?.(world, asker)) as Record<string, unknown>;

/** What REST has in its path, of the conversation that the case is about. */
const placeOf = ({ name }: Line, world: World) => ({
  conversationId: name.endsWith('/direct') ? world.direct.conversationId : world.groupId,
});

/** All that its owner sees of a group. */
async function snapshot({ groupId: id, direct }: World) {
  const { owner, newcomer } = cast;
  return {
    group: await owner.view({ id }),
    members: await owner.done('GET', `/conversations/${id}/members`),
    messages: await owner.history({ id }),
    direct: await newcomer.history({ id: direct.conversationId }),
  };
}

/** Everything but who is online, which is nothing of a conversation's. */
const eventsIn = (device: Device) =>
  device.events.filter(({ event }) => !['ready', 'presence'].includes(event));

/** The same input with every id of something that is the conversation's replaced. */
const unknownIds = (input: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(input).map(([key, value]) =>
      /^(conversationId|messageId|sessionId)$/.test(key) ? [key, unknownId] : [key, value],
    ),
  );

describe.each(table)('$name', (line) => {
  const { operation, expected } = line;
  const askers = Object.keys(expected) as Asker[];
  const wires = [
    ...(hasRest(operation) ? (['rest'] as const) : []),
    ...(isCommand(operation) ? (['socket'] as const) : []),
  ];

  async function ask(
    wire: 'rest' | 'socket',
    world: World,
    asker: Asker,
    input: Record<string, unknown>,
    headers: Record<string, string> = {},
  ): Promise<Heard> {
    if (wire === 'socket' && isCommand(operation)) {
      return overSocket(server.url, personOf(asker), operation, input);
    }
    const place = 'conversationId' in input ? {} : placeOf(line, world);
    return overRest(server.url, personOf(asker), operation, input, { headers, placeOf: place });
  }

  it('lets in whom it lets in', async () => {
    const { access }: Operation = operations[operation];
    for (const asker of askers.filter((asker) => expected[asker] === 'ok')) {
      for (const wire of wires) {
        const world = await newWorld(cast);
        const heard = await ask(wire, world, asker, await inputOf(line, world, asker));
        expect({ asker, wire, ...heard }).toMatchObject({ asker, wire, code: 'ok' });
      }
    }
    expect(access === 'anyone' || expected.anonymous !== 'ok').toBe(true);
  });

  const refused = askers.filter((asker) => expected[asker] !== 'ok');
  if (refused.length > 0)
    it('refuses everybody else, who learn and change nothing', async () => {
      const world = await newWorld(cast);
      const before = await snapshot(world);
      const witness = await cast.owner.connect();
      const heardBefore = eventsIn(witness).length;
      for (const asker of refused) {
        const input = await inputOf(line, world, asker);
        for (const wire of wires) {
          const heard = await ask(wire, world, asker, input);
          expect({ asker, wire, ...heard }).toMatchObject({ asker, wire, code: expected[asker] });
          if (expected[asker] === 'not_found') {
            const unknown = await ask(wire, world, asker, unknownIds(input));
            expect({ asker, wire, answer: heard.answer }).toEqual({
              asker,
              wire,
              answer: unknown.answer,
            });
          }
        }
        if (!wires.includes('rest')) continue;
        for (const [name, value] of Object.entries(disguises)) {
          const disguised = await ask('rest', world, asker, input, { [name]: value });
          expect({ asker, name, code: disguised.code }).toEqual({
            asker,
            name,
            code: expected[asker],
          });
        }
      }
      expect(await snapshot(world)).toEqual(before);
      expect(eventsIn(witness).slice(heardBefore)).toEqual([]);
      witness.close();
    });
});

it.each(otherRoutes)('answers $path as the table says', async ({ path, anonymous, signedIn }) => {
  for (const headers of [{}, ...Object.entries(disguises).map(([k, v]) => ({ [k]: v }))]) {
    const get = (more: object) =>
      fetch(`${server.url}${path}`, { redirect: 'manual', headers: { ...headers, ...more } });
    const cookie = `next-auth.session-token=${cast.member.token}`;
    expect({ headers, status: (await get({})).status }).toEqual({ headers, status: anonymous });
    expect({ headers, status: (await get({ cookie })).status }).toEqual({
      headers,
      status: signedIn,
    });
  }
});

import { randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commandEvents, type CommandName } from '#lib/contract/event-names.ts';
import { operations, type Operation, type OperationName } from '#lib/contract/operations.ts';
import { people, request, type Device, type Person } from '../support/people.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { cases, newWorld, serverSettings, type Cast, type World } from './cases.ts';
import { roles, table } from './table.ts';

// Fields that nobody may write, added to everything that can be asked for by somebody who may ask it.

let server: TestServer;
let cast: Cast;
let world: World;
let client: MongoClient;
let device: Device;

beforeAll(async () => {
  server = await startServer(serverSettings);
  const names = [...roles, 'other', 'newcomer'] as const;
  const all = await people(server.url, ...names);
  cast = Object.fromEntries(names.map((name, i) => [name, all[i] as Person])) as Cast;
  world = await newWorld(cast);
  device = await cast.owner.connect();
  client = await new MongoClient(server.databaseUri).connect();
});
afterAll(async () => {
  cast?.owner.leave();
  await client?.close();
  await server.stop();
});

// Written as JSON: only so can an object have a field of its own named __proto__.
const extras = [
  '"role":"owner"',
  '"sender":"ffffffffffffffffffffffff"',
  '"senderId":"ffffffffffffffffffffffff"',
  '"seq":1',
  '"rev":99',
  '"createdAt":"2020-01-01T00:00:00.000Z"',
  '"members":[]',
  '"_id":"ffffffffffffffffffffffff"',
  '"__v":1',
  '"passwordHash":"x"',
  '"$set":{"role":"owner"}',
  '"visible.0.from":1',
  '"__proto__":{"polluted":true}',
  '"constructor":{"prototype":{"polluted":true}}',
];

/** What every look moves, and the ends of logs, which their conversations have a moment later. */
const passing = { lastSeenAt: 0, lastSeq: 0, lastMessage: 0, rev: 0, activityAt: 0, updatedAt: 0 };

/** Everything that is stored, but for what moves by itself. */
async function stored(): Promise<unknown[]> {
  const names = ['users', 'blocks', 'conversations', 'members', 'messages'];
  return Promise.all(
    names.map((name) =>
      client
        .db()
        .collection(name)
        .find({}, { projection: name === 'messages' ? {} : passing })
        .sort({ _id: 1 })
        .toArray(),
    ),
  );
}

const takesFields = ({ operation }: { operation: OperationName }) => {
  const { rest }: Operation = operations[operation];
  // What takes a picture takes its bytes, which have no fields.
  return rest?.upload === undefined;
};
const lines = [...new Map(table.map((line) => [line.operation, line])).values()].filter(
  takesFields,
);

it.each(lines)('refuses fields beyond those of $operation', async ({ name, operation }) => {
  const input = (await cases[name]?.(world, 'owner')) as Record<string, unknown>;
  const before = await stored();
  for (const extra of extras) {
    const [field = ''] = Object.keys(JSON.parse(`{${extra}}`) as object);
    if (field in input) continue;
    const json = JSON.stringify({ ...input, clientId: undefined });
    const withId = 'clientId' in input ? `"clientId":"${randomUUID()}",` : '';
    const spoiled = `{${withId}${extra}${json === '{}' ? '}' : `,${json.slice(1)}`}`;
    for (const code of await answersTo(operation, spoiled)) {
      expect({ extra, code }).toEqual({ extra, code: 'invalid_input' });
    }
  }
  expect(await stored()).toEqual(before);
  expect(Object.prototype).not.toHaveProperty('polluted');
});

const readings = lines.flatMap(({ name, operation }) => {
  const { rest }: Operation = operations[operation];
  return rest?.method === 'GET' ? [{ name, operation, path: rest.path }] : [];
});

it.each(readings)('refuses fields beyond those of $operation in its address', async (line) => {
  const input = (await cases[line.name]?.(world, 'owner')) as Record<string, unknown>;
  const left = new Map(Object.entries(input).map(([name, value]) => [name, String(value)]));
  const path = line.path.replaceAll(/\{(\w+)\}/g, (_, field: string) => {
    const value = left.get(field) ?? '';
    left.delete(field);
    return value;
  });
  const { token } = cast.owner;
  const asked = async (more: [string, string][]) => {
    const query = new URLSearchParams([...left, ...more]).toString();
    return (await request(server.url, 'GET', `${path}?${query}`, { token })).body.code as string;
  };
  expect(await asked([])).not.toBe('invalid_input');
  for (const field of ['role', '__proto__', 'constructor', '$where']) {
    for (const values of [['x'], ['x', 'y']]) {
      const code = await asked(values.map((value) => [field, value]));
      expect({ field, code }).toEqual({ field, code: 'invalid_input' });
    }
  }
});

/** The codes with which both wires answer this input, which is JSON. */
async function answersTo(operation: OperationName, json: string): Promise<string[]> {
  const input = JSON.parse(json) as Record<string, unknown>;
  const { rest }: Operation = operations[operation];
  const codes: string[] = [];
  if (rest && rest.method !== 'GET') {
    const left = { ...input };
    const path = rest.path.replaceAll(/\{(\w+)\}/g, (_, field: string) => {
      const { [field]: value = world.groupId } = left;
      delete left[field];
      return String(value);
    });
    const body = JSON.stringify(left);
    const { token } = cast.owner;
    codes.push((await request(server.url, rest.method, path, { token, body })).body.code as string);
  }
  if (operation in commandEvents) {
    const reply = await device.ask(commandEvents[operation as CommandName], input);
    codes.push((reply.error?.code ?? 'ok') as string);
  }
  return codes;
}

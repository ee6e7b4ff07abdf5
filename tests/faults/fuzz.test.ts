import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { httpStatus } from '#lib/contract/errors.ts';
import { commandEvents, type CommandName } from '#lib/contract/event-names.ts';
import { operations, type Operation, type OperationName } from '#lib/contract/operations.ts';
import { metricOf } from '../support/metrics.ts';
import { people, type Device, type Person } from '../support/people.ts';
import { rawConnection } from '../support/raw-connection.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { HonestPair } from './honest-pair.ts';
import { hostile, inputOf, type Known } from './arbitraries.ts';
import { times } from './scale.ts';

// Everything that can be sent, made from the contract and then broken, while two people chat who must
// not notice. The server lives, answers with codes of the contract, and logs no error: `stop` looks.

const events = times(1_000, 10_000);
const requests = times(1_000, 10_000);
const frames = times(500, 5_000);
const together = 10;

let server: TestServer;
let mallory: Person;
let known: Known;
let honest: HonestPair;

beforeAll(async () => {
  server = await startServer();
  let victim: Person;
  [mallory, victim] = (await people(server.url, 'mallory', 'victim')) as [Person, Person];
  const [chat, group] = [await mallory.direct(victim), await mallory.group('Club', [victim])];
  const message = await mallory.say(chat, 'Hello');
  known = { ids: [mallory.id, victim.id, chat.id, group.id, message.id] };
  honest = await HonestPair.meet(server.url);
  process.stdout.write(`fuzz: FC_SEED=${process.env.FC_SEED}\n`);
});
afterAll(async () => {
  await honest.part();
  const stall = await metricOf(server.url, 'nodejs_eventloop_lag_max_seconds');
  process.stdout.write(`fuzz: the server was late by ${Math.round(stall * 1000)} ms at most\n`);
  // Fails, too, if anything was logged as an error or has not been caught.
  await server.stop();
});

const codes = new Set<unknown>(Object.keys(httpStatus));
codes.delete('internal');
codes.delete('unavailable');

/** Tells apart who was cut off, who was answered, and who was not and did not ask to be. */
async function emit(device: Device, event: string, args: unknown[], asks: boolean): Promise<void> {
  if (!asks) {
    device.socket.emit(event, ...args);
    return;
  }
  const cut = new Promise<null>((resolve) => {
    device.socket.once('disconnect', () => resolve(null));
  });
  const reply = (await Promise.race([
    device.socket.timeout(30_000).emitWithAck(event, ...args),
    cut,
  ])) as { ok: boolean; error?: { code: string } } | null;
  if (reply && !reply.ok) expect(codes).toContain(reply.error?.code);
}

/** The endings of sessions end the device that sends them, too; they have tests of their own. */
const ends = new Set<string>(['endSession', 'endOtherSessions', 'changePassword']);

it(`survives ${events} events`, async () => {
  const names = Object.entries(commandEvents) as [CommandName, string][];
  const one = fc.oneof(
    ...names.map(([name, event]) =>
      fc.tuple(fc.constant(event), fc.tuple(inputOf(name, known)), fc.boolean()),
    ),
    fc.tuple(
      fc.constantFrom(...Object.values(commandEvents), 'no:such', 'toString', '__proto__'),
      fc.array(hostile, { maxLength: 4 }),
      fc.boolean(),
    ),
  );
  let device = await mallory.connect();
  await fc.assert(
    fc.asyncProperty(fc.array(one, { minLength: together, maxLength: together }), async (batch) => {
      // What is over a limit costs the sender the connection.
      if (!device.socket.connected) device = await mallory.connect();
      await Promise.all(batch.map(([event, args, asks]) => emit(device, event, args, asks)));
    }),
    { numRuns: events / together, endOnFailure: true },
  );
  await honest.isFine();
}, 900_000);

it(`answers ${requests} requests, none with a 5xx`, async () => {
  const names = Object.keys(operations).filter((name) => !ends.has(name)) as OperationName[];
  const withRest = names.filter((name) => 'rest' in operations[name]);
  const one = fc.oneof(
    ...withRest.map((name) => fc.tuple(fc.constant(name), inputOf(name, known))),
  );
  const ask = async ([name, input]: [OperationName, unknown]) => {
    const { rest }: Partial<Operation> = operations[name];
    const { method = 'GET', path = '' } = rest ?? {};
    const left: Record<string, unknown> = { ...(input as Record<string, unknown>) };
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, field: string) => {
      const { [field]: value } = left;
      delete left[field];
      return encodeURIComponent(asText(value).slice(0, 200).toWellFormed() || 'x');
    });
    const hasBody = method === 'POST' || method === 'PATCH';
    const query = hasBody ? '' : `?${new URLSearchParams(asTexts(left))}`;
    const response = await fetch(`${server.url}/api/v1${filled}${query.slice(0, 8_000)}`, {
      method,
      headers: {
        authorization: `Bearer ${mallory.token}`,
        ...(hasBody && { 'content-type': 'application/json' }),
      },
      ...(hasBody && { body: JSON.stringify(left) }),
    });
    const text = await response.text();
    expect({ name, input, status: response.status, text }).toSatisfy(() => response.status < 500);
  };
  await fc.assert(
    fc.asyncProperty(
      fc.array(one, { minLength: together, maxLength: together }),
      async (batch) => void (await Promise.all(batch.map(ask))),
    ),
    { numRuns: requests / together, endOnFailure: true },
  );
  await honest.isFine();
}, 900_000);

const asText = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');

const asTexts = (input: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(input).map(([key, value]) => [
      key.toWellFormed(),
      asText(value).slice(0, 999).toWellFormed(),
    ]),
  );

it(`survives ${frames} raw frames`, async () => {
  const packet = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc
      .tuple(
        fc.constantFrom(
          '0',
          '1',
          '2',
          '3',
          '4',
          '40',
          '41',
          '42',
          '43',
          '44',
          '45',
          '451-',
          '4599-',
        ),
        fc.constantFrom('', '[]', '["message:send"]', '{"_placeholder":true,"num":9}', '/x,', '7['),
      )
      .map((parts) => parts.join('')),
    fc.jsonValue({ maxDepth: 3 }).map((value) => `42${JSON.stringify(value)}`),
    fc.constantFrom(
      '42["disconnecting"]',
      '42["typing",{"__proto__":{"x":1}}]',
      `42["x",${'['.repeat(5_000)}`,
    ),
    fc.constantFrom('451-["x",{"_placeholder":true,"num":0}]', '40{"token":1}', '40{"token":{}}'),
  );
  const frame = fc
    .tuple(packet, fc.integer({ min: 0, max: 255 }), fc.boolean(), fc.nat({ max: 9 }))
    .map(([text, first, isMasked, kind]) => {
      const body = Buffer.from(text.toWellFormed());
      // Mostly a whole text frame; else any opcode, any reserved bits, or a length that is a lie.
      const head = kind < 7 ? 0x81 : first;
      return frameOf(
        head,
        body,
        kind === 9 ? body.length + 1_000_000 : body.length,
        isMasked || kind < 8,
      );
    });
  const upgrade =
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n' +
    'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';
  await fc.assert(
    fc.asyncProperty(
      fc.array(frame, { minLength: together, maxLength: together }),
      fc.boolean(),
      async (batch, joins) => {
        const connection = await rawConnection(server.url, upgrade);
        expect(await connection.firstLine).toContain('101');
        const joining = `40${JSON.stringify({ token: mallory.token })}`;
        if (joins) connection.write(frameOf(0x81, Buffer.from(joining), joining.length, true));
        for (const bytes of batch) connection.write(bytes);
        connection.write(frameOf(0x88, Buffer.alloc(0), 0, true));
        await Promise.race([connection.closed, honest.isFine()]);
        connection.close();
      },
    ),
    { numRuns: frames / together, endOnFailure: true },
  );
  await honest.isFine();
}, 900_000);

/** A WebSocket frame with this first byte, which says that it has so many bytes. */
function frameOf(first: number, body: Buffer, length: number, isMasked: boolean): Buffer {
  const flag = isMasked ? 0x80 : 0;
  const head =
    length < 126
      ? Buffer.from([first, flag | length])
      : Buffer.concat([Buffer.from([first, flag | 127]), lengthOf(length)]);
  // A mask of zeros leaves the body as it is.
  return Buffer.concat([head, Buffer.alloc(isMasked ? 4 : 0), body]);
}

function lengthOf(length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(length));
  return bytes;
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from 'redis';
import { createDirect, register, type Person } from '../chat/api.ts';
import { startCluster, type Cluster } from '../chat/cluster.ts';
import { connect } from '../chat/connection.ts';
import { usageOf } from '../chat/usage.ts';

// What a record of the stream costs a node that has nobody it is for, and Redis: a real server and a real
// Redis, and records that this server wrote itself, told once more as if by another one.

const streamKey = 'gatherly:stream';
const kept = 10_000;
/** Below what the stream keeps, so that nothing is trimmed before it is read. */
const burst = 5_000;
const seconds = 5;
const patienceMs = 60_000;
/** Until nobody who has gone is shown as online any more, and nothing else is going on. */
const quietMs = 7_000;

const makeClient = (url: string) =>
  createClient({ url, RESP: 2, socket: { reconnectStrategy: false } }).on('error', () => undefined);
type Redis = ReturnType<typeof makeClient>;

/** Measures on a server of its own, for some two minutes; it needs the production build, and redis-server. */
export async function measure(): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'gatherly-scale-'));
  const cluster = await startCluster(1, scratch);
  try {
    await measureOn(cluster);
  } finally {
    await cluster.stop();
    await rm(scratch, { recursive: true });
  }
}

async function measureOn({ url, pids, redisUrl }: Cluster): Promise<void> {
  const [node = 0, , redis = 0] = pids;
  const client = await makeClient(redisUrl).connect();
  const readers: Redis[] = [];
  const tell = teller(client);
  const during = meter(client, node, redis);
  try {
    const { records, frame } = await recordsOf(url, client);
    say('bytes', { 'a frame with a message': frame });
    say('idle, by the second', await during(() => delay(seconds * 1000, seconds)));
    for (const [name, items] of records) {
      say(
        `${name}, ${items.length} bytes, in bursts`,
        await during(() => tell.inBursts(items, 20_000)),
      );
    }
    const message = records.get('message:new') ?? '';
    const twenty = `[${Array.from({ length: 20 }, () => message.slice(1, -1)).join(',')}]`;
    say('20 message:new in one record', await during(() => tell.inBursts(twenty, 5_000)));
    for (const more of [0, 8, 24]) {
      while (readers.length < more) readers.push(await reader(redisUrl));
      for (const perSecond of [200, 1_000]) {
        const name = `message:new, ${perSecond}/s, ${more} more who read`;
        say(name, await during(() => tell.paced(message, perSecond)));
      }
    }
  } finally {
    for (const each of [...readers, client]) each.destroy();
  }
}

/** CPU by the record: of the server, of Redis and of this process, which writes; and how often was read. */
function meter(client: Redis, node: number, redis: number) {
  const now = async () => ({
    node: usageOf([node]).cpuSeconds,
    redis: usageOf([redis]).cpuSeconds,
    own: process.cpuUsage(),
    bytes: Number(/total_net_output_bytes:(\d+)/.exec(await client.info('stats'))?.[1]),
    reads: Number(/cmdstat_xread:calls=(\d+)/.exec(await client.info('commandstats'))?.[1]),
  });
  return async (work: () => Promise<number>) => {
    const before = await now();
    const count = await work();
    const own = process.cpuUsage(before.own);
    const after = await now();
    return {
      'node us': ((after.node - before.node) * 1e6) / count,
      'redis us': ((after.redis - before.redis) * 1e6) / count,
      'writer us': (own.user + own.system) / count,
      'bytes out': (after.bytes - before.bytes) / count,
      reads: (after.reads - before.reads) / count,
    };
  };
}

interface Written {
  publication?: { event?: string; type: string };
}

/** The items of records that the server writes when two people chat, by what they tell. */
async function recordsOf(url: string, client: Redis) {
  const [one, other] = (await register(url, 2)) as [Person, Person];
  const conversationId = await createDirect(url, one, other);
  let frame = 0;
  const sender = await connect(url, one.token);
  const receiver = await connect(url, other.token, {
    onMessage: (packet) => (frame = Buffer.byteLength(packet) + 4),
  });
  const clientId = '0193f0a0-1111-7000-8000-000000000001';
  await sender.call('typing', { conversationId, typing: true });
  await sender.call('message:send', { conversationId, clientId, text: 'x'.repeat(100) });
  await receiver.call('receipt:read', { conversationId, seq: 1 });
  const records = new Map<string, string>();
  for (const { message } of (await client.xRange(streamKey, '-', '+')) ?? []) {
    if (message.items === undefined) continue;
    const [item = {}] = JSON.parse(message.items) as Written[];
    const { publication } = item;
    const name = publication?.event ?? publication?.type ?? Object.keys(item)[0];
    if (name !== undefined) records.set(name, message.items);
  }
  sender.close();
  receiver.close();
  await delay(quietMs);
  return { records, frame };
}

function teller(client: Redis) {
  let count = 0;
  const write = (items: string) =>
    client.xAdd(
      streamKey,
      '*',
      { from: 'another', count: String(++count), items },
      { TRIM: { strategy: 'MAXLEN', strategyModifier: '~', threshold: kept } },
    );
  /** Resolves when the server has carried out all that came before. */
  const carriedOut = async () => {
    const ask = `asked-${count}`;
    const after = await write(JSON.stringify([{ ask }]));
    const answer = JSON.stringify([{ done: ask }]);
    for (const until = performance.now() + patienceMs; performance.now() < until;) {
      const told = (await client.xRange(streamKey, `(${after}`, '+')) ?? [];
      if (told.some(({ message }) => message.items === answer)) return;
      await delay(20);
    }
    throw new Error('the server did not carry it out');
  };
  return {
    async inBursts(items: string, total: number): Promise<number> {
      for (let n = 0; n < total; n += burst) {
        await Promise.all(Array.from({ length: burst }, () => write(items)));
        await carriedOut();
      }
      return total;
    },
    async paced(items: string, perSecond: number): Promise<number> {
      const began = performance.now();
      const written: Promise<unknown>[] = [];
      for (let n = 0; n < perSecond * seconds; n++) {
        const waitMs = began + (n * 1000) / perSecond - performance.now();
        if (waitMs > 1) await delay(waitMs);
        written.push(write(items));
      }
      await Promise.all(written);
      await carriedOut();
      return perSecond * seconds;
    },
  };
}

/** Reads as a node does, and does nothing with it. */
async function reader(url: string): Promise<Redis> {
  const client = await makeClient(url).connect();
  const read = async () => {
    for (let id = '$'; ;) {
      const found = await client.xRead({ key: streamKey, id }, { COUNT: 100, BLOCK: 1_000 });
      const [stream] = (found ?? []) as { messages: { id: string }[] }[];
      id = stream?.messages.at(-1)?.id ?? id;
    }
  };
  // It ends with its connection.
  read().catch(() => undefined);
  return client;
}

function say(what: string, figures: Record<string, number>): void {
  const text = Object.entries(figures).map(([name, value]) => `${name} ${value.toFixed(1)}`);
  process.stdout.write(`${what.padEnd(45)} ${text.join('  ')}\n`);
}

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { metricOf } from '../support/metrics.ts';
import { people, type Device } from '../support/people.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { times } from './scale.ts';

// Sockets that are signed in and say nothing: what each costs the server in memory, and whether all of
// it comes back. Only the long form has enough of them to tell them from the collector's doings.

const rounds = times(2, 5);
const sockets = times(200, 2_000);
const persons = 20;

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** What the process holds (bytes), once that does not get less any more. */
async function resident(): Promise<number> {
  let least = Infinity;
  for (let same = 0; same < 10;) {
    const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
    const now = Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
    same = now < least * 0.999 ? 0 : same + 1;
    least = Math.min(least, now);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return least;
}

const connections = (): Promise<number> => metricOf(server.url, 'gatherly_connections');

it('cost little, and give it back when they go', async () => {
  const names = Array.from({ length: persons }, (_, i) => `idle${i}`);
  const everybody = await people(server.url, ...names);
  const open = async (count: number): Promise<Device[]> => {
    const devices: Device[] = [];
    while (devices.length < count) {
      const some = everybody.map((person) => person.connect());
      devices.push(...(await Promise.all(some)));
    }
    return devices;
  };
  const closeAll = async (devices: Device[]): Promise<void> => {
    for (const device of devices) device.close();
    await expect.poll(connections, { timeout: 30_000 }).toBe(0);
  };
  // The first have the code compiled and the heap grown.
  await closeAll(await open(sockets));
  const before = await resident();
  const afterwards: number[] = [];
  const each: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const devices = await open(sockets);
    await expect.poll(connections, { timeout: 30_000 }).toBe(sockets);
    each.push(((await resident()) - before) / sockets / 1024);
    await closeAll(devices);
    afterwards.push(await resident());
  }
  const mebibytes = (bytes: number): string => (bytes / 1024 ** 2).toFixed(0);
  process.stdout.write(
    `idle: ${each.map((kib) => kib.toFixed(0)).join(', ')} KiB for each of ${sockets}; ` +
      `${mebibytes(before)} MiB before, ${afterwards.map(mebibytes).join(', ')} MiB after\n`,
  );
  if (sockets < 2_000) return;
  expect(Math.max(...each)).toBeLessThanOrEqual(60);
  // The collector comes when it likes: what is leaked is there also when it has just been.
  expect(Math.min(...afterwards.slice(2))).toBeLessThanOrEqual(before * 1.1);
}, 600_000);

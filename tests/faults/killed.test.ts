import { afterEach, expect, it } from 'vitest';
import { freePort } from '../support/raw.ts';
import { startServer } from '../support/server.ts';
import { startOracle, type Oracle } from './oracle.ts';
import { randomFrom, times } from './scale.ts';

const kills = times(2, 25);
/** And so many acknowledged in all. */
const least = times(0, 20_000);
/** So many acknowledged at least, and up to twice as many, from one kill to the next. */
const between = times(150, 600);
/** A kill while little goes on shows nothing, and is not counted: so many acknowledged in a second. */
const leastRate = times(1, 100);

let oracle: Oracle | undefined;
afterEach(() => oracle?.kill());

it(`loses, doubles and moves nothing that it acknowledged in ${kills} times kill -9 under load`, async () => {
  const random = randomFrom('kill -9');
  const settings = { PORT: await freePort() };
  let server = await startServer(settings);
  oracle = await startOracle(server.url, 10);
  let counted = 0;
  for (let tries = 0; counted < kills || oracle.acked() < least; tries++) {
    expect(tries).toBeLessThan(3 * kills);
    await oracle.ackedAtLeast(oracle.acked() + Math.floor(between * (1 + random())));
    if (oracle.rate() >= leastRate) counted++;
    expect((await server.kill('SIGKILL')).signal).toBe('SIGKILL');
    server = await startServer(settings, server.dataDir);
  }
  await oracle.ackedAtLeast(oracle.acked() + 100);
  const { acked, stored } = await oracle.judge();
  process.stdout.write(`kill -9: ${counted} kills, ${acked} acknowledged, ${stored} stored\n`);
  expect(stored).toBeGreaterThanOrEqual(acked);
  await server.stop();
}, 900_000);

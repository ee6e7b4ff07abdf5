import { expect, it } from 'vitest';
import { checkStore } from '#lib/embedded-mongo/check.ts';
import { freePort } from '../support/raw.ts';
import { startServer } from '../support/server.ts';
import { startOracle } from './oracle.ts';
import { randomFrom, times } from './scale.ts';
import { dyingAtSync, hasStrace } from './strace.ts';

const points = times(1, 60);

/** Lets the whole application die at a sync of its choice, points after each other on the same data. */
async function dieAtEach(): Promise<void> {
  const random = randomFrom('crash points');
  const settings = { PORT: await freePort() };
  let server = await startServer(settings);
  const oracle = await startOracle(server.url, 5);
  let died = 0;
  try {
    for (let point = 0; point < points; point++) {
      await oracle.ackedAtLeast(oracle.acked() + 20);
      await server.kill('SIGKILL');
      // Some of the first are in the start, where it writes too.
      const when = 1 + Math.floor(random() * 60);
      const spoiled = await startServer(settings, server.dataDir, dyingAtSync(when)).catch(
        () => null,
      );
      if (spoiled) await spoiled.ended;
      died++;
      server = await startServer(settings, server.dataDir);
    }
    await oracle.ackedAtLeast(oracle.acked() + 20);
    const { acked, stored } = await oracle.judge();
    process.stdout.write(
      `crash points: died at ${died} syncs, ${acked} acknowledged, ${stored} stored\n`,
    );
    await server.stop({ keepData: true });
    expect((await checkStore(server.dataDir, () => {})).faults).toBe(0);
  } finally {
    oracle.kill();
  }
}

if (hasStrace) it(`is right after dying at ${points} different syncs`, dieAtEach, 1_200_000);

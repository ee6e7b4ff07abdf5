import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { median } from '../../store/rounds.ts';
import { noFaults } from '../ledger.ts';
import { gatherlyEnv, launch } from '../servers.ts';
import { familyOf, startMeter, usageOf, type Metered } from '../usage.ts';
import type { Workload } from '../workload.ts';

const idleMs = 10_000;

/** `npm start` with a build that is there and a large history, until it is ready; then it idles. */
export const start: Workload = {
  name: 'start',
  sides: ['gatherly'],
  isOnce: true,
  async run(_side, context) {
    const { size } = context;
    const { dataDir } = await context.stored();
    const tookMs: number[] = [];
    const rssMib: number[] = [];
    const ownMib: number[] = [];
    const idling: Metered[] = [];
    for (let n = 0; n < size.starts; n++) {
      const began = performance.now();
      const server = await launch('npm', ['start'], gatherlyEnv(dataDir));
      tookMs.push(performance.now() - began);
      const pid = familyOf(server.pid).find(isServer);
      if (pid === undefined) throw new Error('npm start runs no server');
      const meter = startMeter([pid], []);
      await delay(idleMs);
      idling.push(meter());
      const { rssKib, anonymousKib } = usageOf([pid]);
      rssMib.push(rssKib / 1024);
      ownMib.push(anonymousKib / 1024);
      await server.stop(pid);
    }
    const stored = size.manyMessages.toLocaleString('en');
    return {
      faults: noFaults,
      events: {},
      refusals: {},
      otherCpu: Math.max(...idling.map(({ otherCpu }) => otherCpu)),
      busiestGeneratorCpu: 0,
      figures: [
        {
          name: `npm start with ${stored} messages until ready`,
          unit: 'ms',
          value: median(tookMs),
          target: { kind: 'value', atMost: 3000 },
        },
        {
          name: 'resident, idle',
          unit: 'MiB',
          value: median(rssMib),
          target: { kind: 'value', atMost: 250 },
        },
        { name: 'resident, idle, without files', unit: 'MiB', value: median(ownMib) },
        {
          name: 'server, idle',
          unit: 'cores',
          value: median(idling.map(({ serverCpu }) => serverCpu)),
        },
      ],
    };
  },
};

/** Not npm, nor the shell that it starts the server by. */
function isServer(pid: number): boolean {
  const [program = '', ...given] = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
  return program.endsWith('node') && given.some((each) => each.endsWith('start.mjs'));
}

import { setTimeout as delay } from 'node:timers/promises';
import { createGroup, inPool, register } from '../api.ts';
import { nowUs } from '../clock.ts';
import { connect } from '../connection.ts';
import { startMeter, usageOf } from '../usage.ts';
import { note, noReceipts, onServer, rolesOf, type Workload } from '../workload.ts';
import { msOf } from './direct.ts';

const atOnce = 50;
const groupMembers = 20;
const warmups = 20;
/** By then V8 has taken back what signing in and connecting have left. */
const idleMs = 20_000;

/** People who connect, and stay without a word. Each is in two groups. */
export const connects: Workload = {
  name: 'connect',
  sides: ['gatherly', 'durable'],
  async run(side, context) {
    const { connections } = context.size;
    let disturbed: ReturnType<ReturnType<typeof startMeter>> | undefined;
    const run = await onServer(side, context, async ({ server, team, add }) => {
      const people = await register(server.url, connections);
      const starts = Array.from({ length: Math.ceil(connections / groupMembers) }, (_, n) => n);
      await inPool(starts, 4, async (n) => {
        const neighbours = people.slice(n * groupMembers, (n + 1) * groupMembers);
        const distant = people.filter((_, each) => each % starts.length === n);
        await createGroup(server.url, neighbours);
        await createGroup(server.url, distant);
      });
      const first = await inPool(people.slice(0, warmups), atOnce, ({ token }) =>
        connect(server.url, token),
      );
      for (const connection of first) connection.close();
      await delay(idleMs);

      const before = usageOf(server.pids).rssKib;
      const meter = startMeter(server.pids, team.pids);
      const from = nowUs();
      const times = await team.connect(server.url, rolesOf(people, []), [], noReceipts, atOnce);
      disturbed = meter();
      context.onWindow(from, nowUs());
      await delay(idleMs);
      const grown = usageOf(server.pids).rssKib - before;
      add(
        {
          name: 'connects with session check and rooms',
          unit: '/s',
          value: connections / disturbed.seconds,
          target: { kind: 'ratio', atLeast: 0.5 },
        },
        { name: 'connect p50', unit: 'ms', value: msOf(times.percentile(0.5)) },
        { name: 'connect p99', unit: 'ms', value: msOf(times.percentile(0.99)) },
        {
          name: 'server CPU per connect',
          unit: 'ms',
          value: (disturbed.serverCpuSeconds * 1000) / connections,
        },
        {
          name: 'resident per idle connection',
          unit: 'KiB',
          value: grown / connections,
          target: { kind: 'difference', atMost: 40 },
        },
      );
    });
    if (disturbed) note(run, disturbed);
    return run;
  },
};

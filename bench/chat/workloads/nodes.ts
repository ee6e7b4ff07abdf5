import { createDirect, createGroup, inPool, register } from '../api.ts';
import { startCluster } from '../cluster.ts';
import type { Figure, Run } from '../figures.ts';
import { noFaults, sumOf, type Stream } from '../ledger.ts';
import { noReceipts, onThis, rolesOf, type Context, type Workload } from '../workload.ts';
import { msOf } from './direct.ts';

/**
 * Pairs, then groups, whose people are spread over one, two and three servers: nearly every message is
 * written at one of them and read at another. What each process takes tells which one gives out first.
 */
export const nodes: Workload = {
  name: 'nodes',
  sides: ['gatherly'],
  isOnce: true,
  needs: 'redis-server',
  async run(_side, context): Promise<Run> {
    const runs: Run[] = [];
    for (const count of context.size.nodes) {
      context.say(`  ${count} of them …`);
      runs.push(await onNodes(count, context, runs[0]?.figures ?? []));
    }
    return {
      figures: runs.flatMap(({ figures }) => figures),
      faults: sumOf([noFaults, ...runs.map(({ faults }) => faults)]),
      events: {},
      refusals: Object.assign({}, ...runs.map(({ refusals }) => refusals)) as Run['refusals'],
      otherCpu: Math.max(...runs.map(({ otherCpu }) => otherCpu)),
      busiestGeneratorCpu: Math.max(...runs.map((run) => run.busiestGeneratorCpu)),
    };
  },
};

/** @param first the figures of the first number of servers, beside which the others stand */
async function onNodes(count: number, context: Context, first: readonly Figure[]): Promise<Run> {
  const { users, window, groups, groupMembers } = context.size;
  const cluster = await startCluster(count, context.start.scratch);
  const { names, urls } = cluster;
  const of = `${count} ${count === 1 ? 'server' : 'servers'}:`;
  return onThis(cluster, context, async ({ server, team, add, measure }) => {
    const people = await register(server.url, Math.max(users, groups * groupMembers));
    const pairs = Array.from({ length: users / 2 }, (_, n) => n * 2);
    const direct = await inPool(pairs, 8, async (n): Promise<Stream> => ({
      id: n,
      conversation: await createDirect(server.url, people[n]!, people[n + 1]!),
      sender: n,
      receivers: [n + 1],
    }));
    const starts = Array.from({ length: groups }, (_, n) => n * groupMembers);
    const grouped = await inPool(starts, 4, async (start): Promise<Stream> => {
      const numbers = Array.from({ length: groupMembers }, (_, n) => start + n);
      const conversation = await createGroup(
        server.url,
        numbers.map((n) => people[n]!),
      );
      const sender = start + ((start / groupMembers) % groupMembers);
      const receivers = numbers.filter((n) => n !== sender);
      return { id: users + start, conversation, sender, receivers };
    });
    const streams = [...direct, ...grouped];
    const roles = rolesOf(people, streams).map((role) => ({
      ...role,
      url: urls[role.number % urls.length]!,
    }));
    await team.connect(server.url, roles, streams, noReceipts, 50);

    const put = (name: string, unit: Figure['unit'], value: number): void => {
      const beside = first.find((figure) => figure.name.endsWith(`: ${name}`))?.value;
      add({ name: `${of} ${name}`, unit, value, ...(beside !== undefined && { beside }) });
    };
    for (const [what, some] of [
      ['pairs', direct],
      ['groups', grouped],
    ] as const) {
      const measured = await measure(some, { kind: 'closed', window });
      await team.settle();
      const { confirmed, delivered, seconds, deliver, eachServerCpu, generatorCpu } = measured;
      put(`${what}, confirmed`, '/s', confirmed / seconds);
      put(`${what}, deliveries`, '/s', delivered / seconds);
      const usedMs = measured.serverCpuSeconds * 1000;
      put(`${what}, CPU of all processes per 1,000 deliveries`, 'ms', (usedMs * 1000) / delivered);
      put(`${what}, delivery p99`, 'ms', msOf(deliver.percentile(0.99)));
      for (const [n, cores] of eachServerCpu.entries()) put(`${what}, ${names[n]}`, 'cores', cores);
      put(`${what}, making the load`, 'cores', generatorCpu);
    }
  });
}

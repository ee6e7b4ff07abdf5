import { createGroup, register } from '../api.ts';
import type { Stream } from '../ledger.ts';
import { onServer, rolesOf, type Workload } from '../workload.ts';
import { msOf } from './direct.ts';

const receipts = { receipts: ['read' as const], receiptsEveryMs: 1000 };

/** One group after the other, each larger, with the same number of messages; everybody reads them. */
export const growth: Workload = {
  name: 'growth',
  sides: ['gatherly', 'durable'],
  run: (side, context) =>
    onServer(side, context, async ({ server, team, add, measure, watch }) => {
      const { growth: sizes, growthRate: perSecond, seconds } = context.size;
      const people = await register(server.url, Math.max(...sizes));
      const streams: Stream[] = [];
      for (const [id, members] of sizes.entries()) {
        streams.push({
          id,
          conversation: await createGroup(server.url, people.slice(0, members)),
          sender: 0,
          receivers: Array.from({ length: members - 1 }, (_, n) => n + 1),
        });
      }
      await team.connect(server.url, rolesOf(people, streams), streams, receipts, 50);
      // All are connected all the time: what that costs is no part of what messages cost.
      const idle = await watch(seconds);
      const costs: number[] = [];
      for (const [n, stream] of streams.entries()) {
        const measured = await measure([stream], { kind: 'open', perSecond, seed: 1 });
        await team.settle();
        const { delivered, deliver, serverCpu } = measured;
        const used = (serverCpu - idle.serverCpu) * measured.seconds;
        costs.push((used * 1e6) / delivered);
        const at = `${sizes[n]} members, ${perSecond} messages/s:`;
        add(
          { name: `${at} server CPU per 1,000 deliveries`, unit: 'ms', value: costs[n]! },
          { name: `${at} delivery p99`, unit: 'ms', value: msOf(deliver.percentile(0.99)) },
          { name: `${at} server`, unit: 'cores', value: serverCpu },
        );
      }
      add({
        name: `CPU per delivery, ${sizes.at(-1)} members beside ${sizes[0]}`,
        unit: 'ms',
        value: costs.at(-1)!,
        beside: costs[0]!,
        target: { kind: 'ratio', atMost: 1.2 },
      });
    }),
};

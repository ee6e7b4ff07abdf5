import { createGroup, inPool, register } from '../api.ts';
import type { Figure } from '../figures.ts';
import type { Stream } from '../ledger.ts';
import { noReceipts, onServer, rolesOf, type Workload } from '../workload.ts';
import { atRate, msOf } from './direct.ts';

/** Groups in each of which one person writes as much as there is to be had. */
export const group: Workload = {
  name: 'group',
  sides: ['gatherly', 'durable'],
  run: (side, context) =>
    onServer(side, context, async ({ server, team, add, measure }) => {
      const { groups, groupMembers, window, groupRates } = context.size;
      const people = await register(server.url, groups * groupMembers);
      const starts = Array.from({ length: groups }, (_, n) => n * groupMembers);
      const streams = await inPool(starts, 4, async (start): Promise<Stream> => {
        const numbers = Array.from({ length: groupMembers }, (_, n) => start + n);
        const conversation = await createGroup(
          server.url,
          numbers.map((n) => people[n]!),
        );
        // Not all senders in one process.
        const [sender = start, ...receivers] =
          start % (2 * groupMembers) ? numbers.reverse() : numbers;
        return { id: start, conversation, sender, receivers };
      });
      await team.connect(server.url, rolesOf(people, streams), streams, noReceipts, 50);
      const { delivered, seconds, serverCpuSeconds, deliver, generatorCpu } = await measure(
        streams,
        {
          kind: 'closed',
          window,
        },
      );
      const of = `groups of ${groupMembers}:`;
      const figures: Figure[] = [
        {
          name: `${of} deliveries`,
          unit: '/s',
          value: delivered / seconds,
          target: { kind: 'ratio', atLeast: 0.8 },
        },
        {
          name: `${of} server CPU per 1,000 deliveries`,
          unit: 'ms',
          value: (serverCpuSeconds * 1e6) / delivered,
        },
        { name: `${of} delivery p50`, unit: 'ms', value: msOf(deliver.percentile(0.5)) },
        { name: `${of} delivery p99`, unit: 'ms', value: msOf(deliver.percentile(0.99)) },
        { name: `${of} making the load`, unit: 'cores', value: generatorCpu },
      ];
      add(...figures);
      await team.settle();
      for (const perSecond of groupRates) {
        add(...atRate(await measure(streams, { kind: 'open', perSecond, seed: 1 }), perSecond));
        await team.settle();
      }
    }),
};

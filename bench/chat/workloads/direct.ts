import { createDirect, inPool, register } from '../api.ts';
import type { Figure } from '../figures.ts';
import type { Measured } from '../generator/team.ts';
import type { Stream } from '../ledger.ts';
import type { Metered } from '../usage.ts';
import { noReceipts, onServer, rolesOf, type Workload } from '../workload.ts';

// ejabberd 23.01 with its archive on PostgreSQL, and Prosody 0.12.3 with its own files, on two cores
// of this kind: 2,566 and 2,540 confirmed messages a second, their p99 1,283 and 270 ms. Twice as good
// as the better one is what counts as far ahead.
const farAhead = { confirmed: 2 * 2566, p99Ms: 270 / 2 };

/** Pairs who write to each other: as much as there is to be had, then at growing rates. */
export const direct: Workload = {
  name: 'direct',
  sides: ['gatherly', 'durable'],
  run: (side, context) =>
    onServer(side, context, async ({ server, team, add, measure }) => {
      const { users, window, rates } = context.size;
      const people = await register(server.url, users);
      const pairs = Array.from({ length: users / 2 }, (_, n) => n * 2);
      const conversations = await inPool(pairs, 8, (n) =>
        createDirect(server.url, people[n]!, people[n + 1]!),
      );
      const streams = pairs.flatMap((n, pair): Stream[] => [
        { id: n, conversation: conversations[pair]!, sender: n, receivers: [n + 1] },
        { id: n + 1, conversation: conversations[pair]!, sender: n + 1, receivers: [n] },
      ]);
      await team.connect(server.url, rolesOf(people, streams), streams, noReceipts, 50);

      add(...saturated(await measure(streams, { kind: 'closed', window })));
      await team.settle();
      for (const perSecond of rates) {
        const measured = await measure(streams, { kind: 'open', perSecond, seed: 1 });
        add(...atRate(measured, perSecond));
        await team.settle();
      }
    }),
};

function saturated(measured: Measured & Metered): Figure[] {
  const { confirmed, seconds, serverCpuSeconds, confirm, serverCpu, generatorCpu } = measured;
  const perSecond = confirmed / seconds;
  const p99 = msOf(confirm.percentile(0.99));
  return [
    { name: 'confirmed', unit: '/s', value: perSecond, target: { kind: 'ratio', atLeast: 0.5 } },
    {
      name: 'confirmed, beside twice what ejabberd does',
      unit: '/s',
      value: perSecond,
      beside: farAhead.confirmed,
      target: { kind: 'ratio', atLeast: 1 },
    },
    {
      name: 'server CPU per 1,000 confirmed',
      unit: 'ms',
      value: (serverCpuSeconds * 1e6) / confirmed,
      target: { kind: 'ratio', atMost: 2.5 },
    },
    { name: 'server', unit: 'cores', value: serverCpu },
    { name: 'making the load', unit: 'cores', value: generatorCpu },
    { name: 'confirm p50', unit: 'ms', value: msOf(confirm.percentile(0.5)) },
    { name: 'confirm p99', unit: 'ms', value: p99 },
    {
      name: "confirm p99, beside half of Prosody's",
      unit: 'ms',
      value: p99,
      beside: farAhead.p99Ms,
      target: { kind: 'ratio', atMost: 1 },
    },
  ];
}

/** At a given rate: whether it is kept, and how long messages take from when they are due. */
export function atRate(measured: Measured & Metered, perSecond: number): Figure[] {
  const { confirmed, seconds, confirm, deliver, serverCpu } = measured;
  const at = `at ${perSecond.toLocaleString('en')}/s:`;
  return [
    { name: `${at} confirmed`, unit: '/s', value: confirmed / seconds },
    { name: `${at} confirm p50`, unit: 'ms', value: msOf(confirm.percentile(0.5)) },
    { name: `${at} confirm p99`, unit: 'ms', value: msOf(confirm.percentile(0.99)) },
    { name: `${at} confirm p99.9`, unit: 'ms', value: msOf(confirm.percentile(0.999)) },
    { name: `${at} delivery p50`, unit: 'ms', value: msOf(deliver.percentile(0.5)) },
    { name: `${at} delivery p99`, unit: 'ms', value: msOf(deliver.percentile(0.99)) },
    { name: `${at} server`, unit: 'cores', value: serverCpu },
  ];
}

export const msOf = (us = NaN): number => us / 1000;

import { createDirect, createGroup, inPool, register } from '../api.ts';
import type { Stream } from '../ledger.ts';
import { onServer, rolesOf, type Workload } from '../workload.ts';
import { atRate } from './direct.ts';

const groupMembers = 20;
const habits = { receipts: ['delivered' as const, 'read' as const], receiptsEveryMs: 1000 };
const style = { bytes: 100, isTyping: true };
/** One in so many comes and goes, while the others of the group watch. */
const visitorEvery = 10;

/**
 * An evening at growing rates: each of the people has two they write to and a group, a third of the
 * messages are to groups, and they type, receive and read.
 */
export const mixed: Workload = {
  name: 'mixed',
  sides: ['gatherly', 'durable'],
  run: (side, context) =>
    onServer(side, context, async ({ server, team, add, measure }) => {
      const { mixedUsers, mixedRates } = context.size;
      const people = await register(server.url, mixedUsers);
      const numbers = people.map((_, n) => n);
      const isVisitor = (n: number): boolean => n % visitorEvery === visitorEvery - 1;
      const groupOf = (n: number): number => Math.floor(n / groupMembers);
      const steady = numbers.filter((n) => !isVisitor(n));
      const streams: Stream[] = [];
      const stream = (conversation: string, sender: number, receivers: number[]): void =>
        void streams.push({ id: streams.length, conversation, sender, receivers });

      // Everybody with the next in a ring.
      const ring = steady.map((n, k) => [n, steady[(k + 1) % steady.length]!] as const);
      await inPool(ring, 8, async ([one, other]) => {
        const conversation = await createDirect(server.url, people[one]!, people[other]!);
        stream(conversation, one, [other]);
        stream(conversation, other, [one]);
      });
      await inPool([...new Set(numbers.map(groupOf))], 4, async (group) => {
        const members = numbers.filter((n) => groupOf(n) === group);
        const conversation = await createGroup(
          server.url,
          members.map((n) => people[n]!),
        );
        const staying = members.filter((n) => !isVisitor(n));
        for (const sender of staying) {
          stream(
            conversation,
            sender,
            staying.filter((n) => n !== sender),
          );
        }
      });
      const watches = (n: number): string[] =>
        numbers
          .filter((other) => other !== n && groupOf(other) === groupOf(n))
          .map((other) => people[other]!.id);
      const roles = rolesOf(people, streams, watches);
      await team.connect(server.url, roles, streams, habits, 50);
      await team.visit(numbers.filter(isVisitor));
      for (const perSecond of mixedRates) {
        const measured = await measure(streams, { kind: 'open', perSecond, seed: 1 }, style);
        add(...atRate(measured, perSecond));
        await team.settle();
      }
    }),
};

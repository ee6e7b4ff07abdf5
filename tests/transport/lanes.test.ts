import fc from 'fast-check';
import mongoose, { type Types } from 'mongoose';
import { expect, it } from 'vitest';
import { createLanes, type Entry } from '#lib/models/lanes.ts';

const conversations = Array.from({ length: 5 }, () => new mongoose.Types.ObjectId());

interface Numbered extends Entry {
  n: number;
}

/** Holds every batch until it is let go, and notes what was begun when. */
function held() {
  const begun: Numbered[][] = [];
  const underWay = new Map<Numbered[], () => void>();
  const write = (batch: Numbered[]) =>
    new Promise<void>((resolve) => {
      begun.push(batch);
      underWay.set(batch, resolve);
    });
  const turn = () => new Promise(setImmediate);
  /** Lets one batch end, whichever it is. */
  const letGo = async (which = 0) => {
    await turn();
    const batch = [...underWay.keys()][which % Math.max(underWay.size, 1)];
    if (batch) {
      underWay.get(batch)?.();
      underWay.delete(batch);
    }
    await turn();
  };
  return { begun, underWay, write, turn, letGo };
}

const idOf = ({ conversation }: { conversation: Types.ObjectId }) => conversation.toHexString();

it('writes everything once, a conversation in its order and in one batch at a time', async () => {
  const entry = fc.record({ which: fc.nat(4), isAlone: fc.boolean(), after: fc.nat(3) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(entry, { maxLength: 60 }),
      fc.infiniteStream(fc.nat(2)),
      async (entries, choices) => {
        const { begun, underWay, write, letGo } = held();
        const lanes = createLanes<Numbered>((batch) => {
          const busy = new Set([...underWay.keys()].flat().map(idOf));
          expect(batch.filter((one) => busy.has(idOf(one)))).toEqual([]);
          return write(batch);
        });
        for (const [n, { which, isAlone, after }] of entries.entries()) {
          lanes.add({ n, isAlone, conversation: conversations[which]! });
          for (let i = 0; i < after; i++) await letGo(choices.next().value);
        }
        const written = lanes.written();
        for (let i = 0; i <= entries.length; i++) await letGo(choices.next().value);
        await written;
        expect(lanes.waiting()).toBe(0);
        for (const [which, conversation] of conversations.entries()) {
          const batches = begun.map((batch) =>
            batch.filter((one) => one.conversation === conversation),
          );
          expect(batches.flat().map(({ n }) => n)).toEqual(
            [...entries.keys()].filter((n) => entries[n]!.which === which),
          );
          for (const batch of batches.filter((some) => some.some(({ isAlone }) => isAlone))) {
            expect(batch).toHaveLength(1);
          }
        }
      },
    ),
  );
});

it('writes for others while one conversation is being written', async () => {
  const { begun, write, turn, letGo } = held();
  const lanes = createLanes<Numbered>(write);
  const [slow, other] = conversations as [Types.ObjectId, Types.ObjectId];
  const add = (n: number, conversation: Types.ObjectId) =>
    lanes.add({ n, conversation, isAlone: false });
  add(1, slow);
  await turn();
  add(2, slow);
  add(3, other);
  await turn();
  expect(begun.map((batch) => batch.map(({ n }) => n))).toEqual([[1], [3]]);
  expect(lanes.waiting()).toBe(1);
  await letGo(1);
  expect(begun).toHaveLength(2);
  await letGo(0);
  expect(begun.at(-1)?.map(({ n }) => n)).toEqual([2]);
});

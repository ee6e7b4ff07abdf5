import { describe, expect, it } from 'vitest';
import { drawHour } from '../../bench/scale/fan-out.ts';
import { loadOf } from '../../bench/scale/loads.ts';
import { habits, makeWorld, randomOf, type World } from '../../bench/scale/world.ts';

const draw = (nodes: number, seed: number) => {
  const random = randomOf(seed);
  const world = makeWorld(nodes, 400, random);
  return { world, tally: drawHour(world, 20, 300, random) };
};

const sum = (numbers: Iterable<number>): number =>
  [...numbers].reduce((all, each) => all + each, 0);

/** A world of one group, all of whose members write to it alone. */
function oneGroup(nodes: number, size: number): World {
  const world = makeWorld(nodes, size, randomOf(3));
  const members = Uint32Array.from({ length: size }, (_, n) => n);
  return { ...world, groups: [members], groupsOf: Array.from(members, () => [0]) };
}

describe('the simulated deployment', () => {
  it('delivers a message once to each connected device of a member', () => {
    const world = oneGroup(7, 40);
    const random = randomOf(4);
    // All are connected: what is drawn for a direct message has the devices of two.
    const always = habits.connectedByHour.map(() => 1);
    const tally = drawHour(world, 20, 200, random, {
      ...habits,
      directShare: 0,
      connectedByHour: always,
    });
    expect(sum(tally.deliveries)).toBe(200 * world.nodeOf.length);
  });

  it('delivers as many wherever the devices are', () => {
    const [few, many] = [1, 50].map((nodes) => {
      const { world, tally } = draw(nodes, 5);
      return { devices: world.nodeOf.length, deliveries: sum(tally.deliveries) };
    });
    expect(many).toEqual(few);
  });

  it('has each record concern no node that has nobody it is for, and never its writer', () => {
    expect(sum(Object.values(draw(1, 6).tally.concerned))).toBe(0);
    const { tally } = draw(5, 6);
    for (const kind of ['message', 'typing', 'receipts', 'present'] as const) {
      expect(tally.concerned[kind]).toBeGreaterThan(0);
      expect(tally.concerned[kind]).toBeLessThanOrEqual(tally.written[kind] * 4);
    }
  });

  it('is the same for a seed, and another one for another', () => {
    const load = (seed: number) =>
      loadOf({
        nodes: 9,
        peoplePerNode: 1000,
        hour: 20,
        seed,
        sample: { people: 400, messages: 300 },
      });
    expect(load(1)).toEqual(load(1));
    expect(load(2)).not.toEqual(load(1));
  });

  it('has a mean hour, and every device or none', () => {
    expect(sum(habits.rateByHour)).toBeCloseTo(24, 6);
    expect(sum(habits.devices)).toBeCloseTo(1, 6);
  });
});

/** Whether this is `npm run test:faults`, which takes minutes, or the short form in `npm test`. */
export const isLong = process.env.FAULTS === 'long';

/** How many of something: in the short form, and in the long one. */
export const times = (short: number, long: number): number => (isLong ? long : short);

/** Random numbers from 0 to 1 that are the same for the same seed; the seed is printed. */
export function randomFrom(what: string): () => number {
  let state = Number(process.env.FC_SEED ?? 1) >>> 0;
  process.stdout.write(`${what}: FC_SEED=${state}\n`);
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The middle of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

/** What was measured on two sides in turn. */
export interface Paired {
  measured: number;
  beside: number;
  /** The middle of the rounds' own ratios: what disturbs one round disturbs both its halves. */
  ratio: number;
}

/** Measures both sides in every round, the one first and then the other. */
export async function inTurns(
  rounds: number,
  measure: (round: number) => Promise<number>,
  measureBeside: (round: number) => Promise<number>,
): Promise<Paired> {
  const pairs: { measured: number; beside: number }[] = [];
  // The first round warms both up and does not count.
  for (let round = 0; round <= rounds; round++) {
    let beside = round % 2 === 0 ? await measureBeside(round) : 0;
    const measured = await measure(round);
    if (round % 2 === 1) beside = await measureBeside(round);
    if (round > 0) pairs.push({ measured, beside });
  }
  return {
    measured: median(pairs.map((pair) => pair.measured)),
    beside: median(pairs.map((pair) => pair.beside)),
    ratio: median(pairs.map((pair) => pair.measured / pair.beside)),
  };
}

/** The median time of one call, in milliseconds, when they are made one after the other. */
export async function medianTime(
  calls: number,
  call: (n: number) => Promise<void>,
): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < calls; n++) {
    const start = performance.now();
    await call(n);
    times.push(performance.now() - start);
  }
  return median(times);
}

/** Calls per second, when so many callers make one after the other for a time. */
export async function rate(
  callers: number,
  forMs: number,
  call: () => Promise<void>,
): Promise<number> {
  const start = performance.now();
  let calls = 0;
  const callOn = async (): Promise<void> => {
    while (performance.now() - start < forMs) {
      await call();
      calls++;
    }
  };
  await Promise.all(Array.from({ length: callers }, callOn));
  return (calls * 1000) / (performance.now() - start);
}

/** Random whole numbers below a limit, the same in every run. */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    // Mulberry32.
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Has the works of one key done so many at a time, the rest after them in the order of asking. */
export type Turns = <T>(key: string, work: () => Promise<T>) => Promise<T>;

interface Line {
  running: number;
  waiting: (() => void)[];
}

/** How many of one key may wait, and what who comes then is told. */
interface WaitingRoom {
  most: number;
  full: () => Error;
}

export function createTurns(most: number, room?: WaitingRoom): Turns {
  const lines = new Map<string, Line>();
  return async (key, work) => {
    const line = lines.get(key) ?? { running: 0, waiting: [] };
    lines.set(key, line);
    // Whoever ends hands the place on, so that nobody comes in between.
    if (line.running < most) line.running += 1;
    else {
      if (room && line.waiting.length >= room.most) throw room.full();
      await new Promise<void>((resolve) => line.waiting.push(resolve));
    }
    try {
      return await work();
    } finally {
      const next = line.waiting.shift();
      if (next) next();
      else line.running -= 1;
      if (line.running === 0) lines.delete(key);
    }
  };
}

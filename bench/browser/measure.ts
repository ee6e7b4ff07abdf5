import type { Page } from 'playwright';
import { median } from '../store/rounds.ts';
import { say, throttle } from './support.ts';
import { untilShown } from './until-shown.ts';
import { workDuring, type Work } from './work.ts';

/** One line of the table: medians of several rounds, in milliseconds on the slower processor. */
export interface Row {
  name: string;
  longest: number;
  /** Of all rounds. */
  worst: number;
  /** Tasks over 50 ms, of all rounds. */
  long: number;
  /** All work. */
  total: number;
  /** Work from the press until painted; null where nothing is waited for. */
  untilPainted: number | null;
  /** The same by the clock, in a browser that is slowed down: what else the machine does counts too. */
  waited: number | null;
}

/** What is pressed, and a selector of what it leads to. */
export interface Press {
  shows: string;
  press(): Promise<unknown>;
}

export type Measure = ReturnType<typeof measureOn>;

/** Measures what happens on this page, so many times each; everything measured is put into `rows`. */
export function measureOn(page: Page, rounds: number, rows: Row[]) {
  const note = (name: string, works: Work[], waits: number[] = []) => {
    const painted = works.flatMap(({ untilPainted }) => untilPainted ?? []);
    const row: Row = {
      name,
      longest: median(works.map(({ longest }) => longest)),
      worst: Math.max(...works.map(({ longest }) => longest)),
      long: works.reduce((sum, { long }) => sum + long, 0),
      total: median(works.map(({ total }) => total)),
      untilPainted: painted.length > 0 ? median(painted) : null,
      waited: waits.length > 0 ? median(waits) : null,
    };
    rows.push(row);
    say(lineOf(row));
  };
  /** The longest tasks while `act` runs; `before` each round is not measured. */
  const frames = async (
    name: string,
    act: (round: number) => Promise<unknown>,
    before: (round: number) => Promise<unknown> = async () => undefined,
  ): Promise<void> => {
    const works: Work[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await before(round);
      works.push(await workDuring(page, () => act(round)));
    }
    note(name, works);
  };
  /** How long it takes from each press until what it leads to is painted: by processor time, then by the clock. */
  const presses = async (name: string, worked: Press[], waited: Press[]): Promise<void> => {
    const go = async ({ shows, press }: Press) => {
      const shown = await untilShown(page, shows);
      await press();
      return shown();
    };
    const works: Work[] = [];
    for (const press of worked) works.push(await workDuring(page, () => go(press)));
    const waits: number[] = [];
    const release = await throttle(page);
    for (const press of waited) {
      waits.push(await go(press));
      await page.waitForTimeout(500);
    }
    await release();
    note(name, works, waits);
  };
  return { frames, presses };
}

const cell = (ms: number | null): string => (ms === null ? '' : ms.toFixed(0)).padStart(9);

export const heading = `${''.padEnd(52)}  longest    worst  over 50    total   worked   waited`;

const lineOf = ({ name, longest, worst, long, total, untilPainted, waited }: Row): string =>
  name.padEnd(52) + [longest, worst, long, total, untilPainted, waited].map(cell).join('');

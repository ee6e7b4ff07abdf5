import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright';
import { slowdown } from './support.ts';

/** What the page's main thread did while something happened: milliseconds on the slower processor. */
export interface Work {
  /** The longest task. */
  longest: number;
  /** How many tasks took more than 50 ms. */
  long: number;
  /** All tasks together. */
  total: number;
  /** All tasks from the press until what it leads to is painted; null where nothing is waited for. */
  untilPainted: number | null;
}

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  /** Microseconds. */
  ts: number;
  dur?: number;
  tdur?: number;
  args?: { name?: string };
}

const longMs = 50;
/** What the page notes in its timeline; `untilShown` in `painted.ts` does. */
export const marks = { pressed: 'bench-pressed', painted: 'bench-painted' } as const;

/**
 * The work that `act` leads to, a moment after it included. Processor time as measured, times four: what
 * else the machine does is not counted, as it is where the browser itself slows down.
 */
export async function workDuring(page: Page, act: () => Promise<unknown>): Promise<Work> {
  const browser = page.context().browser()!;
  await browser.startTracing(page, {
    categories: ['toplevel', 'disabled-by-default-devtools.timeline', 'blink.user_timing'],
  });
  await act();
  await sleep(500);
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
    traceEvents: TraceEvent[];
  };
  return workIn(traceEvents);
}

function workIn(events: readonly TraceEvent[]): Work {
  const threads = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = events
    .filter(({ name, pid, tid }) => name === 'RunTask' && threads.has(`${pid} ${tid}`))
    .map(({ ts, dur = 0, tdur = 0 }) => ({ from: ts, to: ts + dur, ms: msOf(tdur) }));
  const timeOf = (mark: string) => events.find(({ name }) => name === mark)?.ts;
  const [pressed, painted] = [timeOf(marks.pressed), timeOf(marks.painted)];
  const waited = tasks.filter(({ from, to }) => to >= (pressed ?? 0) && from < (painted ?? 0));
  return {
    longest: Math.max(0, ...tasks.map(({ ms }) => ms)),
    long: tasks.filter(({ ms }) => ms > longMs).length,
    total: sumOf(tasks),
    untilPainted: painted === undefined ? null : sumOf(waited),
  };
}

const sumOf = (tasks: readonly { ms: number }[]): number =>
  tasks.reduce((sum, { ms }) => sum + ms, 0);

const msOf = (tdur: number): number => (tdur * slowdown) / 1000;

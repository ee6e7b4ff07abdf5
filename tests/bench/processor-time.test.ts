import type { TraceEvent } from 'lighthouse';
import { expect, it } from 'vitest';
import { inProcessorTime } from '../support/processor-time.ts';

interface Times {
  dur: number;
  tts: number;
  tdur: number;
}

const event = (name: string, tid: number, ts: number, times?: Times): TraceEvent => ({
  name,
  cat: 'toplevel',
  args: {},
  pid: 1,
  tid,
  ts,
  dur: 0,
  ph: times ? 'X' : 'I',
  ...times,
});

it('gives tasks the time that the processor spent on them, and moves what is inside with them', () => {
  const made = inProcessorTime([
    event('script', 1, 1_400, { dur: 500, tts: 150, tdur: 60 }),
    event('task', 1, 1_000, { dur: 1_000, tts: 100, tdur: 120 }),
    event('of another thread', 2, 1_100, { dur: 300, tts: 7, tdur: 300 }),
    event('mark', 1, 1_950),
    event('next task', 1, 2_000, { dur: 80, tts: 220, tdur: 80 }),
  ]);
  expect(made.map(({ name, ts, dur }) => [name, ts, dur])).toEqual([
    ['task', 1_000, 120],
    ['of another thread', 1_100, 300],
    ['script', 1_050, 60],
    ['mark', 1_950, 0],
    ['next task', 2_000, 80],
  ]);
});

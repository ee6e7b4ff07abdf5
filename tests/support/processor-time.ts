import type { TraceEvent } from 'lighthouse';

interface Timed extends TraceEvent {
  /** Of the thread: the processor's time (µs) that it had had by then. */
  tts?: number;
  /** Processor's time (µs) that this took. */
  tdur?: number;
}

interface Task {
  start: number;
  /** By the clock. */
  end: number;
  thread: number;
  length: number;
}

/**
 * A recording in which every task takes the time that the processor spent on it, instead of the time that
 * passed: what others do on a busy machine meanwhile is not the page's. Tasks begin when they began, and what
 * is inside moves with them.
 */
export function inProcessorTime(events: readonly TraceEvent[]): TraceEvent[] {
  const tasks = new Map<string, Task>();
  return (events as readonly Timed[])
    .toSorted((one, other) => one.ts - other.ts || other.dur - one.dur)
    .map((event) => {
      const thread = `${event.pid} ${event.tid}`;
      const task = tasks.get(thread);
      if (task && event.ts < task.end) return inside(task, event);
      if (event.ph !== 'X' || event.tts === undefined || event.tdur === undefined) return event;
      const { ts: start, tts, dur } = event;
      // The two clocks differ a little: the next task may begin right after this one.
      const length = Math.min(event.tdur, dur);
      tasks.set(thread, { start, end: start + dur, thread: tts, length });
      return { ...event, dur: length };
    });
}

function inside({ start, thread, length }: Task, event: Timed): Timed {
  // A mark, such as that of a paint, has a time of its own.
  if (event.ph !== 'X' && event.tts === undefined) return event;
  const at = event.tts === undefined ? event.ts - start : event.tts - thread;
  const ts = start + Math.min(at, length);
  if (event.ph !== 'X') return { ...event, ts };
  return { ...event, ts, dur: Math.min(event.tdur ?? event.dur, start + length - ts) };
}

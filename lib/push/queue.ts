import type { PushPayload } from '#lib/contract/push.ts';
import { env } from '#lib/env.ts';
import { log } from '#lib/log.ts';
import { metrics } from '#lib/metrics.ts';
import { remember } from '#lib/runtime.ts';
import { sendPush, type Outcome, type PushOptions, type Target } from './send.ts';

// What is to be sent waits in memory, in a lane for each push service: one that is slow or away holds up
// nobody else's, and least of all the messages themselves.

export interface Push {
  /** Of two with the same key only the later one is sent, and never both at once. */
  key: string;
  target: Target;
  payload: PushPayload;
  options: PushOptions;
  /** Asked again before it is sent, if it has had to wait. */
  isWanted: () => Promise<boolean>;
  /** What became of it in the end; not called for one that another took the place of. */
  onEnd: (outcome: 'sent' | 'gone' | 'failed' | 'dropped') => void;
}

interface Job extends Push {
  host: string;
  attempt: number;
  preparedAt: number;
  /** Runs while it waits to be tried again. */
  delay: NodeJS.Timeout | null;
}

interface Lane {
  running: number;
  waiting: Map<string, Job>;
}

interface Queue {
  lanes: Map<string, Lane>;
  /** All that wait, in a lane or for another try. */
  jobs: Map<string, Job>;
  underWay: Set<string>;
}

const maxRunning = 128;
const maxRunningOfLane = 12;
const freshMs = 1_000;
/** Waits before another try, where the push service names none. */
const backoffMs = [2_000, 10_000, 60_000, 300_000];
const maxWaitMs = 3_600_000;

const queue = (): Queue =>
  remember('push-queue', () => ({ lanes: new Map(), jobs: new Map(), underWay: new Set() }));

/** How many notifications wait to be sent. */
export const pushesWaiting = (): number => queue().jobs.size;

/** Has it sent as soon as may be; in place of what waits under the same key. */
export function enqueuePush(push: Push): void {
  const state = queue();
  const before = state.jobs.get(push.key);
  if (before) take(state, before);
  else if (state.jobs.size >= env().PUSH_QUEUE) {
    end(push, 'dropped');
    return;
  }
  const host = new URL(push.target.endpoint).host;
  wait(state, { ...push, host, attempt: 0, preparedAt: performance.now(), delay: null });
  pump(state);
}

/** Gives up what waits under this key. Whether there was anything. */
export function dropPush(key: string): boolean {
  const state = queue();
  const job = state.jobs.get(key);
  if (!job) return false;
  take(state, job);
  end(job, 'dropped');
  return true;
}

/** Puts a job at the end of its lane. */
function wait(state: Queue, job: Job): void {
  const lane = state.lanes.get(job.host) ?? { running: 0, waiting: new Map<string, Job>() };
  state.lanes.set(job.host, lane);
  lane.waiting.set(job.key, job);
  state.jobs.set(job.key, job);
}

/** Takes a job out of wherever it waits. */
function take(state: Queue, job: Job): void {
  state.jobs.delete(job.key);
  state.lanes.get(job.host)?.waiting.delete(job.key);
  if (job.delay) clearTimeout(job.delay);
  job.delay = null;
}

/** Starts what may be started, the lanes in turn. */
function pump(state: Queue): void {
  for (let started = true; started;) {
    started = false;
    for (const [host, lane] of state.lanes) {
      if (state.underWay.size >= maxRunning) return;
      const job = lane.running < maxRunningOfLane ? nextOf(state, lane) : undefined;
      if (job) {
        take(state, job);
        lane.running++;
        state.underWay.add(job.key);
        started = true;
        void run(state, lane, job);
      } else if (lane.running === 0 && lane.waiting.size === 0) {
        state.lanes.delete(host);
      }
    }
  }
}

function nextOf(state: Queue, lane: Lane): Job | undefined {
  for (const job of lane.waiting.values()) if (!state.underWay.has(job.key)) return job;
  return undefined;
}

async function run(state: Queue, lane: Lane, job: Job): Promise<void> {
  const outcome = await attempt(job);
  lane.running--;
  state.underWay.delete(job.key);
  if (outcome.is === 'later') tryAgain(state, job, outcome.afterMs);
  else end(job, outcome.is);
  pump(state);
}

async function attempt(job: Job): Promise<Outcome | { is: 'dropped' }> {
  if (performance.now() - job.preparedAt > freshMs) {
    const isWanted = await job.isWanted().catch((error: Error) => {
      log().warn({ error: error.message }, 'a notification could not be looked up');
      return null;
    });
    if (isWanted === null) return { is: 'later', afterMs: null };
    if (!isWanted) return { is: 'dropped' };
  }
  return sendPush(job.target, job.payload, job.options);
}

function tryAgain(state: Queue, job: Job, afterMs: number | null): void {
  const waitMs = afterMs ?? jittered(backoffMs[job.attempt] ?? 0);
  // Something newer has come meanwhile, or there has been enough of it.
  if (state.jobs.has(job.key)) return;
  if (
    job.attempt >= backoffMs.length ||
    waitMs > maxWaitMs ||
    state.jobs.size >= env().PUSH_QUEUE
  ) {
    end(job, 'failed');
    return;
  }
  metrics().pushes.inc({ outcome: 'retried' });
  job.attempt++;
  state.jobs.set(job.key, job);
  job.delay = setTimeout(() => {
    job.delay = null;
    wait(state, job);
    pump(state);
  }, waitMs).unref();
}

/** So that what failed together does not come back together. */
const jittered = (ms: number): number => ms * (0.75 + Math.random() / 2);

function end(push: Push, outcome: 'sent' | 'gone' | 'failed' | 'dropped'): void {
  metrics().pushes.inc({ outcome: outcome === 'gone' ? 'pruned' : outcome });
  push.onEnd(outcome);
}

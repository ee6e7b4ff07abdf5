import { fork, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createHistogram, type Histogram } from '../histogram.ts';
import { sumOf, type Faults, type Sent, type Stream } from '../ledger.ts';
import type { Commands } from './commands.ts';
import type { Pattern, Style } from './load.ts';
import type { Habits, Role } from './people.ts';
import type { Call, Result } from './worker.ts';

type Answer<N extends keyof Commands> = Awaited<ReturnType<Commands[N]>>;

/** What all workers have recorded together. */
export interface Measured {
  confirmed: number;
  delivered: number;
  confirm: Histogram;
  deliver: Histogram;
  events: Record<string, number>;
}

/** The processes that make the load. People and streams are spread over them. */
export interface Team {
  pids: number[];
  connect(
    url: string,
    roles: readonly Role[],
    streams: readonly Stream[],
    habits: Habits,
    atOnce: number,
  ): Promise<Histogram>;
  /** Begins to send on these streams; ends what it sent before. */
  load(streams: readonly Stream[], pattern: Pattern, style: Style): Promise<void>;
  /** These people come and go from now on. */
  visit(numbers: readonly number[]): Promise<void>;
  begin(): Promise<void>;
  end(): Promise<Measured>;
  /** Ends the load, waits until everything has arrived, and tells what has not. */
  settle(): Promise<Faults>;
  /** What was refused so far, by code. */
  refusals(): Promise<Record<string, number>>;
  close(): Promise<void>;
}

/** What is still under way is waited for as long as it gets less within so many looks. */
const settleLooks = 100;
const settleEveryMs = 100;
/** In which a message may still come a second time. */
const lateMs = 300;

export function startTeam(size: number): Team {
  const workers = Array.from({ length: size }, startWorker);
  const all = <N extends keyof Commands>(
    name: N,
    input: (n: number) => Parameters<Commands[N]>[0],
  ) => Promise.all(workers.map(({ call }, n) => call(name, input(n))));
  const none = () => ({});
  const ownOf = (n: number, streams: readonly Stream[]) =>
    streams.filter(({ sender }) => sender % size === n);

  async function whatIsMissing(): Promise<{ lost: number; waiting: number }> {
    const reports = await all('sent', none);
    const sent: Sent[] = reports.flatMap((report) => report.sent);
    const missing = await all('missing', () => ({ sent }));
    return {
      lost: missing.reduce((sum, each) => sum + each, 0),
      waiting: reports.reduce((sum, { waiting }) => sum + waiting, 0),
    };
  }

  return {
    pids: workers.map(({ pid }) => pid),
    async connect(url, roles, streams, habits, atOnce) {
      const times = createHistogram();
      const counts = await all('connect', (n) => ({
        url,
        roles: roles.filter(({ number }) => number % size === n),
        streams: ownOf(n, streams),
        habits,
        atOnce: Math.ceil(atOnce / size),
      }));
      for (const each of counts) times.add(each);
      return times;
    },
    async load(streams, pattern, style) {
      await all('load', (n) => {
        const own = ownOf(n, streams).map(({ id }) => id);
        const share = own.length / streams.length;
        const part: Pattern =
          pattern.kind === 'closed'
            ? pattern
            : { ...pattern, perSecond: pattern.perSecond * share, seed: pattern.seed + n };
        return { streams: own, pattern: part, style };
      });
    },
    async visit(numbers) {
      await all('visit', (n) => ({ numbers: numbers.filter((number) => number % size === n) }));
    },
    async begin() {
      await all('begin', none);
    },
    async end() {
      return together(await all('end', none));
    },
    async settle() {
      await all('halt', none);
      let least = Infinity;
      for (let looks = 0; looks < settleLooks; looks++) {
        const { lost, waiting } = await whatIsMissing();
        if (lost + waiting === 0) break;
        if (lost + waiting < least) looks = 0;
        least = Math.min(least, lost + waiting);
        await delay(settleEveryMs);
      }
      await delay(lateMs);
      const { lost } = await whatIsMissing();
      return { ...sumOf(await all('faults', none)), lost };
    },
    async refusals() {
      return addedUp(await all('refusals', none));
    },
    async close() {
      await all('close', none);
      await Promise.all(workers.map(({ stop }) => stop()));
    },
  };
}

function together(parts: readonly Answer<'end'>[]): Measured {
  const measured: Measured = {
    confirmed: 0,
    delivered: 0,
    confirm: createHistogram(),
    deliver: createHistogram(),
    events: addedUp(parts.map((part) => part.events)),
  };
  for (const { confirmed, delivered, confirmUs, deliverUs } of parts) {
    measured.confirmed += confirmed;
    measured.delivered += delivered;
    measured.confirm.add(confirmUs);
    measured.deliver.add(deliverUs);
  }
  return measured;
}

export function addedUp(counts: readonly Record<string, number>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const each of counts) {
    for (const [name, count] of Object.entries(each)) sum[name] = (sum[name] ?? 0) + count;
  }
  return sum;
}

function startWorker() {
  const file = fileURLToPath(new URL('./worker.ts', import.meta.url));
  const child: ChildProcess = fork(file, { execArgv: ['--import', 'tsx'] });
  const calls = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (e: Error) => void }
  >();
  let lastId = 0;
  let isStopping = false;
  child.on('message', (result: Result) => {
    const waiting = calls.get(result.id);
    calls.delete(result.id);
    if ('error' in result) waiting?.reject(new Error(result.error));
    else waiting?.resolve(result.value);
  });
  child.once('exit', (code, signal) => {
    if (isStopping) return;
    for (const { reject } of calls.values()) reject(new Error(`a worker ended: ${code ?? signal}`));
  });
  const call = <N extends keyof Commands>(
    name: N,
    input: Parameters<Commands[N]>[0],
  ): Promise<Answer<N>> =>
    new Promise((resolve, reject) => {
      calls.set(++lastId, { resolve: resolve as (value: unknown) => void, reject });
      child.send({ id: lastId, name, input } satisfies Call);
    });
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      isStopping = true;
      if (!child.connected) return resolve();
      child.once('exit', () => resolve());
      child.disconnect();
    });
  return { pid: child.pid!, call, stop };
}

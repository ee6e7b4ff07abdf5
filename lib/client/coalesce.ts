import { clientErrorOf, isPassing } from './errors.ts';

interface Coalescer {
  ask(key: string): void;
  /** What waits for its next try, because the server could not be reached, is tried at once. */
  hurry(): void;
  stop(): void;
}

interface Job {
  timer?: ReturnType<typeof setTimeout>;
  isRunning: boolean;
  isAskedAgain: boolean;
  failures: number;
}

/**
 * Runs a job for each key: once however often it is asked for, never twice at a time, few at once.
 * What fails for a while is tried again, ever more slowly; when the connection is gone it is dropped,
 * because everything is compared anew after the next `ready`. A request can fail that leaves the
 * connection as it is: then no `ready` will come.
 */
export function createCoalescer(
  run: (key: string) => Promise<void>,
  {
    isOnline,
    delayMs = 50,
    most = 3,
  }: { isOnline: () => boolean; delayMs?: number; most?: number },
): Coalescer {
  const jobs = new Map<string, Job>();
  const waiting: string[] = [];
  let running = 0;

  const ask = (key: string) => {
    const job = jobs.get(key) ?? { isRunning: false, isAskedAgain: false, failures: 0 };
    jobs.set(key, job);
    if (job.isRunning) job.isAskedAgain = true;
    else schedule(key, job, delayMs);
  };

  const schedule = (key: string, job: Job, ms: number) => {
    job.timer ??= setTimeout(() => {
      waiting.push(key);
      runNext();
    }, ms);
  };

  const runNext = () => {
    if (running >= most) return;
    const key = waiting.shift();
    const job = key === undefined ? undefined : jobs.get(key);
    if (key === undefined || !job) return;
    running += 1;
    delete job.timer;
    job.isRunning = true;
    void run(key)
      .then(
        () => finish(key, job),
        (error: unknown) => fail(key, job, error),
      )
      .finally(() => {
        running -= 1;
        runNext();
      });
  };

  const finish = (key: string, job: Job) => {
    job.isRunning = false;
    job.failures = 0;
    const { isAskedAgain } = job;
    job.isAskedAgain = false;
    if (jobs.get(key) !== job) return;
    if (isAskedAgain) schedule(key, job, delayMs);
    else jobs.delete(key);
  };

  const fail = (key: string, job: Job, error: unknown) => {
    const isGone = clientErrorOf(error).code === 'offline' && !isOnline();
    job.isAskedAgain &&= !isGone;
    if (!isPassing(error) || isGone) return finish(key, job);
    job.isRunning = false;
    job.failures += 1;
    if (jobs.get(key) === job) schedule(key, job, Math.min(1000 * 2 ** job.failures, 30_000));
  };

  return {
    ask,
    hurry() {
      for (const [key, job] of jobs) {
        if (job.failures === 0 || job.isRunning || waiting.includes(key)) continue;
        clearTimeout(job.timer);
        delete job.timer;
        job.failures = 0;
        schedule(key, job, delayMs);
      }
    },
    stop() {
      for (const job of jobs.values()) clearTimeout(job.timer);
      jobs.clear();
      waiting.length = 0;
    },
  };
}

import { readdirSync, readFileSync } from 'node:fs';

/** Of a process and its threads; the operating system counts hundredths of a second. */
interface Usage {
  cpuSeconds: number;
  /** Resident, of this all that is its own, not a file's. */
  rssKib: number;
  anonymousKib: number;
}

const ticksPerSecond = 100;

/** What these processes have used so far, together. */
export function usageOf(pids: readonly number[]): Usage {
  const sum: Usage = { cpuSeconds: 0, rssKib: 0, anonymousKib: 0 };
  for (const pid of pids) {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // After the name, which may hold anything: state, parent …; user and system time are the 12th and 13th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    sum.cpuSeconds += (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    sum.rssKib += kibIn(status, 'VmRSS');
    sum.anonymousKib += kibIn(status, 'RssAnon');
  }
  return sum;
}

const kibIn = (status: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);

/** What the whole machine has worked since it started, in seconds of one core. */
function busySeconds(): number {
  const [line = ''] = readFileSync('/proc/stat', 'latin1').split('\n', 1);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line
    .replace(/^cpu\s+/, '')
    .split(' ')
    .map(Number);
  return (user + nice + system + irq + softirq + steal) / ticksPerSecond;
}

/** What was used from one moment to another; each `…Cpu` in cores. */
export interface Metered {
  seconds: number;
  serverCpuSeconds: number;
  serverCpu: number;
  /** Of each process that serves, in the order in which they were named. */
  eachServerCpu: number[];
  /** Of the busiest process that makes the load, and of all of them. */
  busiestGeneratorCpu: number;
  generatorCpu: number;
  /** Everybody else on the machine. */
  otherCpu: number;
}

/** Begins now; the function that it returns tells what was used until then. */
export function startMeter(server: readonly number[], generators: readonly number[]) {
  const since = performance.now();
  const busy = busySeconds();
  const serversBefore = server.map((pid) => usageOf([pid]).cpuSeconds);
  const makers = [...generators, process.pid];
  const before = makers.map((pid) => usageOf([pid]).cpuSeconds);
  return (): Metered => {
    const seconds = (performance.now() - since) / 1000;
    const served = server.map((pid, n) => usageOf([pid]).cpuSeconds - serversBefore[n]!);
    const serverCpuSeconds = total(served);
    const used = makers.map((pid, n) => usageOf([pid]).cpuSeconds - before[n]!);
    const made = total(used);
    return {
      seconds,
      serverCpuSeconds,
      serverCpu: serverCpuSeconds / seconds,
      eachServerCpu: served.map((each) => each / seconds),
      busiestGeneratorCpu: Math.max(...used) / seconds,
      generatorCpu: made / seconds,
      otherCpu: Math.max(0, (busySeconds() - busy - serverCpuSeconds - made) / seconds),
    };
  };
}

const total = (numbers: number[]): number => numbers.reduce((sum, each) => sum + each, 0);

/** A process and all that it started, and these started. */
export function familyOf(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').split(' ').filter(Boolean),
  );
  return [pid, ...children.flatMap((child) => familyOf(Number(child)))];
}

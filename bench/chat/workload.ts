import { setTimeout as delay } from 'node:timers/promises';
import type { Figure, Run } from './figures.ts';
import type { Pattern, Style } from './generator/load.ts';
import type { Role } from './generator/people.ts';
import { addedUp, startTeam, type Measured, type Team } from './generator/team.ts';
import { nowUs } from './clock.ts';
import { noFaults, type Stream } from './ledger.ts';
import type { Person } from './api.ts';
import { startSide, type Server, type Side, type Start } from './servers.ts';
import type { Size } from './size.ts';
import type { Stored } from './stored.ts';
import { startMeter, type Metered } from './usage.ts';

export interface Context {
  size: Size;
  start: Start;
  /** A directory with a large history; made when it is first asked for. */
  stored(): Promise<Stored>;
  say(text: string): void;
  /** Told of each measured window, in microseconds of the shared clock. */
  onWindow(fromUs: number, toUs: number): void;
}

export interface Workload {
  name: string;
  sides: Side[];
  /** It has rounds of its own. */
  isOnce?: true;
  /** A program that has to be installed for it. */
  needs?: string;
  run(side: Side, context: Context): Promise<Run>;
}

/** What a run on one server works with, and where it puts what it finds. */
export interface Bench {
  server: Server;
  team: Team;
  context: Context;
  add(...figures: Figure[]): void;
  /** Measures while this load is on; before, the warm-up. */
  measure(streams: readonly Stream[], pattern: Pattern, style?: Style): Promise<Measured & Metered>;
  /** Measures whatever is going on. */
  watch(seconds: number): Promise<Measured & Metered>;
}

const plain: Style = { bytes: 100, isTyping: false };

/** Runs on a fresh server. */
export const onServer = async (
  side: Side,
  context: Context,
  run: (bench: Bench) => Promise<void>,
): Promise<Run> => onThis(await startSide(side, context.start), context, run);

/** Runs with fresh makers of load, and stops the server; fails on no figure, but tells every fault. */
export async function onThis(
  server: Server,
  context: Context,
  run: (bench: Bench) => Promise<void>,
): Promise<Run> {
  const { size } = context;
  const team = startTeam(size.workers);
  const result: Run = {
    figures: [],
    faults: noFaults,
    events: {},
    refusals: {},
    otherCpu: 0,
    busiestGeneratorCpu: 0,
  };

  const watch: Bench['watch'] = async (seconds) => {
    const meter = startMeter(server.pids, team.pids);
    await team.begin();
    const from = nowUs();
    await delay(seconds * 1000);
    const metered = meter();
    const measured = await team.end();
    context.onWindow(from, nowUs());
    note(result, metered);
    result.events = addedUp([result.events, measured.events]);
    return { ...measured, ...metered };
  };

  const bench: Bench = {
    server,
    team,
    context,
    add: (...figures) => void result.figures.push(...figures),
    watch,
    async measure(streams, pattern, style = plain) {
      await team.load(streams, pattern, style);
      await delay(size.warmupSeconds * 1000);
      return watch(size.seconds);
    },
  };
  try {
    await run(bench);
    result.faults = await team.settle();
    result.refusals = await team.refusals();
  } finally {
    await team.close();
    await server.stop();
  }
  return result;
}

/** Remembers the worst of what disturbs. */
export function note(run: Run, { otherCpu, busiestGeneratorCpu }: Metered): void {
  run.otherCpu = Math.max(run.otherCpu, otherCpu);
  run.busiestGeneratorCpu = Math.max(run.busiestGeneratorCpu, busiestGeneratorCpu);
}

/** Everybody's part in these streams. */
export const rolesOf = (
  people: readonly Person[],
  streams: readonly Stream[],
  watches: (number: number) => string[] = () => [],
): Role[] => {
  const receives = people.map((): Stream[] => []);
  for (const stream of streams) for (const each of stream.receivers) receives[each]!.push(stream);
  return people.map((person, number) => ({
    number,
    person,
    receives: receives[number]!.map(({ id, conversation }) => ({ id, conversation })),
    watches: watches(number),
  }));
};

export const noReceipts = { receipts: [], receiptsEveryMs: 1000 };

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { machine } from '../store/table.ts';
import { build, isStale } from '../../lib/build/build.mjs';
import { isInstalled } from './cluster.ts';
import { boundCpu, quietCpu, type Run } from './figures.ts';
import { isFaulty, sumOf, type Faults } from './ledger.ts';
import { profileOf, type Window } from './profile.ts';
import type { Side } from './servers.ts';
import { fullSize, quickSize, type Size } from './size.ts';
import { makeStored, type Stored } from './stored.ts';
import { rowsOf, tableOf, type Round } from './table.ts';
import type { Context, Workload } from './workload.ts';
import { connects } from './workloads/connect.ts';
import { direct } from './workloads/direct.ts';
import { group } from './workloads/group.ts';
import { growth } from './workloads/growth.ts';
import { history } from './workloads/history.ts';
import { mixed } from './workloads/mixed.ts';
import { nodes } from './workloads/nodes.ts';
import { start } from './workloads/start.ts';

// Measures Gatherly beside the smallest server of its stack; README.md here says how.
const workloads = [direct, group, growth, connects, mixed, history, start, nodes];

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    json: { type: 'string' },
    only: { type: 'string' },
    memory: { type: 'boolean' },
    profile: { type: 'string' },
    fault: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    workers: { type: 'string' },
    users: { type: 'string' },
    rates: { type: 'string' },
  },
});

const say = (text: string): void => void process.stderr.write(`${text}\n`);
const numberOr = (given: string | undefined, usual: number): number =>
  given === undefined ? usual : Number(given);
const usual = options.quick ? quickSize : fullSize;
const size: Size = {
  ...usual,
  rounds: options.profile === undefined ? numberOr(options.rounds, usual.rounds) : 1,
  seconds: numberOr(options.seconds, usual.seconds),
  workers: numberOr(options.workers, usual.workers),
  users: numberOr(options.users, usual.users),
  rates: options.rates?.split(',').filter(Boolean).map(Number) ?? usual.rates,
};

/** Of one workload, the sides in turn, another one first in each round. */
async function runRounds(workload: Workload, context: Context): Promise<Round[]> {
  const rounds: Round[] = [];
  const sides: Side[] = options.profile === undefined ? [...workload.sides] : ['gatherly'];
  if (options.memory && sides.includes('durable')) sides.push('memory');
  const count = workload.isOnce ? 1 : size.rounds;
  for (let n = 0; n < count; n++) {
    const round: Round = {};
    for (let k = 0; k < sides.length; k++) {
      const side = sides[(n + k) % sides.length]!;
      say(`${workload.name}, round ${n + 1} of ${count}: ${side} …`);
      round[side] = await workload.run(side, context);
      complain(side, round[side]);
    }
    rounds.push(round);
  }
  return rounds;
}

function complain(side: Side, { faults, otherCpu, busiestGeneratorCpu, refusals }: Run): void {
  const found = Object.entries(faults).filter(([, count]) => count > 0);
  const codes = Object.keys(refusals).join(', ');
  if (found.length > 0) {
    say(`  ${found.map(([name, count]) => `${count} ${name}`).join(', ')} (${side}) ${codes}`);
  }
  if (otherCpu > quietCpu) {
    say(`  others used ${otherCpu.toFixed(2)} cores: these figures are not worth comparing`);
  }
  if (busiestGeneratorCpu > boundCpu) {
    say(
      `  a process that makes the load used ${busiestGeneratorCpu.toFixed(2)} cores: try --workers`,
    );
  }
}

/** What may be thought of the figures. */
function verdictOn(runs: readonly Run[], faults: Faults): string {
  const otherCpu = Math.max(...runs.map((run) => run.otherCpu));
  const makerCpu = Math.max(...runs.map((run) => run.busiestGeneratorCpu));
  const isDisturbed = otherCpu > quietCpu;
  const isBound = makerCpu > boundCpu;
  return [
    `lost ${faults.lost}, doubled ${faults.doubled}, reordered ${faults.reordered}, unanswered ${faults.unanswered}, dropped connections ${faults.dropped}, refused ${faults.refused}`,
    `others used at most ${otherCpu.toFixed(2)} cores${isDisturbed ? ': figures are NOT worth comparing' : ''}`,
    `the busiest process that makes the load used ${makerCpu.toFixed(2)} cores${isBound ? ': where it was bound, throughput is its own; CPU figures stand' : ''}`,
  ].join('\n');
}

/** Those of these names, or all, that can be run here. */
function workloadsFor(names: readonly string[] | undefined): Workload[] {
  const unknown = names?.find((name) => workloads.every((workload) => workload.name !== name));
  if (unknown !== undefined) throw new Error(`There is no workload ${unknown}.`);
  const chosen = workloads.filter(({ name }) => !names || names.includes(name));
  return chosen.filter(({ name, needs }) => {
    const isPossible = needs === undefined || isInstalled(needs);
    if (!isPossible) say(`${name}: left out, ${needs} is not installed`);
    return isPossible;
  });
}

async function main(scratch: string): Promise<void> {
  const chosen = workloadsFor(options.only?.split(','));
  if (isStale()) await build({ quiet: true });

  const windows: Window[] = [];
  const profile = options.profile === undefined ? undefined : resolve(options.profile);
  if (profile !== undefined) mkdirSync(profile, { recursive: true });
  let stored: Promise<Stored> | undefined;
  const context: Context = {
    size,
    say,
    stored: () => (stored ??= makeStored(scratch, size, say)),
    onWindow: (fromUs, toUs) => void windows.push({ fromUs, toUs }),
    start: {
      scratch,
      ...(options.fault !== undefined && { fault: options.fault }),
      ...(profile !== undefined && { nodeArguments: ['--cpu-prof', `--cpu-prof-dir=${profile}`] }),
    },
  };
  process.stdout.write(`${machine()}\n`);
  const results: { workload: string; rows: ReturnType<typeof rowsOf>; rounds: Round[] }[] = [];
  for (const workload of chosen) {
    const rounds = await runRounds(workload, context);
    const rows = rowsOf(rounds);
    results.push({ workload: workload.name, rows, rounds });
    // At once: what comes later may fail, and all of it takes long.
    process.stdout.write(`\n${workload.name}\n\n${tableOf(rows)}\n`);
  }
  const runs = results.flatMap(({ rounds }) => rounds.flatMap((round) => Object.values(round)));
  const otherCpu = Math.max(...runs.map((run) => run.otherCpu));
  const faults = sumOf(runs.map((run) => run.faults));

  process.stdout.write(`\n${verdictOn(runs, faults)}\n`);
  if (profile !== undefined) process.stdout.write(`\n${profileOf(profile, windows)}\n`);
  if (options.json !== undefined) {
    const report = { machine: machine(), at: new Date(), size, otherCpu, faults, results };
    writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  if (isFaulty(faults)) process.exitCode = 1;
}

const scratch = mkdtempSync(join(tmpdir(), 'gatherly-bench-'));
// However it ends.
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
await main(scratch);

import { median } from '../store/rounds.ts';
import type { Figure, Run, Target } from './figures.ts';
import type { Side } from './servers.ts';

/** The runs of one round of a workload, by side. */
export type Round = Partial<Record<Side, Run>>;

/** A figure over all rounds. */
export interface Row {
  name: string;
  unit: Figure['unit'];
  measured: number;
  /** The durable reference's, or what the name says. */
  beside: number | undefined;
  /** The middle of the rounds' own ratios: what disturbs a round disturbs both its sides. */
  ratio: number | undefined;
  /** The reference that stores nothing, if that ran. */
  memory: number | undefined;
  target: Target | undefined;
  isMet: boolean | undefined;
}

/** Gatherly's figures, each beside what it is to be compared with. */
export function rowsOf(rounds: readonly Round[]): Row[] {
  const names = rounds[0]?.gatherly?.figures.map(({ name }) => name) ?? [];
  return names.map((name) => {
    const pairs = rounds.flatMap(({ gatherly, durable }) => {
      const own = find(gatherly, name);
      return own ? [{ own, beside: own.beside ?? find(durable, name)?.value }] : [];
    });
    const { unit, target } = pairs[0]!.own;
    const besides = pairs.flatMap(({ beside }) => beside ?? []);
    const ratios = pairs.flatMap(({ own, beside }) => (beside ? own.value / beside : []));
    const memories = rounds.flatMap(({ memory }) => find(memory, name)?.value ?? []);
    const row = {
      name,
      unit,
      target,
      measured: median(pairs.map(({ own }) => own.value)),
      beside: besides.length > 0 ? median(besides) : undefined,
      ratio: ratios.length > 0 ? median(ratios) : undefined,
      memory: memories.length > 0 ? median(memories) : undefined,
    };
    return { ...row, isMet: isMet(row) };
  });
}

const find = (run: Run | undefined, name: string): Figure | undefined =>
  run?.figures.find((figure) => figure.name === name);

function isMet({ target, measured, beside, ratio }: Omit<Row, 'isMet'>): boolean | undefined {
  if (!target) return undefined;
  const value =
    target.kind === 'value'
      ? measured
      : target.kind === 'ratio'
        ? ratio
        : beside === undefined
          ? undefined
          : measured - beside;
  if (value === undefined) return undefined;
  return 'atLeast' in target ? value >= target.atLeast : value <= target.atMost;
}

function amount(value: number | undefined, unit: Figure['unit']): string {
  if (value === undefined) return '';
  // Nothing came in time to be measured.
  if (!Number.isFinite(value)) return 'none';
  const digits = Math.abs(value) >= 100 || unit === '/s' ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits })} ${unit}`;
}

function targetOf({ target, unit }: Row): string {
  if (!target) return '';
  const sign = 'atLeast' in target ? `≥ ${target.atLeast}` : `≤ ${target.atMost}`;
  if (target.kind === 'ratio') return `${sign} ×`;
  return `${sign} ${unit}${target.kind === 'difference' ? ' more' : ''}`;
}

/** The rows as a table in Markdown. */
export function tableOf(rows: readonly Row[]): string {
  const hasMemory = rows.some(({ memory }) => memory !== undefined);
  const lines = rows.map((row) => [
    row.name,
    amount(row.measured, row.unit),
    amount(row.beside, row.unit),
    row.ratio === undefined || !Number.isFinite(row.ratio) ? '' : `${row.ratio.toFixed(2)} ×`,
    ...(hasMemory ? [amount(row.memory, row.unit)] : []),
    targetOf(row),
    row.isMet === undefined ? '' : row.isMet ? 'yes' : 'NO',
  ]);
  const head = [
    'figure',
    'Gatherly',
    'beside',
    'ratio',
    ...(hasMemory ? ['memory'] : []),
    'target',
    'met',
  ];
  const widths = head.map((_, i) => Math.max(...[head, ...lines].map((line) => line[i]!.length)));
  const lineOf = (cells: string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [lineOf(head), rule, ...lines.map(lineOf)].join('\n');
}

import { cpus, totalmem } from 'node:os';
import type { Paired } from './rounds.ts';

/** One figure. What it is measured beside is the reference, unless its name says something else. */
export interface Row extends Paired {
  name: string;
  unit: string;
  /** Undefined for a figure that is only shown. */
  target:
    { kind: 'ratio'; atLeast: number } | { kind: 'ratio' | 'value'; atMost: number } | undefined;
}

function isMet({ target, ratio, measured }: Row): boolean | undefined {
  if (!target) return undefined;
  if ('atLeast' in target) return ratio >= target.atLeast;
  return (target.kind === 'ratio' ? ratio : measured) <= target.atMost;
}

/** The machine, as far as it matters. */
export const machine = (): string =>
  `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`;

export const withResult = (rows: readonly Row[]): object[] =>
  rows.map((row) => ({ ...row, isMet: isMet(row) ?? null }));

const amount = (value: number, unit: string): string =>
  unit === '/s' ? `${Math.round(value)} ${unit}` : `${value.toFixed(value < 10 ? 2 : 0)} ${unit}`;

function targetOf({ target, unit }: Row): string {
  if (!target) return '';
  if ('atLeast' in target) return `≥ ${target.atLeast} ×`;
  return `≤ ${target.atMost} ${target.kind === 'ratio' ? '×' : unit}`;
}

/** The figures as a table in Markdown. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const met = isMet(row);
    return [
      row.name,
      amount(row.measured, row.unit),
      amount(row.beside, row.unit),
      `${row.ratio.toFixed(2)} ×`,
      targetOf(row),
      met === undefined ? '' : met ? 'yes' : 'NO',
    ];
  });
  const head = ['figure', 'store', 'beside', 'ratio', 'target', 'met'];
  const widths = head.map((title, i) =>
    Math.max(...[head, ...lines].map((line) => line[i]!.length), title.length),
  );
  const lineOf = (cells: string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [lineOf(head), rule, ...lines.map(lineOf)].join('\n');
}

import { describe, expect, it } from 'vitest';
import type { Figure, Run } from '../../bench/chat/figures.ts';
import { noFaults } from '../../bench/chat/ledger.ts';
import { rowsOf, tableOf } from '../../bench/chat/table.ts';

const run = (...figures: Figure[]): Run => ({
  figures,
  faults: noFaults,
  events: {},
  refusals: {},
  otherCpu: 0,
  busiestGeneratorCpu: 0,
});
const confirmed = (value: number): Figure => ({
  name: 'confirmed',
  unit: '/s',
  value,
  target: { kind: 'ratio', atLeast: 0.5 },
});

describe('the table', () => {
  it('sets figures beside those of the reference, with the middle of the rounds’ own ratios', () => {
    const [row] = rowsOf([
      { gatherly: run(confirmed(100)), durable: run(confirmed(200)) },
      { gatherly: run(confirmed(10)), durable: run(confirmed(100)) },
      { gatherly: run(confirmed(90)), durable: run(confirmed(150)) },
    ]);
    expect(row).toMatchObject({ measured: 90, beside: 150, ratio: 0.5, isMet: true });
  });

  it.each<[string, Partial<Figure>, boolean]>([
    ['a ratio of at least', { target: { kind: 'ratio', atLeast: 0.6 } }, false],
    ['a ratio of at most', { target: { kind: 'ratio', atMost: 0.5 } }, true],
    ['a ratio to something else', { beside: 50, target: { kind: 'ratio', atMost: 1.5 } }, false],
    ['a value', { target: { kind: 'value', atMost: 99 } }, false],
    ['a difference', { target: { kind: 'difference', atMost: -100 } }, true],
  ])('tells whether %s is met', (_, change, isMet) => {
    const figure = { ...confirmed(100), ...change };
    const [row] = rowsOf([{ gatherly: run(figure), durable: run(confirmed(200)) }]);
    expect(row?.isMet).toBe(isMet);
  });

  it('does without a reference, and claims no target met then', () => {
    const rows = rowsOf([{ gatherly: run(confirmed(100)) }]);
    expect(rows[0]).toMatchObject({ beside: undefined, ratio: undefined, isMet: undefined });
    expect(tableOf(rows).split('\n').at(-1)).toBe(
      '| confirmed | 100 /s   |        |       | ≥ 0.5 × |     |',
    );
  });

  it('shows the reference in memory where it ran', () => {
    const rows = rowsOf([
      { gatherly: run(confirmed(1)), durable: run(confirmed(2)), memory: run(confirmed(3000)) },
    ]);
    expect(tableOf(rows)).toContain('| 1 /s     | 2 /s   | 0.50 × | 3,000 /s | ≥ 0.5 × | yes |');
  });
});

import type { Faults } from './ledger.ts';

/** What a figure should be, and beside what. */
export type Target =
  | { kind: 'ratio' | 'value'; atLeast: number }
  | { kind: 'ratio' | 'value' | 'difference'; atMost: number };

/** One thing measured in one run. */
export interface Figure {
  name: string;
  unit: '/s' | 'ms' | 'KiB' | 'MiB' | 'cores';
  value: number;
  /** What it stands beside, if not the reference's figure of this name. */
  beside?: number;
  /** Of Gatherly's. */
  target?: Target;
}

/** One server's part of one round. */
export interface Run {
  figures: Figure[];
  faults: Faults;
  /** Events that came in measured windows, by name. */
  events: Record<string, number>;
  /** By code. */
  refusals: Record<string, number>;
  /** In cores: what everybody else used while it was measured, and the busiest maker of load. */
  otherCpu: number;
  busiestGeneratorCpu: number;
}

/** More than this used by others (cores), and figures are not worth comparing. */
export const quietCpu = 0.25;
/** From this on (cores) it may be the maker of load that is measured. */
export const boundCpu = 0.9;

import type { Index } from './catalog.ts';
import type { Condition } from './conditions.ts';
import type { Query } from './query.ts';
import type { KeyRange } from './storage.ts';

/** How to find the candidates of a query. */
export interface Plan {
  source:
    | { kind: 'ids'; idKeys: Buffer[] }
    | { kind: 'documents'; ranges: KeyRange[]; reverse: boolean }
    | {
        kind: 'index';
        index: Index;
        ranges: KeyRange[];
        reverse: boolean;
        /** No range has another key than its low end, and no key is that of several documents. */
        isUnique: boolean;
      }
    | { kind: 'union'; plans: Plan[] };
  /** Every candidate matches: no need to look at it. */
  isExact: boolean;
  /** Candidates come in the order asked for. */
  isSorted: boolean;
  /** A document may come more than once. */
  repeats: boolean;
  /** Higher is better; 0 reads everything. */
  score: number;
}

/** What a field with single values is worth; a range or an order is worth less. */
export const pointScore = 10;

/** What a plan is made for: all clauses have to hold, and the conditions are those in them. */
export interface Wanted {
  clauses: Query[];
  conditions: Condition[];
}

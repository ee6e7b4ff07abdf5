import type { IndexField } from './catalog.ts';
import type { FieldQuery, Query } from './query.ts';
import { equal } from './values.ts';

/** A condition on an indexed field, and where it stands. */
export interface Condition {
  query: FieldQuery;
  /** The path of the field it is about, in full. */
  name: string;
  /** Conditions of one $elemMatch are about one and the same array element. */
  element?: { query: Query; name: string; isValue: boolean };
}

/** The parts of a filter that all have to hold. */
export const clausesOf = (query: Query): Query[] =>
  query.kind === 'and' ? query.queries.flatMap(clausesOf) : [query];

/** Every condition of the clauses that an index might help with. */
export function conditionsIn(clauses: Query[]): Condition[] {
  return clauses.flatMap((clause): Condition[] => {
    if (clause.kind === 'field') return [{ query: clause, name: clause.name }];
    if (clause.kind !== 'elemMatch') return [];
    const isValue = clause.values !== undefined;
    const element = { query: clause, name: clause.name, isValue };
    const inner = clause.values ?? clausesOf(clause.fields!);
    return inner.flatMap((query) => {
      if (query.kind !== 'field') return [];
      const name = isValue ? clause.name : `${clause.name}.${query.name}`;
      return [{ query, name, element }];
    });
  });
}

/**
 * Whether two conditions can be met by different elements of one array, so that no single key
 * of a multikey index need meet both.
 */
export function mayPart(a: Condition, b: Condition): boolean {
  const skipped = sharedElement(a, b);
  return a.name.slice(skipped).split('.')[0] === b.name.slice(skipped).split('.')[0];
}

function sharedElement(a: Condition, b: Condition): number {
  const { element } = a;
  const isShared = element && !element.isValue && element.query === b.element?.query;
  return isShared ? element.name.length + 1 : 0;
}

const proving = new Set(['$eq', '$in', '$gt', '$gte', '$lt', '$lte', '$regex']);

/** Whether every document that meets the clauses meets the filter of a partial index. */
export function implies(clauses: Query[], filter: Query): boolean {
  return clausesOf(filter).every((wanted) => clauses.some((clause) => proves(clause, wanted)));
}

function proves(clause: Query, wanted: Query): boolean {
  if (isSame(clause, wanted)) return true;
  if (clause.kind !== 'field' || wanted.kind !== 'field' || clause.name !== wanted.name)
    return false;
  const values = clause.op === '$in' ? (clause.operand as unknown[]) : [clause.operand];
  const isSingular = (value: unknown): boolean =>
    value !== null && value !== undefined && !Array.isArray(value);
  if (!values.every(isSingular)) return false;
  if (wanted.op === '$exists') return proving.has(clause.op);
  return (clause.op === '$eq' || clause.op === '$in') && values.every(wanted.test);
}

function isSame(a: Query, b: Query): boolean {
  if (a.kind === 'not' && b.kind === 'not') return isSame(a.query, b.query);
  if (a.kind !== 'field' || b.kind !== 'field') return false;
  return a.name === b.name && a.op === b.op && equal(a.operand, b.operand);
}

/** The conditions on one field of an index. */
export const conditionsOn = (conditions: Condition[], { name }: IndexField): Condition[] =>
  conditions.filter((condition) => condition.name === name);

import type { Collection, Index } from './catalog.ts';
import { idKeyOf } from './indexes.ts';
import { afterPrefix, KeyWriter } from './keys.ts';
import { pointScore, type Plan } from './plan.ts';
import type { FieldQuery, Query } from './query.ts';
import { classOf, Rank, rankOf } from './values.ts';

const writer = new KeyWriter();
const plainRanks = new Set<number>([Rank.objectId, Rank.number, Rank.date]);
/** So short that the key of an index is never too long for it. */
const plainLength = 100;
const mostFields = 4;

/**
 * The plan of a filter with one value for each field of a unique index, or for the _id, whatever else
 * it asks for; undefined for any other filter. One look finds such a document and nothing could be better.
 * Most queries of an application are of this kind, and to weigh all indexes would take longer than the look.
 */
export function oneKeyPlan(collection: Collection, clauses: Query[]): Plan | undefined {
  const plain = clauses.filter(isPlain);
  if (plain.length === 0) return undefined;
  const id = valueOf(plain, '_id');
  if (id !== undefined) {
    return planOf({ kind: 'ids', idKeys: [idKeyOf(id)] }, clauses.length === 1);
  }
  for (const index of collection.indexes) {
    const low = keyIn(index, plain);
    if (!low) continue;
    const ranges = [{ low, high: afterPrefix(low) }];
    const isExact = clauses.length === index.fields.length;
    return planOf({ kind: 'index', index, ranges, reverse: false, isUnique: true }, isExact);
  }
  return undefined;
}

const planOf = (source: Plan['source'], isExact: boolean): Plan => ({
  source,
  isExact,
  isSorted: true,
  repeats: false,
  score: pointScore * 10,
});

/** Asks for a value that has one key, which no other value has. */
function isPlain(clause: Query): clause is FieldQuery {
  if (clause.kind !== 'field' || clause.op !== '$eq') return false;
  const { operand } = clause;
  if (typeof operand === 'string') return operand.length <= plainLength;
  return plainRanks.has(rankOf(operand)) && classOf(operand) !== 'Decimal128';
}

const valueOf = (clauses: FieldQuery[], name: string): unknown =>
  clauses.find((clause) => clause.name === name)?.operand;

/** The key in a unique index that these values name, if they name one. */
function keyIn(index: Index, clauses: FieldQuery[]): Buffer | undefined {
  const { fields, flags, unique, isBuilding, partial, spec } = index;
  const isUsable = unique && !isBuilding && !partial && spec.hidden !== true;
  if (!isUsable || flags.multi || flags.lossy || fields.length > mostFields) return undefined;
  writer.reset().uint32(index.id);
  for (const { name, descending } of fields) {
    const value = valueOf(clauses, name);
    if (value === undefined) return undefined;
    writer.component(value, descending);
  }
  return writer.finish();
}

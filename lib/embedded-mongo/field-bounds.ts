import {
  boundsOf,
  componentOf,
  descendingComponent,
  descendingIntervals,
  intersect,
  type Bounds,
  type Interval,
} from './bounds.ts';
import type { IndexField } from './catalog.ts';
import { conditionsOn, mayPart, type Condition } from './conditions.ts';

/** What the conditions on one field of an index allow. */
interface FieldBounds {
  points?: Buffer[];
  intervals?: Interval[];
  used: Condition[];
  isExact: boolean;
  allowsNull: boolean;
}

type BoundedCondition = { condition: Condition; bounds: Bounds };

/** The best of what the conditions on a field allow; undefined if that is everything. */
export function fieldBounds(
  field: IndexField,
  conditions: Condition[],
  flags: { multi: boolean; lossy: boolean },
  before: Condition[],
): FieldBounds | undefined {
  const bounded = conditionsOn(conditions, field).flatMap((condition): BoundedCondition[] => {
    const bounds = boundsOf(condition.query, flags.lossy);
    return bounds ? [{ condition, bounds }] : [];
  });
  if (bounded.length === 0) return undefined;
  if (!flags.multi) return combine(bounded, field);
  const groups = groupsOfOneElement(bounded, before);
  const choices = groups.filter((group) => group.length > 0).map((group) => combine(group, field));
  return choices.sort((a, b) => worth(b) - worth(a))[0];
}

/** On a multikey index only conditions that one and the same element meets can go together. */
function groupsOfOneElement(
  bounded: BoundedCondition[],
  before: Condition[],
): BoundedCondition[][] {
  const free = bounded.filter(
    ({ condition }) => !before.some((earlier) => mayPart(earlier, condition)),
  );
  return free.map((one) => {
    const { element } = one.condition;
    if (!element?.isValue) return [one];
    return free.filter(({ condition }) => condition.element?.query === element.query);
  });
}

const worth = ({ points, used }: FieldBounds): number =>
  points ? 1000 - Math.min(points.length, 900) : used.length;

function combine(group: BoundedCondition[], { descending }: IndexField): FieldBounds {
  const common = {
    used: group.map(({ condition }) => condition),
    isExact: group.every(({ bounds }) => bounds.isExact),
    allowsNull: group.every(({ bounds }) => bounds.allowsNull),
  };
  const first = group.find(({ bounds }) => bounds.points);
  if (first) {
    const values = first.bounds.points!.filter((value) =>
      group.every((other) => other === first || other.condition.query.test(value)),
    );
    const points = uniqueSorted(values.map(componentOf));
    return { ...common, points: descending ? points.map(descendingComponent).reverse() : points };
  }
  const intervals = group.map(({ bounds }) => bounds.intervals!).reduce(intersect);
  return { ...common, intervals: descending ? descendingIntervals(intervals) : intervals };
}

/** The keys in order, each once. */
export function uniqueSorted(keys: Buffer[]): Buffer[] {
  if (keys.length === 1) return keys;
  const sorted = keys.sort(Buffer.compare);
  return sorted.filter((key, i) => i === 0 || !key.equals(sorted[i - 1]!));
}

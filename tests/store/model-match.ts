import {
  belowNull,
  bigOf,
  compareValues,
  isNumber,
  isPlain,
  isWhole,
  numberOf,
  same,
  typeOrder,
  type Doc,
} from './model-values.ts';

const isPosition = (part: string): boolean => /^\d+$/.test(part);

/** Everything a query path can mean in a document; undefined where it is missing. */
export function reach(value: unknown, parts: string[]): unknown[] {
  const [part, ...rest] = parts;
  if (part === undefined) return [value];
  if (Array.isArray(value)) {
    const positions = isPosition(part) && Number(part) < value.length;
    return [
      ...(positions ? reach(value[Number(part)], rest) : []),
      ...value.filter(isPlain).flatMap((element) => reach(element, parts)),
    ];
  }
  return isPlain(value) ? reach(value[part], rest) : [undefined];
}

const isNull = (value: unknown): boolean => value === null || value === undefined;
const isNaNumber = (value: unknown): boolean => isNumber(value) && Number.isNaN(numberOf(value));

function ordered(value: unknown, operand: unknown, accepts: (order: number) => boolean): boolean {
  if (isNull(operand)) return accepts(0) && isNull(value);
  if (typeOrder(value) !== typeOrder(operand)) return false;
  if (isNaNumber(value) || isNaNumber(operand)) {
    return accepts(0) && isNaNumber(value) && isNaNumber(operand);
  }
  return accepts(compareValues(value, operand));
}

/** Operators on one value. */
function meets(value: unknown, operator: string, operand: unknown): boolean {
  switch (operator) {
    case '$eq':
      return same(value, operand);
    case '$in':
      return (operand as unknown[]).some((wanted) => same(value, wanted));
    case '$gt':
      return ordered(value, operand, (order) => order > 0);
    case '$gte':
      return ordered(value, operand, (order) => order >= 0);
    case '$lt':
      return ordered(value, operand, (order) => order < 0);
    case '$lte':
      return ordered(value, operand, (order) => order <= 0);
    case '$regex':
      return typeof value === 'string' && new RegExp(operand as string, 'u').test(value);
    case '$type':
      return operand === 'number' ? isNumber(value) : typeof value === 'string';
    case '$mod':
      return leaves(value, operand as unknown[]);
    default:
      throw new Error(`The model does not know ${operator}`);
  }
}

function leaves(value: unknown, [divisor, rest]: unknown[]): boolean {
  if (!isNumber(value) || !(Math.abs(numberOf(value)) <= 2 ** 63)) return false;
  const whole = isWhole(value) ? bigOf(value) : BigInt(Math.trunc(numberOf(value)));
  return whole % BigInt(numberOf(divisor)) === BigInt(numberOf(rest));
}

export const hasOperators = (value: unknown): value is Doc =>
  isPlain(value) && (Object.keys(value)[0]?.startsWith('$') ?? false);

function meetsField(values: unknown[], operator: string, operand: unknown): boolean {
  switch (operator) {
    case '$ne':
      return !meetsField(values, '$eq', operand);
    case '$nin':
      return !meetsField(values, '$in', operand);
    case '$not':
      return !meetsAll(values, operand as Doc);
    case '$exists':
      return values.some((value) => value !== undefined) === operand;
    case '$size':
      return values.some((value) => Array.isArray(value) && value.length === numberOf(operand));
    case '$all':
      return (
        (operand as unknown[]).length > 0 &&
        (operand as unknown[]).every((wanted) => meetsField(values, '$eq', wanted))
      );
    case '$elemMatch':
      return values.some(
        (value) => Array.isArray(value) && value.some((element) => meetsElement(element, operand)),
      );
    default:
      return values
        .flatMap((value) => (Array.isArray(value) ? [value, ...(value as unknown[])] : [value]))
        .some((value) => meets(value, operator, operand));
  }
}

const meetsAll = (values: unknown[], condition: Doc): boolean =>
  Object.entries(condition).every(([operator, operand]) => meetsField(values, operator, operand));

function meetsElement(element: unknown, condition: unknown): boolean {
  if (hasOperators(condition)) {
    return Object.entries(condition).every(([op, operand]) => meets(element, op, operand));
  }
  if (Array.isArray(element))
    return matches(Object.fromEntries(Object.entries(element)), condition as Doc);
  return isPlain(element) && matches(element, condition as Doc);
}

export function matches(doc: Doc, filter: Doc): boolean {
  return Object.entries(filter).every(([name, condition]) => {
    switch (name) {
      case '$and':
        return (condition as Doc[]).every((part) => matches(doc, part));
      case '$or':
        return (condition as Doc[]).some((part) => matches(doc, part));
      case '$nor':
        return !(condition as Doc[]).some((part) => matches(doc, part));
    }
    const values = reach(doc, name.split('.'));
    if (hasOperators(condition)) return meetsAll(values, condition);
    return meetsField(values, '$eq', condition);
  });
}

/** The value a document is sorted by: of an array the smallest, or the largest when descending. */
function sortValue(doc: Doc, name: string, direction: number): unknown {
  const values = reach(doc, name.split('.')).flatMap((value) => {
    if (!Array.isArray(value)) return [value ?? null];
    return value.length === 0 ? [belowNull] : (value as unknown[]);
  });
  if (values.length === 0) return null;
  return values.reduce((a, b) => (compareValues(b, a) * direction < 0 ? b : a));
}

export function sortDocs(docs: Doc[], sort: Doc): Doc[] {
  return [...docs].sort((a, b) => {
    for (const [name, number] of Object.entries(sort)) {
      const direction = numberOf(number);
      const order = compareValues(sortValue(a, name, direction), sortValue(b, name, direction));
      if (order !== 0) return order * direction;
    }
    return 0;
  });
}

/** Keeps or drops the named fields, inside arrays too. */
export function project(doc: Doc, projection: Doc): Doc {
  const names = Object.keys(projection).filter((name) => name !== '_id');
  const keeps = names.some((name) => numberOf(projection[name]) === 1);
  const wantsId = projection._id === undefined || numberOf(projection._id) === 1;
  const paths = names.map((name) => name.split('.'));
  const result = cut(doc, paths, keeps);
  const { _id, ...rest } = result;
  void _id;
  return wantsId ? { _id: doc._id, ...rest } : rest;
}

function cut(doc: Doc, paths: string[][], keeps: boolean): Doc {
  const result: Doc = {};
  for (const [name, value] of Object.entries(doc)) {
    const own = paths.filter(([first]) => first === name).map(([, ...rest]) => rest);
    if (own.length === 0) {
      if (!keeps) result[name] = value;
    } else if (own.some((rest) => rest.length === 0)) {
      if (keeps) result[name] = value;
    } else {
      const inner = cutInside(value, own, keeps);
      if (inner !== undefined) result[name] = inner;
    }
  }
  return result;
}

function cutInside(value: unknown, paths: string[][], keeps: boolean): unknown {
  if (Array.isArray(value)) {
    return value
      .map((element) => cutInside(element, paths, keeps))
      .filter((element) => element !== undefined);
  }
  if (isPlain(value)) return cut(value, paths, keeps);
  return keeps ? undefined : value;
}

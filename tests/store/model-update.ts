import { Double, Int32, Long } from 'bson';
import { addDecimals, multiplyDecimals } from '#lib/embedded-mongo/decimal.ts';
import { hasOperators, matches, sortDocs } from './model-match.ts';
import {
  bigOf,
  compareValues,
  copy,
  isDecimal,
  isInt,
  isNumber,
  isPlain,
  isWhole,
  numberOf,
  Refusal,
  same,
  type Doc,
} from './model-values.ts';

type Change = (current: unknown) => unknown;

function calculate(operator: string, a: unknown, b: unknown): unknown {
  // Decimals are checked by tables: a second arithmetic would be no more naive than the first.
  if (isDecimal(a) || isDecimal(b))
    return (operator === '$inc' ? addDecimals : multiplyDecimals)(a, b);
  if (!isWhole(a) || !isWhole(b)) {
    const [x, y] = [numberOf(a), numberOf(b)];
    return new Double(operator === '$inc' ? x + y : x * y);
  }
  const result = operator === '$inc' ? bigOf(a) + bigOf(b) : bigOf(a) * bigOf(b);
  if (isInt(a) && isInt(b) && result >= -(2n ** 31n) && result < 2n ** 31n) {
    return new Int32(Number(result));
  }
  if (result < -(2n ** 63n) || result >= 2n ** 63n) throw new Refusal(2);
  return Long.fromBigInt(result);
}

function arrayOf(current: unknown, code: number): unknown[] {
  if (!Array.isArray(current)) throw new Refusal(code);
  return [...(current as unknown[])];
}

function push(current: unknown, operand: unknown): unknown {
  const array = current === undefined ? [] : arrayOf(current, 2);
  if (!isPlain(operand) || !('$each' in operand)) return [...array, operand];
  const position = operand.$position === undefined ? array.length : numberOf(operand.$position);
  array.splice(position, 0, ...(operand.$each as unknown[]));
  const sort = operand.$sort;
  if (isPlain(sort)) {
    const docs = sortDocs(
      array.map((element, i) => ({ element, i })),
      Object.fromEntries(Object.entries(sort).map(([name, way]) => [`element.${name}`, way])),
    );
    array.splice(0, array.length, ...docs.map(({ element }) => element));
  } else if (sort !== undefined) {
    array.sort((a, b) => compareValues(a, b) * numberOf(sort));
  }
  if (operand.$slice === undefined) return array;
  const slice = numberOf(operand.$slice);
  return slice < 0 ? array.slice(slice) : array.slice(0, slice);
}

function addToSet(current: unknown, operand: unknown): unknown {
  const array = current === undefined ? [] : arrayOf(current, 2);
  const values = isPlain(operand) && '$each' in operand ? (operand.$each as unknown[]) : [operand];
  for (const value of values) {
    if (!array.some((element) => same(element, value))) array.push(value);
  }
  return array;
}

function isPulled(element: unknown, condition: unknown): boolean {
  if (hasOperators(condition)) return matches({ element }, { element: condition });
  if (isPlain(condition)) return isPlain(element) && matches(element, condition);
  return same(element, condition);
}

/** The new value of a field; undefined leaves a missing one missing. */
function changeOf(operator: string, operand: unknown): Change {
  switch (operator) {
    case '$set':
    case '$setOnInsert':
      return () => operand;
    case '$unset':
      return () => undefined;
    case '$inc':
    case '$mul':
      return (current) => {
        if (current === undefined) {
          return operator === '$inc' ? operand : calculate('$mul', operand, new Int32(0));
        }
        if (!isNumber(current)) throw new Refusal(14);
        return calculate(operator, current, operand);
      };
    case '$min':
      return (current) =>
        current === undefined || compareValues(operand, current) < 0 ? operand : current;
    case '$max':
      return (current) =>
        current === undefined || compareValues(operand, current) > 0 ? operand : current;
    case '$push':
      return (current) => push(current, operand);
    case '$addToSet':
      return (current) => addToSet(current, operand);
    case '$pull':
      return (current) =>
        current === undefined
          ? undefined
          : arrayOf(current, 2).filter((element) => !isPulled(element, operand));
    case '$pullAll':
      return (current) =>
        current === undefined
          ? undefined
          : arrayOf(current, 2).filter(
              (element) => !(operand as unknown[]).some((value) => same(value, element)),
            );
    case '$pop':
      return (current) => {
        if (current === undefined) return undefined;
        const array = arrayOf(current, 14);
        return numberOf(operand) === 1 ? array.slice(0, -1) : array.slice(1);
      };
    default:
      throw new Error(`The model does not know ${operator}`);
  }
}

const childOf = (container: unknown, part: string): unknown => {
  if (Array.isArray(container)) return /^\d+$/.test(part) ? container[Number(part)] : undefined;
  return isPlain(container) ? container[part] : undefined;
};

const valueAt = (doc: Doc, path: string[]): unknown => path.reduce<unknown>(childOf, doc);

function put(container: unknown, [part, ...rest]: string[], value: unknown): void {
  const name = part!;
  const isArray = Array.isArray(container);
  if (!isArray && !isPlain(container)) {
    if (value === undefined) return;
    throw new Refusal(28);
  }
  if (isArray && !/^\d+$/.test(name)) {
    if (value === undefined) return;
    throw new Refusal(28);
  }
  const next = childOf(container, name);
  if (rest.length > 0 && next !== undefined) return put(next, rest, value);
  if (value === undefined) {
    if (next === undefined || rest.length > 0) return;
    if (isArray) container[Number(name)] = null;
    else delete container[name];
    return;
  }
  let created = value;
  if (rest.length > 0) {
    created = {};
    put(created, rest, value);
  }
  if (isArray) {
    while (container.length < Number(name)) container.push(null);
    container[Number(name)] = created;
  } else container[name] = created;
}

/** Plain paths for one with $[] or $[x] in it. */
function placesOf(doc: Doc, path: string[], filter: Doc | undefined): string[][] {
  const at = path.findIndex((part) => part.startsWith('$'));
  if (at < 0) return [path];
  const array = valueAt(doc, path.slice(0, at));
  if (!Array.isArray(array)) throw new Refusal(2);
  return array.flatMap((element, i) => {
    const isMeant = path[at] === '$[]' || matches({ x: element }, filter!);
    if (!isMeant) return [];
    return placesOf(doc, [...path.slice(0, at), String(i), ...path.slice(at + 1)], filter);
  });
}

interface Step {
  operator: string;
  path: string[];
  operand: unknown;
}

const stepsOf = (update: Doc): Step[] =>
  Object.entries(update)
    .flatMap(([operator, fields]) =>
      Object.entries(fields as Doc).map(([name, operand]) => ({ operator, name, operand })),
    )
    .map(({ operator, name, operand }) => {
      const target = operator === '$rename' ? (operand as string) : name;
      return {
        operator,
        path: target.split('.'),
        operand: operator === '$rename' ? name : operand,
      };
    })
    .sort((a, b) => (a.path.join('\0') < b.path.join('\0') ? -1 : 1));

const meet = (a: string, b: string): boolean =>
  a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);

function refuseConflicts(steps: Step[]): void {
  const paths = steps.flatMap(({ operator, path, operand }) =>
    operator === '$rename' ? [path.join('.'), operand as string] : [path.join('.')],
  );
  const conflict = paths.some((a, i) => paths.some((b, j) => i < j && meet(a, b)));
  if (conflict) throw new Refusal(40);
}

/** Refuses an update that no document could take. */
export function checkUpdate(update: Doc): void {
  if (!hasOperators(update)) return;
  const steps = stepsOf(update);
  for (const { operator, path, operand } of steps) {
    if (operator === '$rename' && meet(path.join('.'), operand as string)) throw new Refusal(2);
  }
  refuseConflicts(steps);
}

export interface UpdateOptions {
  isInsert?: boolean;
  arrayFilter?: Doc | undefined;
}

/** The document after an update with operators, or its replacement. */
export function applyUpdate(before: Doc, update: Doc, options: UpdateOptions = {}): Doc {
  const isReplacement: boolean = !hasOperators(update);
  if (isReplacement) return replaced(before, update);
  const doc = copy(before);
  for (const step of stepsOf(update)) {
    if (step.operator === '$rename') rename(doc, step);
    else if (step.operator !== '$setOnInsert' || options.isInsert) {
      for (const place of placesOf(doc, step.path, options.arrayFilter)) change(doc, place, step);
    }
  }
  if (!options.isInsert && !same(doc._id, before._id)) throw new Refusal(66);
  return doc;
}

function replaced(before: Doc, update: Doc): Doc {
  if (update._id !== undefined && before._id !== undefined && !same(update._id, before._id)) {
    throw new Refusal(66);
  }
  const _id = before._id === undefined ? update._id : before._id;
  return { _id, ...withoutId(copy(update)) };
}

function rename(doc: Doc, { path, operand }: Step): void {
  const value = valueAt(doc, [operand as string]);
  if (value === undefined) return;
  delete doc[operand as string];
  put(doc, path, value);
}

function change(doc: Doc, place: string[], { operator, operand }: Step): void {
  const current = valueAt(doc, place);
  const after = changeOf(operator, copy(operand))(current);
  if (after !== undefined || current !== undefined) put(doc, place, after);
}

export const withoutId = ({ _id, ...rest }: Doc): Doc => rest;

/** What the equalities of a filter say about the document an upsert makes. */
export function documentOf(filter: Doc, doc: Doc = {}): Doc {
  for (const [name, condition] of Object.entries(filter)) {
    if (name === '$and') {
      for (const part of condition as Doc[]) documentOf(part, doc);
    } else if (!name.startsWith('$')) {
      equalTo(condition).forEach((value) => takeOver(doc, name.split('.'), value));
    }
  }
  return doc;
}

function takeOver(doc: Doc, path: string[], value: unknown): void {
  if (valueAt(doc, path) !== undefined) throw new Refusal(54);
  put(doc, path, copy(value));
}

function equalTo(condition: unknown): unknown[] {
  if (!hasOperators(condition)) return [condition];
  const { $eq, $all = [], $in = [] } = condition;
  // One of one value is that value.
  const one = ($in as unknown[]).length === 1 ? ($in as unknown[]) : [];
  return [...($eq === undefined ? [] : [$eq]), ...($all as unknown[]), ...one];
}

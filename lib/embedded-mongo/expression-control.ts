import { StoreError } from './errors.ts';
import {
  arrayOf,
  integerOf,
  isNullish,
  listOf,
  named,
  need,
  textOf,
  type Operator,
} from './expression-arguments.ts';
import { checkVariable, parseExpression, type Evaluate, type Scope } from './expression.ts';
import { isObject, isTruthy, type Doc } from './values.ts';

/** A variable of the inside of an operator, and the scope in which it can be seen. */
function variables(names: string[], outer: Scope): { cells: unknown[]; scope: Scope } {
  const cells: unknown[] = names.map(() => undefined);
  const own = names.map((name, i) => [name, () => cells[i]] as const);
  return { cells, scope: new Map([...outer, ...own]) };
}

export const condition: Operator = (argument, scope) => {
  const parts = isObject(argument) ? named('$cond', argument, ['if', 'then', 'else']) : undefined;
  const all = parts ? [parts.if, parts.then, parts.else] : argument;
  const [test, yes, no] = listOf(all, scope, 3, 3) as [Evaluate, Evaluate, Evaluate];
  return (doc) => (isTruthy(test(doc)) ? yes(doc) : no(doc));
};

export const choice: Operator = (argument, scope) => {
  const { branches, default: otherwise } = named('$switch', argument, ['branches'], ['default']);
  need(Array.isArray(branches) && branches.length > 0, 40068, '$switch requires a branch');
  const cases = (branches as unknown[]).map((branch) => {
    const { case: test, then } = named('$switch', branch, ['case', 'then']);
    return [parseExpression(test, scope), parseExpression(then, scope)] as const;
  });
  const other = otherwise === undefined ? undefined : parseExpression(otherwise, scope);
  return (doc) => {
    const found = cases.find(([test]) => isTruthy(test(doc)));
    if (found) return found[1](doc);
    if (other) return other(doc);
    throw new StoreError(40066, '$switch found no matching branch, and no default was given');
  };
};

/** $map and $filter, which look at one element after the other. */
function eachElement(
  name: '$map' | '$filter',
  argument: unknown,
  scope: Scope,
): { evaluate: Evaluate; elements: (doc: Doc) => unknown[] | undefined; cells: unknown[] } {
  const body = name === '$map' ? 'in' : 'cond';
  const spec = named(name, argument, ['input', body], name === '$map' ? ['as'] : ['as', 'limit']);
  const variable = spec.as === undefined ? 'this' : textOf(spec.as, name, 16866);
  checkVariable(variable);
  const input = parseExpression(spec.input, scope);
  const { cells, scope: inner } = variables([variable], scope);
  const elements = (doc: Doc): unknown[] | undefined => {
    const array = input(doc);
    return isNullish(array) ? undefined : arrayOf(array, name, name === '$map' ? 16883 : 28651);
  };
  return { evaluate: parseExpression(spec[body], inner), elements, cells };
}

export const mapping: Operator = (argument, scope) => {
  const { evaluate, elements, cells } = eachElement('$map', argument, scope);
  return (doc) =>
    elements(doc)?.map((element) => {
      cells[0] = element;
      return evaluate(doc) ?? null;
    }) ?? null;
};

export const filtering: Operator = (argument, scope) => {
  const { evaluate, elements, cells } = eachElement('$filter', argument, scope);
  const { limit } = argument as Doc;
  const limitOf = isNullish(limit) ? () => Infinity : parseExpression(limit, scope);
  return (doc) => {
    const kept = elements(doc)?.filter((element) => {
      cells[0] = element;
      return isTruthy(evaluate(doc));
    });
    const most = limitOf(doc);
    const count = most === Infinity ? most : integerOf(most ?? Infinity, '$filter', 327391);
    return kept?.slice(0, count) ?? null;
  };
};

export const reducing: Operator = (argument, scope) => {
  const spec = named('$reduce', argument, ['input', 'initialValue', 'in']);
  const [input, initial] = [spec.input, spec.initialValue].map((one) =>
    parseExpression(one, scope),
  );
  const { cells, scope: inner } = variables(['value', 'this'], scope);
  const evaluate = parseExpression(spec.in, inner);
  return (doc) => {
    const array = input!(doc);
    if (isNullish(array)) return null;
    let value = initial!(doc);
    for (const element of arrayOf(array, '$reduce', 40080)) {
      cells[0] = value;
      cells[1] = element;
      value = evaluate(doc) ?? null;
    }
    return value;
  };
};

export const letting: Operator = (argument, scope) => {
  const { vars, in: body } = named('$let', argument, ['vars', 'in']);
  if (!isObject(vars)) throw new StoreError(16876, 'invalid parameter: expected an object (vars)');
  const names = Object.keys(vars);
  names.forEach(checkVariable);
  const values = names.map((name) => parseExpression(vars[name], scope));
  const { cells, scope: inner } = variables(names, scope);
  const evaluate = parseExpression(body, inner);
  return (doc) => {
    values.map((value) => value(doc)).forEach((value, i) => (cells[i] = value));
    return evaluate(doc);
  };
};

/** $getField, $setField and $unsetField: fields whose names may hold dots and dollars. */
export const fieldAccess =
  (name: '$getField' | '$setField' | '$unsetField'): Operator =>
  (argument, scope) => {
    const isShort = name === '$getField' && !(isObject(argument) && 'field' in argument);
    const spec = isShort
      ? { field: argument, input: '$$CURRENT' }
      : isObject(argument)
        ? argument
        : {};
    const { field, input = name === '$getField' ? '$$CURRENT' : null, value } = spec;
    const key = isObject(field) && '$literal' in field ? field.$literal : field;
    if (typeof key !== 'string' || key === '__proto__' || (key === field && key[0] === '$')) {
      throw new StoreError(4161107, `${name} requires a constant string as its field`);
    }
    const [inputOf, valueOf] = [input, value].map((one) => parseExpression(one, scope));
    return (doc) => {
      const object = inputOf!(doc);
      if (name === '$getField') {
        return isObject(object) && Object.hasOwn(object, key) ? object[key] : undefined;
      }
      if (isNullish(object)) return null;
      if (!isObject(object))
        throw new StoreError(4161105, `${name} requires an object as its input`);
      const { [key]: _, ...others } = object;
      const set = name === '$setField' ? valueOf!(doc) : undefined;
      return set === undefined ? others : { ...object, [key]: set };
    };
  };

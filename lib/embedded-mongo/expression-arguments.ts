import { StoreError } from './errors.ts';
import { parseExpression, type Evaluate, type Scope } from './expression.ts';
import { typeName } from './types.ts';
import { isNumber, isObject, nearestDouble, type Doc } from './values.ts';

/** Checks the argument of an operator once and returns what it computes. */
export type Operator = (argument: unknown, scope: Scope) => Evaluate;

export const isNullish = (value: unknown): boolean => value === undefined || value === null;

export function need(isRight: boolean, code: number, message: string): void {
  if (!isRight) throw new StoreError(code, message);
}

/** Parses the arguments of an operator; a single one need not stand in an array. */
export function listOf(argument: unknown, scope: Scope, least: number, most: number): Evaluate[] {
  const list = Array.isArray(argument) ? argument : [argument];
  const isRight = list.length >= least && list.length <= most;
  const wanted = least === most ? `exactly ${least}` : `${least} to ${most}`;
  need(isRight, 16020, `Expression takes ${wanted} arguments. ${list.length} were passed in.`);
  return list.map((element) => parseExpression(element, scope));
}

/** An operator on so many values. */
export const taking =
  (least: number, most: number, run: (...values: unknown[]) => unknown): Operator =>
  (argument, scope) => {
    const list = listOf(argument, scope, least, most);
    return (doc) => run(...list.map((evaluate) => evaluate(doc)));
  };

/** An operator that is null as soon as one of its values is null or missing. */
export const strict = (
  least: number,
  most: number,
  run: (...values: unknown[]) => unknown,
): Operator => taking(least, most, (...values) => (values.some(isNullish) ? null : run(...values)));

export function arrayOf(value: unknown, operator: string, code: number): unknown[] {
  if (Array.isArray(value)) return value;
  throw new StoreError(
    code,
    `The argument to ${operator} must be an array, but was of type: ${typeName(value)}`,
  );
}

export function textOf(value: unknown, operator: string, code: number): string {
  if (typeof value === 'string') return value;
  throw new StoreError(code, `${operator} only supports strings, not ${typeName(value)}`);
}

export function integerOf(value: unknown, operator: string, code: number): number {
  const number = isNumber(value) ? nearestDouble(value) : NaN;
  if (Number.isInteger(number)) return number;
  throw new StoreError(code, `${operator} needs a whole number, not ${typeName(value)}`);
}

/** Named arguments, parsed; the rest of the operator's own ones stays as it is. */
export function named(
  operator: string,
  argument: unknown,
  required: string[],
  optional: string[] = [],
): Doc {
  if (!isObject(argument)) throw new StoreError(9, `${operator} only supports an object`);
  const missing = required.find((name) => !(name in argument));
  if (missing) throw new StoreError(9, `Missing '${missing}' parameter to ${operator}`);
  const names = [...required, ...optional];
  const unknown = Object.keys(argument).find((name) => !names.includes(name));
  if (unknown) throw new StoreError(9, `Unrecognized parameter to ${operator}: ${unknown}`);
  return argument;
}

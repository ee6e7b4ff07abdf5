import { refuse, StoreError } from './errors.ts';
import { collectAt, parsePath } from './paths.ts';
import { classOf, isObject, type Doc } from './values.ts';

/** The value of an aggregation expression for a document; undefined means missing. */
export type Evaluate = (doc: Doc) => unknown;

/** Parses a literal, a '$path', $literal, or documents and arrays of these. */
export function parseExpression(expression: unknown): Evaluate {
  if (typeof expression === 'string' && expression.startsWith('$'))
    return parseReference(expression);
  if (Array.isArray(expression)) {
    const elements = expression.map(parseExpression);
    return (doc) => elements.map((evaluate) => evaluate(doc) ?? null);
  }
  if (!isObject(expression) || classOf(expression)) return () => expression;
  const operator = Object.keys(expression).find((name) => name.startsWith('$'));
  if (operator === '$literal') return () => expression.$literal;
  if (operator === '$setField') return setField(expression.$setField);
  if (operator) refuse(`the expression ${operator}`);
  const fields = Object.entries(expression).map(
    ([name, value]) => [name, parseExpression(value)] as const,
  );
  return (doc) => {
    const result: Doc = {};
    for (const [name, evaluate] of fields) {
      const value = evaluate(doc);
      if (value !== undefined) result[name] = value;
    }
    return result;
  };
}

/** Sets a field whose name may hold dots and dollars; a missing value removes it. */
function setField(spec: unknown): Evaluate {
  const { field, input, value } = isObject(spec) ? spec : {};
  const name = isObject(field) && '$literal' in field ? field.$literal : field;
  if (typeof name !== 'string' || name === '__proto__' || (name === field && name[0] === '$')) {
    throw new StoreError(
      4161107,
      '$setField requires that its field evaluates to a constant string',
    );
  }
  const [inputOf, valueOf] = [parseExpression(input), parseExpression(value)];
  return (doc) => {
    const object = inputOf(doc) ?? null;
    if (object === null) return null;
    if (!isObject(object)) {
      throw new StoreError(4161105, '$setField requires that its input is an object');
    }
    const { [name]: _, ...others } = object;
    const set = valueOf(doc);
    return set === undefined ? others : { ...object, [name]: set };
  };
}

function parseReference(reference: string): Evaluate {
  if (reference === '$$ROOT' || reference === '$$CURRENT') return (doc) => doc;
  if (reference === '$$NOW') return () => new Date();
  if (reference === '$$REMOVE') return () => undefined;
  if (reference.startsWith('$$')) refuse(`the variable ${reference}`);
  const name = reference.slice(1);
  if (name === '' || name.split('.').includes('')) {
    throw new StoreError(16872, `'${reference}' is not a valid field path`);
  }
  const path = parsePath(name);
  return (doc) => collectAt(doc, path);
}

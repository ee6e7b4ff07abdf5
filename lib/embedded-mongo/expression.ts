import { refuse, StoreError } from './errors.ts';
import { expressionOperators, otherOperators } from './expression-operators.ts';
import { collectAt, parsePath, type Path } from './paths.ts';
import { classOf, isObject, type Doc } from './values.ts';

/** The value of an aggregation expression for a document; undefined means missing. */
export type Evaluate = (doc: Doc) => unknown;

/** The variables an expression may use, besides $$ROOT and its like. */
export type Scope = ReadonlyMap<string, () => unknown>;

/** The variables of a command: the fields of its `let`, and one $$NOW for all of it. */
export function scopeOf(variables?: unknown, outer?: Scope): Scope {
  const now = new Date();
  const scope = new Map(outer ?? [['NOW', () => now]]);
  if (variables === undefined) return scope;
  if (!isObject(variables)) throw new StoreError(14, "BSON field 'let' must be an object");
  for (const [name, expression] of Object.entries(variables)) {
    checkVariable(name);
    const value = parseExpression(expression, scope)({});
    scope.set(name, () => value);
  }
  return scope;
}

export function checkVariable(name: string): void {
  if (/^[a-z\u0080-\uffff][\w\u0080-\uffff]*$/.test(name)) return;
  throw new StoreError(9, `'${name}' is not a valid name for a user-defined variable`);
}

/** Parses a literal, a '$path', a variable, an operator, or documents and arrays of these. */
export function parseExpression(expression: unknown, scope: Scope = scopeOf()): Evaluate {
  if (typeof expression === 'string' && expression.startsWith('$')) {
    return parseReference(expression, scope);
  }
  if (Array.isArray(expression)) {
    const elements = expression.map((element) => parseExpression(element, scope));
    return (doc) => elements.map((evaluate) => evaluate(doc) ?? null);
  }
  if (!isObject(expression) || classOf(expression)) return () => expression;
  const entries = Object.entries(expression);
  if (entries.some(([name]) => name.startsWith('$'))) return parseOperator(entries, scope);
  const fields = entries.map(([name, value]) => {
    if (name.includes('.')) {
      throw new StoreError(16412, `FieldPath field names may not contain '.': ${name}`);
    }
    return [name, parseExpression(value, scope)] as const;
  });
  return (doc) => {
    const result: Doc = {};
    for (const [name, evaluate] of fields) {
      const value = evaluate(doc);
      if (value !== undefined) result[name] = value;
    }
    return result;
  };
}

function parseOperator(entries: [string, unknown][], scope: Scope): Evaluate {
  if (entries.length > 1) {
    throw new StoreError(15983, 'an expression must contain exactly one field, its name');
  }
  const [name, argument] = entries[0]!;
  const operator = Object.hasOwn(expressionOperators, name) ? expressionOperators[name] : undefined;
  if (operator) return operator(argument, scope);
  if (otherOperators.has(name.slice(1))) refuse(`the expression ${name}`);
  throw new StoreError(168, `Unrecognized expression '${name}'`);
}

/** The path in a '$field' or in the name of a field to be made. */
export function fieldPath(name: string): Path {
  const parts = parsePath(name);
  if (name === '') throw new StoreError(40352, 'FieldPath cannot be constructed with empty string');
  if (name.endsWith('.')) throw new StoreError(40353, `FieldPath must not end with a '.': ${name}`);
  if (parts.includes('')) {
    throw new StoreError(15998, `FieldPath field names may not be empty strings: ${name}`);
  }
  const dollar = parts.find((part) => part.startsWith('$'));
  if (dollar && !['$id', '$ref', '$db'].includes(dollar)) {
    throw new StoreError(16410, `FieldPath field names may not start with '$': ${name}`);
  }
  return parts;
}

function parseReference(reference: string, scope: Scope): Evaluate {
  if (!reference.startsWith('$$')) {
    if (reference === '$') throw new StoreError(16872, "'$' by itself is not a valid FieldPath");
    const path = fieldPath(reference.slice(1));
    return (doc) => collectAt(doc, path);
  }
  const [name = '', ...rest] = reference.slice(2).split('.');
  const path = rest.length > 0 ? fieldPath(rest.join('.')) : [];
  const variable = scope.get(name);
  if (variable) return () => collectAt(variable(), path);
  if (name === 'ROOT' || name === 'CURRENT') return (doc) => collectAt(doc, path);
  if (name === 'REMOVE') return () => undefined;
  if (/^[A-Z]/.test(name)) refuse(`the variable $$${name}`);
  throw new StoreError(17276, `Use of undefined variable: ${name}`);
}

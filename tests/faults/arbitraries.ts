import * as fc from 'fast-check';
import * as z from 'zod';
import { operations, type OperationName } from '#lib/contract/operations.ts';

// Inputs made from the contract's own schemas, some as they should be, and most broken in one place.

/** Ids that exist, and texts, for what the schemas cannot tell. */
export interface Known {
  ids: string[];
}

const hostileKeys = ['$ne', '$where', '$gt', 'a.b', '__proto__', 'constructor', '__v', '_id', ''];

const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '\ud800',
    '\udfff lone',
    '\0',
    '\u202etxt',
    '$where',
    '__proto__',
    '^(a+)+$',
    '../../etc/passwd',
    'x'.repeat(70_000),
    '👩‍👩‍👧‍👦'.repeat(200),
  ),
);

const hostileNumber = fc.constantFrom(
  Number.NaN,
  Infinity,
  -Infinity,
  -1,
  -0,
  0.5,
  1e21,
  1e308,
  2 ** 31,
  2 ** 53,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_VALUE,
);

const deep = fc
  .integer({ min: 20, max: 3_000 })
  .map((levels) => Array.from({ length: levels }).reduce((inner: unknown) => ({ inner }), 1));

/** Anything that is not what was asked for. */
export const hostile: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  hostileNumber,
  deep,
  fc.constantFrom(undefined, null, true, [], {}, [null], [[]]),
  fc.dictionary(fc.constantFrom(...hostileKeys), fc.constantFrom(1, null, '', {}, ['x'])),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 5 }),
);

/** The schema in JSON Schema's words, which is all that is needed to make something like it. */
interface Shape {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Shape[];
  oneOf?: Shape[];
  properties?: Record<string, Shape>;
  required?: string[];
  items?: Shape;
  pattern?: string;
  format?: string;
}

function likeShape(shape: Shape, known: Known): fc.Arbitrary<unknown> {
  const choices = shape.anyOf ?? shape.oneOf;
  if (choices) return fc.oneof(...choices.map((choice) => likeShape(choice, known)));
  if (shape.const !== undefined) return fc.constant(shape.const);
  if (shape.enum) return fc.constantFrom(...shape.enum);
  switch (shape.type ?? 'anything') {
    case 'object':
      return likeObject(shape, known);
    case 'array':
      return fc.array(likeShape(shape.items ?? {}, known), { maxLength: 4 });
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return fc.oneof(fc.nat({ max: 300 }), fc.maxSafeInteger());
    case 'string':
      return likeString(shape, known);
    default:
      return fc.constantFrom(null, 'x', 1);
  }
}

function likeString({ pattern, format }: Shape, { ids }: Known): fc.Arbitrary<string> {
  if (format === 'date-time')
    return fc.constantFrom('2030-01-01T00:00:00Z', '9999-12-31T23:59:59Z');
  if (pattern?.includes('{24}')) return fc.constantFrom(...ids, 'f'.repeat(24));
  if (pattern) return fc.stringMatching(/^[a-z0-9]{4,20}$/);
  return fc.oneof(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), hostileText);
}

function likeObject({ properties = {}, required = [] }: Shape, known: Known) {
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, shape]) => [name, likeShape(shape, known)]),
  );
  return fc.record(fields, { requiredKeys: required });
}

/** An input of this operation: as its schema says, or with something wrong in it. */
export function inputOf(name: OperationName, known: Known): fc.Arbitrary<unknown> {
  const shape = z.toJSONSchema(operations[name].input, {
    io: 'input',
    unrepresentable: 'any',
  }) as Shape;
  const fine = likeShape(shape, known);
  const spoiled = fc
    .tuple(fine, fc.nat(), hostile, fc.constantFrom(...hostileKeys, 'role', 'sender', 'seq'))
    .map(([input, at, wrong, extra]) => {
      const copy = { ...(input as Record<string, unknown>) };
      const keys = Object.keys(copy);
      const key = at % 3 === 0 ? extra : (keys[at % (keys.length || 1)] ?? extra);
      return Object.defineProperty(copy, key, {
        value: wrong,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    });
  return fc.oneof({ arbitrary: fine, weight: 2 }, { arbitrary: spoiled, weight: 4 }, hostile);
}

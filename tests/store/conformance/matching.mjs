import { BSON } from 'mongodb';
import { fail, isNumber, isPlain, show, skip, toNumber, toTyped } from './values.mjs';

const { Binary, Decimal128, Double, EJSON, Int32, Long, ObjectId, Timestamp } = BSON;

const TYPE_CHECKS = {
  double: (v) => v instanceof Double || typeof v === 'number',
  string: (v) => typeof v === 'string',
  object: isPlain,
  array: Array.isArray,
  binData: (v) => v instanceof Binary,
  objectId: (v) => v instanceof ObjectId,
  bool: (v) => typeof v === 'boolean',
  date: (v) => v instanceof Date,
  null: (v) => v === null,
  int: (v) => v instanceof Int32 || Number.isInteger(v),
  long: (v) => v instanceof Long || typeof v === 'bigint' || Number.isInteger(v),
  decimal: (v) => v instanceof Decimal128,
  timestamp: (v) => v instanceof Timestamp,
  number: isNumber,
  minKey: (v) => v?._bsontype === 'MinKey',
  maxKey: (v) => v?._bsontype === 'MaxKey',
  regex: (v) => v instanceof RegExp || v?._bsontype === 'BSONRegExp',
};
TYPE_CHECKS.number = (v) => isNumber(v) || v instanceof Decimal128;

/** The special operators of the format; each checks the value it stands for. */
const operators = {
  $$unsetOrMatches: (wanted, actual, context) => {
    if (actual !== undefined && actual !== null) match(wanted, actual, context);
  },
  $$exists: (wanted, actual, { no }) => {
    if ((actual !== undefined) !== wanted) no(`existence is not ${wanted}: ${show(actual)}`);
  },
  $$type: (wanted, actual, { no }) => {
    const fits = (type) => (TYPE_CHECKS[type] ?? skip(`$$type ${type}`))(actual);
    if (![wanted].flat().some(fits)) no(`expected type ${wanted}, got ${show(actual)}`);
  },
  $$matchesEntity: (wanted, actual, { entities, path }) =>
    match(entities.get(wanted), actual, { entities, path }),
  $$matchesHexBytes: (wanted, actual, { no }) => {
    const bytes = actual instanceof Binary ? actual.value() : (actual ?? []);
    const hex = Buffer.from(bytes).toString('hex');
    if (hex !== wanted) no(`expected bytes ${wanted}, got ${hex}`);
  },
  $$sessionLsid: (wanted, actual, { entities, no }) => {
    if (EJSON.stringify(entities.get(wanted).id) !== EJSON.stringify(actual)) no('another lsid');
  },
  $$lte: (wanted, actual, { no }) => {
    const isWithin = toNumber(actual) <= toNumber(wanted);
    if (!isWithin) no(`expected <= ${show(wanted)}, got ${show(actual)}`);
  },
  $$matchAsDocument: (wanted, actual, { entities, path }) =>
    match(wanted, EJSON.parse(actual, { relaxed: false }), { entities, path }),
  $$matchAsRoot: (wanted, actual, { entities, path }) =>
    match(wanted, actual, { entities, root: true, path }),
};

/** Compares by the rules of the unified format; at a root, fields nobody expects are allowed. */
export function match(expected, actual, { entities, root = false, path = '$' } = {}) {
  const no = (why) => fail(`${path}: ${why}`);
  const context = { entities, root, path, no };
  if (isPlain(expected)) {
    const [name = ''] = Object.keys(expected);
    if (!name.startsWith('$$')) matchObject(expected, actual, context);
    else (operators[name] ?? skip(`matching operator ${name}`))(expected[name], actual, context);
  } else if (Array.isArray(expected)) matchArray(expected, actual, context);
  else if (isNumber(expected)) {
    const isSame = isNumber(actual) && toNumber(expected) === toNumber(actual);
    if (!isSame) no(`expected ${show(expected)}, got ${show(actual)}`);
  } else if (EJSON.stringify({ v: expected ?? null }) !== EJSON.stringify({ v: actual ?? null })) {
    no(`expected ${show(expected)}, got ${show(actual)}`);
  }
}

function matchObject(expected, actual, { entities, root, path, no }) {
  const isObject = actual !== null && typeof actual === 'object' && !Array.isArray(actual);
  if (!isObject || actual._bsontype) no(`expected ${show(expected)}, got ${show(actual)}`);
  for (const [name, wanted] of Object.entries(expected)) {
    const [operator] = isPlain(wanted) ? Object.keys(wanted) : [];
    const mayBeUnset = ['$$exists', '$$unsetOrMatches'].includes(operator);
    if (actual[name] === undefined && !mayBeUnset) {
      no(`missing field ${name}, expected ${show(wanted)}`);
    }
    match(wanted, actual[name], { entities, path: `${path}.${name}` });
  }
  const extra = root ? undefined : Object.keys(actual).find((name) => !(name in expected));
  if (extra !== undefined) no(`unexpected field ${extra}: ${show(actual[extra])}`);
}

function matchArray(expected, actual, { entities, root, path, no }) {
  if (!Array.isArray(actual) || expected.length !== actual.length) {
    no(`expected array ${show(expected)}, got ${show(actual)}`);
  }
  for (const [i, wanted] of expected.entries()) {
    match(wanted, actual[i], { entities, root: root && isPlain(wanted), path: `${path}[${i}]` });
  }
}

/** Compares a command event with the expected one. */
export function matchEvent(got, expected, entities) {
  const [type, e] = Object.entries(expected)[0];
  if (got.type !== type)
    fail(`event ${got.type} (${got.ev.commandName}), expected ${type} ${show(e)}`);
  if (e.commandName && got.ev.commandName !== e.commandName)
    fail(`event ${got.ev.commandName}, expected ${e.commandName}`);
  if (e.databaseName && got.ev.databaseName !== e.databaseName)
    fail(`event database ${got.ev.databaseName}, expected ${e.databaseName}`);
  if (e.command)
    match(e.command, toTyped(got.ev.command), {
      entities,
      root: true,
      path: `${got.ev.commandName} command`,
    });
  if (e.reply)
    match(e.reply, toTyped(got.ev.reply), {
      entities,
      root: true,
      path: `${got.ev.commandName} reply`,
    });
}

import { refuse, refuseTransaction, StoreError } from './errors.ts';
import { isNumber, isObject, nearestDouble, type Doc } from './values.ts';

/** Fields any command may carry. */
const generic = new Set(
  `$db lsid $clusterTime $readPreference $audit $client comment maxTimeMS writeConcern readConcern
  apiVersion apiStrict apiDeprecationErrors collation`.split(/\s+/),
);

/** What MongoDB has and the store has not: refused unless the value means "not used". */
const refusable = new Set(
  `min max returnKey showRecordId tailable awaitData explain capped size timeseries validator
  expireAfterSeconds validationLevel validationAction viewOn pipeline clusteredIndex
  changeStreamPreAndPostImages encryptedFields encryptionInformation storageEngine
  indexOptionDefaults`.split(/\s+/),
);

/** Refuses fields that the command does not know, in MongoDB's words where it has some. */
export function checkFields(command: string, body: Doc, known: readonly string[]): void {
  checkGeneric(body);
  for (const [name, value] of Object.entries(body)) {
    if (name === command || generic.has(name) || known.includes(name)) continue;
    if (refusable.has(name)) {
      if (isUsed(value)) refuse(`the option '${name}' of ${command}`);
    } else {
      throw new StoreError(40415, `BSON field '${command}.${name}' is an unknown field.`);
    }
  }
}

/** Refuses what no command has here, leaving the rest to the command. */
export const checkRefused = (command: string, body: Doc): void =>
  checkFields(
    command,
    body,
    Object.keys(body).filter((name) => !refusable.has(name) || name === 'pipeline'),
  );

const isUsed = (value: unknown): boolean =>
  value !== false && value !== undefined && !(isObject(value) && Object.keys(value).length === 0);

function checkGeneric(body: Doc): void {
  if ('startTransaction' in body || 'autocommit' in body || 'txnNumber' in body) {
    refuseTransaction();
  }
  checkCollation(body.collation);
  const { readConcern, writeConcern } = body;
  if (isObject(readConcern) && readConcern.level === 'snapshot') refuse('read concern snapshot');
  if (isObject(writeConcern) && isNumber(writeConcern.w) && nearestDouble(writeConcern.w) > 1) {
    throw new StoreError(2, "cannot use 'w' > 1 when a host is not replicated");
  }
}

/** Refuses every collation but the simple one, which is no collation. */
export function checkCollation(collation: unknown): void {
  if (!isUsed(collation)) return;
  if (!isObject(collation) || collation.locale !== 'simple') refuse('collation');
}

/** A number that has to be whole and not negative. */
export function countArgument(body: Doc, name: string): number | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (!isNumber(value)) throw new StoreError(14, `BSON field '${name}' is the wrong type.`);
  const number = Math.trunc(nearestDouble(value));
  if (!(number >= 0)) {
    throw new StoreError(51024, `BSON field '${name}' value must be >= 0, not '${number}'`);
  }
  return number;
}

export function documentArgument(body: Doc, name: string): Doc {
  const value = body[name];
  if (value === undefined || value === null) return {};
  if (!isObject(value)) {
    throw new StoreError(14, `BSON field '${name}' is the wrong type, expected type 'object'`);
  }
  return value;
}

/** The documents of a list that comes in the body or in a section of its own. */
export function listArgument(
  body: Doc,
  sequences: Map<string, unknown[]>,
  name: string,
): unknown[] {
  const list = sequences.get(name) ?? body[name];
  if (!Array.isArray(list)) {
    throw new StoreError(40414, `BSON field '${name}' is missing but a required field`);
  }
  if (list.length === 0 || list.length > 100_000) {
    throw new StoreError(16, `Write batch sizes must be between 1 and 100000, not ${list.length}.`);
  }
  return list;
}

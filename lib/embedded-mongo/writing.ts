import { ObjectId } from 'bson';
import { withIdFirst } from './elements.ts';
import { StoreError } from './errors.ts';
import { checkId, idKeyOf } from './indexes.ts';
import type { Query } from './query.ts';
import type { Found } from './search.ts';
import type { Transaction } from './transaction.ts';
import { documentFromQuery, type Update } from './update.ts';
import { decode, encode, isObject, maxDepth, maxDocumentBytes, type Doc } from './values.ts';

/** A document as it will be stored. */
export interface Prepared {
  idKey: Buffer;
  doc: Doc;
  raw: Buffer;
}

/** Checks a document to be inserted and puts its _id first, as MongoDB stores it. */
export function prepareInsert(bytes: Buffer): Prepared | StoreError {
  try {
    const doc = decode(bytes);
    return prepare(
      doc,
      withIdFirst(bytes, () => (doc._id = new ObjectId())),
    );
  } catch (error) {
    if (error instanceof StoreError) return error;
    return new StoreError(22, `The document is not valid BSON: ${String(error)}`);
  }
}

function prepare(doc: Doc, raw: Buffer): Prepared {
  checkStorable(doc, raw);
  checkId(doc._id);
  return { idKey: idKeyOf(doc._id), doc, raw };
}

function checkStorable(doc: Doc, raw: Buffer): void {
  if (raw.length > maxDocumentBytes) {
    throw new StoreError(10334, `BSONObj size: ${raw.length} is more than ${maxDocumentBytes}`);
  }
  checkNames(doc, 1);
}

function checkNames(value: unknown, depth: number): void {
  if (depth > maxDepth) throw new StoreError(15, `Documents may not nest deeper than ${maxDepth}.`);
  if (Array.isArray(value)) {
    for (const element of value) {
      if (typeof element === 'object' && element !== null) checkNames(element, depth + 1);
    }
  } else if (isObject(value)) {
    for (const [name, inner] of Object.entries(value)) {
      // In JavaScript these names would change what the object is.
      if (name === '__proto__' || name === '_bsontype') {
        throw new StoreError(2, `A field cannot be named ${name}.`);
      }
      if (typeof inner === 'object' && inner !== null) checkNames(inner, depth + 1);
    }
  }
}

/** A document that was found, as an update leaves it. */
interface Updated {
  doc: Doc;
  raw: Buffer;
  isModified: boolean;
}

/** Applies an update to a document, or throws; nothing is written yet. */
export function updated(found: Found, update: Update, query: Query): Updated {
  const doc = update.apply(decode(found.raw), { isInsert: false, query });
  const raw = encode(doc);
  const isModified = !raw.equals(found.raw);
  if (isModified) checkStorable(doc, raw);
  return { doc, raw, isModified };
}

export function replaceFound(
  transaction: Transaction,
  namespace: string,
  { idKey, doc: before }: Found,
  { doc, raw, isModified }: Updated,
): void {
  if (!isModified) return;
  transaction.replace(transaction.collection(namespace)!, idKey, before, doc, raw);
}

/** The document of an upsert that found nothing. */
export function newDocument(update: Update, query: Query): Prepared {
  // A replacement takes nothing but its _id from the query.
  const base = documentFromQuery(update.isReplacement ? aboutId(query) : query);
  const made = update.apply(base, { isInsert: true });
  const { _id = '_id' in base ? base._id : new ObjectId(), ...others } = made;
  const doc = { _id, ...others };
  return prepare(doc, encode(doc));
}

export function insertInto(
  transaction: Transaction,
  namespace: string,
  { idKey, doc, raw }: Prepared,
): void {
  transaction.insert(transaction.ensureCollection(namespace), idKey, doc, raw);
}

/** What the equalities of a query say of the _id. */
function aboutId(query: Query): Query {
  const isOne = query.kind === 'and' || (query.kind === 'or' && query.queries.length === 1);
  if (isOne) return { kind: 'and', queries: query.queries.map(aboutId) };
  return query.kind === 'field' && query.name === '_id' ? query : { kind: 'and', queries: [] };
}

export function removeFound(transaction: Transaction, namespace: string, found: Found): void {
  transaction.remove(transaction.collection(namespace)!, found.idKey, found.doc);
}

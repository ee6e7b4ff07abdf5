import { encode } from '#lib/embedded-mongo/values.ts';
import { expect } from 'vitest';
import { codesOf, type ModelCollection, type ModelIndex } from './model-collection.ts';
import { project } from './model-match.ts';
import type { Operation } from './model-operations.ts';
import { applyUpdate, checkUpdate } from './model-update.ts';
import { compareValues, copy, same, type Doc } from './model-values.ts';

/** What a command came to: a cursor's documents, a reply, or the code of a refusal. */
export interface Answer {
  reply: Doc;
  docs: Doc[];
  code?: number;
}

export interface Subject {
  ask(command: Doc): Promise<Answer>;
  model: ModelCollection;
  name: string;
  /** What the model gives a document that an upsert made up an _id for. */
  newId: unknown;
}

const bytes = (docs: Doc[]): string[] => docs.map((doc) => encode(doc).toString('hex'));
const byId = (docs: Doc[]): Doc[] => [...docs].sort((a, b) => compareValues(a._id, b._id));

/** Exactly the same documents, types and order of fields included. */
function expectSame(found: Doc[], expected: Doc[]): void {
  if (bytes(found).join() !== bytes(expected).join()) expect(found).toEqual(expected);
  expect(bytes(found)).toEqual(bytes(expected));
}

/** Runs one write on the model; the codes with which it may be refused, if it is. */
function refusals(write: () => void): number[] {
  try {
    write();
    return [];
  } catch (error) {
    return codesOf(error);
  }
}

function expectCode(code: number | undefined, allowed: number[]): void {
  if (allowed.length === 0) expect(code).toBeUndefined();
  else expect(allowed).toContain(code);
}

const writeErrors = ({ reply }: Answer): { index: number; code: number }[] =>
  (reply.writeErrors ?? []) as { index: number; code: number }[];

async function contents({ ask, name }: Subject): Promise<Doc[]> {
  return (await ask({ find: name, batchSize: 10_000 })).docs;
}

async function expectContents(subject: Subject): Promise<void> {
  expectSame(byId(await contents(subject)), byId(subject.model.docs));
}

async function insert(subject: Subject, docs: Doc[], ordered: boolean): Promise<void> {
  const { ask, model, name } = subject;
  const answer = await ask({ insert: name, documents: docs, ordered });
  const errors = writeErrors(answer);
  let n = 0;
  for (const [i, doc] of docs.entries()) {
    const codes = refusals(() => model.insert(copy(doc)));
    expectCode(errors.find(({ index }) => index === i)?.code, codes);
    if (codes.length === 0) n++;
    else if (ordered) break;
  }
  expect(answer.reply.n).toBe(n);
}

/** One update statement on the first document by an order that leaves no choice. */
async function updateOne(subject: Subject, statement: Doc, update = statement.u as Doc) {
  const { ask, model, name } = subject;
  const filter = statement.q as Doc;
  const arrayFilter = (statement.arrayFilters as Doc[] | undefined)?.[0];
  const answer = await ask({ update: name, updates: [statement] });
  const [before] = model.find(filter, statement.sort as Doc | undefined);
  const codes = refusals(() => {
    checkUpdate(update);
    if (before) model.update(before, update, { arrayFilter });
    else if (statement.upsert) {
      const [made] = (answer.reply.upserted ?? []) as Doc[];
      model.upsert(filter, update, made?._id ?? subject.newId);
    }
  });
  expectCode(writeErrors(answer)[0]?.code, codes);
  const isDone = codes.length === 0 && (before !== undefined || statement.upsert === true);
  expect(answer.reply.n).toBe(isDone ? 1 : 0);
}

/** Which document comes first is open: when one may be refused, each is as before or as after. */
async function updateMany(subject: Subject, filter: Doc, update: Doc): Promise<void> {
  const { ask, model, name } = subject;
  const answer = await ask({ update: name, updates: [{ q: filter, u: update, multi: true }] });
  const [error] = writeErrors(answer);
  const conflict = refusals(() => checkUpdate(update));
  if (conflict.length > 0) return expectCode(error?.code, conflict);
  const outcomes = new Map<Doc, Doc>();
  const codes = model.find(filter).flatMap((doc) =>
    refusals(() => {
      const after = applyUpdate(doc, update);
      outcomes.set(doc, after);
      const problems = model.problems(
        after,
        model.docs.filter((other) => other !== doc),
      );
      if (problems.length > 0) expect(problems).not.toContain(undefined);
      codesSeen.push(...problems);
    }),
  );
  codes.push(...codesSeen.splice(0));
  const isOpen = codes.length > 0 || (model.hasUnique && outcomes.size > 1);
  if (!isOpen) {
    for (const [before, after] of outcomes) model.replace(before, after);
    expect(error).toBeUndefined();
    expect(answer.reply.n).toBe(outcomes.size);
    return;
  }
  if (error) expect([...codes, 11000]).toContain(error.code);
  const now = await contents(subject);
  expect(now.length).toBe(model.docs.length);
  for (const doc of model.docs) {
    const found = now.find((other) => same(other._id, doc._id))!;
    const after = outcomes.get(doc);
    const allowed = [...(error || !after ? [doc] : []), ...(after ? [after] : [])];
    expect(bytes(allowed)).toContain(bytes([found])[0]);
  }
  model.docs = now;
}

const codesSeen: number[] = [];

async function findAndModify(subject: Subject, step: Operation & { kind: 'findAndModify' }) {
  const { ask, model, name } = subject;
  const { filter, sort, change, isNew, upsert, fields } = step;
  const command: Doc = { findAndModify: name, query: filter, sort, ...(fields && { fields }) };
  const options = change ? { update: change, new: isNew, upsert } : { remove: true };
  // An upsert takes fields from equalities; filters where it could take one twice go without.
  const isSimple = Object.keys(filter).every((one) => ['_id', 'a', 'b', 'n'].includes(one));
  if (change && !isSimple) Object.assign(options, { upsert: false });
  const wantsUpsert = change !== undefined && upsert && isSimple;
  const answer = await ask({ ...command, ...options });
  const [before] = model.find(filter, sort);
  let value: Doc | null = before ?? null;
  const codes = refusals(() => {
    if (change) checkUpdate(change);
    if (!change && before) model.remove(before);
    else if (change && before) {
      const after = model.update(before, change, {});
      if (isNew) value = after;
    } else if (change && wantsUpsert) {
      const { upserted } = (answer.reply.lastErrorObject ?? {}) as Doc;
      const made = model.upsert(filter, change, upserted ?? subject.newId);
      if (isNew) value = made;
    }
  });
  expectCode(answer.code, codes);
  if (codes.length > 0) return;
  const shown = value && fields ? project(value, fields) : value;
  if (shown) expectSame([answer.reply.value as Doc], [shown]);
  else expect(answer.reply.value).toBeNull();
}

async function find(subject: Subject, step: Operation & { kind: 'find' }): Promise<void> {
  const { ask, model, name } = subject;
  const { filter, sort, skip, limit, projection } = step;
  const page = { sort, skip, limit, batchSize: 10_000, ...(projection && { projection }) };
  const { docs, code } = await ask({ find: name, filter, ...page });
  expect(code).toBeUndefined();
  const all = model.find(filter, sort).slice(skip, limit === 0 ? undefined : skip + limit);
  expectSame(docs, projection ? all.map((doc) => project(doc, projection)) : all);
}

async function remove({ ask, model, name }: Subject, filter: Doc, limit: number): Promise<void> {
  const { reply } = await ask({ delete: name, deletes: [{ q: filter, limit }] });
  const gone = model.find(filter);
  gone.forEach((doc) => model.remove(doc));
  expect(reply.n).toBe(gone.length);
}

async function distinct({ ask, model, name }: Subject, filter: Doc, key: string): Promise<void> {
  const { reply } = await ask({ distinct: name, key, query: filter });
  const order = (values: unknown[]): unknown[] => [...values].sort(compareValues);
  const [found, expected] = [order(reply.values as unknown[]), order(model.distinct(key, filter))];
  if (!same(found, expected)) expect(found).toEqual(expected);
}

async function positional(subject: Subject, wanted: unknown, set: unknown): Promise<void> {
  const filter = { a: wanted };
  const [doc] = subject.model.find(filter, { _id: 1 });
  const array = doc?.a;
  const at = Array.isArray(array) ? array.findIndex((element) => same(element, wanted)) : -1;
  const statement = { q: filter, u: { $set: { 'a.$': set } }, sort: { _id: 1 } };
  if (doc && at < 0) {
    const answer = await subject.ask({ update: subject.name, updates: [statement] });
    return expectCode(writeErrors(answer)[0]?.code, [2]);
  }
  await updateOne(subject, statement, { $set: { [`a.${at}`]: set } });
}

async function createIndex({ ask, model, name }: Subject, index: ModelIndex): Promise<void> {
  if (model.indexes.some((other) => other.name === index.name)) return;
  const { code } = await ask({ createIndexes: name, indexes: [index] });
  expectCode(
    code,
    refusals(() => model.createIndex(index)),
  );
}

async function dropIndex({ ask, model, name }: Subject, which: number): Promise<void> {
  const [index] = model.indexes.splice(which, 1);
  if (!index) return;
  const { code } = await ask({ dropIndexes: name, index: index.name });
  expect(code).toBeUndefined();
}

async function count({ ask, model, name }: Subject, step: Operation & { kind: 'count' }) {
  const { filter, skip, limit } = step;
  const { reply } = await ask({ count: name, query: filter, skip, limit });
  const all = model.find(filter).slice(skip, limit === 0 ? undefined : skip + limit);
  expect(reply.n).toBe(all.length);
}

function runStep(subject: Subject, step: Operation): Promise<void> {
  switch (step.kind) {
    case 'insert':
      return insert(subject, step.docs, step.ordered);
    case 'updateOne':
      return updateOne(subject, { q: step.filter, u: step.update, sort: step.sort });
    case 'upsert': {
      const statement = { q: step.filter, u: step.update, upsert: true, sort: { _id: 1 } };
      return updateOne(subject, statement);
    }
    case 'filtered': {
      const { update, arrayFilter } = step.change;
      const statement = { q: step.filter, u: update, sort: step.sort, arrayFilters: [arrayFilter] };
      return updateOne(subject, statement);
    }
    case 'positional':
      return positional(subject, step.wanted, step.set);
    case 'updateMany':
      return updateMany(subject, step.filter, step.update);
    case 'deleteOne':
      return remove(subject, step.filter, 1);
    case 'deleteMany':
      return remove(subject, step.filter, 0);
    case 'findAndModify':
      return findAndModify(subject, step);
    case 'find':
      return find(subject, step);
    case 'count':
      return count(subject, step);
    case 'distinct':
      return distinct(subject, step.filter, step.key);
    case 'createIndex':
      return createIndex(subject, step.index);
    case 'dropIndex':
      return dropIndex(subject, step.which);
  }
}

const reading = ['find', 'count', 'distinct'];

/** Runs one operation on the store and on the model and compares what came of it. */
export async function runOperation(subject: Subject, step: Operation): Promise<void> {
  await runStep(subject, step);
  if (!reading.includes(step.kind)) await expectContents(subject);
}

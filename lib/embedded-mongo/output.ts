import { randomUUID } from 'node:crypto';
import { checkNamespace } from './catalog.ts';
import type { Server } from './commands.ts';
import type { Clock } from './cursors.ts';
import { refuse, StoreError } from './errors.ts';
import { valueAt, type Path } from './paths.ts';
import type { StageContext } from './pipeline.ts';
import type { Flow } from './search.ts';
import { fieldPath } from './expression.ts';
import {
  insertion,
  runStatements,
  updateStatement,
  type Statement,
  type UpdateCounts,
} from './statements.ts';
import { onlyField } from './transforms.ts';
import { encode, isObject, type Doc } from './values.ts';

/** Writes what a pipeline finds into a collection. */
export type Output = (flow: Flow<Doc>, clock: Clock) => Promise<void>;

const documentsAtOnce = 256;

/** The $out or $merge at the end of a pipeline, if there is one. */
export function parseOutput(stages: unknown[], context: StageContext): Output | undefined {
  const last = stages.at(-1);
  if (!isObject(last) || !('$out' in last || '$merge' in last)) return undefined;
  const [name, spec] = onlyField(last);
  return name === '$out' ? parseOut(spec, context) : parseMerge(spec, context);
}

function target(spec: unknown, database: string): string {
  const { db = database, coll } = isObject(spec) ? spec : { coll: spec };
  if (typeof db === 'string' && typeof coll === 'string') return checkNamespace(db, coll);
  throw new StoreError(9, 'The target of $out or $merge is a collection, or {db, coll}.');
}

/** Runs one statement for each document; the first error ends it. */
async function writeEach(
  server: Server,
  flow: Flow<Doc>,
  statementFor: (doc: Doc) => Statement,
  clock: Clock,
): Promise<void> {
  let waiting: Statement[] = [];
  const flush = async (): Promise<void> => {
    const [failed] = await runStatements(server, waiting, true, clock);
    waiting = [];
    if (!failed) return;
    const { index: _, code, errmsg, ...extra } = failed;
    throw new StoreError(code as number, errmsg as string, extra);
  };
  for (const doc of flow) {
    if (!doc) await clock.pause();
    else if (waiting.push(statementFor(doc)) >= documentsAtOnce) await flush();
  }
  await flush();
}

const insert = (namespace: string, doc: Doc): Statement =>
  insertion(namespace, encode(doc), undefined, () => {});

/** Replaces a collection, which keeps its indexes. Nothing of it is seen before all is written. */
function parseOut(spec: unknown, { server, database }: StageContext): Output {
  if (isObject(spec) && 'timeseries' in spec) refuse('time series collections');
  const namespace = target(spec, database);
  const { store } = server;
  return async (flow, clock) => {
    server.checkSpace();
    const [db] = namespace.split('.');
    const temporary = `${db}.tmp.agg_out.${randomUUID()}`;
    await store.write((transaction) => {
      let made = transaction.ensureCollection(temporary);
      for (const { spec: index } of transaction.collection(namespace)?.indexes ?? []) {
        made = transaction.addIndex(made, index);
      }
    });
    try {
      await writeEach(server, flow, (doc) => insert(temporary, doc), clock);
      await store.write((transaction) => {
        const old = transaction.collection(namespace);
        if (old) transaction.dropCollection(old);
        transaction.renameCollection(transaction.collection(temporary)!, namespace);
      });
    } finally {
      await store.write((transaction) => {
        const left = transaction.collection(temporary);
        if (left) transaction.dropCollection(left);
      });
      void store.sweep();
    }
  };
}

/** What becomes of a document, as an update of the one that is there already. */
const matchedUpdates: Record<string, ((doc: Doc) => unknown) | undefined> = {
  merge: (doc) => [{ $replaceWith: { $mergeObjects: ['$$ROOT', { $literal: doc }] } }],
  replace: (doc) => [{ $replaceWith: { $literal: doc } }],
  keepExisting: (doc) => ({ $setOnInsert: doc }),
};

/** Writes each document into the one with the same _id, or with the same unique fields. */
function parseMerge(spec: unknown, { server, database, scope }: StageContext): Output {
  const given: Doc = isObject(spec) && 'into' in spec ? spec : { into: spec };
  const { into, on = '_id', whenMatched = 'merge', whenNotMatched = 'insert', ...others } = given;
  const [other] = Object.keys(others);
  if (other === 'let' || Array.isArray(whenMatched)) refuse('$merge with a pipeline');
  if (other) throw new StoreError(40415, `BSON field '$merge.${other}' is an unknown field.`);
  const namespace = target(into, database);
  const fields = (Array.isArray(on) ? on : [on]).map((name) => fieldPath(String(name)));
  const update = matchedUpdates[String(whenMatched)];
  const isKnown = ['insert', 'discard', 'fail'].includes(String(whenNotMatched));
  if ((!update && whenMatched !== 'fail') || !isKnown) {
    throw new StoreError(9, '$merge does not know this whenMatched or whenNotMatched');
  }
  const upsert = whenNotMatched === 'insert';
  return async (flow, clock) => {
    server.checkSpace();
    checkUnique(server, namespace, fields);
    const statementFor = (doc: Doc): Statement => {
      if (!update) return insert(namespace, doc);
      const statement = { q: sameIn(fields, doc), u: update(doc), upsert };
      const report = ({ matched }: UpdateCounts): void => {
        if (matched > 0 || whenNotMatched !== 'fail') return;
        throw new StoreError(13113, '$merge could not find a matching document in the target');
      };
      return updateStatement({ server, namespace, scope, clock }, statement, report);
    };
    await writeEach(server, flow, statementFor, clock);
  };
}

/** The filter that finds what a document is to be merged with. */
const sameIn = (fields: Path[], doc: Doc): Doc =>
  Object.fromEntries(
    fields.map((path) => {
      const value = valueAt(doc, path);
      const name = path.join('.');
      if (value !== undefined && value !== null && !Array.isArray(value)) {
        return [name, { $eq: value }];
      }
      throw new StoreError(51132, `$merge write error: '${name}' cannot be missing or an array`);
    }),
  );

function checkUnique({ store }: Server, namespace: string, fields: Path[]): void {
  const wanted = fields.map((path) => path.join('.')).sort();
  if (wanted.join() === '_id') return;
  const isFound = store.collection(namespace)?.indexes.some(({ unique, partial, fields: own }) => {
    const names = own.map(({ name }) => name).sort();
    return unique && !partial && names.join() === wanted.join();
  });
  if (!isFound) {
    throw new StoreError(51183, 'Cannot find index to verify that join fields will be unique');
  }
}

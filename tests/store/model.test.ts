import { join } from 'node:path';
import { ObjectId } from 'bson';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execute, type Server } from '#lib/embedded-mongo/commands.ts';
import { Cursors } from '#lib/embedded-mongo/cursors.ts';
import { StoreError } from '#lib/embedded-mongo/errors.ts';
import { Store } from '#lib/embedded-mongo/store.ts';
import { decode, encode } from '#lib/embedded-mongo/values.ts';
import { checkIndexes } from './crash-checks.ts';
import { ModelCollection } from './model-collection.ts';
import { operation } from './model-operations.ts';
import { runOperation, type Answer, type Subject } from './model-runner.ts';
import type { Doc } from './model-values.ts';
import { temporaryDirectory } from './support.ts';

const operations = Number(process.env.STORE_OPERATIONS ?? 2_500);
const seed = Number(process.env.STORE_SEED ?? Date.now() % 2 ** 31);
/** A failure says its path: with it only what failed is done again. */
const path = process.env.STORE_PATH;
const timeLimitMs = Number(process.env.STORE_TIME_LIMIT_MS ?? 300_000);
const perRun = 80;

const directory = await temporaryDirectory();
let server: Server;
beforeAll(async () => {
  const store = await Store.open(join(directory.path, 'store.lmdb'));
  const log = (): void => {};
  const loggedScans = new Set<string>();
  server = { store, cursors: new Cursors(), log, loggedScans, checkSpace: () => {} };
});
afterAll(async () => {
  await server.store.close();
  await directory.remove();
});

/** The store's answer to a command that went through BSON, as through the wire. */
async function ask(command: Doc): Promise<Answer> {
  const body = decode(encode({ ...command, $db: 'test' }), 'documents');
  const sequences = new Map<string, Buffer[]>();
  const request = { requestId: 1, isLegacy: false, isSilent: false, body, sequences };
  try {
    const reply = await execute(server, request);
    if (!('batch' in reply)) return { reply, docs: [] };
    const { docs } = reply.batch as { docs: Buffer[] };
    return { reply: {}, docs: docs.map((raw) => decode(raw)) };
  } catch (error) {
    if (error instanceof StoreError) return { reply: {}, docs: [], code: error.code };
    throw error;
  }
}

describe('the whole store', () => {
  it(`does in ${operations} random operations what a naive model does (STORE_SEED=${seed})`, async () => {
    let collections = 0;
    let done = 0;
    const run = fc.asyncProperty(
      fc.array(operation, { minLength: 1, maxLength: perRun * 2, size: 'max' }),
      async (steps) => {
        const name = `c${collections++}`;
        const subject: Subject = { ask, model: new ModelCollection(), name, newId: new ObjectId() };
        for (const step of steps) {
          await runOperation(subject, step);
          done++;
        }
        checkIndexes(server.store, `test.${name}`);
        await ask({ drop: name });
      },
    );
    // Each array is about half as long as it may be.
    await fc.assert(run, {
      seed,
      ...(path && { path }),
      numRuns: Math.ceil((operations / perRun) * 1.3),
      interruptAfterTimeLimit: timeLimitMs,
      markInterruptAsFailure: true,
    });
    if (!path) expect(done).toBeGreaterThanOrEqual(operations);
  }, 600_000);
});

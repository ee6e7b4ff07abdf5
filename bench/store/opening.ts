import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { few, many } from './measures.ts';
import { inTurns } from './rounds.ts';
import { startStore } from './sides.ts';
import type { Row } from './table.ts';

const openings = 5;

/** From nothing to the first answer: starting the thread, opening the file, connecting, asking. */
async function timeToAnswer(directory: string, documents: number): Promise<number> {
  const start = performance.now();
  const store = await startStore(directory);
  const found = await store.messages(many).countDocuments();
  const took = performance.now() - start;
  assert.equal(found, documents);
  assert.equal((await store.messages(few).findOne()) === null, documents === 0);
  await store.close();
  return took;
}

/** As after a crash: there is nothing to tell that the store was stopped in order. */
const forgetStop = (directory: string): Promise<void> => rm(join(directory, 'store.lmdb-mark'));

/** Opening the directory again, beside an empty one. */
export async function measureOpening(
  directory: string,
  empty: string,
  documents: number,
): Promise<Row[]> {
  const beside = (): Promise<number> => timeToAnswer(empty, 0);
  const name = `opening ${documents.toLocaleString('en')}`;
  return [
    {
      name: `${name}, beside an empty store`,
      unit: 'ms',
      target: { kind: 'value', atMost: 1000 },
      ...(await inTurns(openings, () => timeToAnswer(directory, documents), beside)),
    },
    {
      name: `${name} after a crash, beside an empty store`,
      unit: 'ms',
      target: undefined,
      ...(await inTurns(
        2,
        async () => {
          await forgetStop(directory);
          return timeToAnswer(directory, documents);
        },
        beside,
      )),
    },
  ];
}

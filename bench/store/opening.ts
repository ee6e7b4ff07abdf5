import assert from 'node:assert/strict';
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

/** Opening the directory again, beside an empty one. */
export async function measureOpening(
  directory: string,
  empty: string,
  documents: number,
): Promise<Row[]> {
  const afterStop = await inTurns(
    openings,
    () => timeToAnswer(directory, documents),
    () => timeToAnswer(empty, 0),
  );
  return [
    {
      name: `opening ${documents.toLocaleString('en')}, beside an empty store`,
      unit: 'ms',
      target: { kind: 'value', atMost: 1000 },
      ...afterStop,
    },
  ];
}

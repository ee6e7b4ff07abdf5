import { randomBytes } from 'node:crypto';
import { StoreError } from './errors.ts';
import type { Flow } from './search.ts';
import type { Batch } from './wire.ts';

const firstBatchDocs = 101;
const maxBatchBytes = 16 * 1024 * 1024;
const idleMs = 10 * 60_000;
/** How long one reader may keep the thread before the others get a turn. */
const sliceMs = 10;

/** Watches the time of one command. */
export class Clock {
  private sliceStart = performance.now();
  private readonly deadline: number;

  constructor(maxTimeMs: number | undefined) {
    this.deadline = maxTimeMs ? performance.now() + maxTimeMs : Infinity;
  }

  /** To be awaited wherever a command may be interrupted. */
  async pause(): Promise<void> {
    const now = performance.now();
    if (now > this.deadline) throw new StoreError(50, 'operation exceeded time limit');
    if (now - this.sliceStart < sliceMs) return;
    await new Promise(setImmediate);
    this.sliceStart = performance.now();
  }
}

/** All results of a flow. */
export async function drain<T>(flow: Flow<T>, clock: Clock): Promise<T[]> {
  const items: T[] = [];
  for (const item of flow) {
    if (item === undefined) await clock.pause();
    else items.push(item);
  }
  return items;
}

interface Cursor {
  namespace: string;
  session: string | undefined;
  flow: Flow<Buffer>;
  /** Read ahead, to know whether the cursor is at its end. */
  next: Buffer | undefined;
  usedAt: number;
}

export interface CursorOptions {
  batchSize: number | undefined;
  singleBatch?: boolean;
  session: string | undefined;
}

/** The open cursors of all clients. */
export class Cursors {
  private readonly open = new Map<bigint, Cursor>();

  /** The first batch of a new cursor, which is kept if there is more. */
  async first(
    namespace: string,
    flow: Flow<Buffer>,
    { batchSize, singleBatch = false, session }: CursorOptions,
    clock: Clock,
  ): Promise<{ batch: Batch }> {
    const cursor: Cursor = { namespace, session, flow, next: undefined, usedAt: Date.now() };
    const docs = await this.read(cursor, batchSize ?? firstBatchDocs, clock);
    const isOpen = !singleBatch && (cursor.next !== undefined || batchSize === 0);
    const cursorId = isOpen ? this.newId() : 0n;
    if (isOpen) this.open.set(cursorId, cursor);
    return { batch: { field: 'firstBatch', docs, cursorId, namespace } };
  }

  async more(
    cursorId: bigint,
    namespace: string,
    batchSize: number | undefined,
    clock: Clock,
  ): Promise<{ batch: Batch }> {
    const cursor = this.open.get(cursorId);
    if (!cursor) throw new StoreError(43, `cursor id ${cursorId} not found`);
    if (cursor.namespace !== namespace) {
      throw new StoreError(
        13,
        `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace ${cursor.namespace}`,
      );
    }
    this.open.delete(cursorId);
    const docs = await this.read(cursor, batchSize || Infinity, clock);
    const isOpen = cursor.next !== undefined;
    if (isOpen) this.open.set(cursorId, { ...cursor, usedAt: Date.now() });
    return { batch: { field: 'nextBatch', docs, cursorId: isOpen ? cursorId : 0n, namespace } };
  }

  kill(cursorId: bigint): boolean {
    return this.open.delete(cursorId);
  }

  killSession(session: string): void {
    for (const [id, cursor] of this.open) if (cursor.session === session) this.open.delete(id);
  }

  /** Forgets cursors that nobody asked for in ten minutes. */
  killIdle(): void {
    for (const [id, { usedAt }] of this.open) {
      if (Date.now() - usedAt > idleMs) this.open.delete(id);
    }
  }

  private async read(cursor: Cursor, limit: number, clock: Clock): Promise<Buffer[]> {
    if (limit === 0) return [];
    const docs: Buffer[] = [];
    let bytes = 0;
    if (cursor.next) {
      docs.push(cursor.next);
      bytes += cursor.next.length;
      cursor.next = undefined;
    }
    // By hand, because leaving a for loop would end the generator.
    for (let step = cursor.flow.next(); !step.done; step = cursor.flow.next()) {
      const doc = step.value;
      if (doc === undefined) {
        await clock.pause();
        continue;
      }
      if (docs.length >= limit || (docs.length > 0 && bytes + doc.length > maxBatchBytes)) {
        cursor.next = doc;
        break;
      }
      docs.push(doc);
      bytes += doc.length;
    }
    return docs;
  }

  private newId(): bigint {
    const id = BigInt.asUintN(63, randomBytes(8).readBigUInt64BE());
    return id === 0n || this.open.has(id) ? this.newId() : id;
  }
}

import { randomBytes } from 'node:crypto';
import { StoreError } from './errors.ts';
import type { Flow } from './search.ts';
import { beginTurn, isTurnOver, nextTurn } from './turn.ts';
import { encode, type Doc } from './values.ts';
import type { Batch } from './wire.ts';

const firstBatchDocs = 101;
const maxBatchBytes = 16 * 1024 * 1024;
const idleMs = 10 * 60_000;

/** Watches the time of one command. */
export class Clock {
  private readonly deadline: number;

  constructor(maxTimeMs: number | undefined) {
    beginTurn();
    this.deadline = maxTimeMs ? performance.now() + maxTimeMs : Infinity;
  }

  /** Throws when the command has had the time that its client gave it. */
  check(): void {
    if (performance.now() > this.deadline) {
      throw new StoreError(50, 'operation exceeded time limit');
    }
  }

  /** To be awaited wherever a command may be interrupted. */
  async pause(): Promise<void> {
    this.check();
    if (isTurnOver()) await nextTurn();
  }
}

interface Cursor {
  namespace: string;
  session: string | undefined;
  flow: Flow<Buffer>;
  /** Read, but too large for the batch before it. */
  next: Buffer | undefined;
  /** How many more documents there can be. */
  left: number;
  usedAt: number;
}

interface CursorOptions {
  batchSize: number | undefined;
  singleBatch?: boolean;
  session: string | undefined;
  /** How many documents there are at most, if that is known. */
  limit?: number;
}

/** The bytes of documents that were made for the occasion. */
export function* encoded(docs: Doc[]): Flow<Buffer> {
  for (const doc of docs) yield encode(doc);
}

/** The open cursors of all clients. */
export class Cursors {
  private readonly open = new Map<bigint, Cursor>();

  /**
   * The first batch of a new cursor. Like MongoDB it does not look ahead: the cursor is kept until
   * its end was met or its limit reached, so the last batch may be empty.
   */
  async first(
    namespace: string,
    flow: Flow<Buffer>,
    { batchSize, singleBatch = false, session, limit = Infinity }: CursorOptions,
    clock: Clock,
  ): Promise<{ batch: Batch }> {
    const usedAt = Date.now();
    const cursor: Cursor = { namespace, session, flow, next: undefined, left: limit, usedAt };
    const docs = await this.read(cursor, batchSize ?? firstBatchDocs, clock);
    const isOpen = !singleBatch && cursor.left > 0;
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
        `The cursor of getMore belongs to the namespace ${cursor.namespace}`,
      );
    }
    this.open.delete(cursorId);
    const docs = await this.read(cursor, batchSize || Infinity, clock);
    const isOpen = cursor.left > 0;
    if (isOpen) this.open.set(cursorId, { ...cursor, usedAt: Date.now() });
    return { batch: { field: 'nextBatch', docs, cursorId: isOpen ? cursorId : 0n, namespace } };
  }

  kill(cursorId: bigint): boolean {
    return this.open.delete(cursorId);
  }

  killSession(session: string): void {
    for (const [id, cursor] of this.open) if (cursor.session === session) this.open.delete(id);
  }

  killAll(): void {
    this.open.clear();
  }

  /** Forgets cursors that nobody asked for in ten minutes. */
  killIdle(): void {
    for (const [id, { usedAt }] of this.open) {
      if (Date.now() - usedAt > idleMs) this.open.delete(id);
    }
  }

  private async read(cursor: Cursor, limit: number, clock: Clock): Promise<Buffer[]> {
    const docs: Buffer[] = [];
    let bytes = 0;
    while (docs.length < limit && cursor.left > 0) {
      const step = cursor.next ? { value: cursor.next, done: false } : cursor.flow.next();
      if (step.done) {
        cursor.left = 0;
        break;
      }
      const doc = step.value;
      if (doc === undefined) {
        await clock.pause();
        continue;
      }
      const isTooLarge = docs.length > 0 && bytes + doc.length > maxBatchBytes;
      cursor.next = isTooLarge ? doc : undefined;
      if (isTooLarge) break;
      docs.push(doc);
      bytes += doc.length;
      cursor.left--;
      if (isTurnOver()) await clock.pause();
    }
    return docs;
  }

  private newId(): bigint {
    const id = BigInt.asUintN(63, randomBytes(8).readBigUInt64BE());
    return id === 0n || this.open.has(id) ? this.newId() : id;
  }
}

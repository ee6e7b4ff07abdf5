import { MongoClient, type Collection } from 'mongodb';
import { expect } from 'vitest';
import { nearestDouble, type Doc } from '#lib/embedded-mongo/values.ts';

interface Message {
  _id: string;
  chat: string;
  seq: number;
  at: number;
  words: string[];
  open?: boolean;
}

/** What is known of one document. */
interface Known {
  /** The insertMany it came with, which is one commit. */
  batch: string;
  isInserted: boolean;
  /** The version acknowledged last, and the ones sent since. */
  versions: number[];
  isDeleting: boolean;
  isDeleted: boolean;
}

/**
 * Writes to a store in another process and keeps its own log of what was sent and what was
 * acknowledged, by which it judges what is there after a crash.
 */
export class Oracle {
  readonly known = new Map<string, Known>();
  counter = { acknowledged: 0, sent: 0 };
  acknowledged = 0;
  private run = 0;

  /** Writes until the store is gone. */
  async write(uri: string): Promise<void> {
    this.run++;
    const client = new MongoClient(uri, { serverSelectionTimeoutMS: 1000 });
    try {
      await client.connect();
      const messages = client.db('test').collection<Message>('messages');
      await messages.createIndex({ chat: 1, seq: 1 }, { unique: true });
      await messages.createIndex({ words: 1 });
      await messages.createIndex({ at: -1 }, { partialFilterExpression: { open: true } });
      await Promise.all([0, 1, 2, 3].map((writer) => this.writeChat(client, messages, writer)));
    } catch (error) {
      if (!isNetwork(error)) throw error;
    } finally {
      await client.close();
    }
  }

  private async writeChat(client: MongoClient, messages: Collection<Message>, writer: number) {
    const counters = client.db('test').collection<{ _id: string; n: number }>('counters');
    const chat = `${this.run}-${writer}`;
    for (let seq = 0; ; seq += 3) {
      await this.insert(messages, chat, seq);
      await this.update(messages, chat, seq, seq + 1);
      this.counter.sent++;
      await counters.updateOne({ _id: 'all' }, { $inc: { n: 1 } }, { upsert: true });
      this.counter.acknowledged++;
      if (seq % 2 === 0) await this.delete(messages, chat, seq + 2);
      this.acknowledged += 3;
    }
  }

  private async insert(messages: Collection<Message>, chat: string, first: number) {
    const batch = [first, first + 1, first + 2].map((seq) => ({
      _id: `${chat}-${seq}`,
      chat,
      seq,
      at: 0,
      words: ['u0', chat],
      open: seq % 2 === 0,
    }));
    const entries = batch.map(({ _id }) => {
      const known = {
        batch: `${chat}-${first}`,
        isInserted: false,
        versions: [0],
        isDeleting: false,
        isDeleted: false,
      };
      this.known.set(_id, known);
      return known;
    });
    await messages.insertMany(batch);
    for (const known of entries) known.isInserted = true;
  }

  private async update(messages: Collection<Message>, chat: string, seq: number, at: number) {
    const known = this.known.get(`${chat}-${seq}`)!;
    known.versions.push(at);
    const change = { $set: { at, words: [`u${at}`, chat, 'changed'] }, $unset: { open: true } };
    const { modifiedCount } = await messages.updateOne({ chat, seq }, change as object);
    expect(modifiedCount).toBe(1);
    known.versions = [at];
  }

  private async delete(messages: Collection<Message>, chat: string, seq: number) {
    const known = this.known.get(`${chat}-${seq}`)!;
    known.isDeleting = true;
    const { deletedCount } = await messages.deleteOne({ chat, seq });
    expect(deletedCount).toBe(1);
    known.isDeleted = true;
  }

  /** Judges what is there, and takes it over as known. */
  judge(messages: Doc[], counter: Doc | undefined): void {
    const byId = new Map(messages.map((doc) => [String(doc._id), doc]));
    expect(byId.size).toBe(messages.length);
    for (const id of byId.keys()) expect(this.known.has(id), id).toBe(true);
    const partial = new Map<string, boolean>();
    for (const [id, known] of this.known) {
      const doc = byId.get(id);
      if (known.isDeleted) expect(doc, `${id} was deleted`).toBeUndefined();
      if (known.isInserted && !known.isDeleting) expect(doc, `${id} is lost`).toBeDefined();
      if (!known.isInserted) {
        const others = partial.get(known.batch);
        if (others !== undefined) expect(doc !== undefined, `${id} is half a batch`).toBe(others);
        partial.set(known.batch, doc !== undefined);
      }
      if (doc) this.judgeDocument(id, doc, known);
      else this.known.delete(id);
    }
    const n = counter ? nearestDouble(counter.n) : 0;
    expect(n).toBeGreaterThanOrEqual(this.counter.acknowledged);
    expect(n).toBeLessThanOrEqual(this.counter.sent);
    this.counter = { acknowledged: n, sent: n };
  }

  private judgeDocument(id: string, doc: Doc, known: Known): void {
    const at = nearestDouble(doc.at);
    expect(known.versions, id).toContain(at);
    expect((doc.words as string[])[0], `${id} is torn`).toBe(`u${at}`);
    Object.assign(known, { isInserted: true, versions: [at], isDeleting: false });
  }
}

const isNetwork = (error: unknown): boolean =>
  error instanceof Error &&
  (/^Mongo(Network|ServerSelection|PoolCleared|Topology|NotConnected)/.test(error.name) ||
    /connection \d+ to .* closed|ECONN/.test(error.message));

/** What is told to other nodes, or among them. */
export type Kind = 'message' | 'receipts' | 'typing' | 'present' | 'beat' | 'done';

interface RecordCost {
  /** On the wire from Redis, with the stream's own fields. */
  bytes: number;
  /** Of the main thread of a node that reads it, and has nobody it is for. */
  readUs: number;
}

/** Measured by `npm run bench:scale -- --measure`, as docs/scale.md says; read in full batches. */
export const recordCosts: Record<Kind, RecordCost> = {
  message: { bytes: 657, readUs: 23 },
  receipts: { bytes: 372, readUs: 23 },
  typing: { bytes: 387, readUs: 18 },
  present: { bytes: 209, readUs: 17 },
  // Not measured by themselves: the smallest that was.
  beat: { bytes: 120, readUs: 17 },
  done: { bytes: 190, readUs: 17 },
};

/** Processor time in microseconds, measured likewise. */
export const costs = {
  /** Of a node, for one record that it writes. */
  writeUs: 28,
  /** Of a node, for a reading, whatever comes; and after how long it reads again. */
  wakeUs: 250,
  readEveryMs: 0.7,
  /** Of Redis, for one record written, for one that one node reads, and for having a node that waits read. */
  redisWriteUs: 5,
  redisReadUs: 1.3,
  redisWakeUs: 12,
  /** Of a node and its embedded store, for a message that comes alone, a frame to a device, a
   * receipt that comes alone: at the rates of one node there is hardly anything to be done together. */
  messageUs: 2600,
  deliveryUs: 21,
  receiptUs: 430,
};

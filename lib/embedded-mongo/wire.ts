import { Double } from 'bson';
import { StoreError } from './errors.ts';
import { decode, encode, type Doc } from './values.ts';

const opReply = 1;
const opQuery = 2004;
const opMsg = 2013;
const headerBytes = 16;
export const maxMessageBytes = 48_000_000;

/** A command as it came in. */
export interface Request {
  requestId: number;
  /** The first message of every connection still comes in the old form and wants such an answer. */
  isLegacy: boolean;
  /** The client wants no answer. */
  isSilent: boolean;
  body: Doc;
  /** The documents of kind 1 sections, undecoded, under the name of the field they stand for. */
  sequences: Map<string, Buffer[]>;
}

/** A batch of a cursor: its documents travel as the bytes they are stored in. */
export interface Batch {
  field: 'firstBatch' | 'nextBatch';
  docs: Buffer[];
  cursorId: bigint;
  namespace: string;
  /** What a reply says beside its cursor. */
  extra?: Doc;
}

export type Reply = Doc | { batch: Batch };

/** The length of the message at the start of the buffer, or undefined if it is not yet known. */
export function messageLength(buffer: Buffer): number | undefined {
  if (buffer.length < 4) return undefined;
  const length = buffer.readInt32LE(0);
  if (length < headerBytes || length > maxMessageBytes) {
    throw new StoreError(16, `A message of ${length} bytes is not possible.`);
  }
  return length;
}

export function parseMessage(message: Buffer): Request {
  const requestId = message.readInt32LE(4);
  const opCode = message.readInt32LE(12);
  if (opCode === opQuery) return parseQuery(message, requestId);
  if (opCode === opMsg) return parseMsg(message, requestId);
  throw new StoreError(59, `Messages of kind ${opCode} are not understood.`);
}

function parseQuery(message: Buffer, requestId: number): Request {
  const nameEnd = message.indexOf(0, headerBytes + 4);
  const namespace = message.toString('utf8', headerBytes + 4, nameEnd);
  const body = decode(documentAt(message, nameEnd + 9));
  const database = namespace.replace(/\.\$cmd$/, '');
  return {
    requestId,
    isLegacy: true,
    isSilent: false,
    body: { ...body, $db: database },
    sequences: new Map(),
  };
}

function parseMsg(message: Buffer, requestId: number): Request {
  const flags = message.readUInt32LE(headerBytes);
  const hasChecksum = (flags & 1) !== 0;
  if ((flags & 0xfffc) !== 0) throw new StoreError(9, 'The message has unknown required flags.');
  const end = message.length - (hasChecksum ? 4 : 0);
  const sequences = new Map<string, Buffer[]>();
  let body: Doc | undefined;
  for (let at = headerBytes + 4; at < end;) {
    const kind = message[at++];
    if (kind === 0) {
      const bytes = documentAt(message, at);
      // What is to be inserted is stored as it came.
      body = decode(bytes, firstName(bytes) === 'insert' ? 'documents' : undefined);
      at += bytes.length;
    } else if (kind === 1) {
      const sectionEnd = at + message.readInt32LE(at);
      readSequence(message, at + 4, Math.min(sectionEnd, end), sequences);
      at = sectionEnd;
    } else throw new StoreError(9, `Sections of kind ${kind} are not understood.`);
  }
  if (!body) throw new StoreError(9, 'The message has no body.');
  return { requestId, isLegacy: false, isSilent: (flags & 2) !== 0, body, sequences };
}

function readSequence(
  message: Buffer,
  start: number,
  end: number,
  sequences: Map<string, Buffer[]>,
): void {
  const nameEnd = message.indexOf(0, start);
  const docs: Buffer[] = [];
  for (let at = nameEnd + 1; at < end;) {
    const bytes = documentAt(message, at);
    docs.push(bytes);
    at += bytes.length;
  }
  sequences.set(message.toString('utf8', start, nameEnd), docs);
}

function documentAt(message: Buffer, at: number): Buffer {
  const length = at + 4 <= message.length ? message.readInt32LE(at) : 0;
  if (length < 5 || at + length > message.length) {
    throw new StoreError(22, 'A document of the message is cut short.');
  }
  return message.subarray(at, at + length);
}

const firstName = (bytes: Buffer): string => bytes.toString('utf8', 5, bytes.indexOf(0, 5));

/** Encodes the answer to a request. */
export function encodeReply(request: Request, reply: Reply): Buffer {
  const body = isBatch(reply) ? batchParts(reply.batch) : [encode(reply)];
  const head = Buffer.alloc(request.isLegacy ? headerBytes + 20 : headerBytes + 5);
  const length = body.reduce((sum, part) => sum + part.length, head.length);
  head.writeInt32LE(length, 0);
  head.writeInt32LE(request.requestId, 8);
  head.writeInt32LE(request.isLegacy ? opReply : opMsg, 12);
  if (request.isLegacy) {
    head.writeInt32LE(8, headerBytes);
    head.writeInt32LE(1, headerBytes + 16);
  }
  return Buffer.concat([head, ...body], length);
}

const isBatch = (reply: Reply): reply is { batch: Batch } => 'batch' in reply;

const element = (type: number, name: string): Buffer =>
  Buffer.from(`${String.fromCharCode(type)}${name}\0`, 'latin1');
const elementsOf = (doc: Doc): Buffer => encode(doc).subarray(4, -1);

const end = Buffer.alloc(1);
const cursorElement = element(3, 'cursor');
const docsElement = { firstBatch: element(4, 'firstBatch'), nextBatch: element(4, 'nextBatch') };
const okElement = elementsOf({ ok: new Double(1) });
/** The names of an array's first elements. */
const places = Array.from({ length: 1000 }, (_, i) => element(3, String(i)));

/** By hand, so that the documents are copied once and looked at never. */
function batchParts({ field, docs, cursorId, namespace, extra }: Batch): Buffer[] {
  const array: Buffer[] = [];
  for (const [i, doc] of docs.entries()) array.push(places[i] ?? element(3, String(i)), doc);
  const cursor = documentOf([
    docsElement[field],
    ...documentOf(array),
    element(18, 'id'),
    int64(cursorId),
    element(2, 'ns'),
    text(namespace),
  ]);
  return documentOf([cursorElement, ...cursor, ...(extra ? [elementsOf(extra)] : []), okElement]);
}

/** The parts of a document with these elements. */
function documentOf(elements: Buffer[]): Buffer[] {
  const head = Buffer.allocUnsafe(4);
  head.writeInt32LE(elements.reduce((sum, part) => sum + part.length, 5));
  return [head, ...elements, end];
}

function int64(value: bigint): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigInt64LE(value);
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(`0000${value}\0`);
  bytes.writeInt32LE(bytes.length - 4);
  return bytes;
}

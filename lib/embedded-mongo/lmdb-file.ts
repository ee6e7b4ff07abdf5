import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { inWords, Unusable } from './unusable.ts';

// LMDB maps its file and trusts every number in it: a damaged one ends the process with a
// segmentation fault. So the file is read as a file first, and every page that LMDB could come to
// is looked at. The layout is that of data version 2, lmdb 3.x.
const magic = 0xbeefc0de;
const version = 2;
const headerBytes = 24;
const nodeBytes = 8;
const page = { branch: 0x01, leaf: 0x02, overflow: 0x04, meta: 0x08 } as const;
const kinds = page.branch | page.leaf | page.overflow | page.meta;
const bigData = 0x01;
/** A file without a directory of its own, and numbers as keys. */
const freeTreeFlags = 0x4008;
const deepest = 32;
const windowBytes = 1024 * 1024;

/** A file that is not as LMDB wrote it. The message is for the operator, and names the file. */
export class DamagedFile extends Error {
  override name = 'DamagedFile';
}

interface Meta {
  pageBytes: number;
  /** The number of pages that this state knows; those at the end may never have been written. */
  pages: number;
  transaction: bigint;
  roots: { page: number; depth: number }[];
}

/** A page and the keys between which all of its own must be. */
interface Child {
  page: number;
  low?: Buffer | undefined;
  high?: Buffer | undefined;
}

const keyEnd = (bytes: Buffer, node: number): number =>
  node + nodeBytes + (bytes[node + 6]! | (bytes[node + 7]! << 8));
const keyOf = (bytes: Buffer, node: number): Buffer =>
  bytes.subarray(node + nodeBytes, keyEnd(bytes, node));

const rootsOf = ({ roots }: Pick<Meta, 'roots'>): number[] =>
  roots.flatMap(({ page: root }) => (root === -1 ? [] : [root]));

/** Whether the key of one node is below that of another. A native call would take ten times as long. */
function isBelow(bytes: Buffer, node: number, other: number): boolean {
  const end = keyEnd(bytes, node);
  const otherEnd = keyEnd(bytes, other);
  let a = node + nodeBytes;
  let b = other + nodeBytes;
  while (a < end && b < otherEnd) {
    const difference = bytes[a++]! - bytes[b++]!;
    if (difference !== 0) return difference < 0;
  }
  return a === end && b < otherEnd;
}

/**
 * Throws unless every page that the newest state refers to is there and can be followed; with
 * `isInnerOnly`, the pages that hold documents and keys are not read, which are nearly all. What
 * a document says is not looked at: `checkStore` does that.
 */
export function checkFile(path: string, isInnerOnly = false): void {
  const file = openFile(path);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw new Unusable(path, 'it is no file');
    new FileCheck(path, file, stats.size, isInnerOnly).run();
  } catch (error) {
    throw inWords(path, error);
  } finally {
    closeSync(file);
  }
}

function openFile(path: string): number {
  try {
    // A pipe would wait for somebody who writes.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw inWords(path, error);
  }
}

class FileCheck {
  private meta!: Meta;
  /** One byte for each page that something leads to. */
  private seen = new Uint8Array();
  /** The piece of the file that is being looked at; what is kept of it is copied. */
  private readonly window = Buffer.allocUnsafe(windowBytes);

  constructor(
    private readonly path: string,
    private readonly file: number,
    private readonly size: number,
    private readonly isInnerOnly: boolean,
  ) {}

  run(): void {
    this.meta = this.newestMeta();
    this.seen = new Uint8Array(Math.ceil(this.size / this.meta.pageBytes));
    for (const [tree, { page: root, depth }] of this.meta.roots.entries()) {
      // The first tree lists the free pages, by numbers; the second is ours, in order of bytes.
      if (root !== -1) this.checkTree(this.use(root, 1), depth, tree === 1);
    }
  }

  private newestMeta(): Meta {
    const first = this.metaAt(0);
    const second = this.metaAt(first.pageBytes);
    const [older, newer] =
      second.transaction > first.transaction ? [first, second] : [second, first];
    // A new file and a compacted one begin with an empty state of no number.
    const isFirst = older.transaction === 0n && rootsOf(older).length === 0;
    // By a wrong number LMDB would take the last commit but one for the last, or all for empty.
    const isRight = isFirst
      ? newer.transaction > 0n || rootsOf(newer).length === 0
      : newer.transaction === older.transaction + 1n && this.isNumberOf(newer);
    if (!isRight) throw this.damage('its beginnings are not those of two commits in a row');
    return newer;
  }

  /** Every commit writes the root of one tree at least, and its number there. */
  private isNumberOf({ pageBytes, transaction, ...meta }: Meta): boolean {
    return rootsOf(meta).some((root) => {
      const isInside = root >= 2 && (root + 1) * pageBytes <= this.size;
      return isInside && this.read(root * pageBytes, 16).readBigUInt64LE(8) === transaction;
    });
  }

  private metaAt(position: number): Meta {
    const bytes = this.read(position, headerBytes + 144);
    const wrong =
      (bytes.readUInt16LE(18) & page.meta) === 0 ||
      bytes.readUInt32LE(24) !== magic ||
      bytes.readUInt32LE(28) !== version ||
      // Keys in another order, or an encrypted file, which LMDB would follow all the same.
      bytes.readUInt16LE(52) !== freeTreeFlags ||
      bytes.readUInt16LE(100) !== 0;
    const pageBytes = bytes.readUInt32LE(48);
    const isPowerOfTwo = (pageBytes & (pageBytes - 1)) === 0;
    if (wrong || pageBytes < 512 || pageBytes > 65_536 || !isPowerOfTwo) {
      throw this.damage('it does not begin as a store begins');
    }
    const meta: Meta = {
      pageBytes,
      pages: this.number(bytes, 144) + 1,
      transaction: bytes.readBigUInt64LE(152),
      roots: [48, 96].map((at) => ({
        page: this.number(bytes, at + 40),
        depth: bytes.readUInt16LE(at + 6),
      })),
    };
    const isMapped = BigInt(meta.pages) * BigInt(pageBytes) <= bytes.readBigUInt64LE(40);
    if (!isMapped || meta.pages < 2) throw this.damage('its size is not what its beginning says');
    return meta;
  }

  /** Level by level, each in the order of the file: so it is read in large pieces. */
  private checkTree(root: number, depth: number, isOrdered: boolean): void {
    if (depth < 1 || depth > deepest) throw this.damage('a tree of impossible depth');
    let level: Child[] = [{ page: root }];
    const lowest = this.isInnerOnly ? 2 : 1;
    for (let left = depth; left >= lowest; left--) {
      const below: Child[] = [];
      for (const [bytes, child] of this.pagesOf(level)) {
        const nodes = this.nodesOf(bytes, left === 1 ? page.leaf : page.branch);
        if (isOrdered) this.checkOrder(bytes, nodes, child, left > 1);
        if (left === 1) this.addLongValues(bytes, nodes, below);
        else this.addChildren(bytes, nodes, child, below);
      }
      level = below;
    }
    if (this.isInnerOnly) return;
    for (const [bytes] of this.pagesOf(level)) this.checkHeader(bytes, page.overflow);
  }

  private *pagesOf(children: Child[]): Generator<[Buffer, Child]> {
    const { pageBytes } = this.meta;
    let window: Buffer = Buffer.alloc(0);
    let windowAt = 0;
    for (const child of children.sort((a, b) => a.page - b.page)) {
      const at = child.page * pageBytes;
      if (at + pageBytes > windowAt + window.length) {
        windowAt = at;
        window = this.read(at, pageBytes, windowBytes);
      }
      const bytes = window.subarray(at - windowAt, at - windowAt + pageBytes);
      if (this.number(bytes, 0) !== child.page) {
        throw this.damage(`page ${child.page} is another page`);
      }
      yield [bytes, child];
    }
  }

  private checkHeader(bytes: Buffer, kind: number): void {
    const isNewer = bytes.readBigUInt64LE(8) > this.meta.transaction;
    if ((bytes.readUInt16LE(18) & kinds) !== kind || isNewer) throw this.unreadable(bytes);
  }

  /** Where the nodes of a page are. Each has its whole key in the page. */
  private nodesOf(bytes: Buffer, kind: number): number[] {
    this.checkHeader(bytes, kind);
    const [lower, upper] = [bytes.readUInt16LE(20), bytes.readUInt16LE(22)];
    const space = bytes.length - headerBytes;
    if (lower % 2 !== 0 || lower === 0 || lower > upper || upper > space) {
      throw this.unreadable(bytes);
    }
    const nodes: number[] = [];
    for (let at = headerBytes; at < headerBytes + lower; at += 2) {
      const node = headerBytes + bytes.readUInt16LE(at);
      const isInside = node >= headerBytes + upper && node + nodeBytes <= bytes.length;
      if (!isInside || keyEnd(bytes, node) > bytes.length) throw this.unreadable(bytes);
      nodes.push(node);
    }
    return nodes;
  }

  /** A search would miss what is out of order, and a walk could go in circles. */
  private checkOrder(
    bytes: Buffer,
    nodes: number[],
    { low, high }: Child,
    isBranch: boolean,
  ): void {
    // The first key of a branch page is not used.
    const first = isBranch ? 1 : 0;
    for (let i = first + 1; i < nodes.length; i++) {
      if (!isBelow(bytes, nodes[i - 1]!, nodes[i]!)) throw this.unreadable(bytes);
    }
    if (nodes.length <= first) return;
    if (low && keyOf(bytes, nodes[first]!).compare(low) < 0) throw this.unreadable(bytes);
    if (high && keyOf(bytes, nodes.at(-1)!).compare(high) >= 0) throw this.unreadable(bytes);
  }

  private addChildren(bytes: Buffer, nodes: number[], parent: Child, below: Child[]): void {
    let low = parent.low;
    for (const [i, node] of nodes.entries()) {
      const next = nodes[i + 1];
      const high = next === undefined ? parent.high : Buffer.from(keyOf(bytes, next));
      const number = bytes.readUInt32LE(node) + bytes.readUInt16LE(node + 4) * 2 ** 32;
      below.push({ page: this.use(number, 1), low, high });
      low = high;
    }
  }

  private addLongValues(bytes: Buffer, nodes: number[], below: Child[]): void {
    for (const node of nodes) this.checkLeafNode(bytes, node, below);
  }

  private checkLeafNode(bytes: Buffer, node: number, below: Child[]): void {
    const length = bytes.readUInt32LE(node);
    const flags = bytes.readUInt16LE(node + 4);
    const data = keyEnd(bytes, node);
    const isBig = flags === bigData;
    if (data === node + nodeBytes || (flags !== 0 && !isBig)) throw this.unreadable(bytes);
    if (data + (isBig ? 24 : length) > bytes.length) throw this.unreadable(bytes);
    if (!isBig) return;
    const pages = this.number(bytes, data + 16);
    if (pages * bytes.length < length + headerBytes) throw this.unreadable(bytes);
    below.push({ page: this.use(this.number(bytes, data), pages) });
  }

  /** Two ways to one page would let LMDB write over what it still needs. */
  private use(first: number, count: number): number {
    const isInside = first >= 2 && count >= 1 && first + count <= this.meta.pages;
    if (!isInside || (first + count) * this.meta.pageBytes > this.size) {
      throw this.damage(`page ${first} is missing`);
    }
    for (let number = first; number < first + count; number++) {
      if (this.seen[number] === 1) throw this.damage(`page ${number} is used twice`);
      this.seen[number] = 1;
    }
    return first;
  }

  private number(bytes: Buffer, at: number): number {
    return Number(bytes.readBigInt64LE(at));
  }

  /** At least `least` bytes, and up to `wanted` if the file has them. */
  private read(position: number, least: number, wanted = least): Buffer {
    const count = readSync(this.file, this.window, 0, wanted, position);
    if (count < least) throw this.damage('its end is missing');
    return this.window.subarray(0, count);
  }

  private unreadable(bytes: Buffer): DamagedFile {
    return this.damage(`page ${this.number(bytes, 0)} cannot be read`);
  }

  private damage(what: string): DamagedFile {
    return new DamagedFile(
      `${this.path} is damaged (${what}). Nothing was read from it; restore a backup.`,
    );
  }
}

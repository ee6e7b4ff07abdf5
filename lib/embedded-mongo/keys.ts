import { createHash } from 'node:crypto';
import { Double } from 'bson';
import {
  bytesOf,
  classOf,
  entriesOf,
  equal,
  nearestDouble,
  Rank,
  rankOf,
  remainderOf,
  textParts,
  timestampBits,
  type Doc,
} from './values.ts';

/** LMDB's limit for pages of 4 kB. */
export const maxKeyBytes = 1978;
/** A longer string or binary is kept as this many bytes and a hash. */
const keptBytes = 512;

/**
 * Writes values as bytes that memcmp orders exactly as compare() orders the values.
 * `truncated` and `rounded` tell that a value could not be kept whole: such keys find equal
 * values, but do not order the ones that look alike.
 */
export class KeyWriter {
  private bytes = Buffer.allocUnsafe(1024);
  length = 0;
  truncated = false;
  /** There is a Decimal128 in it, */
  decimal = false;
  /** and one that is not the double it is kept as. */
  rounded = false;

  constructor(private readonly truncateAt = keptBytes) {}

  reset(): this {
    this.length = 0;
    this.truncated = false;
    this.decimal = false;
    this.rounded = false;
    return this;
  }

  finish(): Buffer {
    return Buffer.from(this.bytes.subarray(0, this.length));
  }

  uint32(value: number): this {
    this.reserve(4);
    this.length = this.bytes.writeUInt32BE(value, this.length);
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
    return this;
  }

  component(value: unknown, descending = false): this {
    const start = this.length;
    this.byte(rankOf(value));
    this.payload(value);
    if (descending) {
      for (let i = start; i < this.length; i++) this.bytes[i] = this.bytes[i]! ^ 0xff;
    }
    return this;
  }

  private reserve(extra: number): void {
    if (this.length + extra <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + extra));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }

  private byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  private payload(value: unknown): void {
    switch (rankOf(value)) {
      case Rank.number:
        return this.number(value);
      case Rank.string:
        return this.text(String(value));
      case Rank.object:
        return this.object(value as Doc);
      case Rank.array:
        for (const element of value as unknown[]) this.component(element);
        return this.byte(0);
      case Rank.binary:
        return this.binary(value);
      case Rank.objectId:
        this.raw((value as { id: Uint8Array }).id);
        return;
      case Rank.boolean:
        return this.byte(value ? 1 : 0);
      case Rank.date:
        return this.double((value as Date).getTime());
      case Rank.timestamp:
        this.reserve(8);
        this.length = this.bytes.writeBigUInt64BE(timestampBits(value), this.length);
        return;
      case Rank.regex:
      case Rank.code:
        return textParts(value).forEach((part) => this.text(part));
    }
  }

  private double(value: number): void {
    this.reserve(8);
    const at = this.length;
    this.length += 8;
    if (Number.isNaN(value)) {
      this.bytes.fill(0, at, at + 8);
      return;
    }
    this.bytes.writeDoubleBE(value === 0 ? 0 : value, at);
    // Sign-and-magnitude becomes plain order: positives get the top bit, negatives are inverted.
    if (value < 0) for (let i = at; i < at + 8; i++) this.bytes[i] = this.bytes[i]! ^ 0xff;
    else this.bytes[at] = this.bytes[at]! ^ 0x80;
  }

  private number(value: unknown): void {
    const double = nearestDouble(value);
    if (classOf(value) === 'Decimal128') {
      this.decimal = true;
      if (!equal(value, new Double(double))) this.rounded = true;
    }
    this.double(double);
    this.reserve(2);
    this.length = this.bytes.writeUInt16BE(0x8000 + remainderOf(value, double), this.length);
  }

  /** 00 inside a string becomes 00 FF, and 00 00 ends it: no string's key begins another's. */
  private text(value: string): void {
    const utf8 = Buffer.from(value, 'utf8');
    const kept = utf8.length > this.truncateAt ? utf8.subarray(0, this.truncateAt) : utf8;
    this.reserve(kept.length * 2 + 2);
    for (const byte of kept) {
      this.bytes[this.length++] = byte;
      if (byte === 0) this.bytes[this.length++] = 0xff;
    }
    if (kept !== utf8) this.hashOf(utf8);
    this.byte(0);
    this.byte(0);
  }

  private binary(value: unknown): void {
    const bytes = bytesOf(value);
    this.uint32(bytes.length);
    this.byte((value as { sub_type?: number }).sub_type ?? 0);
    this.raw(bytes.subarray(0, this.truncateAt));
    if (bytes.length > this.truncateAt) this.hashOf(bytes);
  }

  private hashOf(bytes: Uint8Array): void {
    this.truncated = true;
    this.byte(0xfe);
    this.raw(createHash('sha256').update(bytes).digest());
  }

  private object(value: Doc): void {
    for (const [name, inner] of entriesOf(value)) {
      this.byte(rankOf(inner));
      this.text(name);
      this.payload(inner);
    }
    this.byte(0);
  }
}

const shared = new KeyWriter();

/**
 * One value as a string usable in a Set, or undefined for a decimal that no key tells from its
 * neighbours. The hash of what is shortened tells long values apart.
 */
export function keyText(value: unknown): string | undefined {
  const bytes = shared.reset().component(value);
  return bytes.rounded ? undefined : bytes.finish().toString('latin1');
}

/** The first key after all keys that begin with this prefix. */
export function afterPrefix(prefix: Buffer): Buffer {
  // Never prefix + FF: a descending -Infinity begins with FF.
  const end = Buffer.from(prefix);
  for (let i = end.length - 1; i >= 0; i--) {
    if (end[i] !== 0xff) {
      end[i] = end[i]! + 1;
      return end.subarray(0, i + 1);
    }
  }
  throw new RangeError('No key follows this prefix.');
}

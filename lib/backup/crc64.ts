// CRC-64/ECMA with reflected bits, which is Go's crc64.ECMA: what mongodump writes. Two halves of
// 32 bits each, because BigInt would be a hundred times slower.
const polynomialHigh = 0xc96c5795;
const polynomialLow = 0xd7870f42;

const highs = new Uint32Array(256);
const lows = new Uint32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let high = 0;
  let low = byte;
  for (let bit = 0; bit < 8; bit++) {
    const isOdd = (low & 1) === 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (isOdd) {
      high ^= polynomialHigh;
      low ^= polynomialLow;
    }
  }
  highs[byte] = high;
  lows[byte] = low;
}

/** A checksum over any number of parts. */
export class Crc64 {
  private high = -1;
  private low = -1;

  update(bytes: Uint8Array): this {
    let { high, low } = this;
    for (let i = 0; i < bytes.length; i++) {
      const at = (low ^ bytes[i]!) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ lows[at]!;
      high = (high >>> 8) ^ highs[at]!;
    }
    this.high = high;
    this.low = low;
    return this;
  }

  get value(): bigint {
    return (BigInt(~this.high >>> 0) << 32n) | BigInt(~this.low >>> 0);
  }
}

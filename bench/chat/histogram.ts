/** Counts of a histogram, for another process: pairs of a bucket and its count, one after the other. */
export interface Counts {
  buckets: number[];
  max: number;
}

/** Times, kept in buckets of three significant digits however far apart they lie. */
export interface Histogram {
  /** Whole microseconds; below 0 counts as 0, above 19 hours as 19 hours. */
  record(us: number): void;
  add(counts: Counts): void;
  count(): number;
  /** The highest time (µs) of the fastest `share` (0 to 1) of all; undefined of none. */
  percentile(share: number): number | undefined;
  counts(): Counts;
}

// Buckets are one microsecond wide below 2048; above, each power of two has 1024 of them.
const perPower = 1024;
const mostUs = 2 ** 36 - 1;
const bucketCount = bucketOf(mostUs) + 1;

function bucketOf(us: number): number {
  const shift = us < 2 * perPower ? 0 : Math.floor(Math.log2(us)) - 10;
  return shift * perPower + Math.floor(us / 2 ** shift);
}

/** The highest time that falls into a bucket. */
function topOf(bucket: number): number {
  const shift = Math.max(0, Math.floor(bucket / perPower) - 1);
  return (bucket - shift * perPower + 1) * 2 ** shift - 1;
}

export function createHistogram(): Histogram {
  const buckets = new Float64Array(bucketCount);
  let count = 0;
  let max = 0;
  return {
    record(us) {
      const time = Math.min(Math.max(us, 0), mostUs);
      buckets[bucketOf(time)]! += 1;
      count++;
      if (time > max) max = time;
    },
    add(counts) {
      for (let i = 0; i < counts.buckets.length; i += 2) {
        buckets[counts.buckets[i]!]! += counts.buckets[i + 1]!;
        count += counts.buckets[i + 1]!;
      }
      max = Math.max(max, counts.max);
    },
    count: () => count,
    percentile(share) {
      if (count === 0) return undefined;
      const wanted = Math.max(1, Math.ceil(share * count));
      let seen = 0;
      const bucket = buckets.findIndex((times) => (seen += times) >= wanted);
      return Math.min(topOf(bucket), max);
    },
    counts() {
      const pairs: number[] = [];
      buckets.forEach((times, bucket) => times > 0 && pairs.push(bucket, times));
      return { buckets: pairs, max };
    },
  };
}

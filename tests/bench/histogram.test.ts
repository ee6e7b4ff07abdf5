import { describe, expect, it } from 'vitest';
import { createHistogram } from '../../bench/chat/histogram.ts';
import { randomNumbers } from '../../bench/store/rounds.ts';

const shares = [0, 0.5, 0.9, 0.99, 0.999, 1];

describe('the histogram', () => {
  it('tells percentiles to three digits, over the whole range', () => {
    const random = randomNumbers(1);
    const times = Array.from({ length: 5000 }, () => Math.floor(2 ** (random(36_000) / 1000)));
    const histogram = createHistogram();
    for (const time of times) histogram.record(time);
    const sorted = times.toSorted((a, b) => a - b);
    for (const share of shares) {
      const exact = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
      expect(Math.abs(histogram.percentile(share)! - exact)).toBeLessThanOrEqual(exact / 1000);
    }
  });

  it('is exact for few microseconds, and for the longest time', () => {
    const histogram = createHistogram();
    for (const time of [3, 2047, 123_456_789]) histogram.record(time);
    expect(histogram.percentile(0)).toBe(3);
    expect(histogram.percentile(0.5)).toBe(2047);
    expect(histogram.percentile(1)).toBe(123_456_789);
  });

  it('takes what is out of range at its ends', () => {
    const histogram = createHistogram();
    histogram.record(-5);
    histogram.record(1e15);
    expect(histogram.percentile(0)).toBe(0);
    expect(histogram.percentile(1)).toBe(2 ** 36 - 1);
  });

  it('says nothing of nothing', () => {
    expect(createHistogram().percentile(0.5)).toBeUndefined();
  });

  it('puts together what several processes counted', () => {
    const [one, other, both] = [createHistogram(), createHistogram(), createHistogram()];
    for (let time = 1; time < 100_000; time += 7) {
      (time % 2 ? one : other).record(time);
      both.record(time);
    }
    one.add(structuredClone(other.counts()));
    expect(one.count()).toBe(both.count());
    for (const share of shares) expect(one.percentile(share)).toBe(both.percentile(share));
  });
});

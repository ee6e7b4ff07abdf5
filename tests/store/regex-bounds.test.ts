import { describe, expect, it } from 'vitest';
import { StoreError } from '#lib/embedded-mongo/errors.ts';
import { boundedTest } from '#lib/embedded-mongo/regex-bounds.ts';

const texts = ['a'.repeat(28), 'a'.repeat(700), 'a'.repeat(20_000), `${'ab'.repeat(5000)}!`];

/** The most time of a processor that one test of the pattern takes, refusals included. */
function longestMs(pattern: RegExp): number {
  const times = texts.map((text) => {
    const start = process.cpuUsage();
    try {
      boundedTest(pattern)(text);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      expect(error.code).toBe(51091);
    }
    return process.cpuUsage(start).user / 1_000;
  });
  return Math.max(...times);
}

describe('a regular expression', () => {
  it.each([
    /^(a+)+$/,
    /^(a|a)*$/,
    /^(a|aa)+$/,
    /(a*)*b/,
    /((a?)+)+!/,
    /(?:a+){50}$/,
    /^(?=(a+)+$)/,
    /(a+)\1+b/,
    /a*a*a*a*a*a*b/,
    /.*.*.*=.*/,
    /\s+$/,
    /a+b/,
    new RegExp(`${'a?'.repeat(28)}${'a'.repeat(28)}`),
    new RegExp(`^${'(a|a)'.repeat(30)}b`),
    new RegExp(`${'a{0,9}'.repeat(9)}b`),
    new RegExp('a'.repeat(2000)),
  ])('%s never holds the thread for long', (pattern) => {
    expect(longestMs(pattern)).toBeLessThan(500);
  });

  it.each([
    [/^ana/, 'ana lucía', true],
    [/foo.*bar/, `${'x'.repeat(3000)}foo and bar`, true],
    [/^\w+@\w+\.\w{2,}$/, 'ana@example.org', true],
    [/(jpe?g|png|gif)$/i, 'photo.jpeg', true],
    [/colou?r/, 'the color', true],
    [/^\d{4}-\d{2}-\d{2}$/, '2026-11-22', true],
    [/[(+*|]+?x/, '(((x', true],
    [/\(a\+\)\+/, '(a+)+', true],
    [/b/, 'a'.repeat(1_000_000), false],
  ])('%s is run on what people search', (pattern, text, expected) => {
    expect(boundedTest(pattern)(text)).toBe(expected);
  });
});

import { BSONRegExp } from 'bson';
import { StoreError } from './errors.ts';
import { boundedTest } from './regex-bounds.ts';
import { classOf, equal, Rank, rankOf, textParts } from './values.ts';

/** Decides about one value; undefined means missing. */
export type Test = (value: unknown) => boolean;

/** Joins $regex with $options into one BSON regular expression. */
export function joinRegex(pattern: unknown, options: unknown): BSONRegExp {
  const own = rankOf(pattern) === Rank.regex ? textParts(pattern) : [pattern, ''];
  const [source, flags] = [own[0], options ?? own[1]];
  if (typeof source !== 'string') throw new StoreError(2, '$regex has to be a string');
  if (typeof flags !== 'string') throw new StoreError(2, '$options has to be a string');
  const unknown = /[^imsxu]/.exec(flags);
  if (unknown) throw new StoreError(51108, `invalid flag in regex options: ${unknown[0]}`);
  return new BSONRegExp(source, flags);
}

/** Leaves out what the x option ignores: comments and white space outside character classes. */
const withoutSpace = (pattern: string): string =>
  pattern.replace(/\\[\s\S]|\[(?:\\.|[^\]\\])*\]|\s+|#.*/g, (part) =>
    /^[#\s]/.test(part) ? '' : part,
  );

/** The JavaScript form of a PCRE pattern. */
function javascriptRegex(value: unknown): RegExp {
  let [pattern, options] = textParts(value);
  const inline = /^\(\?([imsx]+)\)/.exec(pattern);
  if (inline) {
    options += inline[1]!;
    pattern = pattern.slice(inline[0].length);
  }
  if (options.includes('x')) pattern = withoutSpace(pattern);
  const flags = ['i', 'm', 's'].filter((flag) => options.includes(flag)).join('');
  try {
    return new RegExp(pattern, `${flags}u`);
  } catch {
    return looseRegex(pattern, flags);
  }
}

/** Escapes like \- are fine in PCRE, and in JavaScript without the u flag. */
function looseRegex(pattern: string, flags: string): RegExp {
  try {
    return new RegExp(pattern, flags);
  } catch {
    throw new StoreError(51091, `Regular expression is invalid: ${pattern}`);
  }
}

/** The test of a pattern: it meets texts, and the same pattern stored as a value. */
export function regexTest(operand: unknown): Test {
  const test = boundedTest(javascriptRegex(operand));
  return (value) =>
    typeof value === 'string'
      ? test(value)
      : rankOf(value) === Rank.regex
        ? equal(value, operand)
        : classOf(value) === 'BSONSymbol' && test(String(value));
}

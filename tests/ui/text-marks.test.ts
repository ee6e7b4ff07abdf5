import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainText, sourceOf, textParts } from '../../app/(chat)/conversation/text-marks.ts';

const text = (value: string) => ({ type: 'text', text: value });

describe('marks in a message', () => {
  it('makes words bold, italic and struck out, one within the other', () => {
    expect(textParts('It *is _very_* ~big~ small')).toEqual([
      text('It '),
      { type: 'bold', parts: [text('is '), { type: 'italic', parts: [text('very')] }] },
      text(' '),
      { type: 'strike', parts: [text('big')] },
      text(' small'),
    ]);
  });

  it('leaves sums, snake_case names and lone marks alone', () => {
    for (const plain of ['2*3*4', 'my_file_name', '* item', 'a * b * c', '5*', '**', '_ _'])
      expect(textParts(plain)).toEqual([text(plain)]);
  });

  it('ends a mark with its line', () => {
    expect(textParts('*one\ntwo*')).toEqual([text('*one\ntwo*')]);
  });

  it('keeps marks inside code as they are', () => {
    expect(textParts('run `a *b* c`')).toEqual([text('run '), { type: 'code', text: 'a *b* c' }]);
    expect(textParts('```let a = 1\nlet *b*```!')).toEqual([
      { type: 'block', text: 'let a = 1\nlet *b*' },
      text('!'),
    ]);
  });
});

describe('plain text', () => {
  it('has no marks, and all else', () => {
    expect(plainText('It *is _very_* ~big~, `x*y*z`')).toBe('It is very big, x*y*z');
    expect(plainText('2*3*4 my_file_name')).toBe('2*3*4 my_file_name');
    expect(plainText('*see https://e.org/a_b_c*')).toBe('see https://e.org/a_b_c');
  });
});

describe('links in a message', () => {
  it('makes http and https addresses links, without the full stop after them', () => {
    expect(textParts('See https://example.org/a_b_c.')).toEqual([
      text('See '),
      { type: 'link', text: 'https://example.org/a_b_c', href: 'https://example.org/a_b_c' },
      text('.'),
    ]);
  });

  it('keeps a bracket that the address opened and drops one that it did not', () => {
    expect(textParts('(https://e.org/x_(y))')).toEqual([
      text('('),
      { type: 'link', text: 'https://e.org/x_(y)', href: 'https://e.org/x_(y)' },
      text(')'),
    ]);
  });

  it('makes a link bold', () => {
    expect(textParts('*https://e.org/*')).toEqual([
      {
        type: 'bold',
        parts: [{ type: 'link', text: 'https://e.org/', href: 'https://e.org/' }],
      },
    ]);
  });

  it('makes no other scheme a link', () => {
    for (const plain of [
      'javascript:alert(1)',
      'data:text/html,x',
      'file:///etc/passwd',
      'http://',
    ])
      expect(textParts(plain)).toEqual([text(plain)]);
  });
});

describe('any text whatever', () => {
  const marks = fc.constantFrom(
    '*',
    '_',
    '~',
    '`',
    '```',
    '\n',
    ' ',
    'a',
    '👩‍🚀',
    'https://e.org/',
    ')',
  );
  const nasty = fc.array(fc.oneof(marks, fc.string({ unit: 'grapheme' })), { maxLength: 60 });

  it('comes out whole', () => {
    fc.assert(
      fc.property(nasty, (pieces) => {
        const whole = pieces.join('');
        expect(sourceOf(textParts(whole))).toBe(whole);
      }),
      { numRuns: 2000 },
    );
  });

  it('yields only http and https links', () => {
    fc.assert(
      fc.property(fc.oneof(fc.webUrl(), fc.string()), (url) => {
        for (const part of textParts(`x ${url} y`))
          if (part.type === 'link') expect(part.href).toMatch(/^https?:\/\//);
      }),
    );
  });

  // What is quadratic in these takes minutes, and fails by the time limit of a test.
  it('comes to an end with 64 KiB of open marks', () => {
    for (const piece of [
      '*a ',
      '*_~',
      '`a',
      '```',
      '(',
      ')',
      'https://e.org/)',
      '*a_b*',
      '*`a`* ',
      '_*~a~*_ ',
    ]) {
      const text =
        ('http://e.org/' + piece).slice(0, 30) + piece.repeat((64 * 1024) / piece.length);
      expect(textParts(text).length).toBeGreaterThan(0);
    }
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextPath } from '../../app/(auth)/next-path.ts';

const here = 'https://chat.example';

describe('where sign-in leads to', () => {
  it('goes on to the page that was asked for', () => {
    expect(nextPath('/chats/0123456789abcdef01234567')).toBe('/chats/0123456789abcdef01234567');
    expect(nextPath('/people?q=a%20b')).toBe('/people?q=a%20b');
  });

  it('goes to the chats when nothing, or more than one thing, was asked for', () => {
    expect(nextPath(undefined)).toBe('/chats');
    expect(nextPath('')).toBe('/chats');
    expect(nextPath(['/people', '/settings'])).toBe('/chats');
  });

  it.each([
    'https://evil.example',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/.//evil.example',
    '/chats/..//evil.example',
    '/%2e//evil.example',
    'javascript:alert(1)',
    '@evil.example',
    'evil.example',
    ' //evil.example',
  ])('stays here for %j', (asked) => {
    expect(new URL(nextPath(asked), here).origin).toBe(here);
    expect(nextPath(asked)).toBe('/chats');
  });

  it('stays here for any address whatever', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '/',
        '\\',
        '.',
        '..',
        '\t',
        '\n',
        '@',
        ':',
        '%2f',
        '%5c',
        'evil.example',
        '?',
      ),
      fc.string({ maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        for (const asked of [pieces.join(''), `/${pieces.join('')}`]) {
          const next = nextPath(asked);
          expect(next).toMatch(/^\/(?![/\\])/);
          expect(new URL(next, here).origin).toBe(here);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

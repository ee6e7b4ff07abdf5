import { describe, expect, it } from 'vitest';
import { initialsOf, toneOf } from '#lib/ui/avatar.tsx';
import { firstName } from '../../app/(chat)/conversation/names.ts';
import { typingText } from '../../app/(chat)/conversation/header-text.ts';
import { english } from './english.ts';

describe('initials', () => {
  it.each([
    ['Ana Prado', 'AP'],
    ['ana maria prado', 'AP'],
    ['  Ana  ', 'A'],
    ['Ana (work)', 'AW'],
    ['Élodie', 'É'],
    ['E\u0301lodie', 'E\u0301'],
    ['山田 太郎', '山太'],
    ['سارة الحسن', 'س'],
    ['🌻 Garden', '🌻'],
    ['Garden 🌻', 'G'],
    ['👩‍🚀 Crew', '👩‍🚀'],
    ['Room 42', 'R4'],
    ['!!!', '!'],
    ['', '?'],
  ])('%s: %s', (name, initials) => {
    expect(initialsOf(name)).toBe(initials);
  });

  it.each([
    ['Harbour Street Supper Club', 'HS'],
    ['Family', 'F'],
    ['Building 14 residents', 'B14'],
    ['Class 2026', 'C2'],
    ['Family ❤️', 'F'],
    ['🌻 Garden', '🌻'],
  ])('of a group, %s: %s', (name, initials) => {
    expect(initialsOf(name, 'group')).toBe(initials);
  });

  it('stand on one of eight colours, always the same', () => {
    const tones = Array.from({ length: 200 }, (_, n) => toneOf(n.toString(16).padStart(24, '0')));
    expect(new Set(tones)).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8]));
    expect(toneOf('0123456789abcdef01234567')).toBe(toneOf('0123456789abcdef01234567'));
  });
});

describe('names', () => {
  it('are cut to the first where there is no room', () => {
    expect(firstName(' Ana Prado ')).toBe('Ana');
    expect(firstName('Ana')).toBe('Ana');
  });

  it('say who types', () => {
    expect(typingText(english, ['Ana Prado'], false)).toBe('typing…');
    expect(typingText(english, ['Ana Prado'], true)).toBe('Ana is typing…');
    expect(typingText(english, ['Ana Prado', 'Bo'], true)).toBe('Ana and Bo are typing…');
    expect(typingText(english, ['Ana', 'Bo', 'Cleo'], true)).toBe('3 people are typing…');
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { CompiledMessage } from 'icu-minify/format';
import { describe, expect, it } from 'vitest';
import type { Key } from '#lib/texts/catalogue.ts';
import { catalogues, compiledTexts } from '#lib/texts/compiled.ts';
import { languageNames, languages } from '#lib/texts/languages.ts';
import { Language } from '#lib/contract/records.ts';
import { english, textsIn } from './english.ts';

const keys = Object.keys(catalogues.en) as Key[];

/** Name and kind of every placeholder, and of every plural the branches it has. */
interface Shape {
  slots: Set<string>;
  plurals: string[][];
}

// Of a compiled text: ["name"], ["name", 2, { branches of a plural }], ["name", 4] for a number.
const plural = 2;

function shapeOf(
  message: CompiledMessage | number,
  shape: Shape = { slots: new Set(), plurals: [] },
): Shape {
  for (const node of Array.isArray(message) ? message : []) {
    if (!Array.isArray(node)) continue;
    const [name, kind, branches] = node as [string, number?, Record<string, CompiledMessage>?];
    shape.slots.add(`${name} ${kind === undefined ? 'text' : 'number'}`);
    if (kind !== plural || !branches) continue;
    shape.plurals.push(Object.keys(branches));
    for (const branch of Object.values(branches)) shapeOf(branch, shape);
  }
  return shape;
}

const shape = (language: Language, key: Key) => shapeOf(compiledTexts(language)[key]);
const kindsOnly = ({ slots }: Shape) => [...slots].sort();

describe('the catalogues', () => {
  it('are one for each language that an account can have', () => {
    expect(languages.sort()).toEqual([...Language.options].sort());
    expect(Object.keys(languageNames).sort()).toEqual(Object.keys(catalogues).sort());
  });

  it.each(languages)('%s has every text, and no other', (language) => {
    expect(Object.keys(catalogues[language]).sort()).toEqual([...keys].sort());
    for (const key of keys) expect(catalogues[language][key].trim(), key).not.toBe('');
  });

  it.each(languages)('%s has the placeholders of the original', (language) => {
    for (const key of keys)
      expect(kindsOnly(shape(language, key)), key).toEqual(kindsOnly(shape('en', key)));
  });

  it.each(languages)('%s has in each plural the forms that its grammar has', (language) => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    // Spanish and others count whole millions apart, which nobody has of anything here.
    const needed = forms.filter((form) => form !== 'many' || language === 'ar');
    for (const key of keys)
      for (const branches of shape(language, key).plurals)
        expect([...branches].sort(), key).toEqual([...needed].sort());
  });

  it.each(languages)('%s says its sentences in its own words', (language) => {
    if (language === 'en') return;
    // Languages share words and names; three words in a row are English.
    const isSentence = (text: string) =>
      (text.replace(/\{[^}]*\}/g, '').match(/\p{L}+/gu) ?? []).length >= 3;
    const same = keys.filter((key) => catalogues[language][key] === catalogues.en[key]);
    expect(same.filter((key) => isSentence(catalogues.en[key]))).toEqual([]);
  });

  it('leave no mark of the format in what is said', () => {
    for (const language of languages) {
      const t = textsIn(language);
      for (const key of keys) {
        const given = [...shape('en', key).slots].map((slot) => slot.split(' '));
        const values = given.map(([name, kind]) => [name, kind === 'number' ? 3 : 'Ana']);
        const say = t as unknown as (key: Key, values: object) => string;
        expect(say(key, Object.fromEntries(values)), key).not.toMatch(/[{}#]|undefined/);
      }
    }
  });

  it('are compiled once', () => {
    expect(compiledTexts('de')).toBe(compiledTexts('de'));
  });
});

describe('texts', () => {
  it('count in the way of the language', () => {
    const count = (language: Language, of: number) =>
      textsIn(language)('members.count', { count: of });
    expect([1, 2].map((of) => count('en', of))).toEqual(['1 member', '2 members']);
    expect([1, 1200].map((of) => count('de', of))).toEqual(['1 Mitglied', '1.200 Mitglieder']);
    expect([1, 2].map((of) => count('es', of))).toEqual(['1 miembro', '2 miembros']);
    expect(
      new Set([0, 1, 2, 3, 11, 100].map((of) => count('ar', of).replace(/\d+ /, ''))).size,
    ).toBe(6);
  });

  it('keep what runs the other way from turning the words around it', () => {
    expect(english('typing.one', { name: 'Ana' })).toBe('Ana is typing…');
    expect(english('typing.one', { name: 'سارة' })).toBe('\u2068سارة\u2069 is typing…');
    const arabic = textsIn('ar');
    expect(arabic('chat.sayHello', { name: 'سارة' })).toBe('ألقِ التحية على سارة');
    expect(arabic('chat.sayHello', { name: 'Ana' })).toBe('ألقِ التحية على \u2068Ana\u2069');
    expect(arabic.list(['Ana', 'سارة'], 'and')).toBe('\u2068Ana\u2069 وسارة');
  });

  it('say what people have written as it is', () => {
    for (const title of ["It's {count} # <b>o'clock</b> '{x}'", '\u2028', '{', '}}'])
      expect(english('leave.title', { title })).toBe(`Leave “${title}”?`);
  });

  it('tell the names in a sentence from its words', () => {
    const actor = [{ text: 'Ana', strong: true }];
    const people = english.listParts([
      { text: 'Ben', strong: true },
      { text: 'you', strong: false },
    ]);
    expect(english.parts('system.addedBy', { actor, people })).toEqual([
      { text: 'Ana', strong: true },
      { text: ' added ', strong: false },
      { text: 'Ben', strong: true },
      { text: ' and you', strong: false },
    ]);
  });

  it('write dates and numbers by the place', () => {
    const at = new Date(2026, 4, 3, 14, 5);
    const clock = { hour: 'numeric', minute: '2-digit' } as const;
    expect(textsIn('de', 'de-DE').date(at, clock)).toBe('14:05');
    expect(textsIn('en', 'en-GB').date(at, clock)).toBe('14:05');
    expect(textsIn('en', 'en-US').date(at, clock)).toMatch(/^2:05\sPM$/);
    expect(textsIn('ar', 'ar-EG').number(12)).toBe('١٢');
  });
});

describe('the sources of the pages', () => {
  const root = new URL('../..', import.meta.url).pathname;
  const sources = ['app', 'lib/ui']
    .flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
        path.join(folder, file),
      ),
    )
    .filter((file) => /\.tsx?$/.test(file) && !/^app\/(api|api-docs|\(auth\)\/art)\b/.test(file))
    .map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') }));

  // The linter finds texts between tags and in attributes; this finds them as values.
  it('hold no sentences', () => {
    const sentence =
      /(?<!Error\()(['"`])\p{Lu}\p{Ll}*(?:[’']\p{Ll}+)? [^'"`\n]*\p{Ll}[^'"`\n]*\1/gu;
    for (const { file, text } of sources) {
      const code = text.replace(/^\s*(\/\/|\/?\*).*$/gm, '').replaceAll(/\s\/\/ .*$/gm, '');
      expect(code.match(sentence) ?? [], file).toEqual([]);
    }
  });

  it('name no side but start and end', () => {
    const side =
      /(?<![\w-])-?(m[lr]|p[lr]|left|right|border-[lr]|rounded-([lr]|[tb][lr])|text-(left|right)|float-(left|right)|scroll-[mp][lr]|clear-(left|right))-?(?=[\d[(]|\s|'|"|`)/;
    for (const { file, text } of sources)
      for (const [, names = ''] of text.matchAll(/className=(?:"([^"]*)"|\{`([^`]*)`\})/g))
        expect(side.test(names) ? names : '', file).toBe('');
  });
});

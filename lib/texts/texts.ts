import format, { type CompiledMessage } from 'icu-minify/format';
import type { Language } from '#lib/contract/records.ts';
import type { Given, Key, Values } from './catalogue.ts';
import { directionOf } from './languages.ts';

/** One language's texts, compiled (`compiled.ts`): what the browser is sent. */
export type Messages = Readonly<Record<Key, CompiledMessage>>;

export interface TextPart {
  text: string;
  /** A person's name, which stands out. */
  strong: boolean;
}

type PartValues<K extends Key> = {
  [Slot in keyof Values<K>]: Values<K>[Slot] | readonly TextPart[];
};

/** The texts of one language, and how it writes dates, numbers and lists. */
export interface Texts {
  /** The text of this name. What people have written goes in isolated, should it run the other way. */
  <K extends Key>(key: K, ...values: Given<Values<K>>): string;
  /** The same in parts, for a sentence in which names stand out. */
  parts<K extends Key>(key: K, values: PartValues<K>): TextPart[];
  readonly language: Language;
  /** The language with the habits of a place: en-GB. */
  readonly locale: string;
  readonly direction: 'ltr' | 'rtl';
  /** When (Date.now() ms) the page was drawn by the server, if the server knows the zone of who reads it. */
  readonly drawnAt: number | undefined;
  number(value: number): string;
  /** “3 / 64”, in this order in any language. */
  outOf(count: number, most: number): string;
  /** `and`: “Ana, Bo and Cleo”; `or`; `plain`: “Ana, Bo, Cleo”. */
  list(items: readonly string[], kind: ListKind): string;
  /** As `list`, of parts. */
  listParts(items: readonly TextPart[]): TextPart[];
  /** In the zone of who reads it, as all that is about days. */
  date(date: Date, options: Intl.DateTimeFormatOptions): string;
  /** Which day it is at a time (Date.now() ms), counted from the first of 1970. */
  day(at: number): number;
  /** “3 minutes ago”, “yesterday”. */
  ago(count: number, unit: 'minute' | 'hour' | 'day'): string;
  /** For sorting names. */
  compare(a: string, b: string): number;
  /** The text, kept from turning the words around it, should it run the other way. */
  isolated(text: string): string;
}

type ListKind = 'and' | 'or' | 'plain';

export interface TextsOptions {
  language: Language;
  locale: string;
  messages: Messages;
  /** Unless given, that of the machine. */
  zone?: string | undefined;
  drawnAt?: number | undefined;
}

/** Speaks one language. To be made once for a page: it keeps the formatters it has made. */
export function createTexts({ language, locale, messages, ...when }: TextsOptions): Texts {
  const direction = directionOf(language);
  const formatters = createFormatters(locale, when.zone);
  const isolated = (text: string) =>
    runsAgainst[direction].test(text) ? `\u2068${text}\u2069` : text;

  const say = (key: Key, values: Record<string, string | number> = {}): string => {
    const safe = Object.entries(values).map(([slot, value]) => [
      slot,
      typeof value === 'string' ? isolated(value) : value,
    ]);
    // A page that was kept from before an update may lack a text; its name is better than nothing.
    const text = format(messages[key] ?? key, locale, Object.fromEntries(safe), { formatters });
    return text as string;
  };

  const parts = (key: Key, values: Record<string, string | number | readonly TextPart[]>) => {
    const lists: (readonly TextPart[])[] = [];
    const marked = Object.entries(values).map(([slot, value]) => [
      slot,
      typeof value === 'object' ? markOf(lists.push(value) - 1) : value,
    ]);
    return merged(unmarked(say(key, Object.fromEntries(marked)), lists));
  };

  const list = (items: readonly string[], kind: ListKind) =>
    formatters.list(language, kind).format(items.map(isolated));

  return Object.assign(say as Texts, {
    parts,
    language,
    locale,
    direction,
    drawnAt: when.drawnAt,
    number: (value: number) => formatters.getNumberFormat(locale).format(value),
    outOf: (count: number, most: number) => {
      const [low, high] = [count, most].map((value) =>
        formatters.getNumberFormat(locale).format(value),
      );
      return direction === 'rtl' ? `\u2066${low} / ${high}\u2069` : `${low} / ${high}`;
    },
    list,
    listParts: (items: readonly TextPart[]) =>
      merged(
        unmarked(
          formatters.list(language, 'and').format(items.map((_, index) => markOf(index))),
          items.map((item) => [item]),
        ),
      ),
    date: (date: Date, options: Intl.DateTimeFormatOptions) =>
      formatters.getDateTimeFormat(locale, options).format(date),
    day: formatters.day,
    ago: (count: number, unit: 'minute' | 'hour' | 'day') => formatters.ago().format(-count, unit),
    compare: (a: string, b: string) => a.localeCompare(b, locale),
    isolated,
  });
}

const rightToLeft = '\\u0590-\\u08ff\\ufb1d-\\ufdff\\ufe70-\\ufefc';
const runsAgainst = {
  ltr: new RegExp(`[${rightToLeft}]`, 'u'),
  rtl: new RegExp(`(?![${rightToLeft}])\\p{L}`, 'u'),
};

// Where a list of parts goes in a text. From Unicode's private use: nobody writes these.
const markOf = (index: number) => `\ue000${index}\ue001`;

const unmarked = (text: string, lists: readonly (readonly TextPart[])[]): TextPart[] =>
  text
    .split(/\ue000(\d+)\ue001/)
    .flatMap((piece, index) =>
      index % 2 === 1 ? (lists[Number(piece)] ?? []) : [{ text: piece, strong: false }],
    );

function merged(parts: readonly TextPart[]): TextPart[] {
  const result: TextPart[] = [];
  for (const part of parts) {
    const before = result.at(-1);
    if (part.text === '') continue;
    if (before && !before.strong && !part.strong) before.text += part.text;
    else result.push({ ...part });
  }
  return result;
}

const dayMs = 86_400_000;
/** Days begin with one of these in every zone. */
const quarterMs = 900_000;

/** Intl's objects are slow to make: each is made once. */
function createFormatters(locale: string, timeZone: string | undefined) {
  const made = new Map<string, unknown>();
  const once = <T>(key: string, make: () => T): T => {
    if (!made.has(key)) made.set(key, make());
    return made.get(key) as T;
  };
  const keyOf = (kind: string, options: unknown) => `${kind} ${JSON.stringify(options)}`;
  const listTypes = { and: 'conjunction', or: 'disjunction', plain: 'unit' } as const;
  return {
    getDateTimeFormat: (...[, options]: ConstructorParameters<typeof Intl.DateTimeFormat>) =>
      once(keyOf('date', options), () => new Intl.DateTimeFormat(locale, { timeZone, ...options })),
    day: (at: number) =>
      once(`day ${Math.floor(at / quarterMs)}`, () => {
        const numbers = once('day', () => new Intl.DateTimeFormat('en-US', { timeZone }));
        return Date.parse(`${numbers.format(at)} UTC`) / dayMs;
      }),
    getNumberFormat: (...[, options]: ConstructorParameters<typeof Intl.NumberFormat>) =>
      once(keyOf('number', options), () => new Intl.NumberFormat(locale, options)),
    getPluralRules: (...[, options]: ConstructorParameters<typeof Intl.PluralRules>) =>
      once(keyOf('plural', options), () => new Intl.PluralRules(locale, options)),
    ago: () => once('ago', () => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })),
    list: (language: Language, kind: ListKind) =>
      once(`list ${kind}`, () => {
        const options = { type: listTypes[kind], style: 'short' } as const;
        // Our English has no comma before “and”, wherever it is read.
        return new Intl.ListFormat(language === 'en' ? 'en-GB' : locale, options);
      }),
  };
}

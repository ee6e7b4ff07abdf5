import type { en } from './catalogues/en.ts';

/** The name of a text. */
export type Key = keyof typeof en;

/** All texts in one language. */
export type Catalogue = Record<Key, string>;

/** Whether this, found after a brace, names a placeholder; a plural's branch has blanks or a #. */
type Name<Text extends string> = Text extends '' | `${string}${' ' | '#' | '{'}${string}`
  ? never
  : Text;

/** What begins after an opening brace: `name}`, `name, number}` or `name, plural, …`. */
type SlotAt<Text extends string> = Text extends `${infer Head}}${string}`
  ? Head extends `${infer Slot}, ${string}`
    ? [Name<Slot>, number]
    : [Name<Head>, string]
  : never;

type Slots<Text extends string> = Text extends `${string}{${infer Rest}`
  ? SlotAt<Rest> | Slots<Rest>
  : never;

type Pairs<K extends Key> = Exclude<Slots<(typeof en)[K]>, [never, unknown]>;

/** What a text needs: words for `{name}`, numbers for `{count, plural, …}` and `{count, number}`. */
export type Values<K extends Key> = { [Pair in Pairs<K> as Pair[0]]: Pair[1] };

/** The further parameters of whoever asks for a text: none, or its values. */
export type Given<V> = keyof V extends never ? [] : [values: V];

/** The name of a text that needs no values. */
export type PlainKey = { [K in Key]: keyof Values<K> extends never ? K : never }[Key];

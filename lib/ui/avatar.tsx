'use client';

import { useTexts } from '#lib/ui/texts-provider.tsx';

type Tone = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** A person's colour, the same everywhere and for everybody. */
export function toneOf(id: string): Tone {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193) >>> 0;
  }
  return ((hash % 8) + 1) as Tone;
}

const fills: Record<Tone, string> = {
  1: 'bg-p1-soft text-p1',
  2: 'bg-p2-soft text-p2',
  3: 'bg-p3-soft text-p3',
  4: 'bg-p4-soft text-p4',
  5: 'bg-p5-soft text-p5',
  6: 'bg-p6-soft text-p6',
  7: 'bg-p7-soft text-p7',
  8: 'bg-p8-soft text-p8',
};

/** Of a sender's name. */
export const toneText: Record<Tone, string> = {
  1: 'text-p1',
  2: 'text-p2',
  3: 'text-p3',
  4: 'text-p4',
  5: 'text-p5',
  6: 'text-p6',
  7: 'text-p7',
  8: 'text-p8',
};

const emojiFirst = /^\p{Extended_Pictographic}/u;
const joinedScript = /\p{Script=Arabic}/u;
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

type Kind = 'person' | 'group';

/**
 * One or two letters, or the emoji that a group's name begins with: of a person the first and the last
 * word's, of a group the first two words', where a short number stays whole.
 */
export function initialsOf(name: string, kind: Kind = 'person'): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = firstLetter(words[0] ?? '');
  // Letters that join would make a word of their own.
  if (words.length < 2 || emojiFirst.test(first) || joinedScript.test(first)) return first || '?';
  const other = words.at(kind === 'group' ? 1 : -1) ?? '';
  if (kind === 'group' && /^\d\d$/.test(other)) return first + other;
  const last = firstLetter(other);
  // A heart behind a name is not a part of it.
  return emojiFirst.test(last) ? first : first + last;
}

function firstLetter(word: string): string {
  let first = '';
  for (const { segment } of graphemes.segment(word)) {
    if (/[\p{L}\p{N}]/u.test(segment) || emojiFirst.test(segment)) return segment.toUpperCase();
    first ||= segment;
  }
  return first.toUpperCase();
}

interface AvatarProps {
  id: string;
  name: string;
  kind?: Kind;
  size?: number;
  src?: string | null | undefined;
  online?: boolean | undefined;
}

/** Decoration beside a name. Its presence dot is ringed with `--ring`, the colour it lies on. */
export function Avatar({ id, name, kind = 'person', size = 48, src, online = false }: AvatarProps) {
  const t = useTexts();
  const initials = initialsOf(name, kind);
  const scale = emojiFirst.test(initials) ? 0.5 : 0.36;
  return (
    <span className="relative block flex-none" style={{ width: size, height: size }}>
      <span
        aria-hidden
        style={{ fontSize: size * scale }}
        className={`grid size-full place-items-center overflow-hidden leading-none font-semibold select-none ${kind === 'group' ? 'rounded-[32%]' : 'rounded-full'} ${fills[toneOf(id)]}`}
      >
        <span className="col-start-1 row-start-1">{initials}</span>
        {/* Over the initials, which stand there while it loads, and if it does not. A bright one has an edge. */}
        {src && (
          <img
            key={src}
            src={src}
            alt=""
            draggable={false}
            decoding="async"
            onError={(event) => event.currentTarget.remove()}
            className="col-start-1 row-start-1 size-full rounded-[inherit] object-cover outline -outline-offset-1 outline-border"
          />
        )}
      </span>
      {online && kind === 'person' && size >= 32 && (
        <span
          className={`absolute end-0 bottom-0 rounded-full border-[var(--ring,var(--c-surface))] bg-presence ${size > 40 ? 'size-3.5 border-[2.5px]' : 'size-3 border-2'}`}
        >
          <span className="sr-only">{t('person.online')}</span>
        </span>
      )}
    </span>
  );
}

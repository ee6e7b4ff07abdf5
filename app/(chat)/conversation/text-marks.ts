/** A message's text, taken apart: WhatsApp's marks and links. Never HTML, and no character is lost. */
export type TextPart =
  | { type: 'text'; text: string }
  | { type: 'link'; text: string; href: string }
  | { type: 'code'; text: string }
  | { type: 'block'; text: string }
  | { type: Style; parts: TextPart[] };

export type Style = 'bold' | 'italic' | 'strike';

const styleOf: Record<string, Style> = { '*': 'bold', _: 'italic', '~': 'strike' };
const markOf: Record<Style, string> = { bold: '*', italic: '_', strike: '~' };
const wordCharacter = /[\p{L}\p{N}\p{M}]/u;
const opaquePattern = /`([^`\n]+)`|\bhttps?:\/\/[^\s<>"`]+/giu;

export function textParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('```', at);
    const close = open < 0 ? -1 : text.indexOf('```', open + 3);
    if (close < 0) break;
    if (text.slice(open + 3, close).trim() === '') {
      parts.push(...lines(text.slice(at, close)));
      at = close;
      continue;
    }
    parts.push(...lines(text.slice(at, open)));
    parts.push({ type: 'block', text: text.slice(open + 3, close) });
    at = close + 3;
  }
  parts.push(...lines(text.slice(at)));
  return joined(parts);
}

/** What was written, marks included: `sourceOf(textParts(text)) === text`. */
export const sourceOf = (parts: readonly TextPart[]): string => parts.map(sourceOfPart).join('');

/** What one reads: the text without its marks, for where nothing can be bold. */
export const plainText = (text: string): string =>
  /[*_~`]/.test(text) ? textParts(text).map(plainPart).join('') : text;

const plainPart = (part: TextPart): string =>
  'parts' in part ? part.parts.map(plainPart).join('') : part.text;

function sourceOfPart(part: TextPart): string {
  switch (part.type) {
    case 'text':
    case 'link':
      return part.text;
    case 'code':
      return `\`${part.text}\``;
    case 'block':
      return `\`\`\`${part.text}\`\`\``;
    case 'bold':
    case 'italic':
    case 'strike':
      return markOf[part.type] + sourceOf(part.parts) + markOf[part.type];
  }
}

// Marks end with their line: a lone asterisk must not reach into the next paragraph.
const lines = (text: string): TextPart[] => text.split(/(?<=\n)/).flatMap(lineParts);

interface Opaque {
  from: number;
  to: number;
  part: TextPart;
}

function lineParts(line: string): TextPart[] {
  const opaque: Opaque[] = [];
  for (const match of line.matchAll(opaquePattern)) {
    const code = match[1];
    const part = code === undefined ? linkPart(match[0]) : ({ type: 'code', text: code } as const);
    if (part) opaque.push({ from: match.index, to: match.index + sourceOfPart(part).length, part });
  }
  return styled(line, 0, line.length, opaque, new Set());
}

function styled(
  line: string,
  from: number,
  to: number,
  opaque: readonly Opaque[],
  open: ReadonlySet<string>,
): TextPart[] {
  const parts: TextPart[] = [];
  const spans = opaque.filter((span) => span.from >= from && span.to <= to);
  const closers = closersIn(line, from, to, spans);
  let nextSpan = 0;
  let textFrom = from;
  const flush = (end: number) => {
    if (end > textFrom) parts.push({ type: 'text', text: line.slice(textFrom, end) });
  };
  for (let at = from; at < to;) {
    while ((spans[nextSpan]?.from ?? Infinity) < at) nextSpan++;
    const span = spans[nextSpan];
    if (span?.from === at) {
      flush(at);
      parts.push(span.part);
      textFrom = at = span.to;
      continue;
    }
    const mark = line.charAt(at);
    const style = styleOf[mark];
    const close = style && !open.has(mark) && opens(line, at, from) ? closers(mark, at) : -1;
    if (!style || close < 0) {
      at++;
      continue;
    }
    flush(at);
    const inner = styled(line, at + 1, close, spans, new Set([...open, mark]));
    parts.push({ type: style, parts: inner });
    textFrom = at = close + 1;
  }
  flush(to);
  return parts;
}

const isWord = (character: string) => wordCharacter.test(character);
const isBlank = (character: string) => character.trim() === '';

function opens(line: string, at: number, from: number): boolean {
  const isAfterWord = at > from && isWord(before(line, at));
  return !isAfterWord && !isBlank(line.charAt(at + 1));
}

/** The next place at which a mark closes; for each mark one pass over the line, whatever is asked. */
function closersIn(line: string, from: number, to: number, spans: readonly Opaque[]) {
  const places: Record<string, number[]> = { '*': [], _: [], '~': [] };
  let nextSpan = 0;
  for (let at = from; at < to; at++) {
    const span = spans[nextSpan];
    if (span && at >= span.from) {
      at = span.to - 1;
      nextSpan++;
    } else if (isCloser(line, at, to)) places[line.charAt(at)]?.push(at);
  }
  const used: Record<string, number> = { '*': 0, _: 0, '~': 0 };
  return (mark: string, after: number): number => {
    const list = places[mark] ?? [];
    let index = used[mark] ?? 0;
    while (index < list.length && (list[index] ?? 0) < after + 2) index++;
    used[mark] = index;
    return list[index] ?? -1;
  };
}

const isCloser = (line: string, at: number, to: number) =>
  line.charAt(at) in styleOf &&
  !isBlank(line.charAt(at - 1)) &&
  !(at + 1 < to && isWord(String.fromCodePoint(line.codePointAt(at + 1) ?? 32)));

function before(line: string, at: number): string {
  const low = line.charCodeAt(at - 1);
  const isLowSurrogate = low >= 0xdc00 && low <= 0xdfff;
  return line.slice(isLowSurrogate ? at - 2 : at - 1, at);
}

function linkPart(match: string): TextPart | null {
  const text = withoutTrailing(match);
  if (!URL.canParse(text)) return null;
  const { protocol, href } = new URL(text);
  return protocol === 'http:' || protocol === 'https:' ? { type: 'link', text, href } : null;
}

const closingBrackets: Record<string, string> = { ')': '(', ']': '[', '}': '{' };

/** The full stop after a link belongs to the sentence, and so does a bracket that was opened before it. */
function withoutTrailing(link: string): string {
  const surplus: Record<string, number> = { ')': 0, ']': 0, '}': 0 };
  for (const character of link) {
    for (const [close, opening] of Object.entries(closingBrackets)) {
      if (character === close) surplus[close] = (surplus[close] ?? 0) + 1;
      if (character === opening) surplus[close] = (surplus[close] ?? 0) - 1;
    }
  }
  let end = link.length;
  for (; end > 0; end--) {
    const last = link.charAt(end - 1);
    if ((surplus[last] ?? 0) > 0) surplus[last] = (surplus[last] ?? 0) - 1;
    else if (!/[.,;:!?'’”…*_~]/.test(last)) break;
  }
  return link.slice(0, end);
}

function joined(parts: TextPart[]): TextPart[] {
  const result: TextPart[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (part.type === 'text' && last?.type === 'text') last.text += part.text;
    else result.push(part.type === 'text' ? { ...part } : part);
  }
  return result;
}

/** How many messages are in the document at once, and how many a step along the log brings in. */
export const windowSize = 300;
export const windowStep = 60;

/** From which message on the log is shown; null: whatever is newest. */
export type WindowStart = number | null;

interface HasSeq {
  seq: number;
}

export function windowOf<T extends HasSeq>(messages: readonly T[], start: WindowStart) {
  const lastStart = Math.max(0, messages.length - windowSize);
  const wanted = start === null ? lastStart : firstFrom(messages, start);
  const from = Math.min(wanted, lastStart);
  const to = Math.min(messages.length, from + windowSize);
  return { from, to, shown: messages.slice(from, to) };
}

export function earlier(messages: readonly HasSeq[], start: WindowStart): WindowStart {
  const { from } = windowOf(messages, start);
  return messages[Math.max(0, from - windowStep)]?.seq ?? null;
}

export function later(messages: readonly HasSeq[], start: WindowStart): WindowStart {
  const { from } = windowOf(messages, start);
  const next = from + windowStep;
  return next + windowSize >= messages.length ? null : (messages[next]?.seq ?? null);
}

/** The window that shows a message with enough of the log around it to scroll both ways. */
export function around(messages: readonly HasSeq[], seq: number): WindowStart {
  const index = firstFrom(messages, seq);
  if (messages.length - index < windowSize / 2) return null;
  return messages[Math.max(0, index - windowSize / 2)]?.seq ?? null;
}

function firstFrom(messages: readonly HasSeq[], seq: number): number {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((messages[middle]?.seq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

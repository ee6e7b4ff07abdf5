import { pushLimits, type PushPayload } from '#lib/contract/push.ts';

/** The payload as JSON, its text cut to what fits, between two characters as people see them. */
export function encodePayload(payload: PushPayload): string {
  const whole = JSON.stringify(payload);
  const excess = Buffer.byteLength(whole) - pushLimits.payloadBytes;
  if (excess <= 0 || payload.kind !== 'message' || payload.message.text === null) return whole;
  const { text } = payload.message;
  const room = jsonBytes(text) - excess - jsonBytes('…');
  return JSON.stringify({
    ...payload,
    message: { ...payload.message, text: `${beginning(text, room)}…` },
  });
}

/** As many of its first characters as take so many bytes in JSON. */
function beginning(text: string, maxBytes: number): string {
  let end = 0;
  let bytes = 0;
  // A character takes at least a byte for each of its code units, so no more of it can be needed.
  const head = text.slice(0, maxBytes + 1).toWellFormed();
  for (const { segment, index } of new Intl.Segmenter().segment(head)) {
    bytes += jsonBytes(segment);
    // The last one may be the beginning of something longer.
    if (bytes > maxBytes || index + segment.length > maxBytes) break;
    end = index + segment.length;
  }
  return text.slice(0, end);
}

const jsonBytes = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - 2;

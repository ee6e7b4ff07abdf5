const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/**
 * A new id for a message or a group: a UUID of version 7 (RFC 9562), which begins with the time. The database
 * keeps an index of them for ever, and new ids that are near each other cost it half of the pages
 * that random ones do. Not by `crypto.randomUUID`, which is random, and which browsers hide on
 * plain-http hosts of a LAN.
 */
export function newClientId(now = Date.now()): string {
  const random = crypto.getRandomValues(new Uint8Array(10));
  random[0] = (random[0]! & 0x0f) | 0x70;
  random[2] = (random[2]! & 0x3f) | 0x80;
  const hex = now.toString(16).padStart(12, '0') + hexOf(random);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

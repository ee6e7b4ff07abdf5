import { createECDH, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { pushLimits, PushPayload } from '#lib/contract/push.ts';
import { isPublicKey, keysFrom } from '#lib/push/keys.ts';
import { encodePayload } from '#lib/push/payload.ts';

const id = 'a'.repeat(24);
const payloadWith = (text: string | null, name = 'Ana', title = 'Club'): PushPayload => ({
  kind: 'message',
  conversation: { id, kind: 'group', title, avatarUrl: null },
  message: {
    id,
    seq: 1,
    kind: 'text',
    senderId: id,
    senderName: name,
    text,
    createdAt: '2026-11-22T00:00:00.000Z',
  },
  unreadCount: 1,
  quiet: false,
});

const textIn = (json: string): string => {
  const payload = PushPayload.parse(JSON.parse(json));
  return payload.kind === 'message' ? (payload.message.text ?? '') : '';
};

it('leaves alone what fits', () => {
  for (const payload of [payloadWith('x'.repeat(3_000)), payloadWith(null)]) {
    expect(encodePayload(payload)).toBe(JSON.stringify(payload));
  }
});

it('cuts a text between two characters, of whatever they are made, and no sooner than it has to', () => {
  const characters = ['x', 'ß', '語', '👍🏽', '👨‍👩‍👧‍👦', 'e\u0301', '"', '\n', '\0', '🇩🇪'];
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...characters), { minLength: 1, maxLength: 30 }),
      fc.string({ unit: 'grapheme', maxLength: 64 }),
      (some, name) => {
        const repeated = some.join('');
        const given = repeated.repeat(Math.ceil(5_000 / repeated.length));
        const json = encodePayload(payloadWith(given, name));
        expect(Buffer.byteLength(json)).toBeLessThanOrEqual(pushLimits.payloadBytes);
        const text = textIn(json);
        if (text === given) return;
        const kept = text.slice(0, -1);
        expect([text.at(-1), given.startsWith(kept)]).toEqual(['…', true]);
        expect([...new Intl.Segmenter().segment(given)].map(({ index }) => index)).toContain(
          kept.length,
        );
        expect(Buffer.byteLength(json)).toBeGreaterThan(pushLimits.payloadBytes - 60);
      },
    ),
    { numRuns: 40 },
  );
});

it('cuts away a single character that is too long', () => {
  expect(textIn(encodePayload(payloadWith(`e${'\u0301'.repeat(30_000)}`)))).toBe('…');
});

it('makes of a secret always the same keys, and of another one others', () => {
  const { publicKey, privateKey } = keysFrom('a secret for tests only');
  expect(keysFrom('a secret for tests only')).toEqual({ publicKey, privateKey });
  expect(keysFrom('a secret for tests onlz').publicKey).not.toBe(publicKey);
  const point = Buffer.from(publicKey, 'base64url');
  expect([point.length, point[0], Buffer.from(privateKey, 'base64url').length]).toEqual([
    65, 4, 32,
  ]);
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  };
  const key = createPrivateKey({ key: { ...jwk, d: privateKey }, format: 'jwk' });
  const signed = sign('sha256', Buffer.from('x'), key);
  const publicOne = createPublicKey({ key: jwk, format: 'jwk' });
  expect(verify('sha256', Buffer.from('x'), publicOne, signed)).toBe(true);
});

it('tells public keys from what only looks like them', () => {
  const ecdh = createECDH('prime256v1');
  ecdh.generateKeys();
  expect(isPublicKey(ecdh.getPublicKey('base64url'))).toBe(true);
  for (const wrong of ['', 'x', `B${'A'.repeat(86)}`, ecdh.getPrivateKey('base64url')]) {
    expect(isPublicKey(wrong)).toBe(false);
  }
});

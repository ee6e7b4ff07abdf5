import type WebPush from 'web-push';
import type { PushPayload } from '#lib/contract/push.ts';
import { log } from '#lib/log.ts';
import { remember } from '#lib/runtime.ts';
import { urlOfEndpoint } from './addresses.ts';
import { vapid, type Vapid } from './keys.ts';
import { encodePayload } from './payload.ts';
import { post } from './post.ts';

/** Where a device's notifications go. Who knows all of it can send there: it is in no log. */
export interface Target {
  endpoint: string;
  p256dh: string;
  auth: string;
}

export interface PushOptions {
  /** How soon: `high` wakes a device up. */
  urgency: 'high' | 'normal';
  /** So long the push service keeps it for a device that is away. */
  ttlSeconds: number;
  /** What waits for the device under the same topic is replaced. At most 32 of base64url. */
  topic?: string;
}

export type Outcome =
  | { is: 'sent' }
  /** The push service has forgotten the device. */
  | { is: 'gone' }
  /** It may be tried again, in so long (ms) if that was said. */
  | { is: 'later'; afterMs: number | null }
  | { is: 'failed' };

const patienceMs = 10_000;

/** Encrypts a payload for a device and hands it to the push service. Never throws. */
export async function sendPush(
  target: Target,
  payload: PushPayload,
  { urgency, ttlSeconds, topic }: PushOptions,
  withinMs = patienceMs,
): Promise<Outcome> {
  const keys = vapid();
  const url = urlOfEndpoint(target.endpoint);
  if (!keys || !url) return { is: 'failed' };
  try {
    // Most servers never send one.
    const { default: webPush } = await import('web-push');
    const json = encodePayload(payload);
    const { cipherText } = webPush.encrypt(target.p256dh, target.auth, json, 'aes128gcm');
    const headers = {
      authorization: authorization(webPush, url.origin, keys),
      'content-encoding': 'aes128gcm',
      'content-type': 'application/octet-stream',
      ttl: ttlSeconds,
      urgency,
      ...(topic !== undefined && { topic }),
    };
    const { status, retryAfterMs } = await post(url, headers, cipherText, { withinMs });
    const outcome = outcomeOf(status, retryAfterMs);
    if (outcome.is === 'failed' || outcome.is === 'later') tell(url.host, { status });
    return outcome;
  } catch (error) {
    // Of the network, or of whoever is at its other end.
    tell(url.host, { error: (error as Error).message });
    return { is: 'later', afterMs: null };
  }
}

function outcomeOf(status: number, afterMs: number | null): Outcome {
  if (status >= 200 && status < 300) return { is: 'sent' };
  if (status === 404 || status === 410) return { is: 'gone' };
  if (status === 429 || status >= 500) return { is: 'later', afterMs };
  return { is: 'failed' };
}

const tokenLifeSeconds = 12 * 3600;

/** What proves to a push service that it is us; the same for an hour. */
function authorization(
  webPush: typeof WebPush,
  audience: string,
  { contact, publicKey, privateKey }: Vapid,
): string {
  const kept = remember(
    'push-authorizations',
    () => new Map<string, { at: number; text: string }>(),
  );
  const known = kept.get(audience);
  if (known && Date.now() - known.at < 3_600_000) return known.text;
  if (kept.size > 1_000) kept.clear();
  const expires = Math.floor(Date.now() / 1000) + tokenLifeSeconds;
  const { Authorization: text } = webPush.getVapidHeaders(
    audience,
    contact,
    publicKey,
    privateKey,
    'aes128gcm',
    expires,
  );
  kept.set(audience, { at: Date.now(), text });
  return text;
}

/** At most one line a minute for a push service, of which the host is told and no endpoint. */
function tell(host: string, what: { status: number } | { error: string }): void {
  const told = remember('push-told', () => new Map<string, number>());
  if (Date.now() - (told.get(host) ?? 0) < 60_000) return;
  if (told.size > 1_000) told.clear();
  told.set(host, Date.now());
  log().warn({ host, ...what }, 'a push service did not take a notification');
}

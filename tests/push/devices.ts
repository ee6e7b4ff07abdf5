import type { PushDevice } from '#lib/contract/records.ts';
import { bodyOf, password, Person, request } from '../support/people.ts';
import type { BrowserSubscription, PushService } from './push-service.ts';

export const pushSettings = {
  PUSH_CONTACT: 'mailto:admin@example.org',
  PUSH_ALLOW_LOOPBACK: 'on',
  PUSH_WAIT_SECONDS: '1',
};

/** Another device on which this person is signed in. */
export async function anotherDevice({ url, user }: Person): Promise<Person> {
  const body = { username: user.username, password };
  const { token } = bodyOf(await request(url, 'POST', '/auth/token', { body }));
  return new Person(url, user, token as string);
}

/** Has this device sent notifications. */
export async function subscribed(
  device: Person,
  service: PushService,
  more: object = {},
): Promise<BrowserSubscription> {
  const { publicKey } = await device.done('GET', '/push');
  const subscription = service.subscribe(publicKey as string);
  await device.done('POST', '/push', { ...subscription.json, ...more });
  return subscription;
}

export const deviceOf = async (person: Person): Promise<PushDevice | null> =>
  (await person.done('GET', '/push')).device as PushDevice | null;

/** @throws when a log says where notifications go, or what they are encrypted with. */
export function requireNoPushSecret(log: string, { subscriptions }: PushService): void {
  for (const [path, { json }] of subscriptions) {
    const found = [path, json.keys.p256dh, json.keys.auth].find((secret) => log.includes(secret));
    if (found !== undefined) throw new Error(`the log tells ${found.slice(0, 10)}`);
  }
}

import { randomUUID } from 'node:crypto';
import type { Conversation, PushDevice } from '#lib/contract/records.ts';
import { bodyOf, password, people, Person, request } from '../support/people.ts';
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

/** A group of three, of whom Ben and Cleo have subscribed and look at nothing. */
export interface Club {
  ana: Person;
  ben: Person;
  cleo: Person;
  group: Conversation;
  bens: BrowserSubscription;
  cleos: BrowserSubscription;
  /** Resolves when everything that came before has been told to whom it is told. */
  allTold(): Promise<void>;
}

export async function meet(url: string, service: PushService): Promise<Club> {
  const [ana, ben, cleo] = (await people(url, 'ana', 'ben', 'cleo')) as [Person, Person, Person];
  const group = await ana.group('Club', [ben, cleo]);
  const [bens, cleos] = [await subscribed(ben, service), await subscribed(cleo, service)];
  const allTold = async () => {
    const mark = `mark ${randomUUID()}`;
    await ana.say(await ana.direct(cleo), mark);
    await cleos.told(mark);
  };
  return { ana, ben, cleo, group, bens, cleos, allTold };
}

/** @throws when a log says where notifications go, or what they are encrypted with. */
export function requireNoPushSecret(log: string, { subscriptions }: PushService): void {
  for (const [path, { json }] of subscriptions) {
    const found = [path, json.keys.p256dh, json.keys.auth].find((secret) => log.includes(secret));
    if (found !== undefined) throw new Error(`the log tells ${found.slice(0, 10)}`);
  }
}

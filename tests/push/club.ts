import { randomUUID } from 'node:crypto';
import { test } from 'vitest';
import type { Conversation } from '#lib/contract/records.ts';
import { people, type Person } from '../support/people.ts';
import { subscribed } from './devices.ts';
import type { BrowserSubscription, PushService } from './push-service.ts';

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

async function meet(url: string, service: PushService): Promise<Club> {
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

/** A test whose `club` meets for it alone. */
export const clubbing = (place: () => { url: string; service: PushService }) =>
  test.extend<{ club: Club }>({
    // oxlint-disable-next-line no-empty-pattern
    club: async ({}, provide) => {
      const { url, service } = place();
      await provide(await meet(url, service));
    },
  });

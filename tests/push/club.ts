import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Conversation } from '#lib/contract/records.ts';
import { people, type Person } from '../support/people.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { pushSettings, requireNoPushSecret, subscribed } from './devices.ts';
import { PushService, type BrowserSubscription } from './push-service.ts';

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

interface Place {
  server: TestServer;
  service: PushService;
}

/**
 * A server whose notifications go to a push service of the tests', both there before the file's other hooks,
 * and the test whose `club` meets there for it alone. In the end nothing secret is in the log.
 */
export function clubbing() {
  const place = {} as Place;
  beforeAll(async () => {
    place.service = await PushService.start();
    place.server = await startServer({ ...pushSettings, LOG_LEVEL: 'trace' });
  });
  afterAll(async () => {
    expect(place.service.strange).toEqual([]);
    requireNoPushSecret(place.server.log(), place.service);
    await place.server.stop();
    place.service.stop();
  });
  const it = test.extend<{ club: Club }>({
    // oxlint-disable-next-line no-empty-pattern
    club: async ({}, provide) => {
      await provide(await meet(place.server.url, place.service));
    },
  });
  return { it, place };
}

import { chromium, type Browser, type BrowserContext, type Page } from 'playwright';
import { chromiumArguments, requireChromium } from '../../tests/support/chromium.ts';
import { people, type Person } from '../../tests/support/people.ts';

/** A mid-range phone's processor, as Lighthouse has it. */
export const slowdown = 4;

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: requireChromium(), args: chromiumArguments });

/** A browser in which this person is signed in. */
export async function contextOf(
  browser: Browser,
  { url, token }: Person,
  viewport = { width: 1280, height: 800 },
  baseURL = url,
): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL, viewport });
  // What tsx puts around functions, also around those that are for the page.
  await context.addInitScript('globalThis.__name = (made) => made');
  const cookie = { name: 'next-auth.session-token', value: token, url: baseURL };
  await context.addCookies([{ ...cookie, httpOnly: true, sameSite: 'Lax' }]);
  return context;
}

/** Slows the page's processor down, until the returned function is called. */
export async function throttle(page: Page): Promise<() => Promise<void>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  return async () => {
    await session.send('Emulation.setCPUThrottlingRate', { rate: 1 });
    await session.detach();
  };
}

export interface Crowd {
  ana: Person;
  others: Person[];
  /** In the order in which they were made: the last one stands first in the list. */
  chats: { id: string }[];
}

/** Somebody in so many conversations, each with a message. */
export async function crowd(url: string, chats: number, messages = 1): Promise<Crowd> {
  const [ana, ...others] = (await people(url, 'ana', 'ben', 'cleo', 'dora')) as [
    Person,
    ...Person[],
  ];
  const made: { id: string }[] = [];
  for (let first = 0; first < chats; first += 20) {
    const numbers = Array.from(
      { length: Math.min(20, chats - first) },
      (_, index) => first + index,
    );
    made.push(
      ...(await Promise.all(
        numbers.map(async (number) => {
          const other = others[number % others.length]!;
          const chat = await ana.group(`Chat ${number} of ${other.user.displayName}`, [other]);
          for (let said = 0; said < messages; said += 1)
            await other.say(chat, `Message ${said} in chat ${number}`);
          return { id: chat.id };
        }),
      )),
    );
  }
  return { ana, others, chats: made };
}

export const say = (text: string): void => void process.stdout.write(`${text}\n`);

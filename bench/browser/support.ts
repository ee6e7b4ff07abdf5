import { setTimeout as sleep } from 'node:timers/promises';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright';
import { chromiumArguments, requireChromium } from '../../tests/support/chromium.ts';
import { people, type Person } from '../../tests/support/people.ts';

/** A mid-range phone's processor, as Lighthouse has it. */
const slowdown = 4;

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

export interface Work {
  /** Milliseconds that the longest tasks of the page's main thread take on the slower processor. */
  longest: number[];
  /** How many took more than 50 ms. */
  long: number;
}

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  tdur?: number;
  args?: { name?: string };
}

const longMs = 50;

/**
 * What the page's main thread had to do while `act` ran, and a moment later. Processor time as measured,
 * times four: what else the machine does is not counted, as it is where the browser itself slows down.
 */
export async function workDuring(page: Page, act: () => Promise<void>): Promise<Work> {
  const browser = page.context().browser()!;
  await browser.startTracing(page, {
    categories: ['toplevel', 'disabled-by-default-devtools.timeline'],
  });
  await act();
  await sleep(500);
  const trace = JSON.parse((await browser.stopTracing()).toString()) as {
    traceEvents: TraceEvent[];
  };
  const threads = new Set(
    trace.traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = trace.traceEvents
    .filter(({ name, pid, tid }) => name === 'RunTask' && threads.has(`${pid} ${tid}`))
    .map(({ tdur = 0 }) => Math.round((tdur * slowdown) / 100) / 10)
    .sort((a, b) => b - a);
  return { longest: tasks.slice(0, 3), long: tasks.filter((ms) => ms > longMs).length };
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

export const row = (name: string, { longest, long }: Work): void =>
  say(
    `${name.padEnd(44)} longest ${longest.map((ms) => ms.toFixed(1)).join(', ')} ms; over ${longMs} ms: ${long}`,
  );

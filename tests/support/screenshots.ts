import { mkdirSync } from 'node:fs';
import { chromium, type Page } from 'playwright';
import { chromiumArguments, requireChromium } from './chromium.ts';
import { password, people, type Person } from './people.ts';
import { startServer } from './server.ts';

// `npm run screenshots`: the pictures of the manifest, which browsers show before somebody installs Gatherly.

const folder = 'public/screenshots';
const shapes = [
  { name: 'narrow', width: 360, height: 780 },
  { name: 'wide', width: 1280, height: 800 },
] as const;

const server = await startServer();
const browser = await chromium.launch({
  executablePath: requireChromium(),
  args: chromiumArguments,
});
try {
  const [nora, lake] = await fill(server.url);
  mkdirSync(folder, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const { name, width, height } of shapes) {
      const viewport = { width, height };
      const page = await browser.newPage({ baseURL: server.url, colorScheme, viewport });
      await signIn(page, nora);
      await page.goto(name === 'wide' ? `/chats/${lake}` : '/chats');
      const shown = name === 'wide' ? page.getByRole('article') : page.getByRole('link');
      await shown.filter({ hasText: 'swimming things' }).waitFor();
      await page.waitForLoadState('networkidle');
      await page.screenshot({
        path: `${folder}/${name}-${colorScheme}.png`,
        animations: 'disabled',
      });
      await page.close();
    }
  }
} finally {
  await browser.close();
  await server.stop();
}

/** People who talk: whose screen is shown, and the chat that is open on it. */
async function fill(url: string): Promise<[Person, string]> {
  const names = ['Nora Lindqvist', 'Tomás Ferreira', 'Amara Obi', 'Ji-woo Park', 'Sam Reyes'];
  const everybody = await people(
    url,
    ...names.map((name) =>
      name
        .split(' ')[0]!
        .normalize('NFD')
        .replace(/[^a-z]/gi, ''),
    ),
  );
  await Promise.all(
    everybody.map((one, index) => one.done('PATCH', '/users/me', { displayName: names[index] })),
  );
  const [nora, tomas, amara, jiwoo, sam] = everybody as [Person, Person, Person, Person, Person];
  const sunday = await jiwoo.group('Sunday football', [nora, sam, tomas]);
  await sam.say(sunday, 'Ten o’clock, as ever?');
  await jiwoo.say(sunday, 'The pitch is booked');
  const direct = await nora.direct(amara);
  await amara.say(direct, 'The photos from the hike are in');
  await nora.say(direct, 'They are wonderful, thank you');
  await tomas.say(await tomas.direct(nora), 'Can I borrow the drill on Friday?');
  const lake = await nora.group('Lake house weekend', [tomas, amara, jiwoo]);
  await tomas.say(lake, 'I can drive on Friday after work. Room for three and a dog');
  await amara.say(lake, 'Then I bring the boat pump and dinner for the first night');
  await nora.say(lake, 'Perfect. The key is under the blue pot, as always');
  await jiwoo.say(lake, 'Is the water warm enough yet?');
  await amara.say(lake, 'Nineteen degrees, so bring your swimming things');
  return [nora, lake.id];
}

async function signIn(page: Page, { user }: Person): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('Email or username').fill(user.username);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/chats');
}

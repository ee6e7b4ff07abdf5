import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { BrowserContext, Locator, Page } from 'playwright/test';
import sharp from 'sharp';
import { chromiumArguments, requireChromium } from '../support/chromium.ts';
import { Person, bodyOf, password, request } from '../support/people.ts';
import type { TestServer } from '../support/server.ts';
import { expect, test, visit } from './people.ts';

// What the screens look like, beside the pictures in tests/e2e/pictures. After a change of looks:
// `npm run looks -- --update-snapshots`, and look at each picture that changed.

test.use({
  // Glyphs stand where the font says, on every machine.
  // oxlint-disable-next-line no-empty-pattern
  launchOptions: async ({}, use) => {
    const args = ['--font-render-hinting=none', '--disable-lcd-text', '--force-color-profile=srgb'];
    await use({ executablePath: requireChromium(), args: [...chromiumArguments, ...args] });
  },
});
test.describe.configure({ mode: 'parallel' });
// Many screens in each.
test.slow();

const widths = [
  { width: 360, height: 640 },
  { width: 768, height: 640 },
  { width: 1440, height: 720 },
];

for (const viewport of widths) {
  test(`at ${viewport.width} pixels every screen is as in its pictures`, async ({
    browser,
    server,
  }) => {
    const open: BrowserContext[] = [];
    const pageOf = async (person: Person | null) => {
      const context = await browser.newContext({
        baseURL: server.url,
        viewport,
        locale: 'en-GB',
        timezoneId: 'UTC',
        reducedMotion: 'reduce',
        serviceWorkers: 'block',
        // Of this test only: its font comes with a style of its own.
        bypassCSP: true,
      });
      open.push(context);
      await context.addInitScript(sameEverywhere);
      if (person) await context.addCookies([sessionOf(person)]);
      return context.newPage();
    };
    const people = await fill(server);
    await visitForms(await pageOf(null), viewport.width);
    await visitChats(await pageOf(people.nora), viewport.width, people);
    await visitInArabic(await pageOf(people.dina), viewport.width, people);
    await visitWithoutNetwork(await pageOf(people.nora), viewport.width, people, server);
    people.amara.leave();
    await Promise.all(open.map((context) => context.close()));
  });
}

type Cast = Awaited<ReturnType<typeof fill>>;

async function visitForms(page: Page, width: number): Promise<void> {
  await visit(page, '/sign-in');
  await expectPictures(page, width, 'sign-in', page.getByLabel('Email or username'));

  await visit(page, '/register');
  await page.getByLabel('Name', { exact: true }).fill('Nora Lindqvist');
  await page.getByLabel('Username').fill('nora.l');
  await page.getByLabel('Password', { exact: true }).fill('a long enough one');
  await page.getByLabel('Email').fill('nora@lindqvist');
  await page.getByLabel('Name', { exact: true }).focus();
  await expect(page.getByText(/after the dot/)).toBeVisible();
  await expectPictures(page, width, 'register', page.getByText('@nora.l is free'));
}

async function visitChats(page: Page, width: number, { club }: Cast): Promise<void> {
  const messages = page.getByRole('article');
  await visit(page, '/chats');
  await expectPictures(page, width, 'chats', page.getByRole('link', { name: /Slow Readers/ }));

  await page.getByRole('link', { name: /Amara/ }).click();
  await expect(page.getByText('2 new messages').last()).toBeVisible();
  await expect(page.getByText('Online', { exact: true }).last()).toBeVisible();
  await expectPictures(page, width, 'conversation', messages.last());

  await messages.filter({ hasText: 'Booking' }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: /Delete/ }).click();
  await expectPictures(page, width, 'delete', page.getByRole('dialog'));

  await visit(page, `/chats/${club.id}`);
  await expectPictures(page, width, 'group', messages.filter({ hasText: 'burner' }));

  await visit(page, `/chats/${club.id}/details`);
  const details = page.getByRole('complementary', { name: 'Details' });
  // With its members, and who of them is there.
  const member = details.getByRole('listitem').filter({ hasText: 'Amara' });
  await expectPictures(page, width, 'details', member.getByText('Online'));

  await visit(page, '/chats');
  const dialog = page.getByRole('dialog');
  // The page hears of keys a moment after it lives.
  await expect(async () => {
    await page.keyboard.press('Alt+N');
    await expect(dialog).toBeVisible({ timeout: 1000 });
  }).toPass();
  await expectPictures(page, width, 'new-chat', dialog.getByRole('button', { name: /Kofi/ }));

  await visit(page, '/chats');
  await page.getByRole('searchbox').fill('ma');
  await expectPictures(page, width, 'search', page.getByText('Chats and people'));

  await visit(page, '/settings/appearance');
  await expectPictures(page, width, 'settings', page.getByRole('slider'));
}

async function visitInArabic(page: Page, width: number, { club }: Cast): Promise<void> {
  await visit(page, `/chats/${club.id}`);
  await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
  const message = page.getByRole('article').filter({ hasText: 'burner' });
  await expectPictures(page, width, 'arabic', message);
}

async function visitWithoutNetwork(
  page: Page,
  width: number,
  { nora, club, direct }: Cast,
  server: TestServer,
): Promise<void> {
  // The page of before may have gone before it could say so.
  await readAll(nora, club, { seq: (await nora.view(club)).lastSeq });
  await visit(page, `/chats/${direct.id}`);
  await expect(page.getByText('Online', { exact: true }).last()).toBeVisible();
  // First the server: a connection that stands is not cut by the network's absence.
  await server.kill('SIGKILL');
  await expect(page.getByText('Online', { exact: true })).toHaveCount(0);
  await page.context().setOffline(true);
  await expect(page.getByText(/You.re offline/).last()).toBeVisible();
  await page.getByRole('textbox', { name: 'Message' }).fill('I am on the train');
  await page.keyboard.press('Enter');
  const message = page.getByRole('article').filter({ hasText: 'train' });
  await expectPictures(page, width, 'offline', message);
}

/** The screen, once this is to be seen on it, in both themes. */
async function expectPictures(page: Page, width: number, name: string, sign: Locator) {
  await expect(sign.first()).toBeVisible();
  // Nothing has the pointer over it.
  await page.mouse.move(0, 0);
  await page.evaluate(readyForPicture);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
    const file = `${name}-${width}-${colorScheme}.png`;
    await expect.soft(page).toHaveScreenshot(file, { threshold: 0.1, maxDiffPixelRatio: 0.001 });
    const info = test.info();
    if (/all|changed/.test(info.config.updateSnapshots)) await pack(info.snapshotPath(file));
  }
}

/** The same picture in half of the bytes, with the 256 colours that come nearest to its own. */
async function pack(file: string): Promise<void> {
  // One that was not taken anew has been packed: its bytes stay.
  if ((await sharp(file).metadata()).isPalette) return;
  const picture = sharp(file).png({ palette: true, effort: 10, dither: 0 });
  writeFileSync(file, await picture.toBuffer());
}

/** Fonts are there, and the server's address does not tell which port it found free. */
async function readyForPicture(): Promise<void> {
  await document.fonts.ready;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { currentNode } = texts;
    const text = currentNode.nodeValue ?? '';
    if (text.includes(location.host)) {
      currentNode.nodeValue = text.replace(location.host, 'chat.example');
    }
  }
}

const require = createRequire(import.meta.url);
const face = (family: string, file: string) => {
  const bytes = readFileSync(require.resolve(`@fontsource-variable/${file}`)).toString('base64');
  return `@font-face { font-family: ${family}; font-weight: 100 900; src: url(data:font/woff2;base64,${bytes}) }`;
};

// One font for everybody, one colour for all avatars: theirs follow from ids that differ each time.
const style = [
  face('Latin', 'inter/files/inter-latin-wght-normal.woff2'),
  face('Arabic', 'noto-sans-arabic/files/noto-sans-arabic-arabic-wght-normal.woff2'),
  ':root { --font-sans: Latin, Arabic !important }',
  ...[1, 2, 3, 4, 6, 7, 8].map(
    (tone) =>
      `:root { --c-p${tone}: var(--c-p5) !important; --c-p${tone}-soft: var(--c-p5-soft) !important }`,
  ),
].join('\n');

/** Text, as it goes into the page before its own scripts. */
const sameEverywhere = `
  document.addEventListener('readystatechange', () => {
    const style = document.createElement('style');
    style.textContent = ${JSON.stringify(style)};
    document.head.append(style);
  }, { once: true });
  // It is always the same time of the day. The server, which has its own, is not told the zone and draws none.
  Object.defineProperty(document, 'cookie', { get: () => '', set() {} });
  const { get } = Object.getOwnPropertyDescriptor(Intl.DateTimeFormat.prototype, 'format');
  Object.defineProperty(Intl.DateTimeFormat.prototype, 'format', {
    get() {
      return this.resolvedOptions().hourCycle ? () => '12:47' : get.call(this);
    },
  });
`;

const sessionOf = ({ url, token }: Person) => ({
  name: 'next-auth.session-token',
  value: token,
  url,
  httpOnly: true,
  sameSite: 'Lax' as const,
});

/** Everybody of the pictures and what they have written; without emoji, which each system draws itself. */
async function fill({ url }: TestServer) {
  const nora = await join(url, 'nora', 'Nora Lindqvist');
  const amara = await join(url, 'amara', 'Amara Okafor-Fitzgerald');
  const tomas = await join(url, 'tomas', 'Tomás Herrera');
  const dina = await join(url, 'dina', 'دينا المصري');
  const kofi = await join(url, 'kofi', 'Kofi Mensah');
  const priya = await join(url, 'priya', 'Priya Raghunathan');
  const longest = await join(url, 'maximiliana', 'Maximiliana Donaudampfschifffahrts-Weber');
  const sam = await join(url, 'sam', 'Sam Oduya');
  await dina.done('PATCH', '/users/me', { language: 'ar' });

  await priya.group('Slow Readers', [nora]);
  const gone = await sam.direct(nora);
  const regretted = await sam.say(gone, 'Never mind');
  await sam.done('DELETE', `/conversations/${gone.id}/messages/${regretted.id}`);
  const muted = await kofi.group('Building 14 residents', [nora]);
  for (let note = 1; note <= 100; note += 1) await kofi.say(muted, `Notice ${note}`);
  await nora.done('PATCH', `/conversations/${muted.id}`, { mutedUntil: '2100-01-01T00:00:00Z' });
  const tram = await tomas.group('Wollongong–Reykjavík Very Long Distance Cycling Committee', [
    nora,
  ]);
  await nora.say(tram, 'The Rindfleischetikettierungsüberwachung form is in the folder');
  const asked = await nora.direct(longest);
  await readAll(longest, asked, await nora.say(asked, 'You got the job?'));
  const greeted = await dina.direct(nora);
  await dina.say(greeted, 'تمام، نلتقي الساعة سبعة عند المكتبة');

  const club = await kofi.group('Harbour Street Supper Club', [
    nora,
    priya,
    longest,
    dina,
    tomas,
    amara,
  ]);
  await kofi.done('POST', `/conversations/${club.id}/members`, { userIds: [sam.id] });
  await kofi.say(club, 'Menu for Saturday: groundnut stew, flatbread, something green');
  await priya.say(club, 'It *is* a small dessert.');
  await priya.say(club, 'It serves fourteen.');
  await nora.say(club, 'I’ll do the flatbread. How many are we?');
  await longest.say(club, 'Eighteen confirmed, four maybe, and my neighbour who eats for two');
  await dina.say(club, 'أنا سأحضر السلطة والحمص إن شاء الله');
  await kofi.say(club, 'Can you bring the big pot? Tomás has the burner');

  const direct = await nora.direct(amara);
  await amara.say(direct, 'This one? Sleeps six, and the sauna actually works this time');
  const booking = await nora.say(direct, 'Yes. Booking it');
  await nora.done('PATCH', `/conversations/${direct.id}/messages/${booking.id}`, {
    text: 'Yes. Booking it before someone else does.',
  });
  const route = await nora.say(direct, 'Here is the route: https://trailnotes.example/slow');
  await readAll(amara, direct, route);
  const wrong = await amara.say(direct, 'Wrong chat');
  await amara.done('DELETE', `/conversations/${direct.id}/messages/${wrong.id}`);
  await nora.say(direct, 'Friday to Sunday then');
  await amara.say(direct, 'Learned a word: *Geschwindigkeitsbegrenzungsüberschreitung*');
  await amara.say(direct, 'The van will not manage one.');
  await nora.done('PATCH', `/conversations/${direct.id}`, { pinned: true });
  // When she was last there is written now and then, and would be known or not.
  await amara.done('PATCH', '/users/me', { privacy: { lastSeen: 'nobody', online: 'everyone' } });
  await amara.connect();
  return { nora, amara, dina, club, direct };
}

const readAll = (reader: Person, { id }: { id: string }, { seq }: { seq: number }) =>
  reader.done('POST', `/conversations/${id}/read`, { seq });

async function join(url: string, username: string, displayName: string): Promise<Person> {
  const account = { username, password, displayName };
  bodyOf(await request(url, 'POST', '/auth/register', { body: account }));
  const { user, token } = bodyOf(
    await request(url, 'POST', '/auth/token', { body: { username, password } }),
  );
  return new Person(url, user, token);
}

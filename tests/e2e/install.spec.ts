import { composer, expect, log, row, say, still, tell, test, tick, visit } from './people.ts';
import { expectWorker } from './worker.ts';

test.use({ sharesServer: true, ...still });

interface Manifest {
  lang: string;
  dir: string;
  shortcuts: { name: string; url: string }[];
  icons: { src: string; sizes: string; purpose?: string }[];
  screenshots: { src: string; sizes: string }[];
}

test('Chromium finds nothing that keeps it from being installed', async ({ signUp }) => {
  const { page, context } = await signUp('Ana Prado', { worker: true });
  await expectWorker(page);
  const devtools = await context.newCDPSession(page);
  const { errors } = await devtools.send('Page.getAppManifest');
  expect(errors).toEqual([]);
  const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
  // Contexts of tests keep nothing on disk, which alone is held against them.
  expect(installabilityErrors.map(({ errorId }) => errorId)).toEqual(['in-incognito']);

  const manifest = (await (await page.request.get('/manifest.webmanifest')).json()) as Manifest;
  const purposes = manifest.icons.map(({ purpose }) => purpose ?? 'any');
  expect(purposes).toEqual(expect.arrayContaining(['any', 'maskable', 'monochrome']));
  const pictures = [...manifest.icons, ...manifest.screenshots];
  for (const { src, sizes } of pictures) {
    const size = await page.evaluate(async (src) => {
      const picture = new Image();
      picture.src = src;
      await picture.decode();
      return `${picture.naturalWidth}x${picture.naturalHeight}`;
    }, src);
    if (sizes !== 'any') expect([src, size]).toEqual([src, sizes]);
  }
});

test('the manifest is in the language of the browser', async ({ server, request }) => {
  const inArabic = { headers: { 'accept-language': 'ar-EG,ar;q=0.9' } };
  const answer = await request.get(`${server.url}/manifest.webmanifest`, inArabic);
  const { lang, dir, shortcuts } = (await answer.json()) as Manifest;
  expect({ lang, dir }).toEqual({ lang: 'ar', dir: 'rtl' });
  expect(shortcuts[0]?.name).toMatch(/\p{Script=Arabic}/u);
});

test('shortcuts of the icon lead where they say', async ({ signUp }) => {
  const { page } = await signUp('Ana Prado');
  for (const [address, title] of [
    ['/chats?new=chat', 'New chat'],
    ['/chats?new=group', 'Add people'],
  ] as const) {
    await page.goto(address);
    await expect(page.getByRole('dialog', { name: title })).toBeVisible();
    await expect.poll(() => new URL(page.url()).search).toBe('');
  }
});

test('what is shared with it becomes the draft of the chat one chooses', async ({
  signUp,
  befriend,
}) => {
  const ben = await befriend('Ben Okafor');
  const ana = await signUp('Ana Prado', { to: ben });
  await say(ana, 'Hello');
  await expect(tick(ana, 'Hello', 'Sent')).toBeVisible();
  await composer(ana).fill('Have a look:');
  const shared = new URLSearchParams({
    'share-title': 'A lake',
    'share-text': 'Worth a swim & more',
    'share-url': 'https://example.org/lake',
  });
  await visit(ana.page, `/chats?${shared}`);
  const chooser = ana.page.getByRole('dialog', { name: 'Send to…' });
  await expect(chooser).toContainText('Worth a swim & more');
  await chooser.getByRole('searchbox').fill('ben');
  await chooser.getByRole('button', { name: 'Ben Okafor' }).click();
  await expect(composer(ana)).toHaveValue(
    'Have a look:\nA lake\nWorth a swim & more\nhttps://example.org/lake',
  );
  // Nothing was sent.
  await expect(log(ana).getByRole('article')).toHaveCount(1);
});

test('the icon and the title count the chats that wait', async ({ signUp, befriend }) => {
  const [ana, ben] = [await signUp('Ana Prado'), await befriend('Ben Okafor')];
  const cleo = await befriend('Cleo Marin');
  await ana.page.addInitScript(() => {
    const badges: number[] = [];
    Object.assign(window, { badges });
    Object.assign(Navigator.prototype, {
      setAppBadge: async (count: number) => void badges.push(count),
    });
  });
  await ana.page.reload();
  await tell(ben, ana, 'One');
  await tell(ben, ana, 'Two');
  await expect(ana.page).toHaveTitle('(1) Gatherly');
  await row(ana, /Ben Okafor/).click();
  await expect(ana.page).toHaveTitle('Gatherly');
  const shown = () => ana.page.evaluate(() => (window as unknown as { badges: number[] }).badges);
  await expect.poll(shown).toEqual([0, 1, 0]);
  // What is read as it comes was never waiting.
  await tell(ben, ana, 'Three');
  await expect(log(ana).getByText('Three')).toBeVisible();
  await tell(cleo, ana, 'Four');
  await expect(ana.page).toHaveTitle('(1) Gatherly');
  expect(await shown()).toEqual([0, 1, 0, 1]);
});

test('it is offered after some days of use, once', async ({ signUp, befriend }) => {
  const ben = await befriend('Ben Okafor');
  const ana = await signUp('Ana Prado', { to: ben });
  await say(ana, 'Hello');
  await expect(tick(ana, 'Hello', 'Sent')).toBeVisible();
  await ana.page.addInitScript(() => {
    addEventListener('load', () => {
      const prompt = Object.assign(new Event('beforeinstallprompt', { cancelable: true }), {
        prompt: async () => {
          Object.assign(window, { asked: true });
          return { outcome: 'dismissed' };
        },
      });
      setTimeout(() => dispatchEvent(prompt), 300);
    });
  });
  const offer = ana.page.getByRole('region', { name: 'Install' });
  const settings = ana.page.getByRole('region', { name: 'Install Gatherly' });
  await visit(ana.page, '/settings/notifications');
  await expect(settings.getByRole('button', { name: 'Install' })).toBeVisible();
  await ana.page.evaluate(() => localStorage.setItem('gatherly.days', '2026-01-01 2026-01-02'));
  await visit(ana.page, '/chats');
  await expect(offer).toBeVisible();
  await offer.getByRole('button', { name: 'Install' }).click();
  await expect.poll(() => ana.page.evaluate(() => 'asked' in window)).toBe(true);
  await expect(offer).toHaveCount(0);
  await visit(ana.page, '/settings/notifications');
  await expect(settings).toBeVisible();
  await visit(ana.page, '/chats');
  await expect(row(ana, /Ben Okafor/)).toBeVisible();
  await expect(offer).toHaveCount(0);
});

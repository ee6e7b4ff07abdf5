import {
  composer,
  expect,
  bubble,
  findAndOpen,
  row,
  say,
  test as base,
  tick,
} from '../e2e/people.ts';
import { freePort } from '../support/raw.ts';
import { startCluster, type Cluster } from './cluster.ts';
import { startPageHost } from './page-host.ts';

// Pages and REST from two hosts without sockets, the sockets at a third one. To the pages of the first, the
// socket host is another site, whose cookies they never see; to those of the second only another origin.

// People who chat, and a host that is started again.
base.slow();

interface Place {
  cluster: Cluster;
  pageUrls: { otherSite: string; sameSite: string };
  /** A socket host in place of the one before, at the same address. */
  restart(): Promise<void>;
}

const test = base.extend<{ place: Place }>({
  // So many programs take longer to start than the test has time.
  place: [
    // oxlint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const port = await freePort();
      const pageUrls = {
        otherSite: `http://127.0.0.1:${await freePort()}`,
        sameSite: `http://localhost:${await freePort()}`,
      };
      const origins = {
        PUBLIC_URL: pageUrls.otherSite,
        SOCKET_URL: `http://localhost:${port}`,
        ALLOWED_ORIGINS: pageUrls.sameSite,
      };
      const cluster = await startCluster(1, { ...origins, PORT: port });
      const hosts = await Promise.all(
        Object.values(pageUrls).map((url) =>
          startPageHost(url, { ...cluster.settings, PUBLIC_URL: url }),
        ),
      );
      await use({
        cluster,
        pageUrls,
        restart: async () => {
          await cluster.nodes[0]?.kill('SIGKILL');
          await cluster.join();
        },
      });
      await Promise.all(hosts.map((host) => host.stop()));
      await cluster.stop();
    },
    { timeout: 180_000 },
  ],
  // People come to the first of the page hosts.
  server: async ({ place }, use) => {
    const [socketHost] = place.cluster.nodes;
    if (socketHost) await use({ ...socketHost, url: place.pageUrls.otherSite });
  },
});

test('people at pages of two origins chat over a socket host at a third', async ({
  signUp,
  place,
}) => {
  const { pageUrls } = place;
  const ana = await signUp('Ana Prado', { byForm: true, worker: true });
  const ben = await signUp('Ben Okafor', { byForm: true, url: pageUrls.sameSite });
  const tokens: string[] = [];
  ana.page.on('request', (request) => {
    if (request.url().endsWith('/socket-token')) tokens.push(request.url());
  });

  await findAndOpen(ana, ben);
  await say(ana, 'Hello Ben');
  await expect(tick(ana, 'Hello Ben', 'Delivered')).toBeVisible();
  await row(ben, /Ana Prado/).click();
  await expect(tick(ana, 'Hello Ben', 'Read')).toBeVisible();
  await expect(ana.page.getByRole('main').getByText('online').first()).toBeVisible();
  await composer(ben).pressSequentially('Hi');
  await expect(ana.page.getByRole('main').getByText('typing…').first()).toBeVisible();
  await composer(ben).press('Enter');
  await expect(bubble(ana, /^.*Hi/)).toBeVisible();
  await expect(tick(ben, 'Hi', 'Read')).toBeVisible();

  // By REST at a page host: a message, and a group, into whose room the socket host brings its members.
  const post = (path: string, body: object) =>
    ben.page.evaluate(
      async ([path, body]) => {
        const headers = { 'content-type': 'application/json' };
        const answer = await fetch(`/api/v1${path}`, { method: 'POST', headers, body });
        return (await answer.json()) as { conversation: { id: string }; user: { id: string } };
      },
      [path, JSON.stringify(body)] as const,
    );
  const chat = new URL(ben.page.url()).pathname.split('/').at(-1) ?? '';
  await post(`/conversations/${chat}/messages`, { clientId: 'by-rest-0001', text: 'By REST' });
  for (const person of [ana, ben]) await expect(bubble(person, 'By REST')).toBeVisible();
  const anaId = await ana.page.evaluate(
    async () =>
      ((await (await fetch('/api/v1/users/me')).json()) as { user: { id: string } }).user.id,
  );
  await post('/conversations', { kind: 'group', title: 'Supper club', memberIds: [anaId] });
  for (const person of [ana, ben]) {
    await row(person, /Supper club/).click();
    // Until then what is written goes to the chat before.
    await expect(person.page.getByRole('heading', { name: 'Supper club', level: 2 })).toBeVisible();
  }
  await say(ben, 'Who cooks?');
  await expect(bubble(ana, 'Who cooks?')).toBeVisible();
  await expect(tick(ben, 'Who cooks?', 'Read')).toBeVisible();

  // The socket host goes: what is written meanwhile leaves when it is back, with a new token.
  const before = tokens.length;
  await place.restart();
  await say(ana, 'I do');
  await expect(bubble(ben, 'I do')).toBeVisible({ timeout: 60_000 });
  await expect(tick(ana, 'I do', 'Read')).toBeVisible();
  expect(tokens.length).toBeGreaterThan(before);
  for (const url of tokens) expect(new URL(url).origin).toBe(pageUrls.otherSite);

  // The files and the worker are the page host's own; a picture goes there and comes from there.
  await ana.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  const picture = await ana.page.evaluate(async () => {
    const canvas = new OffscreenCanvas(64, 64);
    canvas.getContext('2d')?.fillRect(0, 0, 32, 64);
    const body = await canvas.convertToBlob({ type: 'image/png' });
    const headers = { 'content-type': 'image/png' };
    const answer = await fetch('/api/v1/users/me/picture', { method: 'POST', headers, body });
    const { user } = (await answer.json()) as { user: { avatarUrl: string } };
    return user.avatarUrl;
  });
  await expect(ben.page.locator(`img[src="${picture}"]`).first()).toBeVisible();

  // Signing out at a page host ends the sockets at the other.
  const tab = await ana.context.newPage();
  await tab.goto('/chats');
  // The page may leave before it has the answer.
  await ana.page.evaluate(() => void fetch('/api/v1/auth/sessions/current', { method: 'DELETE' }));
  for (const page of [ana.page, tab]) await page.waitForURL('**/sign-in**');
});

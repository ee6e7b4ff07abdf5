import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright/test';
import { startServer } from '../support/server.ts';
import { openTab } from './line.ts';
import {
  bubble,
  composer,
  expect,
  findAndOpen,
  say,
  test as base,
  type Guest,
  still,
} from './people.ts';
import { expectWorker } from './worker.ts';

// Several people, servers and pages in each.
base.slow();
base.use(still);

const oldChunk = '/_next/static/chunks/only-in-the-first.js';

/** A place from which this build runs as a version of its own; the first has a file that the second lacks. */
function version(name: 'first' | 'second'): string {
  const place = mkdtempSync(path.join(os.tmpdir(), `gatherly-${name}-`));
  for (const part of ['dist', 'public', 'package.json', 'next.config.mjs'])
    cpSync(part, path.join(place, part), { recursive: true });
  cpSync('.next', path.join(place, '.next'), {
    recursive: true,
    filter: (file) => !file.startsWith(path.join('.next', 'cache')),
  });
  symlinkSync(path.resolve('node_modules'), path.join(place, 'node_modules'));
  const worker = path.join(place, 'public', 'sw.js');
  const script = readFileSync(worker, 'utf8').replace(/version:"[^"]+"/, `version:"${name}"`);
  writeFileSync(
    worker,
    name === 'first' ? script.replace(/files:\[/, `files:["${oldChunk}",`) : script,
  );
  if (name === 'first')
    writeFileSync(path.join(place, `.${oldChunk.slice(2)}`).replace('._next', '.next'), '1');
  return place;
}

const test = base.extend<{ places: { first: string; second: string } }>({
  // oxlint-disable-next-line no-empty-pattern
  places: async ({}, use) => {
    const places = { first: version('first'), second: version('second') };
    await use(places);
    for (const place of Object.values(places)) rmSync(place, { recursive: true, force: true });
  },
  server: async ({ places }, use) => {
    const server = await startServer({}, undefined, ['env', '-C', places.first]);
    await use(server);
    await server.stop();
  },
});

const shells = (page: Page) =>
  page.evaluate(async () => (await caches.keys()).filter((name) => name.includes('shell')));
const statusOf = (page: Page, address: string) =>
  page.evaluate(async (address) => (await fetch(address)).status, address);
const offer = ({ page }: Guest) => page.getByText('A new version is ready.');

test('a new version is offered, and loses no draft; an old tab goes on', async ({
  signUp,
  befriend,
  server,
  places,
}) => {
  const [ana, ben] = [await signUp('Ana Prado', { worker: true }), await befriend('Ben Okafor')];
  await findAndOpen(ana, ben);
  await say(ana, 'Hello');
  await expectWorker(ana.page);
  const old = await openTab(ana, '/chats');
  // As if it had been built of that.
  await old.page.addScriptTag({ url: oldChunk });
  await composer(ana).fill('Half a thou');
  await ana.page.evaluate(() => Object.assign(window, { here: true }));

  await server.kill('SIGTERM');
  const wrapper = ['env', '-C', places.second];
  const next = await startServer({ PORT: new URL(server.url).port }, server.dataDir, wrapper);
  await expect(offer(ana)).toBeVisible({ timeout: 60_000 });
  // Nothing has happened yet.
  expect(await ana.page.evaluate(() => 'here' in window)).toBe(true);
  await expect(composer(ana)).toHaveValue('Half a thou');
  // A page that opens now is of the first as well. Its worker, told of it, sees to what nobody needs.
  const another = await openTab(ana, '/chats');
  await expect(offer(another)).toBeVisible();
  await another.page.close();
  expect(await shells(ana.page)).toHaveLength(2);

  await composer(ana).fill('Half a thought');
  await ana.page.getByRole('button', { name: 'Reload' }).click();
  const isOld = () => ana.page.evaluate(() => 'here' in window).catch(() => true);
  await expect.poll(isOld).toBe(false);
  await expect(composer(ana)).toHaveValue('Half a thought');
  await expect(bubble(ana, 'Hello')).toBeVisible();

  // The server has it no more; the old tab still does.
  expect(await statusOf(ana.page, `${oldChunk}?new`)).toBe(404);
  expect(await statusOf(old.page, oldChunk)).toBe(200);
  await expect(offer(old)).toBeVisible();
  await old.page.close();
  await ana.page.reload();
  await expect.poll(() => shells(ana.page)).toEqual(['gatherly-shell-second']);
  await expect(offer(ana)).toHaveCount(0);
  await next.stop();
});

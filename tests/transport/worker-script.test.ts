import { expect, test } from 'vitest';
import { sharedServer } from '../support/shared-server.ts';

const server = sharedServer();

test('the service worker is asked for anew each time, under the policy of pages', async () => {
  const answer = await fetch(`${server.url}/sw.js`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^(text|application)\/javascript/);
  expect(answer.headers.get('cache-control')).toBe('no-cache');
  expect(answer.headers.get('content-security-policy')).toMatch(/default-src 'self'.*connect-src/);
  expect(await answer.text()).toContain('/_next/static/chunks/');
});

test('all that it is to keep is there', async () => {
  const script = await (await fetch(`${server.url}/sw.js`)).text();
  const files = [...script.matchAll(/"(\/[\w./~-]+\.(?:js|css|png|svg))"/g)].map(
    ([, file]) => file,
  );
  expect(files.length).toBeGreaterThan(10);
  const statuses = await Promise.all(
    files.map(async (file) => `${(await fetch(`${server.url}${file}`)).status} ${file}`),
  );
  expect(statuses).toEqual(files.map((file) => `200 ${file}`));
});

test('the page that it keeps is the same for everybody, and knows nobody', async () => {
  const answer = await fetch(`${server.url}/offline-shell`, {
    headers: { 'accept-language': 'de-AT' },
  });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('set-cookie')).toBeNull();
  expect(await answer.text()).toContain('lang="de"');
});

test('it can only be read', async () => {
  expect((await fetch(`${server.url}/sw.js`, { method: 'HEAD' })).status).toBe(200);
  expect((await fetch(`${server.url}/sw.js`, { method: 'POST' })).status).toBe(404);
});

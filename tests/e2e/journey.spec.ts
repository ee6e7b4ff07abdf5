import { startServer } from '../support/server.ts';
import { password } from '../support/people.ts';
import { lineOf } from './line.ts';
import {
  bubble,
  composer,
  expect,
  expectAlive,
  findAndOpen,
  log,
  row,
  say,
  signOut,
  tell,
  test,
  tick,
  visit,
  wireOf,
} from './people.ts';

test.use({ sharesServer: true });

test('two people find each other, chat, and see what becomes of each message', async ({
  signUp,
}) => {
  const byForm = { byForm: true };
  const [ana, ben] = [await signUp('Ana Prado', byForm), await signUp('Ben Okafor', byForm)];
  await expect(ana.page.getByText('No chats yet')).toBeVisible();

  await findAndOpen(ana, ben);
  await expect(ana.page.getByRole('heading', { name: 'Say hello to Ben' })).toBeVisible();
  await say(ana, 'Hello Ben');
  await expect(tick(ana, 'Hello Ben', 'Delivered')).toBeVisible();
  await expect(row(ben, /Ana Prado/)).toContainText('Hello Ben');
  await expect(row(ben, /Ana Prado/)).toContainText('1 unread');
  await expect(ben.page).toHaveTitle(/^\(1\) /);

  await row(ben, /Ana Prado/).click();
  await expect(tick(ana, 'Hello Ben', 'Read')).toBeVisible();
  await expect(ben.page).not.toHaveTitle(/^\(/);

  await composer(ben).pressSequentially('Hi');
  await expect(ana.page.getByRole('main').getByText('typing…').first()).toBeVisible();
  await composer(ben).press('Enter');
  await expect(bubble(ana, /^.*Hi/)).toBeVisible();
  await expect(ana.page.getByText('typing…')).toHaveCount(0);
  await expect(tick(ben, 'Hi', 'Read')).toBeVisible();
});

test('a message is edited, deleted for oneself and for everyone', async ({ signUp }) => {
  const ben = await signUp('Ben Okafor');
  const ana = await signUp('Ana Prado', { to: ben });
  await say(ana, 'Helo');
  await row(ben, /Ana Prado/).click();

  // What is on its way has no menu.
  await expect(tick(ana, 'Helo', 'Read')).toBeVisible();
  await bubble(ana, 'Helo').click({ button: 'right' });
  await ana.page.getByRole('menuitem', { name: /Edit/ }).click();
  await expect(composer(ana)).toHaveValue('Helo');
  await say(ana, 'Hello');
  await expect(bubble(ben, 'Hello')).toContainText('Edited');
  await expect(bubble(ana, 'Hello')).toContainText('Edited');
  await expect(ana.page.getByRole('article')).toHaveCount(1);

  await say(ana, 'For my eyes');
  await expect(tick(ana, 'For my eyes', 'Read')).toBeVisible();
  await bubble(ana, 'For my eyes').click({ button: 'right' });
  await ana.page.getByRole('menuitem', { name: /Delete/ }).click();
  await ana.page.getByRole('button', { name: 'Delete for me' }).click();
  await expect(bubble(ana, 'For my eyes')).toHaveCount(0);
  await expect(bubble(ben, 'For my eyes')).toBeVisible();

  await bubble(ana, 'Hello').click({ button: 'right' });
  await ana.page.getByRole('menuitem', { name: /Delete/ }).click();
  await ana.page.getByRole('button', { name: 'Delete for everyone' }).click();
  await expect(bubble(ana, 'You deleted this message')).toBeVisible();
  await expect(bubble(ben, 'This message was deleted')).toBeVisible();
});

test('three people meet in a group', async ({ signUp }) => {
  const [ana, ben, cleo] = [
    await signUp('Ana Prado'),
    await signUp('Ben Okafor'),
    await signUp('Cleo Diaz'),
  ];
  await ana.page.getByRole('button', { name: 'New chat' }).first().click();
  await ana.page
    .getByRole('dialog')
    .getByRole('button', { name: /New group/ })
    .click();
  const people = ana.page.getByRole('dialog');
  for (const { username } of [ben, cleo]) {
    await people.getByRole('searchbox').fill(username);
    await people.getByRole('checkbox', { name: new RegExp(username) }).click();
  }
  await people.getByRole('button', { name: 'Next' }).click();
  await ana.page.getByLabel('Group name').fill('Supper club');
  // The first answer is lost, and the second try is for the same group.
  await ana.page.route(
    '**/api/v1/conversations',
    async (route) => {
      await route.fetch();
      await route.fulfill({ status: 503, json: { code: 'unavailable' } });
    },
    { times: 1 },
  );
  await ana.page.getByRole('button', { name: 'Create group' }).click();
  await expect(row(ben, /Supper club/)).toBeVisible();
  await expect(ana.page.getByText('The server may be restarting')).toBeVisible();
  await ana.page.getByRole('button', { name: 'Create group' }).click();
  await expect(ana.page.getByRole('heading', { name: 'Supper club', level: 2 })).toBeVisible();

  await say(ana, 'Who cooks?');
  await row(ben, /Supper club/).click();
  await expect(bubble(ben, 'Who cooks?')).toContainText('Ana Prado');
  await expect(tick(ana, 'Who cooks?', 'Delivered')).toBeVisible();
  await row(cleo, /Supper club/).click();
  await expect(tick(ana, 'Who cooks?', 'Read')).toBeVisible();

  await composer(ben).pressSequentially('I do');
  await expect(cleo.page.getByText('Ben is typing…').first()).toBeVisible();
  await composer(ben).press('Enter');
  await expect(bubble(cleo, 'I do')).toBeVisible();

  await ana.page.getByRole('button', { name: 'Chat details' }).click();
  const details = ana.page.getByRole('complementary', { name: /details/i });
  await expect(details.getByText('Owner')).toBeVisible();
  await details.getByRole('button', { name: /Cleo Diaz/ }).click();
  await ana.page.getByRole('menuitem', { name: 'Remove…' }).click();
  await ana.page.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(log(ben).getByText('Ana Prado removed Cleo Diaz')).toBeVisible();
  await expect(cleo.page.getByText(/no longer a member/)).toBeVisible();
  await say(ana, 'Without Cleo');
  await expect(bubble(ben, 'Without Cleo')).toBeVisible();
  await expect(bubble(cleo, 'Without Cleo')).toHaveCount(0);
});

test('whoever has left a group is not told that they are still in it', async ({
  signUp,
  befriend,
  server,
}) => {
  const [ana, ben] = [await signUp('Ana Prado'), await befriend('Ben Okafor')];
  const { page } = ana;
  const wire = await wireOf(server, ana);
  const askToLeave = async (title: string) => {
    const group = await ben.wire.group(title, [wire]);
    await row(ana, title).click();
    await page.getByRole('button', { name: 'Chat details' }).click();
    await page.getByRole('button', { name: 'Leave group' }).click();
    return group;
  };
  const answer = { status: 503, json: { code: 'unavailable' } };
  const told = page.getByText('You’re still in the group.');
  const expectLeft = async () => {
    await expect(page.getByText(/you’re no longer a member/)).toBeVisible();
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(told).toHaveCount(0);
  };

  await askToLeave('Supper club');
  let answerLate = () => {};
  const left = new Promise<void>((resolve) => (answerLate = resolve));
  await page.route('**/members/*', async (route) => {
    await route.fetch();
    await left;
    await route.fulfill(answer);
  });
  await page.getByRole('dialog').getByRole('button', { name: 'Leave group' }).click();
  await expectLeft();
  const heard = page.waitForResponse('**/members/*');
  answerLate();
  await heard;
  await expectLeft();

  const { id } = await askToLeave('Sunday football');
  // By now the page has long heard the late answer of before.
  await expect(told).toHaveCount(0);
  await page.unroute('**/members/*');
  await page.route('**/members/*', (route) => route.fulfill(answer));
  await page.getByRole('dialog').getByRole('button', { name: 'Leave group' }).click();
  await expect(told).toBeVisible();
  await wire.done('DELETE', `/conversations/${id}/members/${wire.id}`);
  await expectLeft();
});

test('whoever has removed somebody is not told that they are still there', async ({
  signUp,
  befriend,
  server,
}) => {
  const ana = await signUp('Ana Prado');
  const [ben, cleo] = [await befriend('Ben Okafor'), await befriend('Cleo Diaz')];
  const { page } = ana;
  const wire = await wireOf(server, ana);
  const { id } = await wire.group('Supper club', [ben.wire, cleo.wire]);
  await row(ana, 'Supper club').click();
  await page.getByRole('button', { name: 'Chat details' }).click();
  const member = ({ name }: { name: string }) =>
    page
      .getByRole('complementary', { name: /details/i })
      .getByRole('button', { name: new RegExp(name) });
  const remove = async (person: { name: string }) => {
    await member(person).click();
    await page.getByRole('menuitem', { name: 'Remove…' }).click();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
  };
  const answer = { status: 503, json: { code: 'unavailable' } };
  const told = page.getByText('was not removed');
  const expectRemoved = async (person: { name: string }) => {
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(member(person)).toHaveCount(0);
    await expect(told).toHaveCount(0);
  };

  let answerLate = () => {};
  const left = new Promise<void>((resolve) => (answerLate = resolve));
  await page.route('**/members/*', async (route) => {
    await route.fetch();
    await left;
    await route.fulfill(answer);
  });
  await remove(ben);
  await expectRemoved(ben);
  const heard = page.waitForResponse('**/members/*');
  answerLate();
  await heard;

  await page.unroute('**/members/*');
  await page.route('**/members/*', (route) => route.fulfill(answer));
  await remove(cleo);
  await expect(told).toHaveCount(1);
  await expect(told).toContainText('Cleo');
  await wire.done('DELETE', `/conversations/${id}/members/${cleo.wire.id}`);
  await expectRemoved(cleo);
});

test('a chat stays under a press, whatever comes and goes above it', async ({
  signUp,
  befriend,
}) => {
  const [ana, ben] = [await signUp('Ana Prado'), await befriend('Ben Okafor')];
  const { page } = ana;
  await tell(ben, ana, 'Hello');
  const line = await lineOf(ana);
  await line.cut();
  await expect(page.getByText('Reconnecting…')).toBeVisible();
  await row(ana, /Ben Okafor/).hover();
  await page.mouse.down();
  await line.mend();
  await tell(ben, ana, 'Are you back?');
  await expect(row(ana, /Ben Okafor/)).toContainText('Are you back?');
  // Longer than it says that it is back: that time is over when this one is.
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 3_000)));
  await page.mouse.up();
  await expect(bubble(ana, 'Are you back?')).toBeVisible();
  await expect(page.getByText(/Reconnecting|back online/)).toHaveCount(0);
});

test('presence follows the last visible page', async ({ signUp }) => {
  const ben = await signUp('Ben Okafor');
  const ana = await signUp('Ana Prado', { to: ben });
  const main = ana.page.getByRole('main');
  await expect(main.getByText('Online').first()).toBeVisible();
  await ben.context.close();
  await expect(main.getByText(/Last seen today at/)).toBeVisible({ timeout: 20_000 });
});

test.describe('on a server of their own', () => {
  test.use({ sharesServer: false });

  test('pages go on by themselves after the server was killed', async ({ signUp, server }) => {
    const ben = await signUp('Ben Okafor');
    const ana = await signUp('Ana Prado', { to: ben });
    await say(ana, 'Before');
    await row(ben, /Ana Prado/).click();
    await expect(bubble(ben, 'Before')).toBeVisible();

    await server.kill('SIGKILL');
    await say(ana, 'While it was away');
    await expect(tick(ana, 'While it was away', 'Sending')).toBeVisible();
    await expect(
      ana.page.getByRole('main').getByText(/Messages will send when you.re back|Reconnecting/),
    ).toBeVisible();

    const { port } = new URL(server.url);
    const again = await startServer({ PORT: port }, server.dataDir);
    await expect(bubble(ben, 'While it was away')).toBeVisible({ timeout: 30_000 });
    await expect(tick(ana, 'While it was away', 'Read')).toBeVisible();
    await expect(bubble(ana, 'Before')).toHaveCount(1);
    await ana.page.reload();
    await expect(bubble(ana, 'While it was away')).toHaveCount(1);
    await again.stop();
  });
});

test('signing out ends the session in every tab, and the password opens it again', async ({
  signUp,
}) => {
  const ana = await signUp('Ana Prado');
  const tab = await ana.context.newPage();
  await visit(tab, '/settings/devices');
  await expect(tab.getByText('This device', { exact: true }).first()).toBeVisible();
  await signOut(ana);
  await ana.page.waitForURL('**/sign-in**');
  await tab.waitForURL('**/sign-in**');

  await expectAlive(ana.page);
  await ana.page.getByLabel('Email or username').fill(ana.username);
  await ana.page.getByLabel('Password', { exact: true }).fill('not the password');
  await ana.page.getByRole('button', { name: 'Sign in' }).click();
  await expect(ana.page.getByText(/don.t match/)).toBeVisible();
  await ana.page.getByLabel('Password', { exact: true }).fill(password);
  await ana.page.getByRole('button', { name: 'Sign in' }).click();
  await ana.page.waitForURL('**/chats');
});

test('every view has one title, on a phone and on a desktop', async ({ signUp }) => {
  const phone = await signUp('Ana Prado', { viewport: { width: 360, height: 740 } });
  const desktop = await signUp('Ben Okafor');
  await findAndOpen(desktop, phone);
  await say(desktop, 'Hello');
  await row(phone, /Ben Okafor/).click();
  await expect(bubble(phone, 'Hello')).toBeVisible();
  const { pathname } = new URL(phone.page.url());
  const views = ['/chats', pathname, `${pathname}/details`, `/chats/${'0'.repeat(24)}`];
  const pages = ['/people', '/settings', '/settings/devices', '/nowhere'];
  for (const { page } of [phone, desktop])
    for (const path of [...views, ...pages]) {
      await page.goto(path);
      await expect(page.getByRole('heading').first()).toBeVisible();
      await expect(page.getByRole('heading', { level: 1 }), path).toHaveCount(1);
    }
});

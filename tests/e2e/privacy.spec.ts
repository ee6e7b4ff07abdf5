import { composer, expect, log, row, say, test, tick, type Guest, visit, still } from './people.ts';

// Several people and pages in each.
test.slow();
test.use({ sharesServer: true, ...still });

const details = ({ page }: Guest) => page.getByRole('complementary', { name: /details/i });

test('somebody blocked writes to nobody, and is let in again', async ({ signUp }) => {
  const ana = await signUp('Ana Vidal');
  const ben = await signUp('Ben Ochieng', { to: ana });
  await say(ben, 'Hello Ana');
  await row(ana, 'Ben Ochieng').click();
  await expect(log(ana).getByText('Hello Ana')).toBeVisible();
  const anasHeader = ben.page.getByRole('main').getByRole('link', { name: /Ana Vidal/ });
  await expect(anasHeader).toContainText('Online');
  const secondTab = await ana.context.newPage();
  await visit(secondTab, ana.page.url());
  const second = { ...ana, page: secondTab };
  await expect(composer(second)).toBeVisible();

  await ana.page.getByRole('link', { name: /Ben Ochieng.*Chat details/ }).click();
  await ana.page.getByRole('button', { name: 'Block Ben' }).click();
  const dialog = ana.page.getByRole('dialog', { name: 'Block Ben?' });
  await dialog.getByRole('button', { name: 'Block', exact: true }).click();
  await expect(dialog).toBeHidden();
  for (const tab of [ana, second]) {
    await expect(tab.page.getByText('You blocked Ben')).toBeVisible();
    await expect(composer(tab)).toHaveCount(0);
  }
  await expect(details(ana).getByRole('button', { name: 'Unblock Ben' })).toBeVisible();

  await expect(anasHeader).not.toContainText('Online');
  await say(ben, 'Are you there?');
  await expect(tick(ben, 'Are you there?', 'Sent')).toBeVisible();

  // From the settings, where whoever is blocked is listed.
  await visit(secondTab, '/settings/privacy');
  await secondTab.getByRole('button', { name: /^Blocked people\s*1$/ }).click();
  await secondTab.getByRole('button', { name: 'Unblock Ben' }).click();
  await secondTab
    .getByRole('dialog', { name: 'Unblock Ben?' })
    .getByRole('button', { name: 'Unblock', exact: true })
    .click();
  await expect(secondTab.getByText('You haven’t blocked anybody')).toBeVisible();
  await secondTab.close();

  await expect(composer(ana)).toBeVisible();
  await expect(anasHeader).toContainText('Online');
  await say(ben, 'And now?');
  await expect(log(ana).getByText('And now?')).toBeVisible();
  await expect(log(ana).getByText('Are you there?')).toHaveCount(0);
  await expect(tick(ben, 'And now?', 'Read')).toBeVisible();
  await expect(tick(ben, 'Are you there?', 'Sent')).toBeVisible();
  await ben.page.reload();
  await expect(tick(ben, 'And now?', 'Read')).toBeVisible();
  await expect(tick(ben, 'Are you there?', 'Sent')).toBeVisible();
});

test('last seen is hidden from some contacts', async ({ signUp }) => {
  const ana = await signUp('Ana Vidal');
  const ben = await signUp('Ben Ochieng', { to: ana });
  await say(ben, 'Hello Ana');
  const header = ben.page.getByRole('main').getByRole('link', { name: /Ana Vidal/ });
  await expect(header).toContainText('Online');

  const { page } = ana;
  await visit(page, '/settings/privacy');
  await page.getByRole('button', { name: /^Last seen/ }).click();
  await page.getByRole('radio', { name: /except/ }).check();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Online/ }).click();
  await page.getByRole('radio', { name: 'Same as last seen' }).check();
  await page.keyboard.press('Escape');
  await expect(header).toContainText('Online');
  await page.getByRole('button', { name: /^Except/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Hide last seen from' });
  await dialog.getByRole('searchbox').fill(ben.username);
  await dialog.getByRole('checkbox', { name: new RegExp(ben.username) }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('button', { name: 'Except 1 person' })).toBeVisible();
  await expect(header).not.toContainText('Online');
});

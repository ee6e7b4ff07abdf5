import type { Page } from 'playwright/test';
import { password } from '../support/people.ts';
import { expect, expectAlive, onFailure, still, test, usernameFor, visit } from './people.ts';

test.use({ sharesServer: true, ...still });

const root = (page: Page) => page.locator('html');

/** Whether the page is in this language as the server sends it: before anything runs. */
async function expectSent(page: Page, path: string, opening: string, locale: string) {
  const sent = await page.request.get(path, { headers: { 'accept-language': locale } });
  expect(/<html[^>]*>/.exec(await sent.text())?.[0]).toContain(opening);
}

test('somebody who reads Arabic registers, chats, goes over to German, and finds it on another device', async ({
  browser,
  server,
  signUp,
}) => {
  const ben = await signUp('Ben Okafor');
  const failures: string[] = [];
  const deviceIn = async (locale: string) => {
    const context = await browser.newContext({ baseURL: server.url, locale });
    const page = await context.newPage();
    onFailure(page, (failure) => failures.push(failure));
    return page;
  };

  const username = usernameFor('sara');
  const phone = await deviceIn('ar-EG');
  await expectSent(phone, '/register', 'lang="ar" dir="rtl"', 'ar-EG');
  await visit(phone, '/register');
  await expect(phone).toHaveTitle('أنشئ حسابك · Gatherly');
  await phone.getByRole('button', { name: 'إنشاء الحساب' }).click();
  await expect(phone.getByText('أدخل الاسم الذي يعرفك به الناس.')).toBeVisible();
  await phone.getByLabel('الاسم', { exact: true }).fill('سارة الحسن');
  await phone.getByLabel('اسم المستخدم').fill(username);
  await phone.getByLabel('كلمة المرور', { exact: true }).fill(password);
  await phone.getByRole('button', { name: 'إنشاء الحساب' }).click();
  await phone.waitForURL('**/chats');
  await expectAlive(phone);

  await phone.getByRole('button', { name: 'محادثة جديدة' }).first().click();
  const dialog = phone.getByRole('dialog', { name: 'محادثة جديدة' });
  await dialog.getByRole('searchbox').fill(ben.username);
  await dialog.getByRole('button', { name: new RegExp(ben.username) }).click();
  await phone.getByRole('textbox', { name: 'رسالة' }).fill('مرحبا Ben');
  await phone.getByRole('textbox', { name: 'رسالة' }).press('Enter');
  const said = phone.getByRole('article').filter({ hasText: 'مرحبا Ben' });
  await expect(said.getByRole('img', { name: 'تم التسليم' })).toBeVisible();
  // One's own messages stand at the end of the line, which is the left one here.
  const box = await said.boundingBox();
  const log = await phone.getByRole('region', { name: 'الرسائل' }).boundingBox();
  expect(box && log && box.x - log.x).toBeLessThan(100);
  await expect(said.locator('time')).toHaveText(/[٠-٩]/);

  await visit(phone, '/settings/language');
  await phone.getByRole('radio', { name: 'Deutsch' }).check();
  await expect(phone.getByRole('heading', { name: 'Einstellungen' })).toBeVisible();
  await expect(root(phone)).toHaveAttribute('lang', 'de');
  await expect(root(phone)).toHaveAttribute('dir', 'ltr');
  await phone.reload();
  await expect(phone.getByRole('radio', { name: 'Deutsch' })).toBeChecked();
  await expectSent(phone, '/chats', 'lang="de" dir="ltr"', 'ar-EG');

  const laptop = await deviceIn('en-GB');
  await visit(laptop, '/sign-in');
  await expect(laptop.getByRole('heading', { name: 'Welcome back' })).toBeVisible();
  await laptop.getByRole('combobox', { name: 'Language' }).selectOption('Español');
  await expect(laptop.getByRole('heading', { name: 'Qué bueno verte de nuevo' })).toBeVisible();
  await laptop.getByLabel('Correo o nombre de usuario').fill(username);
  await laptop.getByLabel('Contraseña', { exact: true }).fill(password);
  await laptop.getByRole('button', { name: 'Iniciar sesión' }).click();
  await laptop.waitForURL('**/chats');
  await expectAlive(laptop);
  await expect(laptop.getByRole('complementary', { name: 'Chats' })).toContainText('Ben Okafor');
  await expect(laptop.getByRole('searchbox', { name: 'Chats und Leute suchen' })).toBeVisible();

  // Without the account, the browser stays with what was read last.
  await laptop.getByRole('button', { name: 'Mehr' }).click();
  await laptop.getByRole('menuitem', { name: 'Abmelden' }).click();
  await laptop.getByRole('dialog').getByRole('button', { name: 'Abmelden' }).click();
  await laptop.waitForURL('**/sign-in**');
  await expect(laptop.getByRole('button', { name: 'Anmelden' })).toBeVisible();

  expect(failures).toEqual([]);
  await Promise.all([phone, laptop].map((page) => page.context().close()));
});

test('what was typed stays when the language changes', async ({ signUp, befriend }) => {
  const [ana, ben] = [await signUp('Ana Prado'), await befriend('Ben Okafor')];
  const { page } = ana;
  await page.getByRole('button', { name: 'New chat' }).first().click();
  await page.getByRole('dialog').getByRole('searchbox').fill(ben.username);
  await page
    .getByRole('dialog')
    .getByRole('button', { name: new RegExp(ben.username) })
    .click();
  await page.getByRole('textbox', { name: 'Message' }).fill('Half a thou');
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('link', { name: /Language/ }).click();
  await page.getByRole('radio', { name: 'العربية' }).check();
  await expect(root(page)).toHaveAttribute('dir', 'rtl');
  await page.getByRole('link', { name: 'المحادثات' }).first().click();
  await page.getByRole('link', { name: /Ben Okafor/ }).click();
  await expect(page.getByRole('textbox', { name: 'رسالة' })).toHaveValue('Half a thou');
});

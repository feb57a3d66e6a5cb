// SPDX-License-Identifier: Apache-2.0
// Without a mouse: the whole journey with Tab, Enter and arrow keys, and what the script adds for keyboards.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { PASSWORD, SANDBOX } from '../cgi/visitor.mjs';
import { startStack } from '../run/stack.mjs';
import { focused, hasFocus, launch, openTab, tabTo } from './browser.mjs';
import { walk } from './journey.mjs';

let stack, browser, tab;

before(async () => {
  stack = await startStack();
  browser = await launch();
  tab = await openTab(browser, stack, { permissions: ['clipboard-read', 'clipboard-write'] });
});
after(async () => {
  await browser?.close();
  await stack?.stop();
});

test('the whole journey', (t) => walk(t, stack, tab));

test('what the script adds', async (t) => {
  const { page } = tab;
  const press = (key) => page.keyboard.press(key);

  await page.goto(`${stack.address}/sign-in`);
  await hasFocus(tab, 'textbox', 'E-mail');
  await page.keyboard.type('ada@acme.test');

  await t.test('Show and Hide a password', async () => {
    await tabTo(tab, 'textbox', 'Password or one-time code');
    await page.keyboard.type(PASSWORD);
    await tabTo(tab, 'button', 'Show password');
    await press('Space');
    await hasFocus(tab, 'textbox', 'Password or one-time code');
    assert.equal(await page.locator('#password').getAttribute('type'), 'text');
    await tabTo(tab, 'button', 'Hide password');
    await press('Space');
    assert.equal(await page.locator('#password').getAttribute('type'), 'password');
    await press('Enter');
    await page.waitForURL(`${stack.address}/data-sources`);
  });

  await t.test('Escape closes a menu and gives the focus back', async () => {
    await tabTo(tab, 'DisclosureTriangle', /Switch workspace$/);
    await press('Enter');
    await tabTo(tab, 'button', /^Acme Labs/);
    await press('Escape');
    await hasFocus(tab, 'DisclosureTriangle', /Switch workspace$/);
    assert.equal(await page.locator('.sidebar details[open]').count(), 0);
  });

  await t.test('Copy the redirect URI', async () => {
    await page.goto(`${stack.address}/data-sources/${SANDBOX}/client`);
    await tabTo(tab, 'radio', /^Custom/);
    await tabTo(tab, 'button', 'Copy redirect URI');
    await press('Enter');
    await page.getByRole('status').getByText('Copied').waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()),
      `${stack.address}/console/api/oauth/plugin/${SANDBOX}/datasource/callback`);
    assert.equal((await focused(tab)).role, 'button', 'the focus stays');
  });

  await t.test('Add a runtime key and copy it', async () => {
    await page.goto(`${stack.address}/runtime-keys/add`);
    await tabTo(tab, 'textbox', 'Name');
    await page.keyboard.type('By keyboard');
    await tabTo(tab, 'checkbox', 'Report refused ones');
    await press('Space');
    await tabTo(tab, 'radio', /^All/);
    await press('ArrowDown');
    await tabTo(tab, 'DisclosureTriangle', /^Data Sources/);
    await press('Space');
    await tabTo(tab, 'checkbox', 'Notion');
    await press('Space');
    await tabTo(tab, 'button', 'Add runtime key');
    await press('Enter');
    await page.getByRole('heading', { name: '“By keyboard” is ready' }).waitFor();
    await tabTo(tab, 'button', 'Copy runtime key');
    await press('Enter');
    await page.getByRole('status').getByText('Copied').waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await page.locator('#secret').textContent());
    await page.goBack();
    assert.equal(await page.getByText(/grt_/).count(), 0);
    // the browser kept nothing: it would have to send the form again, which makes no key either
    await assert.rejects(page.goForward(), /ERR_CACHE_MISS/);
    await page.waitForURL('chrome-error://chromewebdata/');
    assert.equal(await page.getByText(/grt_/).count(), 0);
  });

  assert.deepEqual(await tab.problems(), []);
});

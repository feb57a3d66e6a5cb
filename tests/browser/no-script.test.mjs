// SPDX-License-Identifier: Apache-2.0
// With JavaScript off everything works as well, by plain forms and links; by keyboard alone here too.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { PASSWORD, SANDBOX } from '../cgi/visitor.mjs';
import { startStack } from '../run/stack.mjs';
import { launch, openTab } from './browser.mjs';
import { walk } from './journey.mjs';

let stack, browser, tab;

before(async () => {
  stack = await startStack();
  browser = await launch();
  tab = await openTab(browser, stack, { javaScriptEnabled: false });
});
after(async () => {
  await browser?.close();
  await stack?.stop();
});

test('the whole journey', (t) => walk(t, stack, tab));

test('no button is shown that only a script could serve', async () => {
  const { page } = tab;
  const buttons = page.getByRole('button', { name: /^(Show|Copy)/, includeHidden: true });
  await page.goto(`${stack.address}/sign-in`);
  assert.equal(await page.locator('html.js').count(), 0, 'scripts are off');
  assert.equal(await buttons.count(), 1);
  assert.equal(await buttons.filter({ visible: true }).count(), 0);
  await page.getByLabel('E-mail').fill('ada@acme.test');
  await page.getByLabel('Password or one-time code').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/data-sources');
  for (const form of ['api-key', 'client']) {
    await page.goto(`${stack.address}/data-sources/${SANDBOX}/${form}`);
    assert.notEqual(await buttons.count(), 0);
    assert.equal(await buttons.filter({ visible: true }).count(), 0, form);
  }
  await page.goto(`${stack.address}/runtime-keys/add`);
  await page.getByLabel('Name').fill('Without scripts');
  await page.getByRole('button', { name: 'Add runtime key' }).click();
  await page.getByText(/^grt_/).waitFor();
  assert.notEqual(await buttons.count(), 0);
  assert.equal(await buttons.filter({ visible: true }).count(), 0, 'the key');
});

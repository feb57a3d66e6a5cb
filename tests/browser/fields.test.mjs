// SPDX-License-Identifier: Apache-2.0
// Fields with conditions, with scripts and without: what does not count is not there, or says when it would be; and
// boxes of what is registered, by plain forms.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Runtime, newKey } from '../cgi/runtime.mjs';
import { EXTENSION, MODEL, PASSWORD, signedIn } from '../cgi/visitor.mjs';
import { startStack } from '../run/stack.mjs';
import { launch, openTab } from './browser.mjs';

let stack, browser;

before(async () => {
  stack = await startStack();
  await signedIn(stack, 'ada@acme.test');
  const runtime = new Runtime(stack, await newKey(stack, 'pipeline'));
  await runtime.register({ tools: [{ provider: 'a/b/t', tool: 'search', label: 'Search' }, { provider: 'a/b/t', tool: 'say', label: 'Say' }] });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await stack?.stop();
});

async function signIn(options) {
  const tab = await openTab(browser, stack, options);
  await tab.page.goto(`${stack.address}/sign-in`);
  await tab.page.getByLabel('E-mail').fill('ada@acme.test');
  await tab.page.getByLabel('Password or one-time code').fill(PASSWORD);
  await tab.page.keyboard.press('Enter');
  await tab.page.waitForURL('**/data-sources');
  return tab.page;
}

test('with scripts a field is there only while its conditions hold, and so are those that hang on it', async () => {
  const page = await signIn();
  await page.goto(`${stack.address}/tools/${MODEL}/api-key?of=model`);
  const mode = page.locator('[name="field.mode"]'), vision = page.getByRole('group', { name: 'Sees pictures' });
  assert.deepEqual([await mode.isVisible(), await vision.isVisible()], [false, false]);
  await page.getByLabel('Model type').selectOption('llm');
  assert.deepEqual([await mode.isVisible(), await vision.isVisible()], [true, true]);
  await mode.selectOption('completion');
  assert.deepEqual([await mode.isVisible(), await vision.isVisible()], [true, false]);
  await page.getByLabel('Model type').selectOption('text-embedding');
  assert.deepEqual([await mode.isVisible(), await vision.isVisible()], [false, false]);
  await page.getByLabel('Model name').fill('vec-1');
  await page.getByRole('textbox', { name: 'API key' }).fill('sbx-good-key');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('vec-1 (text-embedding)').waitFor();
});

test('without scripts every field is there, and says when it counts', async () => {
  const page = await signIn({ javaScriptEnabled: false });
  await page.goto(`${stack.address}/tools/${EXTENSION}/api-key`);
  assert.equal(await page.getByLabel('Extra payload').isVisible(), true);
  assert.equal(await page.getByText('Only if “Method” is').isVisible(), true);
  await page.getByRole('textbox', { name: 'API key' }).fill('sbx-good-key');
  for (const name of ['Search', 'Say']) await page.getByRole('checkbox', { name }).check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The settings were checked and saved.').waitFor();
  await page.locator('summary', { hasText: 'More actions for SETTINGS 1' }).click();
  await page.getByRole('link', { name: 'Edit' }).click();
  assert.equal(await page.getByRole('checkbox', { name: 'Search' }).isChecked(), true);
  assert.equal(await page.getByRole('checkbox', { name: 'Say' }).isChecked(), true);
});

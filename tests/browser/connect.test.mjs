// SPDX-License-Identifier: Apache-2.0
// Connect in a browser: from the demo editor to Grantry, to the provider and back, with and without scripts, in both
// languages, signed in or not; by API key, by authorization, and for somebody who declines.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Runtime, newKey } from '../cgi/runtime.mjs';
import { PASSWORD, SANDBOX, signedIn } from '../cgi/visitor.mjs';
import { startEditor } from '../editor/editor.mjs';
import { startStack } from '../run/stack.mjs';
import { launch, openTab } from './browser.mjs';

const WORDS = {
  'en-GB': { sent: /sent you here to connect/, oauth: 'Add OAuth', key: 'Add API Key', allow: 'Allow Access', save: 'Save' },
  'zh-CN': { sent: /请您在此连接/, oauth: '添加 OAuth', key: '添加 API Key', allow: '允许访问', save: '保存' },
};
let stack, editor, browser, runtime;

before(async () => {
  editor = await startEditor({ provider: SANDBOX });
  stack = await startStack({ conf: `connect_return = ${editor.origin}` });
  const ada = await signedIn(stack, 'ada@acme.test');
  await ada.useCustomClient();
  const key = await newKey(stack, 'editor');
  runtime = new Runtime(stack, key);
  editor.use(stack.address, key);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await stack?.stop();
  await editor?.close();
});

// From the editor's page to the provider's page of Grantry; who is not signed in signs in on the way.
async function arrive(tab, words) {
  const { page } = tab;
  await page.goto(`${editor.origin}/pipelines/7`);
  await page.getByRole('link', { name: 'Connect' }).click();
  if (await page.locator('input[type=password]').count()) {
    await page.locator('input[name=email]').fill('ada@acme.test');
    await page.locator('input[type=password]').fill(PASSWORD);
    await page.locator('main button[type=submit]').last().click();
  }
  await page.getByText(words.sent).waitFor();
}

// Back at the editor, whose server has asked what came of it.
async function outcome(page) {
  await page.waitForURL((url) => url.origin === editor.origin && url.searchParams.has('connect_id'));
  return { status: await page.locator('#status').innerText(), credential: await page.locator('#credential').innerText() };
}

// The sandbox: signs in where it must, then the button.
async function atProvider(page, button) {
  await page.waitForURL((url) => url.origin === stack.sandbox);
  if (await page.locator('#password').count()) {
    await page.locator('#username').fill('ada');
    await page.locator('#password').fill('sandbox');
    await page.getByRole('button', { name: 'Sign in' }).click();
  }
  await page.getByRole('button', { name: button }).click();
}

for (const [locale, words] of Object.entries(WORDS))
  for (const javaScriptEnabled of [true, false])
    test(`${locale}, scripts ${javaScriptEnabled ? 'on' : 'off'}: an authorization and an API key, from the editor and back`, async () => {
      const tab = await openTab(browser, stack, { origins: [editor.origin], locale, javaScriptEnabled });
      const { page } = tab;
      await arrive(tab, words);
      await page.getByRole('link', { name: new RegExp(`^${words.oauth}`) }).click();
      await page.getByRole('button', { name: words.allow }).click();
      await atProvider(page, /^Allow$/);
      const granted = await outcome(page);
      assert.equal(granted.status, 'connected');
      assert.equal((await runtime.byId(granted.credential)).body.credential_type, 'oauth2');

      await arrive(tab, words);
      await page.getByRole('link', { name: words.key, exact: true }).click();
      await page.locator('input[name="field.api_key"]').fill('sbx-good-key');
      await page.locator('main form button[type=submit]').last().click();
      const added = await outcome(page);
      assert.equal(added.status, 'connected');
      assert.equal((await runtime.byId(added.credential)).body.credential_type, 'api-key');
      assert.deepEqual(await tab.problems(), []);
      await tab.close();
    });

test('who declines at the provider is back at the editor, which knows it', async () => {
  const tab = await openTab(browser, stack, { origins: [editor.origin] });
  await arrive(tab, WORDS['en-GB']);
  await tab.page.getByRole('link', { name: /^Add OAuth/ }).click();
  await tab.page.getByRole('button', { name: 'Allow Access' }).click();
  await atProvider(tab.page, 'Deny');
  assert.deepEqual(await outcome(tab.page), { status: 'declined', credential: '' });
  await tab.close();
});

test('nothing secret reached the editor by its address or by the referrer', () => {
  assert.ok(editor.seen.length > 6);
  for (const { url, referer } of editor.seen) {
    const names = [...new URL(url).searchParams.keys()];
    assert.deepEqual(names.filter((name) => !['node', 'connect_id'].includes(name)), [], url);
    assert.ok(!referer || new URL(referer).origin === editor.origin || new URL(referer).pathname === '/', referer);
  }
});

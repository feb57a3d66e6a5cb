// SPDX-License-Identifier: Apache-2.0
// API tools in the browser: from a description to a test call, with scripts and without, in both languages, by keyboard,
// and without a finding of axe-core in any look.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startApi } from '../cgi/api-tool-server.mjs';
import { PASSWORD, signedIn } from '../cgi/visitor.mjs';
import { database } from '../run/database.mjs';
import { startStack } from '../run/stack.mjs';
import { launch, openTab, tabTo } from './browser.mjs';
import { assertLooks } from './looks.mjs';

let stack, browser, api;

before(async () => {
  api = await startApi();
  stack = await startStack({ conf: `egress_allow = ${api.origin}` });
  await signedIn(stack, 'ada@acme.test');
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await stack?.stop();
  await api?.stop();
});

async function signIn(options) {
  const tab = await openTab(browser, stack, options);
  await tab.page.goto(`${stack.address}/sign-in`);
  await tab.page.getByLabel('E-mail').fill('ada@acme.test');
  await tab.page.getByLabel('Password or one-time code').fill(PASSWORD);
  await tab.page.keyboard.press('Enter');
  await tab.page.waitForURL('**/data-sources');
  return tab;
}

const h1 = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();
const press = (page, name) => page.getByRole('button', { name, exact: true }).click();

// From nothing to the answer of the API. bring puts the description into the form.
async function journey(tab, name, bring) {
  const { page } = tab;
  await page.getByRole('link', { name: 'API Tools' }).first().click();
  await page.getByRole('link', { name: 'Add API Tool' }).click();
  await h1(page, 'Add API Tool');
  await bring(page);
  await press(page, 'Read the description');
  await h1(page, 'Review the API tool');
  await page.getByRole('checkbox', { name: 'addPet' }).uncheck();
  await page.getByLabel('Name', { exact: false }).first().fill(name);
  await press(page, 'Save');
  await h1(page, 'Authorization method');
  await page.getByRole('link', { name: 'Enter API key in the header X-Key' }).click();
  await page.getByLabel('Key', { exact: false }).last().fill('browser-key');
  await press(page, 'Save');
  await h1(page, 'Authorization method');
  await page.getByText('Stored').waitFor();
  await page.getByRole('link', { name: `Back to ${name}` }).click();
  await h1(page, name);
  assert.equal(await page.getByRole('checkbox', { name: 'addPet' }).isChecked(), false);
  await page.getByRole('link', { name: 'Open listPets' }).click();
  await h1(page, 'listPets');
  await page.getByLabel('limit').fill('7');
  await page.getByLabel('kind').selectOption('dog');
  await press(page, 'Preview request');
  await page.getByText('Nothing was sent.').waitFor();
  const preview = await page.locator('pre.wire').first().innerText();
  assert.match(preview, /limit=7/);
  assert.match(preview, /••••/);
  assert.doesNotMatch(preview, /browser-key/);
  assert.equal(await page.getByLabel('limit').inputValue(), '7', 'what was typed is there again');
  const n = api.requests.length;
  await press(page, 'Send test call');
  await page.getByText('200', { exact: true }).waitFor();
  assert.match(await page.locator('#answer-body').innerText(), /<script>alert\(1\)<\/script>/, 'as text');
  assert.equal(api.requests.length, n + 1);
  assert.equal(api.requests.at(-1).path, '/v1/pets?limit=7&kind=dog');
  assert.equal(api.requests.at(-1).headers['x-key'], 'browser-key');
  assert.deepEqual(await tab.problems(), []);
}

test('pasted, with scripts: it is read while one types', async () => {
  const tab = await signIn();
  await journey(tab, 'Pasted', async (page) => {
    const text = page.getByLabel('Paste');
    await text.fill('openapi: [');
    await page.locator('#check .report-bad').waitFor();
    assert.match(await page.locator('#check').innerText(), /line \d+/);
    await text.fill(api.description());
    await page.locator('#check').getByText('3 operations').waitFor();
    assert.equal(page.url().endsWith('/api-tools/new'), true);
  });
  await tab.close();
});

test('uploaded, without scripts', async () => {
  const tab = await signIn({ javaScriptEnabled: false });
  await journey(tab, 'Uploaded', (page) => page.getByLabel('Upload a file')
    .setInputFiles({ name: 'api.yaml', mimeType: 'application/yaml', buffer: Buffer.from(api.description()) }));
  await tab.close();
});

test('from an address', async () => {
  const tab = await signIn();
  await journey(tab, 'Fetched', (page) => page.getByLabel('Address of the description').fill(`${api.origin}/openapi.yaml`));
  await tab.close();
});

test('an error has its place, without scripts too, and the text is there to be mended', async () => {
  const tab = await signIn({ javaScriptEnabled: false }), { page } = tab;
  const broken = api.description().replace('  version: 1.0.0', '  version: [1.0');
  await page.goto(`${stack.address}/api-tools/new`);
  await page.getByLabel('Upload a file').setInputFiles({ name: 'api.yaml', mimeType: 'application/yaml', buffer: Buffer.from(broken) });
  await press(page, 'Read the description');
  await page.getByText(/line \d+, column \d+/).first().waitFor();
  const text = page.getByLabel('Paste');
  assert.equal((await text.inputValue()).trim(), broken.trim());
  await text.fill(api.description());
  await press(page, 'Read the description');
  await h1(page, 'Review the API tool');
  assert.deepEqual(await tab.problems(), []);
  await tab.close();
});

test('by keyboard', async () => {
  const tab = await signIn(), { page } = tab;
  await page.goto(`${stack.address}/api-tools/new`);
  await tabTo(tab, 'textbox', 'Paste');
  await page.keyboard.insertText(api.description());
  await tabTo(tab, 'button', 'Read the description');
  await page.keyboard.press('Enter');
  await h1(page, 'Review the API tool');
  await tabTo(tab, 'checkbox', 'getPet');
  await page.keyboard.press('Space');
  assert.equal(await page.getByRole('checkbox', { name: 'getPet' }).isChecked(), false);
  await tabTo(tab, 'button', 'Save', { most: 80 });
  assert.deepEqual(await tab.problems(), []);
  await tab.close();
});

test('every page, in every look, in both languages', async () => {
  const tab = await signIn(), { page } = tab, db = database(stack);
  await page.goto(`${stack.address}/api-tools/new`);
  await page.getByLabel('Paste').fill(api.description({ server: '', more: '  /more:\n    get: { parameters: [{ $ref: "#/nothing" }] }\n' }));
  await press(page, 'Read the description');
  await h1(page, 'Review the API tool');
  await page.locator('details.report').evaluate((e) => { e.open = true; });
  await assertLooks(tab, 'draft');
  await press(page, 'Save');
  await page.locator('#form-error').waitFor();
  await assertLooks(tab, 'draft with a fault');
  await page.getByLabel('Base URL').fill(`${api.origin}/v1`);
  await page.getByLabel('Name', { exact: false }).first().fill('Looked at <b>漢字</b> Donaudampfschifffahrtselektrizitätenhauptbetriebswerk');
  await press(page, 'Save');
  await h1(page, 'Authorization method');
  const tool = page.url().match(/.*\/api-tools\/[0-9a-f-]{36}/)[0];
  const pages = { list: `${stack.address}/api-tools`, nothing: `${stack.address}/api-tools?q=zzz`, new: `${stack.address}/api-tools/new`, tool,
    edit: `${tool}/edit`, import: `${tool}/import`, delete: `${tool}/delete`, methods: `${tool}/authorization`,
    key: `${tool}/authorization/items/a1`, header: `${tool}/authorization/add?type=header`, basic: `${tool}/authorization/add?type=basic`,
    oauth2: `${tool}/authorization/oauth2`, operation: `${tool}/operations/listPets`, body: `${tool}/operations/addPet` };
  for (const language of ['', 'zh_Hans']) {
    await db.run(`UPDATE users SET language = '${language}'`);
    for (const [name, url] of Object.entries(pages)) {
      await page.goto(url);
      assert.equal(await page.evaluate(() => document.documentElement.lang), language ? 'zh-Hans' : 'en');
      await assertLooks(tab, `${name} ${language}`);
    }
  }
  await db.run("UPDATE users SET language = ''");
  await page.goto(pages.import);
  await page.getByLabel('Paste').fill(api.description({ server: 'https://other.example/v2', without: ['listPets'] }));
  await press(page, 'Read the description');
  await h1(page, /What changes in/);
  await assertLooks(tab, 'what changes');
  await page.goto(`${tool}/operations/getPet`);
  await press(page, 'Send test call');
  await page.locator('.field-error').first().waitFor();
  await assertLooks(tab, 'an argument is missing');
  assert.deepEqual(await tab.problems(), []);
  await tab.close();
});

test('no API tools yet: what to do', async () => {
  const tab = await signIn(), { page } = tab;
  await database(stack).run('DELETE FROM tool_api_providers');
  await page.goto(`${stack.address}/api-tools`);
  await page.getByRole('heading', { name: 'No API tools yet' }).waitFor();
  await assertLooks(tab, 'nothing');
  assert.deepEqual(await tab.problems(), []);
  await tab.close();
});

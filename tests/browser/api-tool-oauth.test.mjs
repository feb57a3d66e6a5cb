// SPDX-License-Identifier: Apache-2.0
// The OAuth 2.0 of API tools in the browser, from a description that names it to calls that go on when a token is over;
// with an authorization server that we did not write.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startOidc } from '../cgi/oidc.mjs';
import { until } from '../cgi/renewing.mjs';
import { Runtime, newKey } from '../cgi/runtime.mjs';
import { PASSWORD, exchange, signedIn } from '../cgi/visitor.mjs';
import { database } from '../run/database.mjs';
import { startStack } from '../run/stack.mjs';
import { launch, openTab } from './browser.mjs';

let oidc, stack, db, browser, runtime;

before(async () => {
  oidc = await startOidc();
  stack = await startStack({ conf: `egress_allow = ${oidc.origin}` });
  db = database(stack);
  await signedIn(stack, 'ada@acme.test');
  runtime = new Runtime(stack, await newKey(stack, 'shop'));
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await oidc?.close();
  await stack?.stop();
});

const describe = (title, flow) => JSON.stringify({
  openapi: '3.0.3',
  info: { title, version: '1' },
  servers: [{ url: `${oidc.origin}/api` }],
  paths: { '/pets': { get: { operationId: 'listPets', security: [{ shop: ['pets.read'] }], responses: { 200: { description: 'Pets' } } } } },
  components: { securitySchemes: { shop: { type: 'oauth2', flows: flow } } },
});
const scopes = { 'openid': 'Who you are', 'offline_access': 'While you are away', 'pets.read': 'Read pets' };

const h1 = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();
const press = (page, name) => page.getByRole('button', { name, exact: true }).click();

// Signed in, and the described tool saved with the OAuth 2.0 that its description names. Ends on the provider's page.
async function addTool(title, flow, more = async () => {}) {
  const tab = await openTab(browser, stack, { origins: [oidc.origin] }), { page } = tab;
  await page.goto(`${stack.address}/sign-in`);
  await page.getByLabel('E-mail').fill('ada@acme.test');
  await page.getByLabel('Password or one-time code').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/data-sources');
  await page.goto(`${stack.address}/api-tools/new`);
  await page.getByLabel('Paste').fill(describe(title, flow));
  await press(page, 'Read the description');
  await h1(page, 'Review the API tool');
  await press(page, 'Save');
  await h1(page, 'Authorization method');
  await page.getByRole('link', { name: /^Edit OAuth 2.0/ }).click(); // as the description names it
  await h1(page, `OAuth 2.0 of ${title}`);
  assert.equal(await page.getByLabel('Token URL').inputValue(), `${oidc.origin}/token`);
  await more(page);
  await press(page, 'Save');
  await h1(page, 'Authorization method');
  await page.getByRole('link', { name: 'OAuth authorizations' }).click();
  await h1(page, title);
  return tab;
}

const invoke = (title) => runtime.until(() => runtime.send('POST', `/api/v1/api-tools/${encodeURIComponent(title)}/operations/listPets`,
  { body: '{"arguments":{}}', headers: { 'content-type': 'application/json', 'content-length': 16 } }));
const toolOf = (page) => page.url().match(/api-tools\/([0-9a-f-]{36})/)[1];
// Nobody renews twice within half a minute, and no test waits so long.
const rested = (tool) => db.run(`UPDATE provider_credentials SET refreshed_at = refreshed_at - 60, refresh_due_at = refresh_due_at - 60
  WHERE plugin_id = 'api-tools/${tool}'`);

// The API itself says when a token that was handed out is over.
async function tokenIsOver(tool) {
  const { body } = await runtime.until(() => runtime.get(`/api/v1/credentials/api-tools/${tool}/oauth2`));
  const headers = { authorization: `Bearer ${body.fields.access_token}` };
  await until('the end of the token', async () => (await exchange(oidc.origin, '/api/pets', { headers })).status === 401);
}

test('people allow access; a call works; the token is over, and the next call works too', async () => {
  const tab = await addTool('Pet shop', { authorizationCode: { authorizationUrl: `${oidc.origin}/auth`, tokenUrl: `${oidc.origin}/token`, scopes } },
    (page) => page.getByLabel('Further parameters').fill('prompt=consent'));
  const { page } = tab, tool = toolOf(page);
  assert.equal((await invoke('Pet shop')).status, 409);
  oidc.serve([`${stack.address}/console/api/oauth/plugin/api-tools/${tool}/oauth2/tool/callback`]);
  oidc.life = 8;
  await page.getByRole('link', { name: 'Setup OAuth Client' }).click();
  await page.getByLabel('Client ID').fill(oidc.client.client_id);
  await page.getByLabel('Client secret').fill(oidc.client.client_secret);
  await press(page, 'Save and Authorize');
  await press(page, 'Allow Access');
  await h1(page, 'Pet shop is connected');
  assert.deepEqual(await tab.problems(), []);

  const first = await invoke('Pet shop');
  assert.equal(first.status, 200, first.text);
  assert.deepEqual([first.body.status, first.body.body], [200, [{ id: 1, name: 'Rex' }]]);
  oidc.life = 3600;
  await tokenIsOver(tool);
  await rested(tool);
  const second = await invoke('Pet shop');
  assert.deepEqual([second.status, second.body.status], [200, 200], second.text);
  assert.deepEqual([...new Set(oidc.grants.splice(0))], ['authorization_code', 'refresh_token']);

  // Other endpoints: the client is of the old ones, and nothing of it goes to the new.
  const left = async (table, what = '1') => Number((await db.rows(`SELECT COUNT(*) FROM ${table} WHERE plugin_id = 'api-tools/${tool}' AND ${what}`))[0][0]);
  await page.goto(`${stack.address}/api-tools/${tool}/authorization/oauth2`);
  await page.getByLabel('Token URL').fill('https://elsewhere.example/token');
  await press(page, 'Save');
  await h1(page, 'Authorization method');
  assert.deepEqual([await left('tool_oauth_tenant_clients'), await left('provider_credentials')], [0, 1]);
  await page.getByRole('link', { name: 'OAuth authorizations' }).click();
  await page.getByRole('link', { name: 'Setup OAuth Client' }).waitFor();
  await db.run(`UPDATE provider_credentials SET refresh_due_at = 1 WHERE plugin_id = 'api-tools/${tool}'`);
  await until('the renewal to be given up', () => left('provider_credentials', "state_reason = 'client_gone'"));
  assert.deepEqual(oidc.grants, []);

  // With the tool all of it goes.
  await page.goto(`${stack.address}/api-tools/${tool}/delete`);
  await press(page, 'Delete');
  await h1(page, 'API Tools');
  assert.equal(await left('provider_credentials'), 0);
  assert.equal((await page.goto(`${stack.address}/tools/api-tools/${tool}/oauth2`)).status(), 404);
  await tab.close();
});

test('a client alone: its secret is entered once, and tokens are made of it', async () => {
  const tab = await addTool('Robot', { clientCredentials: { tokenUrl: `${oidc.origin}/token`, scopes: { 'pets.read': 'Read pets' } } });
  const { page } = tab, tool = toolOf(page);
  oidc.life = 8;
  await page.getByRole('link', { name: 'Add API Key' }).first().click();
  await page.getByLabel('Client ID').fill(oidc.client.client_id);
  await page.getByLabel('Client secret').fill(oidc.client.client_secret);
  await press(page, 'Save');
  await h1(page, 'Robot');
  assert.deepEqual(await tab.problems(), []);
  const first = await invoke('Robot');
  assert.deepEqual([first.status, first.body.status], [200, 200], first.text);
  oidc.life = 3600;
  await tokenIsOver(tool);
  await rested(tool);
  const second = await invoke('Robot');
  assert.deepEqual([second.status, second.body.status], [200, 200], second.text);
  assert.deepEqual([...new Set(oidc.grants.splice(0))], ['client_credentials']);
  assert.deepEqual(oidc.errors, []);
  await tab.close();
});

// SPDX-License-Identifier: Apache-2.0
// Connect: an editor's link leads to the provider's page in the right workspace, and back with an id of which the editor's
// server learns what came of it. Nothing leads anywhere else, and the id opens nothing.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { startEditor } from '../editor/editor.mjs';
import { database } from '../run/database.mjs';
import { startStack } from '../run/stack.mjs';
import { Runtime, newKey } from './runtime.mjs';
import { SANDBOX, Visitor, attribute, forms, signedIn, unescapeHtml, words } from './visitor.mjs';

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const UNKNOWN = '01234567-89ab-4def-8123-456789abcdef';
let stack, db, editor, ada, runtime, workspace;

before(async () => {
  editor = await startEditor({ provider: SANDBOX });
  stack = await startStack({ conf: `connect_return = ${editor.origin}\nconnect_return = https://other.example:8443` });
  db = database(stack);
  ada = await signedIn(stack, 'ada@acme.test');
  await ada.useCustomClient();
  const key = await newKey(stack, 'editor');
  runtime = new Runtime(stack, key);
  editor.use(stack.address, key);
  workspace = (await runtime.get('/api/v1/workspace')).body.id;
});
after(async () => {
  await stack?.stop();
  await editor?.close();
});

const link = (query, provider = SANDBOX) => `/connect/${provider}?${new URLSearchParams(query)}`;
const home = () => `${editor.origin}/pipelines/7?node=2`;
const refreshOf = (page) => unescapeHtml(page.text.match(/http-equiv="refresh" content="0;\s*url=([^"]*)"/)?.[1] ?? '');
const status = async (id, as = runtime) => (await as.get(`/api/v1/connect-requests/${id}`)).body;

// Follows the link to the provider's page: { page, id }.
async function begin(visitor = ada, query = { return_to: home() }) {
  const answer = await visitor.get(link(query));
  assert.equal(answer.status, 303, words(answer));
  const id = new URL(answer.location, stack.address).searchParams.get('request');
  return { page: await visitor.get(answer.location), id, location: answer.location };
}

// The page that leads back, and where to.
async function wayBack(visitor, answer) {
  assert.equal(answer.status, 303, words(answer));
  const page = await visitor.get(answer.location);
  assert.equal(page.status, 200);
  return { page, url: refreshOf(page) };
}

const hrefOf = (page, text) => unescapeHtml(attribute([...page.text.matchAll(/<a [^>]*>.*?<\/a>/gs)].map(([a]) => a)
  .find((a) => a.replace(/<[^>]*>/g, '').includes(text)) ?? '', 'href'));

test('the link leads to the page of the provider, which says who sent the person', async () => {
  const { page, id, location } = await begin();
  assert.match(location, new RegExp(`^/data-sources/${SANDBOX}\\?request=${id}$`));
  assert.equal(page.status, 200);
  assert.match(words(page), new RegExp(`${new URL(editor.origin).host} sent you here to connect`));
  const answer = await status(id);
  assert.deepEqual({ ...answer, created_at: '', expires_at: '' },
    { id, provider: SANDBOX, status: 'open', error: '', credential_id: null, created_at: '', expires_at: '' });
  assert.match(answer.created_at, ISO);
  assert.match(answer.expires_at, ISO);
});

test('an API key that is added leads back, and the editor learns which', async () => {
  const { page, id } = await begin();
  const form = await ada.get(hrefOf(page, 'Add API Key'));
  const { url } = await wayBack(ada, await ada.submit(form, { name: 'From the editor', 'field.api_key': 'sbx-good-key' }));
  assert.equal(url, `${home()}&connect_id=${id}`);
  const result = await status(id);
  assert.equal(result.status, 'connected');
  assert.equal((await runtime.byId(result.credential_id)).body.credential.name, 'From the editor');
});

test('an API key that is refused leads nowhere, and may be corrected', async () => {
  const { page, id } = await begin();
  const wrong = await ada.submit(await ada.get(hrefOf(page, 'Add API Key')), { name: 'Wrong', 'field.api_key': 'sbx-bad-key' });
  assert.equal(wrong.status, 422);
  assert.equal((await status(id)).status, 'open');
  const { url } = await wayBack(ada, await ada.submit(wrong, { 'field.api_key': 'sbx-good-key' }));
  assert.ok(url.endsWith(`connect_id=${id}`));
  assert.equal((await status(id)).status, 'connected');
});

// Allow Access as the page of the provider offers it, up to the callback's answer.
async function authorize(page, bend = (url) => url) {
  const allow = await ada.get(hrefOf(page, 'Add OAuth'));
  const leaving = await ada.submit(allow);
  const answer = await ada.get(await ada.authorize(bend(refreshOf(leaving))));
  assert.equal(answer.status, 303, words(answer));
  return answer;
}

test('an authorization leads back, and the editor learns which', async () => {
  const { page, id } = await begin();
  const callback = await authorize(page);
  const result = await ada.get(callback.location);
  const { url } = await wayBack(ada, result);
  assert.equal(url, `${home()}&connect_id=${id}`);
  const told = await status(id);
  assert.equal(told.status, 'connected');
  assert.equal((await runtime.byId(told.credential_id)).body.credential_type, 'oauth2');
});

test('who declines is sent back too, and may come again', async () => {
  const { page, id } = await begin();
  const url = refreshOf(await ada.submit(await ada.get(hrefOf(page, 'Add OAuth'))));
  const state = new URL(url).searchParams.get('state');
  const callback = await ada.get(`/console/api/oauth/plugin/${SANDBOX}/datasource/callback?${new URLSearchParams({ error: 'access_denied', state, iss: stack.sandbox })}`);
  const back = await wayBack(ada, await ada.get(callback.location));
  assert.equal(back.url, `${home()}&connect_id=${id}`);
  assert.match(words(back.page), /Not connected/);
  assert.equal((await status(id)).status, 'declined');
  await wayBack(ada, await ada.get((await authorize(page)).location));
  assert.equal((await status(id)).status, 'connected');
});

test('what fails is shown, with the way back, and the editor learns why', async () => {
  const { page, id } = await begin();
  const url = refreshOf(await ada.submit(await ada.get(hrefOf(page, 'Add OAuth'))));
  const state = new URL(url).searchParams.get('state');
  const callback = await ada.get(`/console/api/oauth/plugin/${SANDBOX}/datasource/callback?${new URLSearchParams({ error: 'invalid_scope', state, iss: stack.sandbox })}`);
  const result = await ada.get(callback.location);
  assert.equal(result.status, 200);
  assert.match(words(result), /Back to 127\.0\.0\.1/);
  assert.match(hrefOf(result, 'Try again'), new RegExp(`request=${id}$`));
  const told = await status(id);
  assert.equal(told.status, 'failed');
  assert.equal(told.error, 'provider_error');
  assert.equal(told.credential_id, null);
});

test('a credential to authorize again goes straight to Allow Access', async () => {
  const { callback } = await ada.connect();
  const [[hex]] = await db.rows(`SELECT LOWER(HEX(result_id)) FROM oauth_flows WHERE id = X'${callback.location.split('/').pop().replaceAll('-', '')}'`);
  const credential = hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
  const answer = await ada.get(link({ return_to: home(), credential }));
  assert.match(answer.location, new RegExp(`^/connect/data-sources/${SANDBOX}\\?credential=${credential}&request=`));
  const leaving = await ada.submit(await ada.get(answer.location));
  const { url } = await wayBack(ada, await ada.get((await ada.get(await ada.authorize(refreshOf(leaving)))).location));
  const told = await status(new URL(url).searchParams.get('connect_id'));
  assert.deepEqual([told.status, told.credential_id], ['connected', credential]);
});

test('without an address to go back to it is a link like any other', async () => {
  assert.equal((await ada.get(`/connect/${SANDBOX}`)).location, `/data-sources/${SANDBOX}`);
  for (const credential of ['x', UNKNOWN.slice(1)]) assert.equal((await ada.get(link({ credential }))).status, 404);
  const again = await ada.get((await ada.get(link({ credential: UNKNOWN }))).location);
  assert.equal(again.status, 404);
});

test('nobody is sent to an address that the operator has not allowed', async () => {
  const host = new URL(editor.origin).host, [[before]] = await db.rows('SELECT COUNT(*) FROM connect_requests');
  for (const return_to of [`http://${host}.evil.example/`, `https://${host}/`, `http://user@${host}/`, `http://${host}@evil.example/`,
    'http://127.0.0.1:1/', 'https://other.example/', 'https://other.example:8444/', 'http://other.example:8443/', 'https://sub.other.example:8443/',
    'javascript:alert(1)', '//evil.example/', '/data-sources', `${editor.origin}\\@evil.example`, `${editor.origin}/#x`, `${editor.origin}/\n`,
    `${editor.origin}/a?connect_id=${UNKNOWN}`, `${editor.origin}/../x`, `${editor.origin}/${'a'.repeat(1100)}`, '']) {
    const page = await ada.get(link({ return_to }));
    assert.equal(page.status, 400, return_to);
    assert.equal(refreshOf(page), '', return_to);
    assert.match(words(page), /cannot be followed/, return_to);
  }
  assert.deepEqual((await db.rows('SELECT COUNT(*) FROM connect_requests'))[0], [before]);
  assert.equal((await ada.get(link({ return_to: 'https://other.example:8443/?a=1' }))).status, 303);
});

test('what the operator forbids later is not followed any more', async () => {
  const { id } = await begin();
  await db.run(`UPDATE connect_requests SET return_to = 'https://gone.example/' WHERE id = X'${id.replaceAll('-', '')}'`);
  assert.equal((await ada.get(`/connect/returns/${id}`)).status, 404);
});

test('a link for another workspace asks first, and one for a workspace of others opens nothing', async () => {
  await stack.operator('tenant', 'add', 'Acme Second');
  await stack.operator('user', 'add', 'ada@acme.test', '--name', 'Ada', '--tenant', 'Acme Second', '--role', 'owner');
  const [[hex]] = await db.rows("SELECT LOWER(HEX(id)) FROM tenants WHERE name = 'Acme Second'");
  const second = hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
  const page = await ada.get(link({ return_to: home(), workspace: second }));
  assert.equal(page.status, 200);
  assert.match(words(page), /in Acme Second\?/);
  const form = forms(page).find((f) => f.action.endsWith('/workspace'));
  const answer = await ada.submit(page, {}, '/workspace');
  assert.equal(answer.status, 303);
  assert.equal(new URL(answer.location, stack.address).pathname, `/connect/${SANDBOX}`);
  assert.equal(new URLSearchParams(answer.location.split('?')[1]).get('return_to'), home());
  assert.match((await ada.get(answer.location)).location, /request=/);
  const elsewhere = await ada.get(link({ return_to: home(), workspace }));
  assert.equal((await ada.submit(elsewhere, {}, '/workspace')).status, 303);
  assert.equal(form.fields.workspace, second);
  for (const other of [UNKNOWN, 'x', '']) {
    const refused = await ada.get(link({ return_to: home(), workspace: other }));
    assert.equal(refused.status, 403, other);
    assert.equal(forms(refused).filter((f) => f.action.endsWith('/workspace') && f.fields.next).length, 0);
  }
});

test('next after a change of workspace leads to no other site', async () => {
  const csrf = await ada.csrf();
  for (const next of ['https://evil.example/', '//evil.example', '/\\evil.example', '/connect/../../evil', 'javascript:1', '/data-sources?x=1']) {
    const answer = await ada.post('/workspace', { csrf: await ada.csrf(), workspace, next });
    assert.equal(answer.status, 303, next);
    assert.equal(answer.location, '/data-sources?done=workspace', next);
  }
  assert.ok(csrf);
});

test('who is not signed in signs in first, and nothing of the link is lost', async () => {
  const ben = new Visitor(stack);
  const page = await ben.get(link({ return_to: home(), workspace }));
  assert.equal(page.status, 401);
  const answer = await ben.submit(page, { email: 'ada@acme.test', password: 'correct horse battery' }, '/sign-in');
  assert.equal(answer.status, 303);
  const { location } = await ben.get(answer.location);
  assert.match(location, /request=/);
});

test('a request is of one person in one workspace', async () => {
  const { id } = await begin();
  await stack.operator('tenant', 'add', 'Globex');
  await stack.operator('user', 'add', 'eve@globex.test', '--name', 'Eve', '--tenant', 'Globex', '--role', 'owner');
  const eve = await signedIn(stack, 'eve@globex.test');
  for (const one of [id, UNKNOWN, 'x']) {
    assert.equal((await eve.get(`/connect/returns/${one}`)).status, 404, one);
    const page = await eve.get(`/data-sources/${SANDBOX}?request=${one}`);
    assert.equal(page.status, 200);
    assert.doesNotMatch(words(page), /sent you here/, one);
  }
  const key = (await stack.operator('key', 'add', 'theirs', '--tenant', 'Globex')).trim();
  const foreign = new Runtime(stack, key);
  for (const one of [id, UNKNOWN, 'x']) assert.equal((await foreign.get(`/api/v1/connect-requests/${one}`)).status, 404, one);
  assert.notEqual((await foreign.get('/api/v1/workspace')).body.id, workspace);
});

test('a key without the verb, or held to other providers, learns nothing', async () => {
  const { id } = await begin();
  const blind = new Runtime(stack, await newKey(stack, 'blind', '--verbs', 'handout'));
  const narrow = new Runtime(stack, await newKey(stack, 'narrow', '--providers', 'langgenius/notion_datasource/notion_datasource'));
  assert.equal((await blind.get(`/api/v1/connect-requests/${id}`)).status, 403);
  assert.equal((await blind.get('/api/v1/workspace')).status, 403);
  assert.equal((await narrow.get(`/api/v1/connect-requests/${id}`)).status, 404);
  assert.equal((await runtime.get(`/api/v1/connect-requests/${id}`, { key: null })).status, 401);
});

test('a request is over after an hour: nothing ends it, and the editor is told', async () => {
  const { id, page } = await begin();
  await db.run(`UPDATE connect_requests SET expires_at = 1 WHERE id = X'${id.replaceAll('-', '')}'`);
  assert.equal((await status(id)).status, 'expired');
  const answer = await ada.submit(await ada.get(hrefOf(page, 'Add API Key')), { name: 'Late', 'field.api_key': 'sbx-good-key' });
  assert.match(answer.location, /done=added/);
  assert.equal((await status(id)).status, 'expired');
});

test('a request of one provider says nothing on the page of another', async () => {
  const { id } = await begin();
  assert.doesNotMatch(words(await ada.get(`/data-sources/langgenius/notion_datasource/notion_datasource?request=${id}`)), /sent you here/);
});

test('one person keeps a hundred requests at most', async () => {
  await begin();
  const [[user]] = await db.rows("SELECT HEX(id) FROM users WHERE email = 'ada@acme.test'");
  const tenant = workspace.replaceAll('-', '');
  const old = Array.from({ length: 150 }, () => `(X'${tenant}', X'${randomUUID().replaceAll('-', '')}', X'${user}', 'a', 'b', 'c', 'open', 1, 2)`);
  await db.run(`INSERT INTO connect_requests (tenant_id, id, user_id, plugin_id, provider, return_to, status, created_at, expires_at) VALUES ${old}`);
  const { id } = await begin();
  const [[n]] = await db.rows(`SELECT MAX(n) FROM (SELECT COUNT(*) n FROM connect_requests WHERE user_id = X'${user}' GROUP BY tenant_id) x`);
  assert.equal(Number(n), 100);
  assert.equal((await status(id)).status, 'open');
});

test('the demo editor shows it: out, back, and what came of it; its address holds nothing secret', async () => {
  const { default: http } = await import('node:http');
  const read = (url) => new Promise((resolve, reject) => {
    http.get(url, (answer) => {
      let text = '';
      answer.on('data', (part) => { text += part; }).on('end', () => resolve(text));
    }).on('error', reject);
  });
  const out = unescapeHtml((await read(`${editor.origin}/pipelines/7`)).match(/<a href="([^"]*)"/)[1]);
  const { location } = await ada.get(out);
  const { url } = await wayBack(ada, await ada.get((await authorize(await ada.get(location))).location));
  assert.deepEqual([...new URL(url).searchParams.keys()], ['node', 'connect_id']);
  assert.match(await read(url), /id="status">connected</);
});

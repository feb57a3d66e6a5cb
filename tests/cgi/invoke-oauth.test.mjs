// SPDX-License-Identifier: Apache-2.0
// Calls of API tools with OAuth 2.0: the token goes along, is renewed when it is over, and once more when the API says that it is;
// then the call is repeated, once. An authorization server that we did not write, and an API that refuses what the test says.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';

import { database, uuidOf } from '../run/database.mjs';
import { startStack } from '../run/stack.mjs';
import { apiTools, parameter, startApi } from './api-tools.mjs';
import { startOidc } from './oidc.mjs';
import { Runtime, newKey } from './runtime.mjs';
import { signedIn, words } from './visitor.mjs';

const SHOP = randomUUID(), EMPTY = randomUUID();
const idOf = (tool) => `api-tools/${tool}/oauth2`;
let oidc, stack, db, ada, api, runtime, refuses;

const FIELDS = [{ name: 'client_id', type: 'text-input', required: true, label: { en_US: 'Client ID' } },
  { name: 'client_secret', type: 'secret-input', required: true, label: { en_US: 'Client secret' } }];
const definitionOf = (tool) => JSON.stringify({ identity: { author: 'api-tools', name: 'oauth2', label: { en_US: 'Shop' } }, oauth_schema: { client_schema: FIELDS },
  grantry: { org: 'api-tools', plugin: tool, kind: 'tool', oauth: { authorization_url: `${oidc.origin}/auth`, token_url: `${oidc.origin}/token`,
    scopes: ['openid', 'pets.read', 'offline_access'], authorize_params: { prompt: 'consent' }, token_request: { client_auth: 'basic' } } } });
const settings = () => ({ oauth2: { scheme: '', grant: 'authorization_code', authorization_url: `${oidc.origin}/auth`, token_url: `${oidc.origin}/token`,
  refresh_url: '', scopes: ['openid'], scope_separator: ' ', client_auth: 'basic', pkce: true, params: [],
  send: { in: 'header', name: 'Authorization', prefix: 'Bearer ' } } });

const tokenOf = (call) => call.headers.authorization?.slice(7);
const state = async () => (await db.rows(`SELECT state, state_reason FROM provider_credentials WHERE plugin_id = 'api-tools/${SHOP}'`))[0];
const renewals = () => oidc.grants.filter((grant) => grant === 'refresh_token').length;

before(async () => {
  oidc = await startOidc();
  api = await startApi((request, response) => {
    const answer = refuses?.(request, tokenOf(request), api.calls.length);
    if (answer) response.writeHead(answer.status, answer.headers).end('{"error":"no"}');
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ token: tokenOf(request) }));
  });
  stack = await startStack({ sandbox: false, conf: `egress_allow = ${oidc.origin}\negress_allow = ${api.origin}` });
  oidc.serve([SHOP, EMPTY].map((tool) => `${stack.address}/console/api/oauth/plugin/${idOf(tool)}/tool/callback`));
  db = database(stack);
  const [[acme]] = await db.rows("SELECT HEX(id) FROM tenants WHERE name = 'Acme Research'");
  const tools = apiTools(stack, acme);
  for (const [id, name] of [[SHOP, 'Shop'], [EMPTY, 'Empty']]) {
    await tools.add(name, { id, server: api.origin, settings: settings(), definition: definitionOf(id) }, {
      list: { method: 'GET', path: '/pets' },
      add: { method: 'POST', path: '/pets', parameters: [parameter('dry', 'query', { type: 'boolean' })], body: { required: true, content_type: 'application/json',
        mode: 'members', additional: false, members: [{ name: 'name', as: 'name', required: true, schema: { type: 'string' } }] } },
    });
  }
  ada = await signedIn(stack, 'ada@acme.test');
  assert.equal((await ada.useCustomClient(idOf(SHOP), oidc.client)).status, 303);
  runtime = new Runtime(stack, await newKey(stack, 'pipeline'));
});
after(async () => {
  await stack?.stop();
  await api?.close();
  await oidc?.close();
});

// A fresh authorization that has not just been renewed: nobody renews twice within half a minute.
beforeEach(async () => {
  await db.run(`DELETE FROM provider_credential_defaults; DELETE FROM provider_credentials`);
  const { page, url } = await ada.allowAccess(idOf(SHOP));
  assert.equal(page.status, 200, words(page));
  await ada.follow(await oidc.walk(url));
  await db.run('UPDATE provider_credentials SET refreshed_at = refreshed_at - 60');
  refuses = undefined;
  api.calls.length = 0;
  oidc.grants.length = 0;
});

test('the token goes along, and is covered where the API echoes it', async () => {
  const { status, body } = await runtime.invoke(SHOP, 'list');
  assert.equal(status, 200);
  assert.deepEqual([body.status, body.attempts, body.body], [200, 1, { token: '••••' }]);
  assert.match(tokenOf(api.calls[0]), /^.{20,}$/);
  assert.equal(renewals(), 0);
});

test('one that is over is renewed before the call', async () => {
  await runtime.invoke(SHOP, 'list');
  await db.run(`UPDATE provider_credentials SET expires_at = ${Math.floor(Date.now() / 1000) - 10}`);
  const { status, body, text } = await runtime.invoke(SHOP, 'list');
  assert.equal(status, 200, text);
  assert.equal(body.attempts, 1);
  assert.notEqual(tokenOf(api.calls[1]), tokenOf(api.calls[0]));
  assert.equal(renewals(), 1);
});

for (const [what, answer] of [['401', { status: 401 }], ['a challenge with invalid_token', { status: 400, headers: { 'www-authenticate': 'Bearer realm="x", error="invalid_token"' } }]]) {
  test(`one that the API refuses (${what}) is renewed, and the call repeated once`, async () => {
    let first;
    refuses = (request, token) => { first ??= token; return token === first && answer; };
    const { status, body, text } = await runtime.invoke(SHOP, 'add', { name: 'Rex', dry: true });
    assert.equal(status, 200, text);
    assert.deepEqual([body.status, body.attempts], [200, 2]);
    assert.deepEqual(api.calls.map(({ method, url, body: sent }) => [method, url, sent]),
      Array(2).fill(['POST', '/pets?dry=true', '{"name":"Rex"}']));
    assert.notEqual(tokenOf(api.calls[0]), tokenOf(api.calls[1]));
    assert.equal(renewals(), 1);
    assert.deepEqual(await state(), ['active', '']);
  });
}

test('when the new one is refused too, the answer is the API\'s, and a person has to act', async () => {
  refuses = () => ({ status: 401 });
  const { status, body } = await runtime.invoke(SHOP, 'list');
  assert.deepEqual([status, body.status, body.attempts, body.body], [200, 401, 2, '{"error":"no"}']);
  assert.equal(renewals(), 1);
  assert.deepEqual(await state(), ['needs_reauth', 'rejected']);
  const next = await runtime.invoke(SHOP, 'list');
  assert.deepEqual([next.status, next.body.code, next.body.reason], [409, 'needs_reauth', 'rejected']);
  assert.equal(api.calls.length, 2);
});

test('403 and other refusals are answers', async () => {
  for (const status of [400, 403, 404, 500]) {
    refuses = () => ({ status });
    const { body } = await runtime.invoke(SHOP, 'list');
    assert.deepEqual([body.status, body.attempts], [status, 1]);
  }
  assert.equal(renewals(), 0);
  assert.deepEqual(await state(), ['active', '']);
});

test('one that cannot be renewed: the answer is the API\'s, a person has to act, and nothing is sent again', async () => {
  refuses = () => ({ status: 401 });
  const grants = oidc.grants.length;
  await db.run('UPDATE provider_credentials SET refreshable = 0, refresh_due_at = NULL');
  const { status, body } = await runtime.invoke(SHOP, 'list');
  assert.deepEqual([status, body.status, body.attempts], [200, 401, 1]);
  assert.deepEqual(await state(), ['needs_reauth', 'rejected']);
  assert.equal(oidc.grants.length, grants);
});

test('nobody has authorized it, or not under that name', async () => {
  for (const answer of [await runtime.invoke(EMPTY, 'list'), await runtime.invoke(SHOP, 'list', {}, { credential: 'nobody' })])
    assert.deepEqual([answer.status, answer.body.code], [409, 'not_authorized']);
  const [[name]] = await db.rows('SELECT name FROM provider_credentials');
  assert.equal((await runtime.invoke(SHOP, 'list', {}, { credential: name })).body.status, 200);
  assert.equal(api.calls.length, 1);
});

test('one that an admin switched off is not used', async () => {
  await db.run("UPDATE provider_credentials SET state = 'disabled'");
  const answer = await runtime.invoke(SHOP, 'list');
  assert.deepEqual([answer.status, answer.body.code], [409, 'disabled']);
  assert.equal(api.calls.length, 0);
});

test('twelve calls at once with a token that is over lead to one renewal', async () => {
  await db.run(`UPDATE provider_credentials SET expires_at = ${Math.floor(Date.now() / 1000) - 10}`);
  const answers = await Promise.all(Array.from({ length: 12 }, () => runtime.invoke(SHOP, 'list')));
  assert.deepEqual([...new Set(answers.map((answer) => answer.body.status))], [200]);
  assert.equal(renewals(), 1);
});

test('the events name operation and key, and what became of the authorization', async () => {
  refuses = (request, token, n) => n === 1 && { status: 401 };
  await db.run('DELETE FROM audit_events');
  await runtime.invoke(SHOP, 'list');
  const [[keyId]] = await db.rows("SELECT HEX(id) FROM runtime_keys WHERE name = 'pipeline'");
  const [[credential]] = await db.rows('SELECT HEX(id) FROM provider_credentials');
  const events = await db.rows("SELECT action, object, result FROM audit_events WHERE action IN ('api_tool.invoke', 'credential.rejected') ORDER BY at_us");
  assert.equal(events.length, 2);
  assert.deepEqual([events[0][0], events[0][2]], ['credential.rejected', 'ok']);
  assert.ok(events[0][1].startsWith(`credential:${uuidOf(credential)}`));
  assert.deepEqual(events[1], ['api_tool.invoke', `api-tool:${SHOP}/list key:${uuidOf(keyId)}`, '2xx']);
});

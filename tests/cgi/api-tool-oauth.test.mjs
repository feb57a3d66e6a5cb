// SPDX-License-Identifier: Apache-2.0
// OAuth 2.0 of API tools: a definition that belongs to one workspace, on the engine that all providers share, with an
// authorization server that we did not write; and what keeps it apart from others' and from the operator's.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { database, hexOf, uuidOf } from '../run/database.mjs';
import { startStack } from '../run/stack.mjs';
import { startOidc } from './oidc.mjs';
import { until } from './renewing.mjs';
import { Runtime, newKey } from './runtime.mjs';
import { Visitor, exchange, signedIn, words } from './visitor.mjs';

const PETS = randomUUID(), OTHER = randomUUID(), ROBOT = randomUUID(), FOREIGN = randomUUID(), LIAR = randomUUID();
const idOf = (tool) => `api-tools/${tool}/oauth2`;
const callbackOf = (tool) => `/console/api/oauth/plugin/${idOf(tool)}/tool/callback`;

let oidc, stack, db, ada, eve, acme, globex;

const FIELDS = [{ name: 'client_id', type: 'text-input', required: true, label: { en_US: 'Client ID' } },
  { name: 'client_secret', type: 'secret-input', required: true, label: { en_US: 'Client secret' } }];
const about = (tool, label, more, form) => JSON.stringify({ identity: { author: 'api-tools', name: 'oauth2', label: { en_US: label } }, ...form,
  grantry: { org: 'api-tools', plugin: tool, kind: 'tool', ...more } });
const codeOf = (tool, label, more = {}) => about(tool, label, { oauth: { authorization_url: `${oidc.origin}/auth`,
  token_url: `${oidc.origin}/token`, scopes: ['openid', 'pets.read', 'offline_access'], authorize_params: { prompt: 'consent' },
  token_request: { client_auth: 'basic' }, ...more } }, { oauth_schema: { client_schema: FIELDS } });
const robotOf = (tool, label) => about(tool, label, { api_key: { mint: { grant: 'client_credentials', token_url: `${oidc.origin}/token`,
  client_id: '{{credential.client_id}}', client_secret: '{{credential.client_secret}}',
  token_request: { client_auth: 'basic', params: { scope: 'pets.read' } } } } }, { credentials_schema: FIELDS });

const quoted = (text) => `'${text.replace(/[\\']/g, '\\$&')}'`;
async function addTool(tenant, tool, name, definition) {
  await db.run(`INSERT INTO tool_api_providers (id, name, tenant_id, user_id, icon, \`schema\`, schema_type_str, tools_str, credentials_str,
    description, auth_definition, secret_rev, version, created_at, updated_at) VALUES (X'${hexOf(tool)}', ${quoted(name)}, X'${tenant}',
    (SELECT id FROM users LIMIT 1), '{}', '{}', 'openapi', '[]', '', '', ${quoted(definition)}, 1, 1, 1, 1)`);
}
const define = (tool, text) => db.run(`UPDATE tool_api_providers SET auth_definition = ${quoted(text)} WHERE id = X'${hexOf(tool)}'`);
const credentialsOf = async (tool) => (await db.rows(`SELECT HEX(id), state, state_reason FROM provider_credentials
  WHERE plugin_id = 'api-tools/${tool}' ORDER BY created_at, id`)).map(([id, state, reason]) => ({ id: uuidOf(id), state, reason }));
const callApi = (token) => exchange(oidc.origin, '/api/pets', { headers: { authorization: `Bearer ${token}` } });

// Nobody renews twice within half a minute, and no test waits so long.
const rested = (tool) => db.run(`UPDATE provider_credentials SET refreshed_at = refreshed_at - 60, refresh_due_at = refresh_due_at - 60
  WHERE plugin_id = 'api-tools/${tool}'`);

async function connect(tool) {
  const { page, url } = await ada.allowAccess(idOf(tool));
  assert.equal(page.status, 200, words(page));
  return ada.follow(await oidc.walk(url));
}

before(async () => {
  oidc = await startOidc();
  stack = await startStack({ sandbox: false, conf: `egress_allow = ${oidc.origin}` });
  oidc.serve([PETS, OTHER].map((tool) => stack.address + callbackOf(tool)));
  db = database(stack);
  await stack.operator('tenant', 'add', 'Globex');
  await stack.operator('user', 'add', 'eve@globex.test', '--name', 'Eve', '--tenant', 'Globex', '--role', 'owner');
  [[acme]] = await db.rows("SELECT HEX(id) FROM tenants WHERE name = 'Acme Research'");
  [[globex]] = await db.rows("SELECT HEX(id) FROM tenants WHERE name = 'Globex'");
  ada = await signedIn(stack, 'ada@acme.test');
  eve = await signedIn(stack, 'eve@globex.test');
  await addTool(acme, PETS, 'Pet shop', codeOf(PETS, 'Pet shop'));
  await addTool(acme, OTHER, 'Other shop', codeOf(OTHER, 'Other shop'));
  await addTool(acme, ROBOT, 'Robot', robotOf(ROBOT, 'Robot'));
  await addTool(globex, FOREIGN, 'Foreign shop', codeOf(FOREIGN, 'Foreign shop'));
  await addTool(acme, LIAR, 'Liar', codeOf(PETS, 'Liar'));
});
after(async () => {
  await oidc?.close();
  await stack?.stop();
});

test('the page of a tool is that of a provider, and leads back to the tool', async () => {
  const page = await ada.get(`/tools/${idOf(PETS)}`);
  assert.equal(page.status, 200);
  assert.match(words(page), /Pet shop/);
  assert.ok(page.text.includes(`href="/api-tools/${PETS}"`));
  assert.match(page.text, /<a[^>]*href="\/api-tools"[^>]*aria-current|<a[^>]*aria-current[^>]*href="\/api-tools"/);
  assert.equal((await ada.get(`/data-sources/${idOf(PETS)}`)).status, 404);
  assert.doesNotMatch((await ada.get('/tools')).text, /api-tools\/[0-9a-f]{8}-[^"]*\/oauth2|Pet shop/);
});

test('a tool of another workspace is none', async () => {
  const never = await ada.get(`/tools/${idOf(randomUUID())}`);
  assert.equal(never.status, 404);
  for (const [visitor, tool] of [[ada, FOREIGN], [eve, PETS]])
    for (const path of [`/tools/${idOf(tool)}`, `/tools/${idOf(tool)}/client`, `/connect/tools/${idOf(tool)}`, `/connect/${idOf(tool)}`,
      `${callbackOf(tool)}?code=x&state=y`])
      assert.ok([400, 404].includes((await visitor.get(path)).status), path);
  assert.equal((await eve.get(`/tools/${idOf(FOREIGN)}`)).status, 200);
});

test('what is no definition of that tool is none', async () => {
  for (const text of ['', '{', '[]', codeOf(PETS, 'x').replace('api-tools"', 'acme"').replace('"org":"api-tools"', '"org":"acme"'),
    codeOf(PETS, 'x').replace('"name":"oauth2"', '"name":"oauth3"'), codeOf(PETS, 'x').replace('"kind":"tool"', '"kind":"datasource"')]) {
    await define(OTHER, text.replaceAll(PETS, OTHER));
    assert.equal((await ada.get(`/tools/${idOf(OTHER)}`)).status, 404, text);
  }
  assert.equal((await ada.get(`/tools/${idOf(LIAR)}`)).status, 404); // it calls itself by another's id
  for (const path of ['api-tools/x/oauth2', `api-tools/${PETS.toUpperCase()}/oauth2`, `api-tools/${PETS}/oauth`, `api-tools2/${PETS}/oauth2`])
    assert.equal((await ada.get(`/tools/${path}`)).status, 404, path);
  await define(OTHER, codeOf(OTHER, 'Other shop'));
  assert.equal((await ada.get(`/tools/${idOf(OTHER)}`)).status, 200);
});

test('no system client is for a tool, even if a table had one', async () => {
  await assert.rejects(stack.operator('client', 'set', idOf(PETS)), /there is none/);
  await db.run(`INSERT INTO tool_oauth_system_clients (id, plugin_id, provider, encrypted_oauth_params, revision, created_at, updated_at)
    VALUES (X'${hexOf(randomUUID())}', 'api-tools/${PETS}', 'oauth2', 'x', 1, 1, 1)`);
  const answer = await ada.get(`/connect/tools/${idOf(PETS)}`);
  assert.equal(answer.status, 409);
  assert.match(words(await ada.get(`/tools/${idOf(PETS)}/client`)), /Your operator has not set one up for Pet shop/);
  await db.run('DELETE FROM tool_oauth_system_clients');
});

test('connected, handed out, renewed when it is over', async () => {
  assert.equal((await ada.useCustomClient(idOf(PETS), oidc.client)).status, 303);
  oidc.life = 5;
  const { url } = await ada.allowAccess(idOf(PETS));
  const request = new URL(url).searchParams;
  assert.equal(request.get('redirect_uri'), stack.address + callbackOf(PETS));
  assert.equal(request.get('code_challenge_method'), 'S256');
  assert.equal(request.get('scope'), 'openid pets.read offline_access');
  const { callback, result } = await ada.follow(await oidc.walk(url));
  assert.equal(callback.status, 303);
  assert.equal(result.status, 200, words(result));
  assert.match(words(result), /Pet shop/);

  const runtime = new Runtime(stack, await newKey(stack, 'shop'));
  const ask = () => runtime.until(() => runtime.get(`/api/v1/credentials/${idOf(PETS)}`));
  const first = await ask();
  assert.equal(first.status, 200, first.text);
  assert.equal(first.body.kind, 'tool');
  assert.deepEqual(Object.keys(first.body.fields), ['access_token']);
  assert.equal((await callApi(first.body.fields.access_token)).status, 200);
  oidc.life = 3600;
  await until('the end of the token', async () => (await callApi(first.body.fields.access_token)).status === 401);
  await rested(PETS);
  const second = await ask();
  assert.equal((await callApi(second.body.fields.access_token)).status, 200);
  assert.notEqual(second.body.fields.access_token, first.body.fields.access_token);
  assert.deepEqual([...new Set(oidc.grants.splice(0))], ['authorization_code', 'refresh_token']);

  const all = await runtime.list('?kind=tool');
  assert.deepEqual(all.body.credentials.map(({ provider, kind }) => [provider, kind]), [[idOf(PETS), 'tool']]);
  assert.deepEqual((await runtime.list('?kind=model')).body.credentials, []);
  assert.deepEqual(oidc.errors, []);
});

test('a runtime of another workspace reaches neither tool nor credential', async () => {
  const [{ id }] = await credentialsOf(PETS);
  const runtime = new Runtime(stack, (await stack.operator('key', 'add', 'foreign', '--tenant', 'Globex')).trim());
  for (const path of [`/api/v1/credentials/${idOf(PETS)}`, `/api/v1/credentials/${id}`, `/api/v1/credentials/${idOf(PETS)}?credential=${id}`,
    `/api/v1/credentials/${idOf(FOREIGN)}?credential=${id}`, `/api/v1/credential?reference=${idOf(PETS)}`])
    assert.equal((await runtime.get(path)).status, 404, path);
  assert.equal((await runtime.report(id, `W/"${id}.1"`)).status, 404);
  assert.deepEqual((await runtime.list('?kind=tool')).body.credentials, []);
  const held = new Runtime(stack, await newKey(stack, 'held', '--providers', idOf(OTHER)));
  assert.equal((await held.get(`/api/v1/credentials/${idOf(PETS)}`)).status, 404);
  assert.deepEqual((await held.list('?kind=tool')).body.credentials, []);
});

test('an answer for one tool is none for another', async () => {
  assert.equal((await ada.useCustomClient(idOf(OTHER), oidc.client)).status, 303);
  const { url } = await ada.allowAccess(idOf(PETS));
  const back = await oidc.walk(url);
  const grants = oidc.grants.length;
  const mixed = await ada.get(back.replace(PETS, OTHER));
  assert.equal(mixed.status, 400);
  assert.equal(oidc.grants.length, grants);
});

test('an answer of another issuer is refused, also where nobody said which is right', async () => {
  const count = oidc.grants.length;
  for (const iss of ['https://evil.example', `${oidc.origin}0`, oidc.origin.replace('127.0.0.1', '127.0.0.2'), 'x', '']) {
    const { url } = await ada.allowAccess(idOf(PETS));
    const back = new URL(await oidc.walk(url));
    assert.equal(back.searchParams.get('iss'), oidc.origin);
    back.searchParams.set('iss', iss);
    const { result } = await ada.follow(back.href);
    assert.equal(result.status, 400, iss);
    assert.match(words(result), /not from the provider that was asked/, iss);
  }
  assert.equal(oidc.grants.length, count);
});

test('an authorization ends with the definition, and nothing is sent to one that came later', async () => {
  assert.equal((await ada.useCustomClient(idOf(OTHER), oidc.client)).status, 303);
  assert.equal((await connect(OTHER)).status, 200);
  const [{ id }] = await credentialsOf(OTHER);
  const runtime = new Runtime(stack, await newKey(stack, 'late'));
  const { url } = await ada.allowAccess(idOf(OTHER));
  const back = await oidc.walk(url);
  await define(OTHER, '');
  assert.equal((await ada.get(back)).status, 400);
  assert.equal((await runtime.byId(id)).status, 404);
  oidc.grants.splice(0);
  await db.run(`UPDATE provider_credentials SET expires_at = 1, refresh_due_at = 1 WHERE id = X'${hexOf(id)}'`);
  await until('the renewal to be given up', async () => (await credentialsOf(OTHER))[0].reason === 'provider_gone');
  assert.deepEqual(oidc.grants, []);
  await define(OTHER, codeOf(OTHER, 'Other shop'));
  await db.run(`UPDATE provider_credentials SET refresh_due_at = 1 WHERE id = X'${hexOf(id)}'`);
  await until('the renewal', async () => (await credentialsOf(OTHER))[0].state === 'active');
  assert.deepEqual(oidc.grants.splice(0), ['refresh_token']);
});

test('client credentials: a token is made from them, handed out, and made again', async () => {
  const page = await ada.get(`/tools/${idOf(ROBOT)}/api-key`);
  const { client_id: id, client_secret: secret } = oidc.client;
  const wrong = await ada.submit(page, { name: '', 'field.client_id': id, 'field.client_secret': 'wrong' }, '/api-key');
  assert.equal(wrong.status, 422);
  assert.deepEqual(await credentialsOf(ROBOT), []);
  oidc.errors.splice(0);
  oidc.life = 5;
  const kept = await ada.submit(page, { name: '', 'field.client_id': id, 'field.client_secret': secret }, '/api-key');
  assert.equal(kept.status, 303, words(kept));
  const runtime = new Runtime(stack, await newKey(stack, 'robot'));
  const ask = async () => (await runtime.until(() => runtime.get(`/api/v1/credentials/${idOf(ROBOT)}`))).body.fields;
  const first = await ask();
  assert.deepEqual(Object.keys(first), ['access_token']);
  oidc.life = 3600;
  await until('the end of the token', async () => (await callApi(first.access_token)).status === 401);
  await rested(ROBOT);
  const second = await ask();
  assert.notEqual(second.access_token, first.access_token);
  assert.equal((await callApi(second.access_token)).status, 200);
  assert.deepEqual([...new Set(oidc.grants.splice(0))], ['client_credentials']);
  assert.deepEqual(oidc.errors, []);
});

test('a runtime key can be held to tools, by their names, and only to those of its workspace', async () => {
  const page = await ada.get('/runtime-keys/add');
  for (const name of ['Pet shop', 'Other shop', 'Robot']) assert.ok(page.text.includes(name), name);
  assert.doesNotMatch(page.text, /Foreign shop|Labs shop/);
  const form = { name: 'for pets', scope: 'chosen', provider: idOf(PETS), verb: ['handout', 'list'] };
  for (const stranger of [FOREIGN, randomUUID()])
    assert.equal((await ada.submit(page, { ...form, provider: idOf(stranger) }, '/runtime-keys/add')).status, 400);
  const made = await ada.submit(page, form, '/runtime-keys/add');
  assert.equal(made.status, 200, words(made));
  const runtime = new Runtime(stack, made.text.match(/gr[a-z]*_[A-Za-z0-9_-]{20,}/)[0]);
  assert.equal((await runtime.until(() => runtime.get(`/api/v1/credentials/${idOf(PETS)}`))).status, 200);
  assert.equal((await runtime.get(`/api/v1/credentials/${idOf(ROBOT)}`)).status, 404);
  assert.match(words(await ada.get('/runtime-keys')), /for pets .*Pet shop/);
});

test('a link to connect leads into the workspace of the tool', async () => {
  const [[labs]] = await db.rows("SELECT HEX(id) FROM tenants WHERE name = 'Acme Labs'");
  const tool = randomUUID();
  await addTool(labs, tool, 'Labs shop', codeOf(tool, 'Labs shop'));
  assert.equal((await ada.get(`/tools/${idOf(tool)}`)).status, 404);
  const page = await ada.get(`/connect/${idOf(tool)}?workspace=${uuidOf(labs)}`);
  assert.equal(page.status, 200);
  assert.match(words(page), /Labs shop.*Acme Labs|Acme Labs.*Labs shop/);
  assert.equal((await eve.get(`/connect/${idOf(tool)}?workspace=${uuidOf(labs)}`)).status, 404);
  assert.equal((await new Visitor(stack).get(`/tools/${idOf(tool)}`)).status, 401);
});

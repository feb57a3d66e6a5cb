// SPDX-License-Identifier: Apache-2.0
// The tools that apps use: what of them is deleted, and what else keeps one from working; of the key's workspace alone.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { database, hexOf } from '../run/database.mjs';
import { startStack } from '../run/stack.mjs';
import { Runtime, newKey } from './runtime.mjs';
import { SANDBOX, exchange, signedIn, words } from './visitor.mjs';

const [ORDERS, THEIRS, NONE] = [randomUUID(), randomUUID(), randomUUID()];
const SHA256 = 'ab'.repeat(32);

let stack, db, ada, runtime, foreign, reader;

before(async () => {
  stack = await startStack();
  db = database(stack);
  ada = await signedIn(stack, 'ada@acme.test');
  runtime = new Runtime(stack, await newKey(stack, 'pipeline'));
  reader = new Runtime(stack, await newKey(stack, 'reader', '--verbs', 'list'));
  await stack.operator('tenant', 'add', 'Globex');
  foreign = new Runtime(stack, (await stack.operator('key', 'add', 'theirs', '--tenant', 'Globex')).trim());
  await apiTool('Acme Research', ORDERS, 'Orders');
  await apiTool('Globex', THEIRS, 'Theirs');
});
after(() => stack?.stop());

// An API tool with the operations getOrder and, switched off, dropOrder.
async function apiTool(tenant, id, name) {
  await db.run(`INSERT INTO tool_api_providers (id, name, tenant_id, user_id, icon, \`schema\`, schema_type_str, tools_str,
      credentials_str, description, schema_sha256, secret_rev, version, created_at, updated_at)
    SELECT X'${hexOf(id)}', '${name}', id, '', '{}', '{}', 'openapi', '[]', '', '', X'${SHA256}', 1, 1, 1, 1 FROM tenants WHERE name = '${tenant}';
    INSERT INTO tool_api_operations (tenant_id, owner_id, name, position, method, path, summary, description, pointer, deprecated, enabled,
      n_parameters, n_warnings, plan_sha256, plan, bundle)
    SELECT t.id, X'${hexOf(id)}', o.name, 1, 'GET', '/', '', '', '', 0, o.name = 'getOrder', 0, 0, '', '{}', '{}'
      FROM tenants t, (SELECT 'getOrder' AS name UNION SELECT 'dropOrder') o WHERE t.name = '${tenant}'`);
}

const put = (of, app, document, options) => {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  return of.send('PUT', `/api/v1/apps/${app}/tools`, { ...options, body: text,
    headers: { 'content-length': Buffer.byteLength(text), 'content-type': 'application/json' } });
};
const get = (of, app) => of.get(`/api/v1/apps/${app}/tools`);
const api = (provider_id, tool_name, more) => ({ provider_type: 'api', provider_id, tool_name, enabled: true, ...more });
const builtin = (provider_id, more) => ({ provider_type: 'builtin', provider_id, tool_name: 'find', enabled: true, ...more });

// What becomes of one tool of an agent: its state and reason, and whether it counts as deleted.
async function verdict(tool, of = runtime) {
  assert.equal((await put(runtime, 'one', { agent_mode: { enabled: true, strategy: 'function_call', tools: [tool] } })).status, 204);
  const { status, body } = await get(of, 'one');
  assert.equal(status, 200);
  assert.equal(body.tools.length, 1);
  const { state, reason } = body.tools[0];
  return [state, reason, body.deleted_tools.length === 1 ? 'deleted' : 'there'];
}

test('a tool that is there works, whatever the case of its id', async () => {
  assert.deepEqual(await verdict(api(ORDERS, 'getOrder')), ['ok', '', 'there']);
  assert.deepEqual(await verdict(api(ORDERS.toUpperCase(), 'getOrder')), ['ok', '', 'there']);
});

test('a tool that is gone, or whose operation is, is told as deleted', async () => {
  assert.deepEqual(await verdict(api(NONE, 'getOrder')), ['provider_missing', '', 'deleted']);
  assert.deepEqual(await verdict(api(ORDERS, 'getorder')), ['operation_missing', '', 'deleted']);
  assert.deepEqual(await verdict(api(ORDERS, 'dropOrder')), ['operation_missing', 'switched_off', 'deleted']);
});

test('a key that is held to others is told no more than that, and no names', async () => {
  const bound = new Runtime(stack, await newKey(stack, 'held', '--providers', 'grantry/sandbox/sandbox_tool', '--verbs', 'list'));
  assert.deepEqual(await verdict(api(ORDERS, 'getOrder'), bound), ['not_permitted', 'key', 'there']);
  assert.deepEqual(await verdict(api(ORDERS, 'none'), bound), ['not_permitted', 'key', 'there']);
  const { text, body } = await get(bound, 'one');
  assert.equal(body.tools[0].portable.provider_id, ORDERS);
  assert.doesNotMatch(text, new RegExp(`Orders|${SHA256}`));
});

test('a tool whose keys nobody entered is told', async () => {
  const settings = (text) => db.run(`UPDATE tool_api_providers SET settings = '${text}' WHERE id = X'${hexOf(ORDERS)}'`);
  await settings('{"auth":[{"id":"a1","scheme":"","type":"bearer"}]}');
  assert.deepEqual(await verdict(api(ORDERS, 'getOrder')), ['credential_missing', 'no_secret', 'there']);
  await settings('{"auth":[]}');
  assert.deepEqual(await verdict(api(ORDERS, 'getOrder')), ['ok', '', 'there']);
});

test('an id that is none is missing, and no error', async () => {
  for (const id of ['x', `${ORDERS}0`, 'Orders', "' OR 1=1 --x", '搜索']) {
    assert.deepEqual(await verdict(api(id, 'getOrder')), ['provider_missing', '', 'deleted'], id);
  }
});

test("another workspace's tool is missing here, and so is its app", async () => {
  assert.deepEqual(await verdict(api(THEIRS, 'getOrder')), ['provider_missing', '', 'deleted']);
  assert.equal((await put(foreign, 'bot', { agent_mode: { tools: [api(THEIRS, 'getOrder')] } })).status, 204);
  assert.equal((await get(runtime, 'bot')).status, 404);
  assert.deepEqual((await get(foreign, 'bot')).body.deleted_tools, []);
  assert.equal((await put(runtime, 'bot', { agent_mode: { tools: [api(NONE, 'x')] } })).status, 204);
  assert.deepEqual((await get(foreign, 'bot')).body.deleted_tools, [], 'an app of the same name is another one');
});

test('providers of plugins are told apart by their whole id', async () => {
  assert.deepEqual(await verdict(builtin('langgenius/nothing/nothing')), ['provider_missing', '', 'deleted']);
  assert.deepEqual(await verdict(builtin('elsewhere/sandbox/sandbox_drive')), ['provider_missing', '', 'deleted']);
  assert.deepEqual(await verdict(builtin('no such name')), ['provider_missing', '', 'deleted']);
  assert.deepEqual(await verdict(builtin(SANDBOX)), ['credential_missing', 'no_default', 'there']);
});

test('an older bare name is that of the plugin of this name', async () => {
  const [, , name] = (await stack.operator('provider', 'list')).split('\n').map((line) => line.split('\t'))
    .filter(([kind]) => kind === 'tool').map(([, id]) => id.split('/')).find(([, plugin, last]) => plugin === last);
  assert.deepEqual(await verdict(builtin(name)), ['credential_missing', 'no_default', 'there'], name);
});

test('workflows and MCP servers are not kept here', async () => {
  for (const provider_type of ['workflow', 'mcp']) {
    assert.deepEqual(await verdict({ ...builtin(NONE), provider_type }), ['unchecked', '', 'there']);
  }
});

test('a credential that is gone, has to be renewed by a person, or was switched off, is told', async () => {
  assert.equal((await ada.addApiKey('sbx-good-key', 'Work')).status, 303);
  const [[id]] = (await runtime.list()).body.credentials.map((c) => [c.id]);
  assert.deepEqual(await verdict(builtin(SANDBOX)), ['ok', '', 'there']);
  assert.deepEqual(await verdict(builtin(SANDBOX, { credential_id: id })), ['ok', '', 'there']);
  assert.deepEqual(await verdict(builtin(SANDBOX, { credential_id: NONE })), ['credential_missing', '', 'there']);
  assert.deepEqual(await verdict(builtin(SANDBOX, { credential_id: 'x' })), ['credential_missing', '', 'there']);
  for (const [state, expected] of [['needs_reauth', ['needs_reauthorization', 'needs_reauth', 'there']], ['disabled', ['not_permitted', 'disabled', 'there']],
    ['active', ['ok', '', 'there']]]) {
    await db.run(`UPDATE provider_credentials SET state = '${state}' WHERE id = X'${hexOf(id)}'`);
    assert.deepEqual(await verdict(builtin(SANDBOX, { credential_id: id })), expected);
  }
  const [, other] = (await stack.operator('provider', 'list')).split('\n').map((line) => line.split('\t')[1]).filter((one) => one !== SANDBOX);
  const bound = new Runtime(stack, await newKey(stack, 'bound', '--providers', other, '--verbs', 'list'));
  assert.deepEqual(await verdict(builtin(SANDBOX, { credential_id: id }), bound), ['not_permitted', 'key', 'there']);
});

test('whoever deletes a credential sees the apps that would miss it', async () => {
  const [{ id }] = (await runtime.list()).body.credentials;
  const page = async () => words(await ada.get(`/data-sources/${SANDBOX}/credentials/${id}/delete`));
  const before = await page();
  assert.match(before, /Delete “Work”\?/);
  for (const [app, tool] of [['by-id', builtin(SANDBOX, { credential_id: id })], ['by-default', builtin(SANDBOX)], ['another', builtin(SANDBOX, { credential_id: NONE })]]) {
    assert.equal((await put(runtime, app, { name: `Bot ${app} <b>`, agent_mode: { tools: [tool] } })).status, 204);
  }
  assert.equal((await put(runtime, 'by-name', { references: [{ provider_type: 'datasource', provider_id: SANDBOX, tool_name: 'x', credential: 'Work' }] })).status, 204);
  assert.match(await page(), /known to use it: by-name, (one, )?Bot by-default <b>, Bot by-id <b>/);
  assert.equal((await page()).includes('another'), false);
});

test('a portable reference holds no id of a credential, and is found again by what it names', async () => {
  const [{ id }] = (await runtime.list()).body.credentials;
  assert.equal((await put(runtime, 'carried', { name: 'Bot', agent_mode: { tools: [builtin(SANDBOX, { credential_id: id }), api(ORDERS, 'getOrder')] } })).status, 204);
  const { body } = await get(runtime, 'carried');
  const references = body.tools.map(({ portable }) => portable);
  assert.equal(JSON.stringify(references).includes(id), false);
  assert.equal(JSON.stringify(references).includes(ORDERS), false);
  assert.deepEqual(references[1].provider, { name: 'Orders', schema_sha256: SHA256 });
  assert.equal(references[0].credential, 'Work');
  for (const provider of [{ name: 'Orders' }, { name: 'renamed', schema_sha256: SHA256 }, { name: 'Orders', schema_sha256: '00' }]) {
    assert.equal((await put(runtime, 'again', { references: [references[0], { ...references[1], provider }] })).status, 204);
    assert.deepEqual((await get(runtime, 'again')).body.tools.map(({ state }) => state), ['ok', 'ok'], JSON.stringify(provider));
  }
  assert.equal((await put(foreign, 'again', { references })).status, 204);
  assert.deepEqual((await get(foreign, 'again')).body.tools.map(({ state }) => state), ['credential_missing', 'ok'],
    'its own tool of the same description');
});

test('the tools of a workflow, in the order of its nodes; and none at all', async () => {
  const graph = { nodes: [{ id: 'n1', data: { type: 'tool', ...api(ORDERS, 'getOrder') } }, { id: 'n2', data: { type: 'llm' } },
    { id: 'n3', data: { type: 'agent', agent_parameters: { tools: { value: [{ ...api(NONE, 'x'), type: 'api' }] } } } }] };
  for (const form of [graph, JSON.stringify(graph)]) {
    assert.equal((await put(runtime, 'flow', { graph: form })).status, 204);
    const { body } = await get(runtime, 'flow');
    assert.deepEqual(body.tools.map(({ place, state }) => [place, state]), [['n1', 'ok'], ['n3', 'provider_missing']]);
    assert.deepEqual(body.deleted_tools, [{ type: 'api', tool_name: 'x', provider_id: NONE }]);
  }
  assert.equal((await put(runtime, 'flow', {})).status, 204);
  assert.equal((await get(runtime, 'flow')).status, 404);
});

test('a workflow may be large, what is no workflow may not, and who has no key sends it in vain', async () => {
  const graph = { nodes: Array.from({ length: 300 }, (_, i) => ({ id: `n${i}`, data: { type: i === 299 ? 'tool' : 'code', code: 'x'.repeat(20000), ...api(ORDERS, 'getOrder') } })) };
  assert.equal((await put(runtime, 'large', { graph })).status, 204);
  assert.deepEqual((await get(runtime, 'large')).body.tools.map(({ place, state }) => [place, state]), [['n299', 'ok']]);
  assert.equal((await put(runtime, 'large', { graph }, { key: null })).status, 401);
  assert.equal((await put(runtime, 'large', { graph }, { key: 'grt_x' })).status, 401);
  // the web server's own answer, so not in the contract
  for (const [path, size] of [['/api/v1/apps/large/tools', 12 * 1024 * 1024], ['/api/v1/registry', 70000]]) {
    const body = `"${'x'.repeat(size)}"`;
    const headers = { authorization: `Bearer ${runtime.key}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    assert.equal((await exchange(stack.address, path, { method: 'PUT', headers, body })).status, 413, path);
  }
});

test('what is not of that form changes nothing', async () => {
  assert.equal((await put(runtime, 'kept', { agent_mode: { tools: [api(ORDERS, 'getOrder')] } })).status, 204);
  for (const wrong of ['', '[]', '{"agent_mode":[]}', '{"references":[{}]}', { references: [{ provider_type: 'api', tool_name: 'x' }] },
    { agent_mode: { tools: Array.from({ length: 501 }, () => api(ORDERS, 'x')) } }]) {
    assert.equal((await put(runtime, 'kept', wrong)).status, 400, JSON.stringify(wrong).slice(0, 60));
  }
  assert.equal((await put(reader, 'kept', {})).status, 403);
  assert.equal((await put(runtime, 'kept', {}, { key: null })).status, 401);
  assert.equal((await put(runtime, '%20', {})).status, 400);
  assert.deepEqual((await get(reader, 'kept')).body.tools.map(({ state }) => state), ['ok']);
});

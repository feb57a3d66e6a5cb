// SPDX-License-Identifier: Apache-2.0
// What runtimes see of API tools: those of their workspace, that their key is for, and what it takes to call them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { database } from '../run/database.mjs';
import { startStack } from '../run/stack.mjs';
import { apiTools, parameter } from './api-tools.mjs';
import { Runtime, newKey } from './runtime.mjs';
import { SANDBOX } from './visitor.mjs';

const SERVER = 'https://api.acme.test/v1';
const KEY = { id: 'a1', scheme: '', type: 'api_key', in: 'header', name: 'X-Key', prefix: '' };
const OAUTH2 = { scheme: '', grant: 'authorization_code', authorization_url: 'https://login.acme.test/a', token_url: 'https://login.acme.test/t',
  refresh_url: '', scopes: [], scope_separator: ' ', client_auth: 'basic', pkce: true, params: [],
  send: { in: 'header', name: 'Authorization', prefix: 'Bearer ' } };
const NOBODY = '0b7f6cf2-6c1d-4c8e-9d55-0f3f5f1d2a3b';

const OPERATIONS = {
  getPet: { method: 'GET', path: '/pets/{id}', parameters: [parameter('id', 'path', { type: 'integer', minimum: 1 }, { description: 'Which one' }),
    parameter('tag', 'query', { $ref: '#/defs/Tag' }), parameter('any', 'query', true, { description: 'Whatever' })],
  defs: { Tag: { type: 'string', description: 'Says "$ref":"#/defs/x"' } } },
  addPet: { method: 'POST', path: '/pets', body: { required: true, content_type: 'application/json', mode: 'members', additional: false,
    members: [{ name: 'name', as: 'name', required: true, schema: { type: 'string' } }, { name: 'photo', as: 'photo', file: true, schema: { type: 'string' } }] } },
  hidden: { enabled: false, method: 'DELETE', path: '/pets' },
};

let stack, runtime, foreign, pets, login;

before(async () => {
  stack = await startStack();
  const db = database(stack);
  runtime = new Runtime(stack, await newKey(stack, 'pipeline'));
  await stack.operator('tenant', 'add', 'Globex');
  foreign = new Runtime(stack, (await stack.operator('key', 'add', 'theirs', '--tenant', 'Globex')).trim());
  const [[tenant]] = await db.rows("SELECT HEX(id) FROM tenants WHERE name = 'Acme Research'");
  const tools = apiTools(stack, tenant);
  pets = await tools.add('Pets & "co"', { server: SERVER, settings: { auth: [KEY] }, secrets: { 'a1.value': 'open sesame' }, origins: 'https://api.acme.test' },
    OPERATIONS);
  login = await tools.add('Login', { server: SERVER, settings: { oauth2: OAUTH2 } });
});
after(() => stack?.stop());

const tool = (name, options) => runtime.get(`/api/v1/api-tools/${encodeURIComponent(name)}`, options);
const list = async (key = runtime) => (await key.get('/api/v1/api-tools')).body.api_tools.map(({ name }) => name);

test('all of a workspace, by name', async () => {
  const { status, body } = await runtime.get('/api/v1/api-tools');
  assert.equal(status, 200);
  assert.deepEqual(body.api_tools.map(({ id, name, operations, provider }) => ({ id, name, operations, provider })), [
    { id: login, name: 'Login', operations: 0, provider: `api-tools/${login}/oauth2` },
    { id: pets, name: 'Pets & "co"', operations: 2, provider: null },
  ]);
});

test('one by its id or its name, with a schema for each operation that is offered', async () => {
  const { status, body } = await tool(pets);
  assert.equal(status, 200);
  assert.deepEqual((await tool('Pets & "co"')).body, body);
  assert.equal(body.ready, true);
  assert.equal(body.next, null);
  assert.deepEqual(body.operations.map(({ name }) => name), ['getPet', 'addPet']);
  assert.deepEqual(body.operations[0].parameters, {
    type: 'object',
    properties: { id: { description: 'Which one', type: 'integer', minimum: 1 }, tag: { $ref: '#/$defs/Tag' }, any: { description: 'Whatever' } },
    required: ['id'], additionalProperties: false,
    $defs: { Tag: { type: 'string', description: 'Says "$ref":"#/defs/x"' } },
  });
  const { properties, required } = body.operations[1].parameters;
  assert.deepEqual(required, ['name']);
  assert.deepEqual(Object.keys(properties), ['name', 'photo']);
  assert.equal(properties.photo.anyOf.length, 2);
});

test('no answer holds a secret', async () => {
  for (const path of ['/api/v1/api-tools', `/api/v1/api-tools/${pets}`]) {
    const text = JSON.stringify((await runtime.get(path)).body);
    for (const word of ['sesame', 'X-Key', 'origins']) assert.equal(text.includes(word), false, word);
  }
});

test('page by page', async () => {
  const first = (await runtime.get(`/api/v1/api-tools/${pets}?limit=1`)).body;
  assert.deepEqual(first.operations.map(({ name }) => name), ['getPet']);
  const second = (await runtime.get(`/api/v1/api-tools/${pets}?limit=1&after=${first.next}`)).body;
  assert.deepEqual(second.operations.map(({ name }) => name), ['addPet']);
  assert.equal(second.next, null);
});

test('what is no page is refused', async () => {
  for (const query of ['limit=0', 'limit=51', 'limit=x', 'limit=', 'after=-1', 'after=1e3', 'after=99999999999'])
    assert.equal((await runtime.get(`/api/v1/api-tools/${pets}?${query}`)).status, 400, query);
});

test('a foreign workspace has none of it', async () => {
  assert.deepEqual(await list(foreign), []);
  for (const name of [pets, login, 'Login']) {
    const answer = await foreign.get(`/api/v1/api-tools/${name}`);
    assert.equal(answer.status, 404);
    assert.deepEqual({ ...answer.body, request_id: '' }, { ...(await foreign.get(`/api/v1/api-tools/${NOBODY}`)).body, request_id: '' });
  }
});

test('a key that is held to providers sees theirs alone', async () => {
  const bound = new Runtime(stack, await newKey(stack, 'bound', '--providers', SANDBOX));
  assert.deepEqual(await list(bound), []);
  assert.equal((await bound.get(`/api/v1/api-tools/${login}`)).status, 404);
  const one = new Runtime(stack, await newKey(stack, 'one', '--providers', `api-tools/${login}/oauth2`));
  assert.deepEqual(await list(one), ['Login']);
  assert.equal((await one.get(`/api/v1/api-tools/${login}`)).status, 200);
  assert.equal((await one.get(`/api/v1/api-tools/${pets}`)).status, 404);
});

test('a key without the verb, and no key', async () => {
  const reader = new Runtime(stack, await newKey(stack, 'reader', '--verbs', 'handout'));
  for (const path of ['/api/v1/api-tools', `/api/v1/api-tools/${pets}`]) {
    assert.equal((await reader.get(path)).status, 403);
    assert.equal((await runtime.get(path, { key: null })).status, 401);
  }
});

test('a tool whose secret was entered for another server is not ready', async () => {
  const [[tenant]] = await database(stack).rows("SELECT HEX(id) FROM tenants WHERE name = 'Acme Research'");
  const tools = apiTools(stack, tenant);
  await tools.add('Moved', { server: SERVER, settings: { auth: [KEY] }, secrets: { 'a1.value': 's' }, origins: 'https://api.other.test' });
  await tools.add('Bare', { server: SERVER, settings: { auth: [KEY] } });
  for (const name of ['Moved', 'Bare']) assert.equal((await tool(name)).body.ready, false, name);
});

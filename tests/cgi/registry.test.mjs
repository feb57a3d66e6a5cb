// SPDX-License-Identifier: Apache-2.0
// What a runtime registers: as a whole, of its own workspace alone, by a key that may; and read back as it was.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { database } from '../run/database.mjs';
import { startStack } from '../run/stack.mjs';
import { Runtime, newKey } from './runtime.mjs';
import { EXTENSION, exchange, home, signedIn, words } from './visitor.mjs';

const WHOLE = {
  models: [{ provider: 'a/b/c', model: 'parrot-1', type: 'llm', label: 'Parrot <1> & "co"' }, { provider: 'a/b/c', model: 'vec', type: 'text-embedding', label: 'vec' }],
  apps: [{ id: '1', name: 'Help desk', mode: 'agent-chat' }],
  tools: [{ provider: 'a/b/t', tool: 'search', label: '搜索' }],
};

let stack, db, ada, runtime, reader, foreign;

before(async () => {
  stack = await startStack();
  db = database(stack);
  ada = await signedIn(stack, 'ada@acme.test');
  runtime = new Runtime(stack, await newKey(stack, 'pipeline'));
  reader = new Runtime(stack, await newKey(stack, 'reader', '--verbs', 'handout list report'));
  await stack.operator('tenant', 'add', 'Globex');
  foreign = new Runtime(stack, (await stack.operator('key', 'add', 'theirs', '--tenant', 'Globex')).trim());
});
after(() => stack?.stop());

const form = async () => words(await ada.get(`${home(EXTENSION)}/api-key`));

test('nothing is registered at first, and the form says what to do', async () => {
  const { status, body } = await runtime.registered();
  assert.equal(status, 200);
  assert.deepEqual(body, { models: [], apps: [], tools: [] });
  const page = await form();
  for (const what of ['No models', 'No apps', 'No tools']) assert.match(page, new RegExp(`${what} are registered .*PUT /api/v1/registry`));
});

test('what is put is read back as it was, and can be chosen', async () => {
  const put = await runtime.register(WHOLE);
  assert.equal(put.status, 200);
  assert.deepEqual(put.body, { models: 2, apps: 1, tools: 1 });
  assert.deepEqual((await runtime.registered()).body, WHOLE);
  const page = await form();
  assert.match(page, /Parrot <1> & "co" — a\/b\/c/);
  assert.equal(page.includes('vec'), false, 'it does not fit the scope');
  assert.match(page, /搜索/);
  assert.equal((await db.rows("SELECT 1 FROM audit_events WHERE action = 'registry.replace' AND result = 'ok' AND object LIKE 'key:%'")).length, 1);
});

test('a key for some providers alone does not replace what all choose from', async () => {
  const bound = new Runtime(stack, await newKey(stack, 'bound', '--providers', EXTENSION));
  const refused = await bound.register({});
  assert.equal(refused.status, 403);
  assert.equal(refused.body.code, 'not_permitted');
  assert.deepEqual((await runtime.registered()).body, WHOLE);
});

test('a foreign workspace sees nothing of it, and changes nothing', async () => {
  assert.deepEqual((await foreign.registered()).body, { models: [], apps: [], tools: [] });
  assert.equal((await foreign.register({ tools: [{ provider: 'evil', tool: 'evil' }] })).status, 200);
  assert.deepEqual((await runtime.registered()).body, WHOLE);
  assert.equal((await form()).includes('evil'), false);
});

test('a put replaces everything', async () => {
  assert.deepEqual((await runtime.register({ apps: WHOLE.apps })).body, { models: 0, apps: 1, tools: 0 });
  assert.deepEqual((await runtime.registered()).body, { models: [], apps: WHOLE.apps, tools: [] });
  assert.match(await form(), /No models are registered/);
  assert.equal((await runtime.register({})).status, 200);
  assert.equal((await runtime.register(WHOLE)).status, 200);
});

test('a key without the verb, and no key', async () => {
  for (const ask of [(r, o) => r.register({}, o), (r, o) => r.registered(o)]) {
    const refused = await ask(reader);
    assert.equal(refused.status, 403);
    assert.equal(refused.body.code, 'not_permitted');
    assert.equal((await ask(runtime, { key: null })).status, 401);
    assert.equal((await ask(runtime, { key: 'grt_x' })).status, 401);
  }
  assert.deepEqual((await runtime.registered()).body, WHOLE);
});

test('what is no registry is refused, and the one before stays', async () => {
  const tool = { provider: 'p', tool: 't' };
  for (const bad of ['', 'null', '[]', '{', '{"tools":{}}', '{"agents":[]}', '{"tools":[{"provider":"p"}]}', '{"tools":[null]}',
    '{"tools":[{"provider":"p","tool":"t","secret":"x"}]}', '{"tools":[{"provider":"p","tool":5}]}', '{"tools":[{"provider":"p","tool":" t"}]}',
    '{"tools":[{"provider":"p","tool":"a\\u202eb"}]}', '{"tools":[],"tools":[]}', JSON.stringify({ tools: [tool, tool] }),
    JSON.stringify({ tools: Array.from({ length: 1001 }, (_, i) => ({ provider: 'p', tool: `${i}` })) }), '\ufeff{}']) {
    const { status, body } = await runtime.register(bad);
    assert.equal(status, 400, bad.slice(0, 80));
    assert.equal(typeof body.code, 'string');
  }
  assert.equal((await runtime.register({ tools: [{ provider: 'p', tool: 't'.repeat(256) }] })).status, 400);
  const body = `{"tools":[]${' '.repeat(65536)}}`; // the web server's answer, not ours
  assert.equal((await exchange(stack.address, '/api/v1/registry', { method: 'PUT', body, headers: { authorization: `Bearer ${runtime.key}`,
    'content-type': 'application/json', 'content-length': body.length } })).status, 413);
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', ''])
    assert.equal((await runtime.register('{}', { type })).status, 415, type);
  assert.deepEqual((await runtime.registered()).body, WHOLE);
});

test('as many as there may be', async () => {
  const tools = Array.from({ length: 1000 }, (_, i) => ({ provider: 'p', tool: `${i}`, label: `${i}` }));
  assert.equal((await runtime.register({ tools })).status, 200);
  assert.deepEqual((await runtime.registered()).body.tools, tools);
  assert.equal((await ada.get(`${home(EXTENSION)}/api-key`)).status, 200);
});

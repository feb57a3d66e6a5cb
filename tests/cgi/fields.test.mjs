// SPDX-License-Identifier: Apache-2.0
// Every type of field through plain HTTP: what it takes, what it refuses and with which words, what an edit keeps,
// and what a runtime gets of it in the end.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { startStack } from '../run/stack.mjs';
import { Runtime, newKey } from './runtime.mjs';
import { EXTENSION, MODEL, forms, home, signedIn, words } from './visitor.mjs';
import { CANARY, pageHoldsCanary } from './witness.mjs';

const PARROT = JSON.stringify({ provider: 'a/b/c', model: 'parrot-1', model_type: 'llm' });
const CROW = JSON.stringify({ provider: 'a/b/c', model: 'crow-1', model_type: 'llm' });
const DESK = JSON.stringify({ app_id: '1' });
const SEARCH = JSON.stringify({ provider: 'a/b/t', tool: 'search' });
const SAY = JSON.stringify({ provider: 'a/b/t', tool: 'say "hi"' });
const REGISTRY = {
  models: [{ provider: 'a/b/c', model: 'parrot-1', type: 'llm' }, { provider: 'a/b/c', model: 'crow-1', type: 'llm' },
    { provider: 'a/b/c', model: 'vec', type: 'text-embedding' }],
  apps: [{ id: '1', name: 'Desk', mode: 'chat' }, { id: '2', name: 'Flow', mode: 'workflow' }],
  tools: [{ provider: 'a/b/t', tool: 'search' }, { provider: 'a/b/t', tool: 'say "hi"' }],
};

let stack, ada, runtime;

before(async () => {
  stack = await startStack();
  ada = await signedIn(stack, 'ada@acme.test');
  runtime = new Runtime(stack, await newKey(stack, 'pipeline'));
});
after(() => stack?.stop());
beforeEach(async () => {
  assert.equal((await runtime.register(REGISTRY)).status, 200);
  for (const id of await ada.credentials(EXTENSION))
    await ada.submit(await ada.get(`${home(EXTENSION)}/credentials/${id}/delete`), {}, '/delete');
});

const fieldsOf = (page, where) => forms(page).find(({ action }) => action.split('?')[0].endsWith(where)).fields;
const problem = (page) => words({ text: page.text.match(/<p class="field-error"[^>]*>(.*?)<\/p>/s)?.[1] ?? '' });

async function add(fields = {}, drop = []) {
  const filled = { ...fieldsOf(await ada.get(`${home(EXTENSION)}/api-key`), '/api-key'), 'field.api_key': 'sbx-good-key', ...fields };
  for (const name of drop) delete filled[name];
  return ada.post(`${home(EXTENSION)}/api-key`, filled);
}
async function added(fields, drop) {
  const page = await add(fields, drop);
  assert.equal(page.status, 303, words(page));
  const [id] = await ada.credentials(EXTENSION);
  return id;
}
const edit = (id) => ada.get(`${home(EXTENSION)}/credentials/${id}/edit`);
const kept = async () => (await runtime.get(`/api/v1/credentials/${EXTENSION}`)).body.fields;

// Posts only these, besides what every edit has.
async function change(id, fields) {
  const { csrf, version, name } = fieldsOf(await edit(id), '/edit');
  const page = await ada.post(`${home(EXTENSION)}/credentials/${id}/edit`, { csrf, version, name, ...fields });
  assert.equal(page.status, 303, words(page));
}

test('what a fresh form holds are the defaults', async () => {
  const fields = fieldsOf(await ada.get(`${home(EXTENSION)}/api-key`), '/api-key');
  assert.deepEqual([fields['field.method'], fields['field.answer'], fields['field.retries'], fields['field.strict'], fields['field.model'], fields['field.payload'].trim()],
    ['post', 'short', '3', 'true', '', '']);
});

test('every type is kept as a runtime expects it', async () => {
  await added({ 'field.base_path': '/hook', 'field.payload': ' {"a": [1,\r\n 2]} ', 'field.answer': 'long', 'field.retries': '2.5', 'field.model': PARROT,
    'field.app': DESK, 'field.tools': [SEARCH, SAY] });
  const fields = await kept();
  assert.deepEqual(fields, { api_key: 'sbx-good-key', base_path: '/hook', method: 'post', payload: '{"a": [1,\r\n 2]}', answer: 'long', retries: '2.5',
    strict: 'true', model: PARROT, app: DESK, tools: `[${SEARCH},${SAY}]` });
  assert.deepEqual(JSON.parse(fields.tools), [{ provider: 'a/b/t', tool: 'search' }, { provider: 'a/b/t', tool: 'say "hi"' }]);
});

for (const [field, value, says] of [
  ['method', 'put', /choose one of the options/], ['method', '', /choose one/i],
  ['answer', 'medium', /choose one of the options/],
  ['retries', 'three', /enter a number/], ['retries', '1e3', /enter a number/], ['retries', '0x10', /enter a number/], ['retries', '1,5', /enter a number/], ['retries', '--1', /enter a number/],
  ['payload', '{', /not a complete JSON document/], ['payload', "{'a': 1}", /not a complete JSON document/], ['payload', '{"a":1}{"b":2}', /not a complete JSON document/],
  ['payload', '{"a":1,"a":2}', /not a complete JSON document/], ['payload', '{"a":\u0001}', /control character|not a complete/],
  ['model', 'parrot-1', /one of the options/], ['model', '{"provider":"a/b/c","model":"parrot-1","model_type":"tts"}', /not registered/],
  ['model', '{"provider":"a/b/c","model":"vec","model_type":"text-embedding"}', /not registered/], ['model', `[${PARROT}]`, /one of the options/],
  ['app', JSON.stringify({ app_id: '2' }), /not registered/], ['app', JSON.stringify({ app_id: 1 }), /one of the options/], ['app', PARROT, /one of the options/],
  ['tools', 'search', /one of the options/], ['tools', JSON.stringify({ provider: 'a/b/t', tool: 'lose' }), /not registered/], ['tools', `${SEARCH},1`, /one of the options/],
  ['tools', [SEARCH, PARROT], /one of the options/],
]) {
  test(`${field} ${JSON.stringify(value)} is refused with words, and nothing is kept`, async () => {
    const page = await add({ [`field.${field}`]: value });
    assert.equal(page.status, 422, words(page));
    assert.match(problem(page), says);
    assert.deepEqual(await ada.credentials(EXTENSION), []);
  });
}

test('what was typed comes back with the refusal; a secret does not', async () => {
  const page = await add({ 'field.api_key': `${CANARY}-key`, 'field.payload': '{"kept": 1', 'field.answer': 'long', 'field.retries': '7', 'field.model': CROW, 'field.tools': SAY }, ['field.strict']);
  assert.equal(page.status, 422);
  const fields = fieldsOf(page, '/api-key');
  assert.deepEqual([fields['field.payload'].trim(), fields['field.answer'], fields['field.retries'], fields['field.strict'], fields['field.model'], fields['field.tools']],
    ['{"kept": 1', 'long', '7', undefined, CROW, SAY]);
  assert.equal(pageHoldsCanary(page), false);
});

test('a box that is shown and not ticked is off; one that was not shown stays', async () => {
  const id = await added({ 'field.tools': [SEARCH] });
  assert.equal((await kept()).strict, 'true');
  await change(id, { 'field.base_path': '/x' });
  assert.deepEqual([(await kept()).strict, (await kept()).tools], ['true', `[${SEARCH}]`]);
  await change(id, { 'shown.strict': '1' });
  assert.equal((await kept()).strict, 'false');
  await change(id, { 'shown.tools': '1' });
  assert.equal('tools' in (await kept()), false);
});

test('a partial edit keeps what was not sent, of every type', async () => {
  const id = await added({ 'field.base_path': '/hook', 'field.payload': '{}', 'field.answer': 'long', 'field.retries': '9', 'field.model': PARROT,
    'field.app': DESK, 'field.tools': [SEARCH, SAY] });
  const before = await kept();
  await change(id, {});
  assert.deepEqual(await kept(), before);
  await change(id, { 'field.api_key': '' });
  assert.deepEqual(await kept(), before);
  await change(id, { 'field.base_path': '', 'field.retries': '1' });
  const { base_path: gone, ...rest } = before;
  assert.equal(gone, '/hook');
  assert.deepEqual(await kept(), { ...rest, retries: '1' });
});

test('what is shown and nothing else may be named', async () => {
  for (const name of ['shown.tenant_id', 'shown.', 'field.tenant_id', 'shown.API_KEY']) {
    const page = await add({ [name]: '1' });
    assert.equal(page.status, 400, name);
  }
});

test('what is chosen stays though it is not registered any more, and can be left for another', async () => {
  const id = await added({ 'field.model': PARROT, 'field.tools': [SEARCH, SAY] });
  await runtime.register({ models: [REGISTRY.models[1]], tools: [REGISTRY.tools[1]] });
  const page = await edit(id);
  assert.match(words(page), /parrot-1 — a\/b\/c \(not registered any more\)/);
  const fields = fieldsOf(page, '/edit');
  assert.deepEqual([fields['field.model'], [...fields['field.tools']].sort()], [PARROT, [SAY, SEARCH].sort()]);
  assert.equal((await ada.submit(page, {}, '/edit')).status, 303);
  assert.equal((await kept()).model, PARROT);
  assert.equal((await ada.submit(await edit(id), { 'field.model': CROW }, '/edit')).status, 303);
  assert.equal((await kept()).model, CROW);
  assert.equal((await ada.submit(await edit(id), { 'field.model': PARROT }, '/edit')).status, 422);
});

test('a condition: without scripts every field is shown with it, and the server drops what does not count', async () => {
  const form = await ada.get(`${home(EXTENSION)}/api-key`);
  assert.match(words(form), /Only if “Method” is POST\s?\./);
  const id = await added({ 'field.method': 'get', 'field.payload': 'not JSON' });
  assert.equal('payload' in (await kept()), false);
  await change(id, { 'field.method': 'post', 'field.payload': '{"a":1}' });
  assert.equal((await kept()).payload, '{"a":1}');
  await change(id, { 'field.method': 'get' });
  assert.equal('payload' in (await kept()), false);
});

test('a condition on a condition: a model that is no llm has neither mode nor pictures', async () => {
  const page = await ada.get(`${home(MODEL)}/api-key?of=model`);
  assert.match(words(page), /Only if “Model type” is llm\s?\..*Only if “Mode” is Chat\s?\./);
  const base = { 'field.__model_name': 'vec-1', 'field.api_key': 'sbx-good-key' };
  const saved = await ada.submit(page, { ...base, 'field.__model_type': 'text-embedding', 'field.mode': 'chat', 'field.vision': 'yes' }, '/api-key?of=model');
  assert.equal(saved.status, 303, words(saved));
  const { body } = await runtime.get(`/api/v1/credentials/${MODEL}?name=vec-1`);
  assert.deepEqual(body.fields, { __model_type: 'text-embedding', __model_name: 'vec-1', api_key: 'sbx-good-key', context_size: '4096' });
  assert.deepEqual([body.kind, body.credential_type, body.model], ['model', 'api-key', { type: 'text-embedding', name: 'vec-1' }]);
  const llm = await ada.submit(page, { ...base, 'field.__model_name': 'parrot-9', 'field.__model_type': 'llm', 'field.mode': '' }, '/api-key?of=model');
  assert.equal(llm.status, 422, 'mode is required now');
});

test('an extension has its kind and no model; the list takes one kind', async () => {
  await added();
  const { body } = await runtime.get(`/api/v1/credentials/${EXTENSION}`);
  assert.deepEqual([body.kind, body.model], ['extension', null]);
  const only = async (kind) => (await runtime.list(`?kind=${kind}`)).body.credentials.map((one) => [one.kind, one.provider]);
  assert.deepEqual(await only('extension'), [['extension', EXTENSION]]);
  assert.ok((await only('model')).every(([kind]) => kind === 'model'));
  assert.deepEqual(await only('tool'), []);
  for (const kind of ['', 'Tool', 'agent', 'tool,model']) assert.equal((await runtime.list(`?kind=${kind}`)).status, 400, kind);
});

test('a key that reaches other providers lists none of the kind', async () => {
  await added();
  const narrow = new Runtime(stack, await newKey(stack, 'narrow', '--providers', MODEL));
  assert.deepEqual((await narrow.list('?kind=extension')).body.credentials, []);
});

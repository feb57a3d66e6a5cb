// SPDX-License-Identifier: Apache-2.0
// A stored secret is sent to the address that it was stored with and to no other: whoever may edit a form and leaves
// the secret empty must type it again when the address changes (security R45).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startStack } from '../run/stack.mjs';
import { startSandbox } from '../sandbox/sandbox.mjs';
import { forms, sandbox, signedIn, unescapeHtml, words } from './visitor.mjs';
import { CANARY, witness } from './witness.mjs';

const PROVIDER = 'grantry/fixture/selfhosted';
const SETTINGS = `/data-sources/${PROVIDER}/client`;
const KEY = `${CANARY}-key`;
const SECRET = `${CANARY}-secret`;
const REFUSAL = /The address changes, so this has to be entered again\./;

let stack, ada, other, seen;

before(async () => {
  const keys = { [KEY]: { status: 200, username: 'ada' } };
  other = await startSandbox({ orders: { api_keys: keys } });
  stack = await startStack({ providers: ['selfhosted'], conf: `egress_allow = ${other.origin}` });
  await sandbox(stack).ctl({ api_keys: keys });
  ada = await signedIn(stack, 'ada@acme.test');
  seen = witness(stack);
});
after(async () => {
  await stack?.stop();
  await other?.close();
});

const asked = async () => (await sandbox({ sandbox: other.origin }).record()).map(({ method, path }) => `${method} ${path}`);
const address = (page, action) => forms(page).find((f) => f.action.endsWith(action)).fields['field.base_url'];

async function edit(fields) {
  const [id] = await ada.credentials(PROVIDER);
  const path = `/data-sources/${PROVIDER}/credentials/${id}/edit`;
  return { path, answer: await ada.submit(await ada.get(path), fields, '/edit') };
}

test('a key is stored with its address', async () => {
  const form = await ada.get(`/data-sources/${PROVIDER}/api-key`);
  const fields = { 'field.base_url': stack.sandbox, 'field.X-Api-Key': KEY, 'field.region': 'eu' };
  const answer = await ada.submit(form, fields, '/api-key');
  assert.equal(answer.status, 303, words(answer));
});

test('a stored key does not follow a changed address', async () => {
  const before = await seen.kept();
  const { path, answer } = await edit({ 'field.base_url': other.origin });
  assert.equal(answer.status, 422);
  assert.match(words(answer), REFUSAL);
  assert.deepEqual(await asked(), [], 'the other host was asked');
  assert.equal(await seen.kept(), before);
  assert.equal(address(await ada.get(path), '/edit'), stack.sandbox);
});

test('spaces are no key', async () => {
  const { answer } = await edit({ 'field.base_url': other.origin, 'field.X-Api-Key': '  ' });
  assert.equal(answer.status, 422);
  assert.deepEqual(await asked(), []);
});

test('a stored key stays where the address stays, however it is written', async () => {
  const { answer } = await edit({ 'field.base_url': `${stack.sandbox}/` });
  assert.equal(answer.status, 303, words(answer));
});

test('with the key typed again the address may change', async () => {
  const { answer } = await edit({ 'field.base_url': other.origin, 'field.X-Api-Key': KEY });
  assert.equal(answer.status, 303, words(answer));
  assert.deepEqual(await asked(), ['GET /apikey/check']);
});

test('a client secret does not follow a changed address', async () => {
  const client = { client_id: 'c', client_secret: SECRET, base_url: stack.sandbox };
  assert.equal((await ada.useCustomClient(PROVIDER, client)).status, 303);
  const page = await ada.get(SETTINGS);
  const refused = await ada.submit(page, { client: 'custom', 'field.base_url': other.origin, then: 'save' }, '/client');
  assert.equal(refused.status, 422);
  assert.match(unescapeHtml(refused.text), REFUSAL);
  assert.equal(address(await ada.get(SETTINGS), '/client'), stack.sandbox);
  const again = { client: 'custom', 'field.base_url': other.origin, 'field.client_secret': SECRET, then: 'save' };
  assert.equal((await ada.submit(page, again, '/client')).status, 303);
});

test('no secret stands in the clear', async () => assert.deepEqual(await seen.leaks(), []));

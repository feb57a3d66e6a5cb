// SPDX-License-Identifier: Apache-2.0
// A provider whose file does not say how to ask it: OAuth is not offered anywhere, and an API key is kept with the
// plain words that nobody checked it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startStack } from '../run/stack.mjs';
import { signedIn, words } from './visitor.mjs';
import { witness } from './witness.mjs';

const PROVIDER = 'grantry/fixture/bare';
const PAGE = `/data-sources/${PROVIDER}`;

let stack, ada, seen;

before(async () => {
  stack = await startStack({ providers: ['bare'], sandbox: false });
  ada = await signedIn(stack, 'ada@acme.test');
  seen = witness(stack);
});
after(() => stack?.stop());

test('OAuth is not offered', async () => {
  const page = await ada.get(PAGE);
  assert.equal(page.status, 200);
  assert.doesNotMatch(words(page), /Add OAuth|Setup OAuth Client|OAuth Client Settings/);
  assert.doesNotMatch(words(page), /checked there/);
});

for (const path of [`${PAGE}/client`, `${PAGE}/client/remove`, `/connect${PAGE}`]) {
  test(`${path} does not exist`, async () => {
    const csrf = await ada.csrf();
    assert.equal((await ada.get(path)).status, 404);
    assert.equal((await ada.post(path, { csrf, client: 'custom', version: '0', 'field.client_id': 'c' })).status, 404);
  });
}

test('Allow Access ends no worker, even with a client in the database', async () => {
  const workers = await seen.workers();
  await seen.sql(`INSERT INTO datasource_oauth_params (id, plugin_id, provider, system_credentials, revision, created_at,
    updated_at) VALUES (REPEAT('a', 16), 'grantry/fixture', 'bare', 'x', 1, 1, 1)`);
  const csrf = await ada.csrf();
  for (let i = 0; i < 4; i++) assert.equal((await ada.post(`/connect${PAGE}`, { csrf })).status, 404);
  assert.equal(await seen.workers(), workers);
});

test('a key is saved, and the page says that nobody checked it', async () => {
  const form = await ada.get(`${PAGE}/api-key`);
  assert.match(words(form), /cannot be checked with Bare before it is kept/);
  const answer = await ada.submit(form, { 'field.api_key': 'anything' }, '/api-key');
  assert.equal(answer.status, 303, words(answer));
  assert.match(words(await ada.get(answer.location)), /saved\. It could not be checked first/);
});

test('so does a changed one', async () => {
  const [id] = await ada.credentials(PROVIDER);
  const answer = await ada.submit(await ada.get(`${PAGE}/credentials/${id}/edit`), { 'field.api_key': 'other' }, '/edit');
  assert.match(words(await ada.get(answer.location)), /saved\. It could not be checked first/);
});

// SPDX-License-Identifier: Apache-2.0
// The main job by plain forms: sign in, add an API key, connect by OAuth, rename, default, delete.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startStack } from '../run/stack.mjs';
import { SANDBOX, Visitor, signedIn, words } from './visitor.mjs';

let stack, ada;

before(async () => {
  stack = await startStack();
  ada = await signedIn(stack, 'ada@acme.test');
});
after(() => stack?.stop());

test('a wrong password is refused with one message', async () => {
  const page = await new Visitor(stack).signIn('ada@acme.test', 'wrong');
  assert.equal(page.status, 403);
  assert.match(words(page), /do not belong together/);
});

test('a wrong API key is refused in the provider\'s own words and not kept', async () => {
  const page = await ada.addApiKey('sbx-wrong');
  assert.equal(page.status, 422);
  assert.match(words(page), /API key not recognised by Sandbox Drive/);
  assert.deepEqual(await ada.credentials(), []);
});

test('a right API key is checked and becomes the Default', async () => {
  assert.equal((await ada.addApiKey()).status, 303);
  const page = await ada.get(`/data-sources/${SANDBOX}`);
  assert.match(words(page), /API KEY 1 Default/);
});

test('Add OAuth, Allow Access, connected', async () => {
  assert.equal((await ada.useCustomClient()).status, 303);
  const { callback, result } = await ada.connect();
  assert.equal(callback.status, 303);
  assert.equal(result.status, 200);
  assert.match(words(result), /Ada Lovelace is ready to use/);
});

// SPDX-License-Identifier: Apache-2.0
// Names that are chosen for a person when somebody has used the highest number, and a list that no page can hold.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startStack } from '../run/stack.mjs';
import { SANDBOX, signedIn, words } from './visitor.mjs';
import { witness } from './witness.mjs';

let stack, ada, seen;

before(async () => {
  stack = await startStack();
  ada = await signedIn(stack, 'ada@acme.test');
  seen = witness(stack);
});
after(() => stack?.stop());

const names = async () => (await seen.sql('SELECT name FROM provider_credentials ORDER BY name')).flat();

async function add(name) {
  const answer = await ada.addApiKey('sbx-good-key', name);
  assert.equal(answer.status, 303, words(answer));
}

test('a name is found after the highest number', async () => {
  for (const name of ['API KEY 999999998', '', '', '', 'API KEY 4', '', 'API KEY 1234567890', 'API KEY 007', '']) await add(name);
  assert.deepEqual(await names(), ['API KEY 007', 'API KEY 1', 'API KEY 1234567890', 'API KEY 2', 'API KEY 3', 'API KEY 4',
    'API KEY 5', 'API KEY 999999998', 'API KEY 999999999'].filter((n) => n).sort());
});

test('so it is for the name of an account', async () => {
  assert.equal((await ada.connect()).status, 200);
  const [account] = (await names()).filter((name) => !name.startsWith('API KEY'));
  await add(`${account} 999999999`);
  for (const expected of [`${account} 2`, `${account} 3`]) {
    assert.equal((await ada.connect()).status, 200);
    assert.ok((await names()).includes(expected), expected);
  }
});

test('a page that grows too large is a fault of ours, not too many requests', async () => {
  await seen.sql(`INSERT INTO provider_credentials (tenant_id, id, plugin_id, provider, name, auth_type,
      encrypted_credentials, encrypted_profile, secret_rev, version, user_id, changed_by, created_at, updated_at)
    SELECT tenant_id, UNHEX(MD5(seq)), plugin_id, provider, CONCAT('row ', seq), 'api-key', 'x', 'x', 1, 1, user_id,
      changed_by, seq, seq FROM provider_credentials, seq_1_to_9000 WHERE name = 'API KEY 1'`);
  const page = await ada.get(`/data-sources/${SANDBOX}`);
  assert.equal(page.status, 500);
  assert.match(words(page), /a fault on our side/);
});

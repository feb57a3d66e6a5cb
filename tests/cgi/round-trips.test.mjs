// SPDX-License-Identifier: Apache-2.0
// Round trips are the cost: how many statements a page asks of the database, whatever it shows; and the one that every
// authorization asks reads an index alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startStack } from '../run/stack.mjs';
import { SANDBOX, signedIn } from './visitor.mjs';
import { witness } from './witness.mjs';

let stack, ada, seen;

before(async () => {
  stack = await startStack({ workers: 1 });
  ada = await signedIn(stack, 'ada@acme.test');
  seen = witness(stack);
  assert.equal((await ada.useCustomClient()).status, 303);
  for (let i = 0; i < 3; i++) assert.equal((await ada.addApiKey()).status, 303);
});
after(() => stack?.stop());

const executed = async () => Number((await seen.sql("SHOW GLOBAL STATUS LIKE 'Com_stmt_execute'"))[0][1]);

// The counter is of the whole server, and grantry-refreshd adds to it now and then: the least of some tries is the page's.
async function statements(path) {
  await ada.get(path); // statements are prepared, keys are cached
  const counts = [];
  for (let i = 0; i < 5; i++) {
    const before = await executed();
    assert.equal((await ada.get(path)).status, 200);
    counts.push((await executed()) - before);
  }
  return Math.min(...counts);
}

for (const [path, most, which] of [
  ['/data-sources', 3, 'session, counts, clients'],
  [`/data-sources/${SANDBOX}`, 4, 'session, authorizations, clients, what was disconnected lately'],
  [`/data-sources/${SANDBOX}/client`, 2, 'session, clients'],
]) {
  test(`${path}: ${which}`, async () => assert.equal(await statements(path), most));
}

test('open authorizations of a person are counted in the index', async () => {
  const [row] = await seen.sql("EXPLAIN SELECT COUNT(*) FROM oauth_flows FORCE INDEX (flow_user) WHERE tenant_id = 'a' AND user_id = 'b' AND status = 'open' AND expires_at > 1");
  assert.match(row[9], /Using index/);
});

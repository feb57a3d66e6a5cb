// SPDX-License-Identifier: Apache-2.0
// Authorize again, while somebody else changes what is renewed: the provider's calls take seconds, and what was
// loaded before them is old when the token is stored.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startStack } from '../run/stack.mjs';
import { SANDBOX, exchange, sandbox, signedIn, words } from './visitor.mjs';
import { witness } from './witness.mjs';

const PAGE = `/data-sources/${SANDBOX}`;
const TENANT = ['--tenant', 'Acme Research'];
const oauth = "FROM provider_credentials WHERE auth_type = 'oauth2'";

let stack, ada, ben, box, seen;

before(async () => {
  stack = await startStack({ workers: 3 });
  ada = await signedIn(stack, 'ada@acme.test');
  ben = await signedIn(stack, 'ben@acme.test');
  box = sandbox(stack);
  seen = witness(stack);
  assert.equal((await ada.connect()).status, 200);
});
after(() => stack?.stop());

const renewed = async () => {
  const [[id]] = await seen.sql(`SELECT LOWER(HEX(id)) ${oauth} ORDER BY created_at LIMIT 1`);
  return id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

// The callback is held at the provider's userinfo while the steps are done.
async function during(visitor, query, steps) {
  await box.reset();
  await box.clear();
  const { url } = await visitor.allowAccess(SANDBOX, query);
  const back = await visitor.authorize(url);
  await box.ctl({ faults: [{ endpoint: 'userinfo', hold: 'before', gate: 'meanwhile' }] });
  const done = visitor.follow(back);
  await exchange(stack.sandbox, '/__ctl/wait?gate=meanwhile&held=1');
  await steps();
  await exchange(stack.sandbox, '/__ctl/release', { method: 'POST', body: '{"gate":"meanwhile"}',
    headers: { 'content-type': 'application/json' } });
  const answer = await done;
  await box.ctl({ faults: [] });
  return answer;
}

test('a new name given meanwhile and the new token are both kept', async () => {
  const id = await renewed();
  const { result } = await during(ada, `?credential=${id}`, async () => {
    const page = await ada.get(`${PAGE}/credentials/${id}/rename`);
    assert.equal((await ada.submit(page, { name: 'Renamed meanwhile' }, '/rename')).status, 303);
  });
  assert.equal(result.status, 200, words(result));
  assert.match(words(result), /Renamed meanwhile Default works again/);
  assert.deepEqual(await seen.sql(`SELECT name, version, secret_rev ${oauth}`), [['Renamed meanwhile', '3', '2']]);
  assert.equal((await box.record('/revoke')).length, 0);
});

test('what was deleted meanwhile is gone, and the token is given back', async () => {
  const id = await renewed();
  const { result } = await during(ada, `?credential=${id}`, async () => {
    const page = await ada.get(`${PAGE}/credentials/${id}/delete`);
    assert.equal((await ada.submit(page, {}, '/delete')).status, 303);
  });
  assert.equal(result.status, 409);
  assert.match(words(result), /deleted meanwhile/);
  assert.deepEqual(await seen.sql(`SELECT name ${oauth}`), []);
  assert.ok((await box.record('/revoke')).length > 0);
});

test('a role lost meanwhile is lost: the token is given back, and nothing of it is kept', async () => {
  assert.equal((await ada.connect()).status, 200);
  const id = await renewed(), before = await seen.kept();
  await stack.operator('user', 'role', 'ben@acme.test', ...TENANT, '--role', 'editor');
  const { result } = await during(ben, `?credential=${id}`, () =>
    stack.operator('user', 'role', 'ben@acme.test', ...TENANT, '--role', 'member'));
  assert.equal(result.status, 403, words(result));
  assert.match(words(result), /may not renew this authorization any more/);
  assert.equal(await seen.kept(), before);
  assert.ok((await box.record('/revoke')).length > 0);
  assert.deepEqual(await seen.sql("SELECT result_id FROM oauth_flows WHERE status = 'failed' ORDER BY created_at DESC LIMIT 1"), [['NULL']]);
});

test('who left meanwhile gets nothing', async () => {
  const before = await seen.kept();
  const { callback } = await during(ben, '', () => stack.operator('user', 'remove', 'ben@acme.test', ...TENANT));
  assert.equal(callback.status, 403);
  assert.equal(await seen.kept(), before);
  assert.ok((await box.record('/revoke')).length > 0);
});

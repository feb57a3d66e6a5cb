// SPDX-License-Identifier: Apache-2.0
// Authorize again, and another account answers: nothing is replaced before somebody says so; then in one step, the
// provider is told of what was given up, and whoever used the old one gets the new account.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { database, hexOf, uuidOf } from '../run/database.mjs';
import { startStack } from '../run/stack.mjs';
import { SANDBOX, signedIn, words } from './visitor.mjs';

const PAGE = `/data-sources/${SANDBOX}`;
const SOMEBODY = "X'000000000000400080000000000000dd'"; // who renews, and will not end
let stack, db, ada, ben, olga;

before(async () => {
  stack = await startStack();
  db = database(stack);
  await stack.operator('user', 'add', 'olga@acme.test', '--name', 'Olga', '--tenant', 'Acme Research', '--role', 'owner');
  [ada, ben, olga] = [await signedIn(stack, 'ada@acme.test'), await signedIn(stack, 'ben@acme.test'), await signedIn(stack, 'olga@acme.test')];
  await ada.useCustomClient();
});
after(() => stack?.stop());
beforeEach(() => db.run('DELETE FROM provider_credential_defaults; DELETE FROM provider_credentials; DELETE FROM revocations'));

const rows = (columns = 'name, state, secret_rev, version') => db.rows(`SELECT ${columns} FROM provider_credentials ORDER BY created_at, name`);
const idOf = async (name) => uuidOf((await db.rows(`SELECT HEX(id) FROM provider_credentials WHERE name = '${name}'`))[0][0]);

// A connection of ada's account, and a renewal that mei answered: { old, result, flow }.
async function answeredByAnother(visitor = ada) {
  await visitor.connect('ada');
  const old = await idOf('Ada Lovelace');
  const { callback, result } = await visitor.connect('mei', SANDBOX, `?credential=${old}`);
  return { old, result, flow: callback.location };
}

test('it asks first: both are there, and the old one is as it was', async () => {
  await ada.connect('ada');
  const before = await rows('HEX(id), HEX(encrypted_credentials), version, secret_rev');
  const old = await idOf('Ada Lovelace');
  const { result } = await ada.connect('mei', SANDBOX, `?credential=${old}`);
  assert.match(words(result), /You allowed access as mei@sandbox\.example, but “Ada Lovelace” belongs to ada@sandbox\.example\./);
  assert.match(words(result), /Replace “Ada Lovelace” with this account .*Discard the new one .*Keep both/);
  const now = await rows('HEX(id), HEX(encrypted_credentials), version, secret_rev');
  assert.equal(now.length, 2);
  assert.ok(now.some((row) => row.join() === before[0].join()));
});

test('Replace: id, name and Default stay, the account is the other one, the old access is given up', async () => {
  const { old, result } = await answeredByAnother();
  const fresh = uuidOf((await db.rows(`SELECT HEX(id) FROM provider_credentials WHERE id <> X'${hexOf(old)}'`))[0][0]);
  const answer = await ada.submit(result);
  assert.equal(answer.location, `${PAGE}?done=replaced`);
  assert.deepEqual(await rows('LOWER(HEX(id)), name, state, secret_rev, version'), [[hexOf(old).toLowerCase(), 'Ada Lovelace', 'active', '2', '2']]);
  const page = words(await ada.get(answer.location));
  assert.match(page, /The authorization belongs to the other account now\./);
  assert.match(page, /Ada Lovelace Default mei@sandbox\.example .* Active Renews itself/);
  const [[id, name, state]] = await db.rows('SELECT LOWER(HEX(id)), name, state FROM revocations');
  assert.deepEqual([id, name], [hexOf(fresh).toLowerCase(), 'Ada Lovelace']);
  assert.ok(['queued', 'done'].includes(state));
  assert.deepEqual(await db.rows("SELECT result FROM audit_events WHERE action = 'credential.replace'"), [['ok']]);
  assert.equal((await ada.submit(result)).status, 404, 'a second time');
});

test('what came of it can be used: the next renewal is the new account’s', async () => {
  const { old, result } = await answeredByAnother();
  await ada.submit(result);
  await db.run(`UPDATE provider_credentials SET refresh_due_at = 0 WHERE id = X'${hexOf(old)}'`);
  for (;;) {
    const [[rev, state]] = await db.rows(`SELECT secret_rev, state FROM provider_credentials WHERE id = X'${hexOf(old)}'`);
    assert.equal(state, 'active');
    if (Number(rev) > 2) break;
  }
  assert.match(words(await ada.get(PAGE)), /mei@sandbox\.example/);
});

test('a new one that became the Default hands it back', async () => {
  const { result } = await answeredByAnother();
  const mei = (await rows('HEX(id), name')).find(([, name]) => name !== 'Ada Lovelace')[0];
  await db.run(`UPDATE provider_credential_defaults SET credential_id = X'${mei}'`);
  assert.equal((await ada.submit(result)).status, 303);
  assert.match(words(await ada.get(PAGE)), /Ada Lovelace Default mei@/);
});

test('Discard leads to the page that deletes the new one', async () => {
  const { result } = await answeredByAnother();
  const url = result.text.match(/href="([^"]*\/delete)"/)[1];
  const page = await ada.get(url);
  assert.match(words(page), /Access is revoked at the sandbox as well/);
  await ada.submit(page, {}, '/delete');
  assert.deepEqual((await rows('name')).flat(), ['Ada Lovelace']);
});

for (const [what, meanwhile, status] of [
  ['the old one was renamed', (old) => `UPDATE provider_credentials SET name = 'Drive', version = version + 1 WHERE id = X'${old}'`, 409],
  ['the new one was renamed', (old) => `UPDATE provider_credentials SET name = 'Drive', version = version + 1 WHERE id <> X'${old}'`, 409],
  ['the old one was disabled', (old) => `UPDATE provider_credentials SET state = 'disabled' WHERE id = X'${old}'`, 409],
  ['the old one is gone', (old) => `DELETE FROM provider_credential_defaults; DELETE FROM provider_credentials WHERE id = X'${old}'`, 404],
  ['the new one is gone', (old) => `DELETE FROM provider_credentials WHERE id <> X'${old}'`, 404],
  ['an hour has passed', (old) => `UPDATE provider_credentials SET created_at = created_at - 3700 WHERE id <> X'${old}'`, 409],
  ['the new one is being renewed', (old) => `UPDATE provider_credentials SET lease_owner = ${SOMEBODY}, lease_rev = secret_rev WHERE id <> X'${old}'`, 409],
  ['the old one is being renewed', (old) => `UPDATE provider_credentials SET lease_owner = ${SOMEBODY}, lease_rev = secret_rev WHERE id = X'${old}'`, 409],
  ['a renewal of the new one was never answered', (old) => `UPDATE provider_credentials SET unanswered_rev = secret_rev WHERE id <> X'${old}'`, 409],
  ['the new one was refused', (old) => `UPDATE provider_credentials SET rejected_rev = secret_rev WHERE id <> X'${old}'`, 409],
  ['the new one was taken back', (old) => `UPDATE provider_credentials SET state = 'revoked', refresh_due_at = NULL WHERE id <> X'${old}'`, 409],
  ['the new one does not open', (old) => `UPDATE provider_credentials SET encrypted_credentials = 'x' WHERE id <> X'${old}'`, 503],
]) {
  test(`not when ${what}`, async () => {
    const { old, result } = await answeredByAnother();
    await db.run(meanwhile(hexOf(old)));
    const still = await rows('HEX(id), name, HEX(encrypted_credentials), version');
    assert.equal((await ada.submit(result)).status, status);
    assert.deepEqual(await rows('HEX(id), name, HEX(encrypted_credentials), version'), still);
    assert.deepEqual(await db.rows('SELECT 1 FROM revocations'), []);
  });
}

test('what the old one had and does not open is not revoked, and that is said', async () => {
  const { old, result } = await answeredByAnother();
  await db.run(`UPDATE provider_credentials SET encrypted_credentials = 'x' WHERE id = X'${hexOf(old)}'`);
  assert.equal((await ada.submit(result)).status, 303);
  assert.deepEqual(await db.rows('SELECT state, reason FROM revocations'), [['failed', 'unreadable']]);
});

test('not by anybody else, not for any other flow, not without the versions', async () => {
  const { flow, old } = await answeredByAnother();
  const still = await rows('HEX(id), name, version');
  for (const visitor of [olga, ben]) {
    const csrf = await visitor.csrf();
    assert.equal((await visitor.post(flow, { csrf, version: '1', old_version: '1' })).status, 404);
  }
  const csrf = await ada.csrf();
  assert.equal((await ada.post(flow, { csrf, version: '1' })).status, 400);
  assert.equal((await ada.post(flow, { csrf, old_version: '1' })).status, 400);
  assert.equal((await ada.post(flow, { csrf, version: '7', old_version: '1' })).status, 409);
  const { callback } = await ada.connect('ada', SANDBOX, `?credential=${old}`);
  assert.equal((await ada.post(callback.location, { csrf, version: '1', old_version: '2' })).status, 404, 'the same account answered');
  assert.deepEqual((await rows('HEX(id), name')), still.map(([id, name]) => [id, name]));
});

test('a role that was lost meanwhile counts', async () => {
  await stack.operator('user', 'add', 'pat@acme.test', '--name', 'Pat', '--tenant', 'Acme Research', '--role', 'editor');
  const pat = await signedIn(stack, 'pat@acme.test');
  await ada.connect('ada');
  const { result } = await pat.connect('mei', SANDBOX, `?credential=${await idOf('Ada Lovelace')}`);
  await db.run("UPDATE tenant_members SET role = 'member' WHERE user_id = (SELECT id FROM users WHERE email = 'pat@acme.test')");
  assert.equal((await pat.submit(result)).status, 403);
  assert.equal((await rows()).length, 2);
});

test('the same account twice is told, and both stay', async () => {
  await ada.connect('ada');
  const { result } = await ada.connect('ada');
  assert.match(words(result), /This account was connected already, as “Ada Lovelace”\. Both work\./);
  assert.equal((await rows()).length, 2);
  const other = await ada.connect('mei');
  assert.doesNotMatch(words(other.result), /connected already/);
});

// SPDX-License-Identifier: Apache-2.0
// Clocks: an hour off either way, and beyond the last second of 32 bits (2038-01-19). No token is thrown away, none
// becomes immortal, and nothing is renewed twice for it. What is odd about expires_in itself: refresh-answers.test.mjs.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { hexOf } from '../run/database.mjs';
import { nowS, openRenewals, tokenOf } from './renewing.mjs';
import { exchange } from './visitor.mjs';

const HOUR = 3600;
const YEARS = 12 * 366 * 86400;
const END_OF_32_BITS = 2 ** 31 - 1;
let ground;

const works = async (token) => (await exchange(ground.stack.sandbox, '/userinfo', { headers: { authorization: `Bearer ${token}` } })).status === 200;

// The renewer lives shift seconds away from everybody else.
async function withRenewerAt(shift, steps) {
  await ground.renewer.stop();
  await ground.renewer.start({ env: { GRANTRY_CLOCK_SHIFT_S: String(shift) } });
  try {
    return await steps();
  } finally {
    await ground.renewer.stop();
    await ground.renewer.start();
  }
}

before(async () => { ground = await openRenewals(); });
after(() => ground?.close());
afterEach(async () => {
  await ground.set('refresh_due_at = NULL');
  await ground.provider.clear();
});

for (const shift of [HOUR, -HOUR]) {
  const where = shift > 0 ? 'ahead' : 'behind';
  test(`C16: a renewer an hour ${where}: what it renews is whole, and others renew it in time`, async () => {
    const id = await ground.connect();
    await ground.set('refresh_due_at = NULL', id); // or one who is ahead is at it before it is told to
    const before = await ground.row(id);
    await withRenewerAt(shift, async () => {
      const renewed = await ground.renew(id);
      assert.equal(renewed.state, 'active');
      assert.ok(renewed.rev > before.rev); // twice, if by its clock it was time already
      assert.ok(Math.abs(renewed.expires_at - (nowS() + shift + HOUR)) < 60);
      assert.ok(renewed.due_at !== null && renewed.due_at < renewed.expires_at);
    });
    // Two clocks disagree about its end; at worst it is renewed once more than it had to be.
    assert.ok(await works(tokenOf(await ground.askUntil(id))));
    const row = await ground.row(id), sent = (await ground.calls()).map(({ token }) => token);
    assert.ok(row.due_at < row.expires_at);
    assert.ok(sent.length <= 3 && sent.length === row.rev - before.rev, `${sent.length} calls, revision ${row.rev}`);
    assert.equal(new Set(sent).size, sent.length);
    assert.equal((await ground.renew(id)).state, 'active');
  });

  test(`C16: a renewer an hour ${where} does not renew what lives for long`, async () => {
    const id = await ground.connect(), sentinel = await ground.connect();
    await ground.set(`expires_at = ${nowS() + 86400}, refresh_due_at = ${nowS() + 86400 - 900}`, id);
    await ground.set('refresh_due_at = NULL', sentinel);
    const before = await ground.row(id);
    await withRenewerAt(shift, () => ground.renew(sentinel));
    assert.deepEqual(await ground.row(id), before);
  });
}

test('a clock that was twelve years ahead is set right: what it scheduled is renewed, not forgotten', async () => {
  const id = await ground.connect();
  await ground.set('refresh_due_at = NULL', id);
  const before = await ground.row(id);
  await withRenewerAt(YEARS, async () => {
    const row = await ground.renew(id);
    assert.ok(row.expires_at > END_OF_32_BITS && row.due_at > END_OF_32_BITS && row.refreshed_at > END_OF_32_BITS);
  });
  const answer = await ground.askUntil(id);
  assert.ok(await works(tokenOf(answer)));
  assert.ok(answer.body.expires_in < 91 * 86400, 'nothing lives for twelve years');
  const row = await ground.row(id);
  assert.equal(row.state, 'active');
  assert.ok(row.rev > before.rev);
});

test('beyond 2038 all of it works: consent, renewal, hand-out, back-off, state', async () => {
  const env = { GRANTRY_CLOCK_SHIFT_S: String(YEARS) };
  const later = await openRenewals({ env });
  try {
    assert.ok(nowS() + YEARS > END_OF_32_BITS);
    const [columns] = await later.db.rows(`SELECT GROUP_CONCAT(CONCAT(table_name, '.', column_name)) FROM information_schema.columns
      WHERE table_schema = 'grantry' AND column_name REGEXP '_(at|since)(_us)?$' AND data_type <> 'bigint'`);
    assert.deepEqual(columns, ['NULL'], 'every moment has 64 bits');
    const id = await later.connect();
    const first = await later.row(id);
    assert.ok(first.expires_at > END_OF_32_BITS && first.due_at > END_OF_32_BITS && first.due_at < first.expires_at);
    const old = tokenOf(await later.askUntil(id));
    const row = await later.renew(id);
    assert.deepEqual([row.state, row.rev], ['active', first.rev + 1]);
    assert.ok(row.expires_at > END_OF_32_BITS && row.refreshed_at > END_OF_32_BITS && row.due_at < row.expires_at);
    const answer = await later.askUntil(id);
    assert.notEqual(tokenOf(answer), old);
    assert.match(answer.body.expires_at, /^20(38|39|4\d)-/);
    assert.ok(answer.body.expires_in > HOUR - 60 && answer.body.expires_in <= HOUR);
    await later.fault({ status: 503, body: '' });
    const failed = await later.renew(id);
    assert.deepEqual([failed.state, failed.failures], ['active', 1]);
    assert.ok(failed.due_at - (nowS() + YEARS) <= 60);
    await later.fault({ status: 400, body: '{"error":"invalid_grant"}' });
    assert.equal((await later.renew(id)).state, 'needs_reauth');
    const [[since]] = await later.db.rows(`SELECT state_since FROM provider_credentials WHERE id = X'${hexOf(id)}'`);
    assert.ok(Number(since) > END_OF_32_BITS);
  } finally {
    await later.close();
  }
});

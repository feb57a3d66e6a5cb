// SPDX-License-Identifier: Apache-2.0
// What a token endpoint may answer to a renewal: the same rows B as for the exchange of a code (token-answers.mjs).
// A malformed answer never costs the old refresh token: after each the next renewal sends it again, and works. No
// token becomes immortal, and none is thrown away.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { find, findInFiles, needlesOf } from '../run/search.mjs';
import { startSandbox } from '../sandbox/sandbox.mjs';
import { nowS, openRenewals, tokenOf } from './renewing.mjs';
import { ACCESS, CLIENT, FORM, MOST, NESTED, PLAIN, REFRESH, SECRET, answers, form, json, nested } from './token-answers.mjs';
import { SANDBOX } from './visitor.mjs';
import { CANARY, witness } from './witness.mjs';

let ground, renewals = 0;
const kept = {}; // by provider: { id, token }, the refresh token that we must hold

// An answer that is as it should be, in the words of the provider.
const GOOD = {
  [SANDBOX]: (token) => json({ access_token: `${token}-at`, refresh_token: token }),
  [FORM]: (token) => form({ access_token: `${token}-at`, token_type: 'Bearer', refresh_token: token }),
  [NESTED]: (token) => nested({ access_token: `${token}-at`, refresh_token: token }),
};
const nextToken = () => `${CANARY}-kept-${renewals}`;

before(async () => {
  ground = await openRenewals({ providers: ['dialect_form', 'dialect_nested'], conf: 'provider_timeout_ms = 5000' });
  const { provider, ada } = ground;
  await provider.ctl({ clients: [{ client_id: CLIENT, client_secret: SECRET }, { ...PLAIN, settings: { any_scope: true } }] });
  for (const [name, fields] of [[SANDBOX, { client_id: CLIENT, client_secret: SECRET }],
    [FORM, { client_id: CLIENT, client_secret: SECRET }], [NESTED, PLAIN]]) {
    assert.equal((await ada.useCustomClient(name, fields)).status, 303);
    const token = `${CANARY}-first`;
    await provider.ctl({ faults: [{ endpoint: 'token', ...GOOD[name](token) }] });
    kept[name] = { id: await ground.connect(ada, name), token };
  }
});
after(() => ground?.close());

async function renew(provider, fault) {
  await ground.provider.clear();
  await ground.provider.ctl({ faults: [{ endpoint: 'token', ...fault }] });
  renewals += 1;
  const row = await ground.renew(kept[provider].id);
  assert.deepEqual((await ground.calls()).map(({ token }) => token), [kept[provider].token], 'one call, with the token that we hold');
  return row;
}

// The next renewal: sends what we hold, and brings something new.
async function works(provider, rev) {
  const token = nextToken();
  const row = await renew(provider, GOOD[provider](token));
  assert.deepEqual([row.state, row.reason, row.failures, row.rev], ['active', '', 0, rev + 1]);
  kept[provider].token = token;
}

// A breaker that 429 opened is forgotten with its process.
async function freshRenewer() {
  await ground.renewer.stop();
  await ground.renewer.start();
}

const stateAfter = (name) => (/^B27|^B26: 401/.test(name) ? 'client_error' : name.startsWith('B28') ? 'needs_reauth' : 'active');

function refused(name, fault, { provider = SANDBOX } = {}) {
  test(name, async () => {
    const { id } = kept[provider], old = await ground.row(id);
    const row = await renew(provider, fault);
    assert.deepEqual([row.state, row.rev, row.sealed], [stateAfter(name), old.rev, old.sealed], row.reason);
    assert.match(row.reason, /^[A-Za-z0-9._:/-]+$/);
    if (row.state === 'needs_reauth') assert.equal(row.due_at, null);
    else assert.ok(row.failures === 1 && row.due_at > nowS() && row.due_at <= nowS() + 3600 * 1.25 + 1, `${row.failures}, in ${row.due_at - nowS()} s`);
    if (fault.status === 429) await freshRenewer();
    await works(provider, old.rev);
  });
}

function lives(row, lifetime) {
  if (lifetime === 'never') {
    assert.deepEqual([row.expires_at, row.due_at], [null, null]);
    return;
  }
  const life = row.expires_at - row.refreshed_at; // from the moment of the request, so a little younger at most
  assert.ok(life > lifetime - 60 && life <= lifetime, `lives ${life} s`);
  assert.ok(row.due_at - row.refreshed_at >= 29, 'not at once again');
  if (lifetime > 150) assert.ok(row.due_at < row.expires_at, `renewed ${row.expires_at - row.due_at} s before its end`);
}

function accepted(name, fault, { lifetime = 3600, refreshable = true, token = ACCESS, provider = SANDBOX } = {}) {
  if (!fault) return; // the sandbox's own answer: refresh-rows.test.mjs
  test(name, async () => {
    const { id } = kept[provider], old = await ground.row(id);
    const row = await renew(provider, fault);
    assert.deepEqual([row.state, row.reason, row.failures, row.rev], ['active', '', 0, old.rev + 1]);
    assert.notEqual(row.sealed, old.sealed);
    lives(row, lifetime);
    if (refreshable) kept[provider].token = REFRESH; // else the old one is kept
    if (lifetime !== 0) assert.equal(tokenOf(await ground.ask(id, { where: provider })), token ?? ACCESS);
    await works(provider, row.rev);
  });
}

answers({ refused, accepted });

test('B17: expires_at where the provider\'s file says', async () => {
  for (const [ahead, lifetime] of [[7200, 7200], [-7200, 0], [1e12, MOST]]) {
    const row = await renew(NESTED, nested({}, { expires_at: nowS() + ahead }));
    lives(row, lifetime);
    await works(NESTED, row.rev);
  }
});

test('B22: a body without an end takes no memory', async () => {
  const peak = async () => Number((await readFile(`/proc/${ground.renewer.pid}/status`, 'utf8')).match(/VmHWM:\s*(\d+)/)[1]);
  const before = await peak(), { rev } = await ground.row(kept[SANDBOX].id);
  for (let round = 0; round < 3; round += 1) await renew(SANDBOX, { body_repeat: { unit: 'x', endless: true } });
  assert.ok(await peak() - before < 8 * 1024, `grown by ${await peak() - before} kB`);
  await works(SANDBOX, rev);
});

test('B26, B33: a redirect is not followed, whatever its status', async () => {
  const thief = await startSandbox();
  try {
    const { rev } = await ground.row(kept[SANDBOX].id);
    for (const [i, status] of [300, 301, 302, 303, 307, 308].entries()) {
      assert.equal((await renew(SANDBOX, { redirect: `${thief.origin}/steal`, status })).rev, rev + i);
      await works(SANDBOX, rev + i);
    }
    assert.equal(thief.state().connections.opened, 0);
  } finally {
    await thief.close();
  }
});

test('B27: a wrong client secret, and the right one again', async () => {
  const old = await ground.row(kept[FORM].id);
  await ground.provider.ctl({ clients: [{ client_id: CLIENT, client_secret: 'changed at the provider' }] });
  try {
    const row = await renew(FORM, { process: true, count: 0 });
    assert.deepEqual([row.state, row.reason, row.sealed], ['client_error', 'invalid_client', old.sealed]);
  } finally {
    await ground.provider.ctl({ clients: [{ client_id: CLIENT, client_secret: SECRET }] });
  }
  await works(FORM, old.rev);
});

test('one audit entry for every renewal', async () => {
  const [[events]] = await ground.db.rows("SELECT COUNT(*) FROM audit_events WHERE action = 'credential.refresh'");
  assert.equal(Number(events), renewals);
});

test('no secret stands in a log, a process, the journal or the database', async () => {
  assert.deepEqual(await witness(ground.stack).leaks(), []);
  const needles = needlesOf([{ name: 'a canary', bytes: Buffer.from(CANARY) }]);
  const journal = await findInFiles(ground.renewer.folder, needles);
  assert.deepEqual(journal.found, []);
  assert.ok(journal.bytes > 10_000, 'there is a journal, with sealed answers in it');
  assert.deepEqual(find(Buffer.from(await readFile(join(ground.stack.var, 'log', 'refreshd-main.log'))), needles), []);
});

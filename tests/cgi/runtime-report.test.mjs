// SPDX-License-Identifier: Apache-2.0
// A runtime reports that a provider refused what it was handed: one forced renewal at most, then a person has to act. A report
// about anything but the present secret changes nothing.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';

import { database, hexOf, uuidOf } from '../run/database.mjs';
import { startStack } from '../run/stack.mjs';
import { Runtime, newKey } from './runtime.mjs';
import { SANDBOX, sandbox, signedIn } from './visitor.mjs';

let stack, db, ada, runtime, provider, oauth, apiKey;

const idOf = async (type) => uuidOf((await db.rows(`SELECT HEX(id) FROM provider_credentials WHERE auth_type = '${type}'`))[0][0]);
const now = () => Math.floor(Date.now() / 1000);
const set = (columns, id = oauth) => db.run(`UPDATE provider_credentials SET ${columns} WHERE id = X'${hexOf(id)}'`);
const row = async (columns, id = oauth) => (await db.rows(`SELECT ${columns} FROM provider_credentials WHERE id = X'${hexOf(id)}'`))[0];
const etagOf = async (id = oauth) => (await runtime.until(() => runtime.byId(id))).headers.etag;
const renewals = async () =>
  (await provider.record('/token')).filter((call) => call.body.includes('grant_type=refresh_token')).length;
const events = async () => (await db.rows("SELECT object, result FROM audit_events WHERE action = 'credential.rejected' ORDER BY at_us"));

before(async () => {
  stack = await startStack();
  db = database(stack);
  provider = sandbox(stack);
  ada = await signedIn(stack, 'ada@acme.test');
  await ada.useCustomClient();
  await ada.addApiKey();
  await ada.connect();
  runtime = new Runtime(stack, await newKey(stack, 'pipeline'));
  oauth = await idOf('oauth2');
  apiKey = await idOf('api-key');
});
after(() => stack?.stop());

beforeEach(async () => {
  await provider.ctl({ faults: [] });
  await provider.clear();
  const whole = "state = 'active', state_reason = '', failures = 0, rejected_rev = 0, forced_rev = 0, lease_owner = NULL";
  await set(`${whole}, refreshable = 1, refreshed_at = ${now() - 3600}, expires_at = ${now() + 7200}, refresh_due_at = ${now() + 6000}`);
  await set(whole, apiKey);
});

test('401: renewed once by force, and the new one is handed out', async () => {
  const old = await runtime.byId(oauth), before = (await events()).length;
  const answer = await runtime.report(oauth, old.headers.etag);
  assert.deepEqual([answer.status, answer.body], [202, { action: 'renewing', state: 'active' }]);
  const next = await runtime.until(() => runtime.byId(oauth));
  assert.notEqual(next.body.fields.access_token, old.body.fields.access_token);
  assert.equal(await renewals(), 1);
  const [[keyId]] = await db.rows("SELECT HEX(id) FROM runtime_keys WHERE name = 'pipeline'");
  assert.deepEqual((await events()).slice(before), [[`credential:${oauth} key:${uuidOf(keyId)}`, 'ok']]);
});

test('403 may be a token without its scopes: renewed once too', async () => {
  const answer = await runtime.report(oauth, await etagOf(), 403);
  assert.deepEqual([answer.status, answer.body.action], [202, 'renewing']);
  assert.equal((await runtime.until(() => runtime.byId(oauth))).status, 200);
});

test('a hundred runtimes report the same: one renewal', async () => {
  const etag = await etagOf();
  const answers = await Promise.all(Array.from({ length: 100 }, () => runtime.report(oauth, etag)));
  for (const answer of answers) assert.ok(['renewing', 'superseded'].includes(answer.body.action), answer.text);
  await runtime.until(() => runtime.byId(oauth));
  assert.equal((await runtime.report(oauth, etag)).body.action, 'superseded');
  assert.equal(await renewals(), 1);
});

test('a report about an older revision changes nothing', async () => {
  const etag = await etagOf();
  await runtime.report(oauth, etag);
  await runtime.until(() => runtime.byId(oauth));
  const still = await db.state();
  for (const status of [401, 403]) {
    const answer = await runtime.report(oauth, etag, status);
    assert.deepEqual([answer.status, answer.body.action], [200, 'superseded']);
  }
  const future = etag.replace(/(\d+)"$/, (_, n) => `${Number(n) + 7}"`);
  assert.equal((await runtime.report(oauth, future)).body.action, 'superseded');
  assert.equal(await db.state(), still);
});

test('what a forced renewal brought is refused too: a person has to act, and nothing is renewed', async () => {
  const etag = await etagOf();
  await set('forced_rev = secret_rev');
  const answer = await runtime.report(oauth, etag);
  assert.deepEqual([answer.status, answer.body], [200, { action: 'needs_reauth', state: 'needs_reauth' }]);
  assert.deepEqual(await row('state, state_reason, refresh_due_at'), ['needs_reauth', 'rejected', 'NULL']);
  const asked = await runtime.byId(oauth);
  assert.deepEqual([asked.status, asked.body.code, asked.body.reason], [409, 'needs_reauth', 'rejected']);
  assert.equal((await runtime.report(oauth, etag)).body.action, 'needs_reauth'); // and again: as told
  assert.equal(await renewals(), 0);
});

test('webhooks are told of it once, in the same transaction', async () => {
  await db.run(`INSERT INTO webhooks (tenant_id, id, url, encrypted_secret, created_at)
    SELECT tenant_id, REPEAT('w', 16), 'https://hooks.example/', '', 1 FROM provider_credentials LIMIT 1`);
  const told = async () => (await db.rows("SELECT JSON_VALUE(body, '$.type') FROM webhook_deliveries")).length;
  const etag = await etagOf(apiKey);
  await Promise.all(Array.from({ length: 10 }, () => runtime.report(apiKey, etag)));
  assert.equal(await told(), 1);
  await runtime.report(oauth, await etagOf()); // a renewal is no incident
  assert.equal((await runtime.until(() => runtime.byId(oauth))).status, 200);
  assert.equal(await told(), 1);
  await db.run('DELETE FROM webhooks');
});

test('403 after a forced renewal is not the token: nothing is done', async () => {
  const etag = await etagOf();
  await set('forced_rev = secret_rev');
  const still = await db.state();
  const answer = await runtime.report(oauth, etag, 403);
  assert.deepEqual([answer.status, answer.body], [200, { action: 'none', state: 'active' }]);
  assert.equal(await db.state(), still);
  assert.equal((await runtime.byId(oauth)).status, 200);
});

test('under way already: its result is awaited, never dropped', async () => {
  const etag = await etagOf();
  await set("forced_rev = secret_rev, lease_fence = lease_fence + 1, lease_owner = REPEAT('x', 16)");
  const answer = await runtime.report(oauth, etag);
  assert.deepEqual([answer.status, answer.body.action], [202, 'renewing']);
  assert.deepEqual(await row('state, lease_owner IS NULL, rejected_rev = secret_rev'), ['active', '0', '1']);
});

test('C28: a back-off that runs is not cut short by a report', async () => {
  const etag = await etagOf(), due = now() + 500;
  await set(`failures = 2, refresh_due_at = ${due}`);
  assert.equal((await runtime.report(oauth, etag)).status, 202);
  assert.deepEqual(await row('refresh_due_at'), [String(due)]);
  assert.equal((await runtime.byId(oauth)).body.code, 'renewal_delayed');
  assert.equal(await renewals(), 0);
});

test('a token that never expires is renewed when it is refused', async () => {
  const old = await runtime.byId(oauth);
  await set('expires_at = NULL, refresh_due_at = NULL');
  assert.equal((await runtime.report(oauth, old.headers.etag)).status, 202);
  const next = await runtime.until(() => runtime.byId(oauth));
  assert.notEqual(next.body.fields.access_token, old.body.fields.access_token);
});

test('an API key, 403: nothing; 401: at once a person has to enter it again, and that heals it', async () => {
  const etag = await etagOf(apiKey), still = await db.state();
  assert.equal((await runtime.report(apiKey, etag, 403)).body.action, 'none');
  assert.equal(await db.state(), still);
  assert.equal((await runtime.report(apiKey, etag)).body.action, 'needs_reauth');
  assert.deepEqual([(await runtime.byId(apiKey)).status, (await runtime.byId(apiKey)).body.reason], [409, 'rejected']);
  const page = await ada.get(`/data-sources/${SANDBOX}/credentials/${apiKey}/edit`);
  assert.equal((await ada.submit(page, { 'field.api_key': 'sbx-ben-key' }, '/edit')).status, 303);
  assert.deepEqual((await runtime.byId(apiKey)).body.fields, { api_key: 'sbx-ben-key' });
});

test('an authorization without a refresh token: at once a person has to act, and a new consent heals it', async () => {
  const etag = await etagOf();
  await set('refreshable = 0, refresh_due_at = NULL');
  assert.equal((await runtime.report(oauth, etag, 403)).body.action, 'none');
  assert.equal((await runtime.report(oauth, etag)).body.action, 'needs_reauth');
  await ada.connect('ada', SANDBOX, `?credential=${oauth}`);
  assert.equal((await runtime.byId(oauth)).status, 200);
  assert.equal(await renewals(), 0);
});

for (const state of ['client_error', 'revoked', 'needs_reauth', 'unreadable']) {
  test(`${state}, still handed out, and refused: handed out no more, and the state stays`, async () => {
    const etag = await etagOf();
    await set(`state = '${state}', state_reason = 'because', refresh_due_at = NULL`);
    const answer = await runtime.report(oauth, etag);
    assert.deepEqual([answer.status, answer.body.state], [200, state]);
    assert.deepEqual(await row('state, state_reason'), [state, 'because']);
    assert.notEqual((await runtime.byId(oauth)).status, 200);
  });
}

test('C31: switched off: a report changes no state', async () => {
  const etag = await etagOf();
  await set("state = 'disabled'");
  assert.deepEqual((await runtime.report(oauth, etag)).body, { action: 'none', state: 'disabled' });
  assert.deepEqual(await row('state'), ['disabled']);
});

test('bodies that are no report: 400, nothing changed', async () => {
  const etag = await etagOf(), still = await db.state();
  const good = { etag, status: 401 };
  const bodies = ['', '{}', '[]', 'null', '"x"', '401', '{', JSON.stringify(good).slice(0, -1), `${JSON.stringify(good)}x`,
    JSON.stringify([good]), JSON.stringify({ etag }), JSON.stringify({ status: 401 }), JSON.stringify({ ...good, more: 1 }),
    JSON.stringify({ ...good, status: '401' }), JSON.stringify({ ...good, status: 401.5 }), JSON.stringify({ ...good, status: 400 }),
    JSON.stringify({ ...good, status: 200 }), JSON.stringify({ ...good, status: -401 }), '{"etag":1,"status":401}', '{"etag":null,"status":401}',
    JSON.stringify({ ...good, etag: '' }), JSON.stringify({ ...good, etag: oauth }), JSON.stringify({ ...good, etag: `${etag} ` }),
    JSON.stringify({ ...good, etag: etag.replace(/\d+"$/, '-1"') }), JSON.stringify({ ...good, etag: etag.replace(/\d+"$/, '99999999999999999999"') }),
    JSON.stringify({ ...good, etag: etag.replace(oauth, apiKey) }), JSON.stringify({ ...good, etag: etag.replace(/\d+"$/, '01"') }),
    `{"etag":${JSON.stringify(etag)},"etag":${JSON.stringify(etag)},"status":401}`, `${'['.repeat(1000)}`, `\ufeff${JSON.stringify(good)}`];
  for (const body of bodies) assert.equal((await runtime.post(oauth, body)).status, 400, body.slice(0, 80));
  assert.equal(await db.state(), still);
});

test('an etag without W/ and quotes is one too', async () => {
  assert.equal((await runtime.report(oauth, (await etagOf()).slice(3, -1))).status, 202);
  assert.equal((await runtime.until(() => runtime.byId(oauth))).status, 200);
});

test('another kind of body: 415; too large: 413', async () => {
  const body = JSON.stringify({ etag: await etagOf(), status: 401 });
  for (const type of ['', 'text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-16', 'application/problem+json'])
    assert.equal((await runtime.post(oauth, body, { type })).status, 415, type);
});

test('a key without the verb, no key, a page of another site: refused, whatever the body', async () => {
  const body = JSON.stringify({ etag: await etagOf(), status: 401 });
  const reader = await newKey(stack, 'reader', '--verbs', 'handout list'), still = await db.state();
  assert.deepEqual([(await runtime.post(oauth, body, { key: reader })).status, (await runtime.post(oauth, body, { key: reader })).body.code], [403, 'not_permitted']);
  assert.equal((await runtime.post(oauth, '{}', { key: reader })).status, 403);
  assert.equal((await runtime.post(oauth, body, { key: null })).status, 401);
  assert.equal((await runtime.post(oauth, '{}', { key: null })).status, 401);
  for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }])
    assert.equal((await runtime.post(oauth, body, { headers })).status, 403);
  // the first answer noted when the key was used
  await db.run('UPDATE runtime_keys SET last_used_at = NULL');
  assert.deepEqual(await row('rejected_rev'), ['0']);
  assert.ok(still);
});

test('R86: a foreign credential, an unknown one and a malformed id answer alike, and nothing changes', async () => {
  const foreign = (await stack.operator('key', 'add', 'labs', '--tenant', 'Acme Labs')).trim();
  const held = await newKey(stack, 'held', '--providers', 'langgenius/notion_datasource/notion_datasource');
  const etag = await etagOf(), answers = [];
  for (const [id, key] of [[oauth, foreign], [apiKey, foreign], [randomUUID(), foreign], ['x', foreign], [oauth, held], [randomUUID(), undefined]]) {
    answers.push(await runtime.report(id, etag.replace(oauth, id), 401, key ? { key } : {}));
    answers.push(await runtime.report(id, etag, 401, key ? { key } : {}));
  }
  for (const answer of answers) assert.deepEqual([answer.status, answer.text], [404, answers[0].text]);
  assert.deepEqual(await row('rejected_rev, state'), ['0', 'active']);
});

test('C34: what cannot be recorded is not done', async () => {
  const etag = await etagOf();
  await db.run('RENAME TABLE audit_events TO audit_events_away');
  try {
    assert.equal((await runtime.report(oauth, etag)).status, 503);
  } finally {
    await db.run('RENAME TABLE audit_events_away TO audit_events');
  }
  assert.deepEqual(await row('rejected_rev'), ['0']);
});

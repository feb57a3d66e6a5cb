// SPDX-License-Identifier: Apache-2.0
// Hand-out to runtimes: what works is handed out, what does not is refused with the reason and who has to act, and the
// provider is asked only when that can help. Every answer is compared with docs/openapi.json.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { database, hexOf, uuidOf } from '../run/database.mjs';
import { startStack } from '../run/stack.mjs';
import { Runtime, newKey } from './runtime.mjs';
import { SANDBOX, exchange, sandbox, signedIn } from './visitor.mjs';

const OAUTH = '?name=Ada%20Lovelace';
const [ORG, PLUGIN, PROVIDER] = SANDBOX.split('/');
let stack, db, ada, key, runtime, provider, oauth, apiKey;

before(async () => {
  stack = await startStack();
  db = database(stack);
  provider = sandbox(stack);
  ada = await signedIn(stack, 'ada@acme.test');
  await ada.useCustomClient();
  key = await newKey(stack, 'pipeline');
  runtime = new Runtime(stack, key);
});
after(() => stack?.stop());

const idOf = async (type) => uuidOf((await db.rows(`SELECT HEX(id) FROM provider_credentials WHERE auth_type = '${type}'`))[0][0]);
const now = () => Math.floor(Date.now() / 1000);
const set = (columns, id = oauth) => db.run(`UPDATE provider_credentials SET ${columns} WHERE id = X'${hexOf(id)}'`);
const renewals = async () =>
  (await provider.record('/token')).filter((call) => call.body.includes('grant_type=refresh_token')).length;
const ask = (query = OAUTH, options) => runtime.handOut(query, options);
const askUntil = (query = OAUTH) => runtime.until(() => ask(query));
const handouts = async () => Number((await db.rows("SELECT COUNT(*) FROM audit_events WHERE action = 'credential.handout'"))[0][0]);

// As after a good renewal an hour ago, whatever the test before left.
beforeEach(async () => {
  await provider.ctl({ faults: [] });
  await provider.clear();
  if (oauth)
    await set(`state = 'active', state_reason = '', failures = 0, refreshable = 1, rejected_rev = 0, forced_rev = 0,
      refreshed_at = ${now() - 3600}, expires_at = ${now() + 7200}, refresh_due_at = ${now() + 6000}`);
});

test('without a credential there is none', async () => {
  assert.equal((await ask('')).status, 404);
});

test('an API key is handed out with its own fields', async () => {
  await ada.addApiKey();
  apiKey = await idOf('api-key');
  const answer = await ask('');
  assert.equal(answer.status, 200);
  assert.deepEqual([answer.body.credential_type, answer.body.fields, answer.body.expires_at, answer.body.state],
    ['api-key', { api_key: 'sbx-good-key' }, null, 'active']);
});

test('an OAuth credential comes with its access token, never with its refresh token', async () => {
  await ada.connect();
  oauth = await idOf('oauth2');
  const answer = await ask();
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body.credential_type, 'oauth2');
  assert.ok(answer.body.fields.access_token);
  assert.deepEqual(Object.keys(answer.body.fields), ['access_token']);
  assert.ok(answer.body.scopes.includes('files.read'));
  assert.ok(answer.body.expires_in > 0);
});

// ---- keys ----

test('no key, a wrong key, a mistyped key, a revoked key, one that is over: 401 alike', async () => {
  const other = await newKey(stack, 'other'), late = await newKey(stack, 'late', '--days', '1');
  assert.equal((await ask('', { key: other })).status, 200);
  assert.equal((await ask('', { key: late })).status, 200);
  await stack.operator('key', 'revoke', 'other', '--tenant', 'Acme Research');
  await db.run("UPDATE runtime_keys SET expires_at = 1 WHERE name = 'late'");
  const wrong = [other, late, null, '', key.slice(0, -1), `${key}x`, key.toUpperCase(), `grt_${'A'.repeat(49)}`];
  const answers = [];
  for (const text of wrong) answers.push(await ask('', { key: text }));
  answers.push(await runtime.get(`/api/v1/credentials/${SANDBOX}`, { key: null, headers: { authorization: `Basic ${key}` } }));
  for (const answer of answers) assert.deepEqual([answer.status, answer.text], [401, answers[0].text]);
});

test('R86: a foreign credential, an unknown one, a malformed id and an unknown provider answer alike, by every way', async () => {
  const foreign = (await stack.operator('key', 'add', 'labs', '--tenant', 'Acme Labs')).trim();
  assert.equal((await ask(`?credential=${oauth}`)).status, 200);
  assert.equal((await runtime.byId(oauth)).status, 200);
  assert.equal((await runtime.byReference(`${SANDBOX}:Ada Lovelace`)).status, 200);
  const answers = [];
  for (const text of [oauth, '11111111-2222-4333-8444-555555555555', 'x', oauth.toUpperCase(), ''])
    answers.push(await ask(`?credential=${text}`, { key: foreign }));
  for (const text of [oauth, '11111111-2222-4333-8444-555555555555', 'x', '0', "'"])
    answers.push(await runtime.byId(encodeURIComponent(text), { key: foreign }));
  for (const text of [SANDBOX, `${SANDBOX}:Ada Lovelace`, `${SANDBOX}:`, 'x', '/', '//', 'a/b', 'a/b/c/d:e', ':x', `${SANDBOX}:${'n'.repeat(3000)}`])
    answers.push(await runtime.byReference(text, { key: foreign }));
  answers.push(await ask('', { key: foreign }), await ask(OAUTH, { key: foreign }));
  for (const path of [`${ORG}/${PLUGIN}/nothing`, `${ORG}/nothing/${PROVIDER}`, `${'o'.repeat(300)}/${PLUGIN}/${PROVIDER}`, `${ORG}:/${PLUGIN}/${PROVIDER}`])
    answers.push(await runtime.get(`/api/v1/credentials/${path}`, { key: foreign }));
  for (const answer of answers) {
    assert.deepEqual([answer.status, answer.text], [404, answers[0].text]);
    assert.deepEqual({ ...answer.headers, date: '', connection: '' }, { ...answers[0].headers, date: '', connection: '' });
  }
  for (const path of [`/api/v1/credentials/${oauth}`, `/api/v1/credential?reference=${SANDBOX}`, '/api/v1/credentials/x'])
    assert.equal((await runtime.get(path, { key: null })).status, 401);
});

test('a key held to another provider finds nothing here, by no way', async () => {
  const held = await newKey(stack, 'held', '--providers', 'langgenius/notion_datasource/notion_datasource');
  for (const answer of [await ask('', { key: held }), await runtime.byId(oauth, { key: held }), await runtime.byReference(SANDBOX, { key: held })])
    assert.equal(answer.status, 404);
  const here = await newKey(stack, 'here', '--providers', `langgenius/notion_datasource/notion_datasource ${SANDBOX}`);
  assert.equal((await runtime.byId(oauth, { key: here })).status, 200);
});

test('a workspace that was disabled: 401, and back again', async () => {
  await stack.operator('tenant', 'disable', 'Acme Research');
  assert.equal((await ask()).status, 401);
  await stack.operator('tenant', 'enable', 'Acme Research');
  assert.equal((await ask()).status, 200);
});

// ---- by id, by reference ----

test('one credential, whichever way it is named', async () => {
  const answers = [await ask(), await ask(`?credential=${oauth}`), await runtime.byId(oauth)];
  answers.push(await runtime.byReference(answers[0].body.credential.reference));
  for (const answer of answers) {
    assert.deepEqual(answer.body.credential, { id: oauth, name: 'Ada Lovelace', provider: SANDBOX, reference: `${SANDBOX}:Ada Lovelace` });
    assert.deepEqual(answer.body.fields, answers[0].body.fields);
    assert.equal(answer.headers.etag, answers[0].headers.etag);
  }
  const byDefault = await runtime.byReference(SANDBOX);
  assert.equal(byDefault.body.credential.id, apiKey);
});

test('a reference with a colon, a slash, a percent and letters of elsewhere in its name', async () => {
  const name = 'a:b/c%20d é #1 ?x&y';
  await set(`name = '${name}'`, apiKey);
  const answer = await runtime.byReference(`${SANDBOX}:${name}`);
  assert.equal(answer.body.credential.id, apiKey);
  assert.equal((await runtime.byReference(answer.body.credential.reference)).body.credential.name, name);
  assert.equal((await runtime.byReference(`${SANDBOX}:a`)).status, 404);
});

test('malformed parameters: 400', async () => {
  const bad = [`${OAUTH}&credential=${oauth}`, '?min_ttl=', '?min_ttl=-1', '?min_ttl=3601', '?min_ttl=1h', '?min_ttl=%201', '?min_ttl=99999999999999999999'];
  for (const query of bad) assert.equal((await ask(query)).status, 400, query);
  assert.equal((await runtime.get('/api/v1/credential')).status, 400);
  assert.equal((await runtime.byId(`${oauth}?min_ttl=x`)).status, 400);
});

// ---- renewal ----

test('C1: a token that is over is renewed once, and the new one is handed out to all', async () => {
  const old = (await ask()).body.fields.access_token;
  await set(`expires_at = 1, refresh_due_at = ${now() + 6000}`);
  const answers = await Promise.all(Array.from({ length: 20 }, () => askUntil()));
  const tokens = new Set(answers.map((answer) => answer.body.fields?.access_token));
  assert.equal(tokens.size, 1);
  assert.ok(!tokens.has(old) && !tokens.has(undefined));
  assert.equal(await renewals(), 1);
});

test('C21: a token with less left than is asked for is renewed first', async () => {
  const old = (await ask()).body;
  await set(`expires_at = ${now() + 30}, refreshed_at = ${now() - 3600}`);
  assert.equal((await ask(`${OAUTH}&min_ttl=5`)).body.fields.access_token, old.fields.access_token);
  assert.equal(await renewals(), 0);
  const answer = await ask();
  assert.notEqual(answer.body.fields.access_token, old.fields.access_token);
  assert.ok(answer.body.expires_in >= 60);
  assert.equal(await renewals(), 1);
});

test('C30: what a provider makes short-lived is not renewed with every request', async () => {
  await set(`expires_at = ${now() + 100}, refreshed_at = ${now() - 100}`);
  assert.equal((await ask(`${OAUTH}&min_ttl=3600`)).status, 200); // at half of its life it is as good as any
  assert.equal(await renewals(), 0);
  await set(`expires_at = ${now() - 1}, refreshed_at = ${now() - 2}, refresh_due_at = ${now() + 28}`);
  const answer = await ask();
  assert.deepEqual([answer.status, answer.body.code], [503, 'renewal_delayed']);
  assert.ok(Number(answer.headers['retry-after']) <= 28);
  assert.equal(await renewals(), 0);
});

test('C3: a provider that does not answer: one who must wait is told after 12 s, one who need not is served then', async () => {
  await provider.ctl({ faults: [{ endpoint: 'token', hold: 'before', gate: 'slow' }] });
  const before = await runtime.byId(apiKey);
  await set(`expires_at = ${now() + 55}`);
  const begun = Date.now();
  const short = ask().then((answer) => [answer, Date.now() - begun]);
  await exchange(stack.sandbox, '/__ctl/wait?gate=slow&held=1');
  assert.equal((await ask(`${OAUTH}&min_ttl=10`)).status, 200); // long enough for this one: at once
  assert.equal((await runtime.byId(apiKey)).text, before.text); // nobody else waits
  const [served, served_ms] = await short;
  assert.equal(served.status, 200);
  assert.ok(served_ms >= 11000, `${served_ms} ms`);
  await provider.ctl({ faults: [] });
  await exchange(stack.sandbox, '/__ctl/release', { method: 'POST', body: '{"gate":"slow"}', headers: { 'content-type': 'application/json' } });
  assert.ok((await ask()).body.expires_in > 60);
  // and one that is over, while somebody holds the lease and does not come back
  await set("expires_at = 1, failures = 0, refresh_due_at = 1, lease_fence = lease_fence + 1, lease_owner = REPEAT('x', 16)");
  const over = await ask();
  assert.deepEqual([over.status, over.body.code], [503, 'renewing']);
  assert.ok(Number(over.headers['retry-after']) >= 1);
  await set('lease_owner = NULL');
  assert.equal((await askUntil()).status, 200);
});

test('C28: renewal is put off, the token is valid: it is handed out at once, and the state says so', async () => {
  await set(`failures = 2, state_reason = 'rate_limited', expires_at = ${now() + 20}, refresh_due_at = ${now() + 500}`);
  const answer = await ask();
  assert.deepEqual([answer.status, answer.body.state, answer.body.reason], [200, 'delayed', 'rate_limited']);
  assert.equal(await renewals(), 0);
  assert.equal((await db.rows(`SELECT refresh_due_at > ${now() + 400} FROM provider_credentials WHERE id = X'${hexOf(oauth)}'`))[0][0], '1');
});

test('C4: renewal is put off, the token is over: 503 until when, and the back-off is not cut short', async () => {
  await set(`failures = 3, state_reason = 'http_503', expires_at = 1, refresh_due_at = ${now() + 500}`);
  const answer = await ask();
  assert.deepEqual([answer.status, answer.body.code, answer.body.reason], [503, 'renewal_delayed', 'http_503']);
  const wait = Number(answer.headers['retry-after']);
  assert.ok(wait > 480 && wait <= 500, `${wait}`);
  await set(`refresh_due_at = ${now() + 86400}`);
  assert.equal((await ask()).headers['retry-after'], '3600');
  assert.equal(await renewals(), 0);
  assert.equal((await db.rows(`SELECT refresh_due_at > ${now() + 80000} FROM provider_credentials WHERE id = X'${hexOf(oauth)}'`))[0][0], '1');
});

test('C4: a provider that fails makes waiters fail once, with one call', async () => {
  await provider.ctl({ faults: [{ endpoint: 'token', status: 503 }] });
  await set('expires_at = 1');
  const answers = await Promise.all(Array.from({ length: 10 }, () => askUntil()));
  for (const answer of answers) assert.deepEqual([answer.status, answer.body.code], [503, 'renewal_delayed']);
  assert.equal(await renewals(), 1);
});

// ---- states ----

for (const [state, status, code] of [['needs_reauth', 409, 'needs_reauth'], ['revoked', 409, 'revoked'], ['client_error', 409, 'client_error'],
  ['unreadable', 503, 'undecryptable']]) {
  test(`C27: ${state} and over: ${code} with its reason, and the provider is not called`, async () => {
    await set(`state = '${state}', state_reason = 'because', expires_at = 1, refresh_due_at = ${now() + 600}, failures = 1`);
    const answer = await ask();
    assert.deepEqual([answer.status, answer.body.code, answer.body.reason], [status, code, 'because']);
    assert.equal(await renewals(), 0);
  });

  test(`${state} but still valid: handed out, and the state told`, async () => {
    await set(`state = '${state}', state_reason = 'because', refresh_due_at = NULL, expires_at = ${now() + 30}`);
    const answer = await ask();
    assert.deepEqual([answer.status, answer.body.state], [200, state === 'unreadable' ? 'active' : state]);
    assert.equal(await renewals(), 0);
  });
}

test('C27: over and without a refresh token: expired, whatever the row says', async () => {
  await set('refreshable = 0, refresh_due_at = NULL, expires_at = 1');
  const answer = await ask();
  assert.deepEqual([answer.status, answer.body.code, answer.body.reason], [409, 'needs_reauth', 'expired']);
  await set('refreshable = 1');
  assert.equal((await ask()).body.reason, 'expired');
  assert.equal(await renewals(), 0);
});

test('C31: switched off by an admin: refused though the token is valid, and not renewed', async () => {
  await set("state = 'disabled', state_reason = 'by_admin'");
  const answer = await ask();
  assert.deepEqual([answer.status, answer.body.code, answer.body.reason], [409, 'disabled', 'by_admin']);
  await set(`expires_at = 1, refresh_due_at = ${now() + 5}`);
  assert.equal((await ask()).body.code, 'disabled');
  assert.equal(await renewals(), 0);
});

test('refused by a runtime: over until it is renewed, however long it would live', async () => {
  const old = (await ask()).body.fields.access_token;
  await set('rejected_rev = secret_rev');
  const answer = await askUntil();
  assert.notEqual(answer.body.fields.access_token, old);
  assert.equal(await renewals(), 1);
  await set(`rejected_rev = secret_rev, failures = 1, refresh_due_at = ${now() + 300}`);
  assert.equal((await ask()).body.code, 'renewal_delayed');
});

test('invalid_grant is told, and a new consent heals it', async () => {
  await provider.ctl({ revoke_grants: true });
  await set('expires_at = 1, refresh_due_at = 1');
  const answer = await askUntil();
  assert.deepEqual([answer.status, answer.body.reason], [409, 'invalid_grant']);
  await ada.connect('ada', SANDBOX, `?credential=${oauth}`);
  assert.equal((await runtime.byId(oauth)).status, 200);
});

// ---- clocks ----

test('clock: a token obtained in the future was stored by a wrong clock: renewed, not thrown away', async () => {
  const old = (await ask()).body.fields.access_token;
  await set(`refreshed_at = ${now() + 3600}, expires_at = ${now() + 7200}`);
  assert.notEqual((await ask()).body.fields.access_token, old);
  assert.equal(await renewals(), 1);
});

test('clock: a few minutes are no wrong clock', async () => {
  await set(`refreshed_at = ${now() + 200}`);
  assert.equal((await ask()).status, 200);
  assert.equal(await renewals(), 0);
});

test('clock: none is immortal, also past 2038: a token that would outlive every token is renewed', async () => {
  for (const expires of [2 ** 31 + 100, 4e9, 253402300799, '9223372036854775807']) {
    await provider.clear();
    await set(`expires_at = ${expires}`);
    const answer = await ask();
    assert.equal(answer.status, 200);
    assert.ok(answer.body.expires_in <= 90 * 86400, `${expires}: ${answer.body.expires_in}`);
    assert.equal(await renewals(), 1);
  }
});

test('clock: stored by a wrong one and no renewal to be had: handed out all the same', async () => {
  await set(`refreshed_at = ${now() + 3600}, failures = 1, refresh_due_at = ${now() + 300}`);
  assert.deepEqual([(await ask()).status, (await ask()).body.state], [200, 'delayed']);
  await set("failures = 0, refreshable = 0, refresh_due_at = NULL");
  assert.equal((await ask()).status, 200);
  assert.equal(await renewals(), 0);
});

// ---- what has to be there ----

test('undecryptable: 503, the provider not called, and whole again with the record', async () => {
  const [[good, rev]] = await db.rows(`SELECT HEX(encrypted_credentials), secret_rev FROM provider_credentials WHERE id = X'${hexOf(oauth)}'`);
  for (const bad of ["X''", 'REVERSE(encrypted_credentials)', "X'00'"]) {
    await set(`encrypted_credentials = ${bad}`);
    assert.deepEqual([(await ask()).status, (await ask()).body.code], [503, 'undecryptable'], bad);
    await set('expires_at = 1');
    assert.deepEqual([(await ask()).status, (await ask()).body.code], [503, 'undecryptable'], `${bad}, over`);
    await set(`encrypted_credentials = X'${good}', expires_at = ${now() + 7200}`);
  }
  assert.equal((await ask()).status, 200);
  assert.equal(await renewals(), 0);
  await set(`secret_rev = ${rev} + 1`); // another revision's place
  assert.equal((await ask()).body.code, 'undecryptable');
  await set(`secret_rev = ${rev}`);
});

test('C34, R106: what cannot be written to the audit log is not handed out', async () => {
  await db.run('RENAME TABLE audit_events TO audit_events_away');
  try {
    const answer = await ask();
    assert.deepEqual([answer.status, answer.body.code], [503, 'unavailable']);
    assert.doesNotMatch(answer.text, /access_token|fields/);
  } finally {
    await db.run('RENAME TABLE audit_events_away TO audit_events');
  }
});

// ---- ETag, HEAD ----

test('every hand-out is one record, with the credential and the key', async () => {
  const before = await handouts();
  await ask();
  assert.equal(await handouts(), before + 1);
  const [[object]] = await db.rows("SELECT object FROM audit_events WHERE action = 'credential.handout' ORDER BY at_us DESC LIMIT 1");
  const [[keyId]] = await db.rows("SELECT HEX(id) FROM runtime_keys WHERE name = 'pipeline'");
  assert.equal(object, `credential:${oauth} key:${uuidOf(keyId)}`);
});

test('If-None-Match: 304 for the revision that is at hand, without a record; never for another', async () => {
  const { headers } = await ask();
  const before = await handouts();
  for (const value of [headers.etag, headers.etag.slice(2), `"x", ${headers.etag}`, '*', `W/"y" ,${headers.etag},`]) {
    const answer = await ask(OAUTH, { headers: { 'if-none-match': value } });
    assert.deepEqual([answer.status, answer.headers.etag, answer.headers['content-type']], [304, headers.etag, undefined], value);
  }
  assert.equal(await handouts(), before);
  for (const value of ['', '"x"', headers.etag.replace(/\d+"$/, '999"'), `${headers.etag}x`, headers.etag.replace(oauth, apiKey)])
    assert.equal((await ask(OAUTH, { headers: { 'if-none-match': value } })).status, 200, value);
});

test('If-None-Match opens nothing: refusals stay refusals', async () => {
  const { headers } = await ask();
  const same = { headers: { 'if-none-match': headers.etag } };
  assert.equal((await ask(OAUTH, { ...same, key: null })).status, 401);
  await set("state = 'disabled'");
  assert.equal((await ask(OAUTH, same)).status, 409);
  await set(`state = 'active', expires_at = 1, failures = 1, refresh_due_at = ${now() + 100}`);
  assert.equal((await ask(OAUTH, same)).status, 503);
});

test('the ETag changes with the secret', async () => {
  const first = await ask();
  assert.equal((await ask()).headers.etag, first.headers.etag);
  await set('rejected_rev = secret_rev');
  const next = await askUntil();
  assert.notEqual(next.headers.etag, first.headers.etag);
});

test('HEAD: as GET, but nothing leaves, and no hand-out is recorded', async () => {
  const before = await handouts();
  const head = await runtime.send('HEAD', `/api/v1/credentials/${oauth}`);
  assert.equal(head.status, 200);
  assert.equal(await handouts(), before);
  const get = await runtime.byId(oauth);
  assert.equal(head.headers.etag, get.headers.etag);
  assert.equal((await runtime.send('HEAD', `/api/v1/credentials/${oauth}`, { key: null })).status, 401);
  assert.equal((await runtime.send('HEAD', '/api/v1/credentials/x')).status, 404);
});

// SPDX-License-Identifier: Apache-2.0
// What a page says of a credential: every state with its reason, since when and the next step; who may do what about it;
// Test, Compare scopes, disable and enable, and what heals it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { database, hexOf } from '../run/database.mjs';
import { startStack } from '../run/stack.mjs';
import { SANDBOX, forms, sandbox, signedIn, words } from './visitor.mjs';

const PAGE = `/data-sources/${SANDBOX}`;
let stack, db, provider, ada, ben, edi;
let drive, key; // ids

before(async () => {
  stack = await startStack();
  db = database(stack);
  provider = sandbox(stack);
  await stack.operator('user', 'add', 'edi@acme.test', '--name', 'Edi', '--tenant', 'Acme Research', '--role', 'editor');
  [ada, ben, edi] = [await signedIn(stack, 'ada@acme.test'), await signedIn(stack, 'ben@acme.test'), await signedIn(stack, 'edi@acme.test')];
  await ada.useCustomClient();
  await ada.connect();
  await ada.addApiKey('sbx-good-key', 'Team key');
  for (const [hex, type] of await db.rows('SELECT HEX(id), auth_type FROM provider_credentials')) {
    const id = hex.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    if (type === 'oauth2') drive = id; else key = id;
  }
});
after(() => stack?.stop());

const of = (id, verb) => `${PAGE}/credentials/${id}/${verb}`;
const set = (id, columns) => db.run(`UPDATE provider_credentials SET ${columns} WHERE id = X'${hexOf(id)}'`);
const get = async (id, columns) => (await db.rows(`SELECT ${columns} FROM provider_credentials WHERE id = X'${hexOf(id)}'`))[0];
const audit = async (action) => (await db.rows(`SELECT result FROM audit_events WHERE action = '${action}' ORDER BY at_us`)).flat();

// Nothing is due while we look, and nobody's pause of five seconds stands in the way.
const FRESH = "state = 'active', state_reason = '', failures = 0, refreshable = 1, lease_owner = NULL, tested_at = 0," +
  ' expires_at = UNIX_TIMESTAMP() + 3660, refresh_due_at = UNIX_TIMESTAMP() + 3000';
async function fresh() {
  await set(drive, FRESH);
  await set(key, "state = 'active', state_reason = '', failures = 0, tested_at = 0");
}

// What stands in the row of one: its words.
async function row(name, visitor = ada) {
  const { text } = await visitor.get(PAGE);
  const html = text.split('<li class="row">').slice(1).find((one) => one.includes(`>${name}`) || one.includes(`<h3>${name}`));
  assert.ok(html, `no row for ${name}`);
  return { html, text: words({ text: html.split('</ul>\n<p class="foot">')[0] }) };
}
const card = async (visitor = ada) => {
  const { text } = await visitor.get('/data-sources');
  return words({ text: text.split('<li class="card">').find((one) => one.includes('Sandbox Drive')) });
};

const TOLD = [
  // columns, pill, what the row says, what the card says
  ["state = 'needs_reauth', state_reason = 'invalid_grant', state_since = 1700000000, refresh_due_at = NULL",
    'Needs re-authorization', /Since 14 Nov 2023 .*Answer from the sandbox: invalid_grant ?\. The service no longer accepts this authorization.* Authorize again\./, /1 needs re-authorization/],
  ["state = 'needs_reauth', state_reason = 'rotation_lost', state_since = 1700000000, refresh_due_at = NULL",
    'Needs re-authorization', /The last renewal was cut off/, /1 needs re-authorization/],
  ["state = 'needs_reauth', state_reason = 'no_refresh_token', state_since = 1700000000",
    'Needs re-authorization', /gave nothing to renew it with/, /1 needs re-authorization/],
  ["state = 'needs_reauth', state_reason = 'rejected', state_since = 1700000000",
    'Needs re-authorization', /refused the access token, and the one after it too/, /1 needs re-authorization/],
  ["refreshable = 0, expires_at = UNIX_TIMESTAMP() - 60, refresh_due_at = NULL",
    'Needs re-authorization', /Its access is over.* Authorize it again\./, /1 needs re-authorization/],
  ["state = 'client_error', state_reason = 'invalid_client', state_since = 1700000000",
    'Client misconfigured', /Still valid for 1 h .*Since 14 Nov 2023 ?\. Answer from the sandbox: invalid_client ?\. The client secret has expired, was replaced.* Enter the new secret in the OAuth client settings/, /1 has a misconfigured client/],
  ["state = 'client_error', state_reason = 'client_incomplete', state_since = 1700000000",
    'Client misconfigured', /A value is missing in the OAuth client settings\./, /misconfigured client/],
  ["client_id = X'00000000000000000000000000000001'",
    'Client misconfigured', /The OAuth client through which it was authorized was removed\. Authorize it again through the client/, /misconfigured client/],
  ["state = 'revoked', state_reason = '', state_since = 1700000000, refresh_due_at = NULL",
    'Revoked', /Since 14 Nov 2023 .*taken back at the provider\. Authorize it again\./, /1 revoked/],
  ["state = 'unreadable', state_reason = 'unreadable', state_since = 1700000000",
    'Cannot be decrypted', /encrypted with a key that this installation does not have/, /1 cannot be decrypted/],
  ["state = 'disabled', state_reason = '', state_since = 1700000000, refresh_due_at = NULL",
    'Disabled', /Since 14 Nov 2023 .*switched it off; no app gets it\. Enable it when it may be used again\./, /1 connected/],
  ["failures = 3, state_reason = 'timeout', refreshed_at = 1700000000, state_since = 1700000060",
    'Renewal delayed', /Still valid for 1 h .*Since 14 Nov 2023 ?\. The provider did not answer in time\. Nothing has to be done/, /1 renewal delayed/],
  ["failures = 1, state_reason = 'rate_limited'", 'Renewal delayed', /asks for a pause/, /1 renewal delayed/],
  ["failures = 1, state_reason = 'provider_down', expires_at = UNIX_TIMESTAMP() - 1", 'Renewal delayed', /failed for others too/, /1 renewal delayed/],
  ["expires_at = UNIX_TIMESTAMP() - 1", 'Renewal delayed', /The access token is over; it is renewed/, /1 renewal delayed/],
  ["failures = 1, state_reason = 'no_usable_answer'", 'Renewal delayed', /answer could not be used/, /1 renewal delayed/],
  // the provider's own, which nobody here knows: shown as it is, and harmless
  ["state = 'needs_reauth', state_reason = '<b>consent_required'", 'Needs re-authorization', /Answer from the sandbox: <b>consent_required ?\. Authorize it again/, /1 needs re-authorization/],
  ['state_since = 1', 'Active', /Active Renews itself in 5[01] min/, /2 connected/],
];

for (const [columns, pill, told, onCard] of TOLD) {
  test(`${pill}: ${columns}`, async () => {
    const [client] = await get(drive, 'HEX(client_id)');
    await fresh();
    await set(drive, columns);
    const { text, html } = await row('Ada Lovelace');
    assert.match(html, new RegExp(`class="pill pill-[a-z]+">${pill}<`));
    assert.match(text, told);
    assert.match(await card(), onCard);
    assert.ok(!html.includes('<b>consent'), 'the code is text');
    await set(drive, `client_id = X'${client}'`);
    await fresh();
    assert.match((await row('Ada Lovelace')).text, /Active/, 'and back');
    assert.match(await card(), /2 connected/);
  });
}

test('the card tells the worst state of several', async () => {
  await set(key, "state = 'needs_reauth', state_reason = 'rejected'");
  await set(drive, "failures = 1, state_reason = 'timeout'");
  assert.match(await card(), /1 needs re-authorization/);
  await set(drive, "state = 'client_error', state_reason = 'invalid_client'");
  assert.match(await card(), /1 has a misconfigured client/);
  await fresh();
});

test('the next step is one that the reader can take', async () => {
  await set(drive, "state = 'client_error', state_reason = 'invalid_client'");
  assert.match((await row('Ada Lovelace', edi)).text, /An owner or admin of this workspace can correct the OAuth client/);
  await set(drive, "state = 'needs_reauth', state_reason = 'invalid_grant'");
  assert.match((await row('Ada Lovelace', ben)).text, /Whoever added it, or an owner, admin or editor, can authorize it again/);
  await set(key, "state = 'needs_reauth', state_reason = 'rejected'");
  assert.match((await row('Team key')).text, /does not accept this key any more\. Enter the key again under Edit/);
  assert.match((await row('Team key', ben)).text, /An owner, admin or editor can enter the key again/);
  await set(drive, "state = 'disabled'");
  assert.match((await row('Ada Lovelace', edi)).text, /An owner or admin of this workspace can enable it/);
  await fresh();
});

test('the banner says whether pipelines fail already', async () => {
  const NOW = /Pipelines that use it get an error\./, LATER = /get an error as soon as its access is over\./;
  const banner = async () => (await ada.get(PAGE)).text.match(/<div class="banner banner-warn">.*?<\/div>/s)[0].replace(/<[^>]*>/g, '');
  for (const columns of ["state = 'needs_reauth', state_reason = 'invalid_grant'", "state = 'revoked'", "state = 'client_error', state_reason = 'invalid_client'"]) {
    await set(drive, columns);
    assert.match(await banner(), LATER, columns);
    await set(drive, 'rejected_rev = secret_rev');
    assert.match(await banner(), NOW, `${columns}, and refused`);
    assert.doesNotMatch((await row('Ada Lovelace')).text, /Still valid/);
    await set(drive, 'rejected_rev = 0, expires_at = UNIX_TIMESTAMP() - 60');
    assert.match(await banner(), NOW, `${columns}, and over`);
    await fresh();
  }
  await set(drive, "failures = 1, state_reason = 'timeout', rejected_rev = secret_rev");
  assert.doesNotMatch((await row('Ada Lovelace')).text, /Still valid/);
  await set(drive, 'rejected_rev = 0');
  await fresh();
  await set(key, "state = 'needs_reauth', state_reason = 'rejected'");
  assert.match(await banner(), /Team key is not accepted any more: its key has to be entered again\. *Pipelines that use it get an error\./);
  await fresh();
});

// ---- Test ----

const press = async (id, visitor = ada) => visitor.post(of(id, 'test'), { csrf: await visitor.csrf() });
const again = (id) => set(id, 'tested_at = 0');

test('Test tells verdict, status and time, and changes nothing', async () => {
  await fresh();
  const before = await get(drive, 'state, state_since, secret_rev, version, refresh_due_at, rejected_rev, updated_at');
  const page = await press(drive);
  assert.equal(page.status, 200);
  assert.match(words(page), /Ada Lovelace works The provider accepted it\. .*Answer HTTP 200 Time taken \d+ ms/);
  assert.deepEqual(await get(drive, 'state, state_since, secret_rev, version, refresh_due_at, rejected_rev, updated_at'), before);
  assert.match(words(await press(key)), /Team key works/);
  assert.deepEqual((await audit('credential.test')).slice(-2), ['ok', 'ok']);
});

test('what works now and cannot be renewed is not called well', async () => {
  for (const [columns, told] of [["state = 'client_error', state_reason = 'invalid_client'", /works .*What now It cannot be renewed, though: something is wrong with its OAuth client\./],
    ["state = 'needs_reauth', state_reason = 'invalid_grant'", /works .*What now It cannot be renewed, though: it needs to be authorized again\. .*Authorize again/],
    ["failures = 1, state_reason = 'timeout'", /works (?!.*What now)/]]) {
    await fresh();
    await set(drive, columns);
    await again(drive);
    assert.match(words(await press(drive)), told);
  }
  await fresh();
});

test('not more than once in five seconds, and the provider is not asked', async () => {
  await fresh();
  assert.equal((await press(key)).status, 200);
  await provider.clear();
  const page = await press(key);
  assert.equal(page.status, 429);
  assert.equal(page.headers['retry-after'], '5');
  assert.match(words(page), /Team key was tested a moment ago .*The provider was not asked again/);
  assert.deepEqual(await provider.record(), []);
});

test('a refused access token is renewed at once, as if a runtime had reported it', async () => {
  await fresh();
  await provider.ctl({ fault: { endpoint: 'userinfo', status: 401, body: '{"error":"invalid_token","error_description":"<i>gone</i>"}' } });
  const [rev] = await get(drive, 'secret_rev');
  const page = await press(drive);
  await provider.ctl({ faults: [] });
  assert.match(words(page), /Ada Lovelace was refused .*HTTP 401 .*is being renewed now/);
  assert.ok(!page.text.includes('<i>gone'), 'inert');
  const [rejected, state] = await get(drive, 'rejected_rev, state');
  assert.equal(rejected, rev);
  assert.equal(state, 'active');
});

test('a refused token that cannot be renewed needs a person; a good Test takes that back', async () => {
  await fresh();
  await set(drive, 'refreshable = 0, refresh_due_at = NULL');
  await provider.ctl({ fault: { endpoint: 'userinfo', status: 401, body: '{}' } });
  const refusal = words(await press(drive));
  assert.match(refusal, /Answer HTTP 401 .*It needs to be authorized again/);
  assert.doesNotMatch(refusal, /the sandbox answered/, 'it gave no words');
  await provider.ctl({ faults: [] });
  assert.deepEqual(await get(drive, 'state, state_reason'), ['needs_reauth', 'rejected']);
  await again(drive);
  assert.match(words(await press(drive)), /it is active again/);
  assert.deepEqual(await get(drive, 'state, state_reason'), ['active', '']);
});

test('a refused key needs a person; a good Test takes that back', async () => {
  await fresh();
  await provider.ctl({ fault: { endpoint: 'apikey', status: 401, body: '{"error":{"message":"Key sbx-good-key is revoked."}}' } });
  const page = await press(key);
  await provider.ctl({ faults: [] });
  assert.match(words(page), /Team key was refused .*It needs a new key: enter it again/);
  assert.ok(!page.text.includes('sbx-good-key'), 'no secret in the words of the provider');
  assert.match(page.text, new RegExp(`href="${of(key, 'edit')}"`));
  const [state, reason, since] = await get(key, 'state, state_reason, state_since');
  assert.deepEqual([state, reason], ['needs_reauth', 'rejected']);
  assert.ok(Number(since) > 1e9);
  assert.deepEqual((await audit('credential.rejected')).slice(-1), ['ok']);
  await again(key);
  assert.match(words(await press(key)), /it is active again/);
  assert.deepEqual(await get(key, 'state, state_reason'), ['active', '']);
  assert.deepEqual(await audit('credential.recovered'), ['ok', 'ok']);
});

test('any other failure changes no state', async () => {
  await fresh();
  for (const [answer, told] of [[{ status: 403, body: '{}' }, /lacks a permission/], [{ status: 429, body: '{}' }, /asks for a pause/],
    [{ status: 500, body: 'x' }, /could not be tested/], [{ cut: 'reset' }, /could not be tested/]]) {
    await again(key);
    await provider.ctl({ fault: { endpoint: 'apikey', ...answer } });
    const page = await press(key);
    await provider.ctl({ faults: [] });
    assert.match(words(page), told);
    if (answer.cut) assert.doesNotMatch(words(page), /answered/);
    assert.deepEqual(await get(key, 'state, state_reason'), ['active', '']);
  }
});

test('a token that is over is not sent, but renewed', async () => {
  await fresh();
  await set(drive, 'expires_at = UNIX_TIMESTAMP() - 5');
  await provider.clear();
  const page = await press(drive);
  assert.match(words(page), /has an access token that is over .*is being renewed now/);
  assert.deepEqual(await provider.record('/userinfo'), []);
});

test('another state, and what does not open, is not healed by a Test', async () => {
  await fresh();
  await set(key, "state = 'needs_reauth', state_reason = 'something_else'");
  assert.match(words(await press(key)), /Team key works/);
  assert.deepEqual(await get(key, 'state, state_reason'), ['needs_reauth', 'something_else']);
  await fresh();
  await set(key, "encrypted_credentials = CONCAT(encrypted_credentials, 'x')");
  assert.match(words(await press(key)), /Team key cannot be decrypted/);
  await set(key, 'encrypted_credentials = LEFT(encrypted_credentials, LENGTH(encrypted_credentials) - 1)');
});

test('who may test, and where there is nothing to ask', async () => {
  await fresh();
  assert.equal((await press(drive, ben)).status, 403);
  assert.equal((await press(drive, edi)).status, 200);
  await set(drive, "state = 'disabled'");
  assert.equal((await press(drive)).status, 409);
  assert.ok(!(await row('Ada Lovelace')).html.includes('/test"'));
  await fresh();
});

// ---- Compare scopes ----

test('Compare scopes: granted, missing, extra, and what is asked for only now', async () => {
  await provider.ctl({ settings: { granted_scope: 'files.read admin.all' } });
  await ada.connect('ada', SANDBOX, `?credential=${drive}`);
  await provider.ctl({ settings: { granted_scope: null } });
  const page = await ada.get(of(drive, 'scopes'));
  assert.equal(page.status, 200);
  const text = words(page);
  assert.match(text, /Not everything that was asked for is allowed\./);
  assert.match(text, /Read the files in your drive files\.read .*? Allowed Yes Yes/);
  assert.match(text, /Keep this access while you are away offline .*? Missing Yes No/);
  assert.match(text, /admin\.all Not asked for No Yes/);
  assert.match(page.text, new RegExp(`button-primary" href="/connect/data-sources/${SANDBOX}\\?credential=${drive}"`));
  await ada.connect('ada', SANDBOX, `?credential=${drive}`);
  assert.match(words(await ada.get(of(drive, 'scopes'))), /Everything that was asked for is allowed\./);
  assert.equal((await ben.get(of(drive, 'scopes'))).status, 403);
  assert.equal((await ada.get(of(key, 'scopes'))).status, 404);
});

// ---- disable, enable ----

const versionOf = async (id) => (await get(id, 'version'))[0];

test('disable says what it does, and does it', async () => {
  await fresh();
  const page = await ada.get(of(drive, 'disable'));
  assert.match(words(page), /Disable “Ada Lovelace”\? .*get an error until it is enabled again.*It is the default and stays so/);
  assert.equal((await ada.submit(page, {}, '/disable')).location, `${PAGE}?done=disabled`);
  assert.deepEqual(await get(drive, 'state, state_reason, refresh_due_at, lease_owner'), ['disabled', '', 'NULL', 'NULL']);
  assert.match((await row('Ada Lovelace')).text, /Disabled/);
  assert.deepEqual((await audit('credential.disable')).slice(-1), ['ok']);
});

test('what is disabled is not authorized again, and its tokens stay', async () => {
  const still = await get(drive, 'HEX(encrypted_credentials), version, state');
  assert.equal((await ada.get(`/connect/data-sources/${SANDBOX}?credential=${drive}`)).status, 409);
  assert.equal((await ada.post(`/connect/data-sources/${SANDBOX}?credential=${drive}`, { csrf: await ada.csrf() })).status, 409);
  assert.deepEqual(await get(drive, 'HEX(encrypted_credentials), version, state'), still);
  assert.ok(!(await row('Ada Lovelace')).html.includes('?credential='));
});

test('enable brings it back, due for renewal', async () => {
  const page = await ada.get(PAGE);
  assert.equal((await ada.submit(page, {}, `${drive}/enable`)).location, `${PAGE}?done=enabled`);
  const [state, failures, due] = await get(drive, 'state, failures, refresh_due_at IS NOT NULL');
  assert.deepEqual([state, failures, due], ['active', '0', '1']);
  assert.deepEqual((await audit('credential.enable')).slice(-1), ['ok']);
});

test('only admins, only once, only what they saw', async () => {
  await fresh();
  for (const visitor of [ben, edi]) {
    assert.equal((await visitor.get(of(drive, 'disable'))).status, 403);
    assert.equal((await visitor.post(of(drive, 'disable'), { csrf: await visitor.csrf(), version: await versionOf(drive) })).status, 403);
  }
  const csrf = await ada.csrf(), version = await versionOf(drive);
  assert.equal((await ada.post(of(drive, 'disable'), { csrf, version: '999' })).status, 409);
  assert.equal((await ada.post(of(drive, 'disable'), { csrf })).status, 400);
  assert.equal((await ada.post(of(drive, 'enable'), { csrf, version })).status, 409, 'it is enabled');
  assert.equal((await ada.post(of(drive, 'disable'), { csrf, version })).status, 303);
  assert.equal((await ada.post(of(drive, 'disable'), { csrf, version })).status, 409);
  assert.equal((await ada.post(of(drive, 'disable'), { csrf, version: await versionOf(drive) })).status, 409, 'it is disabled');
  assert.equal((await ada.post(of(drive, 'enable'), { csrf, version: await versionOf(drive) })).status, 303);
});

test('who renames is told what asks by the name', async () => {
  const told = /Pipelines that ask for it by its name have to ask by the new one/;
  assert.match(words(await ada.get(of(drive, 'rename'))), told);
  assert.match(words(await ada.get(of(key, 'edit'))), told);
  assert.doesNotMatch(words(await ada.get(`${PAGE}/api-key`)), told);
});

// ---- healing ----

test('a new key heals; a new name does not', async () => {
  await fresh();
  await set(key, "state = 'needs_reauth', state_reason = 'rejected', state_since = 1");
  await ada.submit(await ada.get(of(key, 'rename')), { name: 'Team key' }, '/rename');
  assert.deepEqual(await get(key, 'state, state_reason'), ['needs_reauth', 'rejected']);
  await ada.submit(await ada.get(of(key, 'edit')), { name: 'Team key', 'field.api_key': 'sbx-mistyped' }, '/edit');
  assert.deepEqual(await get(key, 'state, state_reason'), ['needs_reauth', 'rejected'], 'not by a wrong one');
  await ada.submit(await ada.get(of(key, 'edit')), { name: 'Team key', 'field.api_key': 'sbx-good-key' }, '/edit');
  const [state, reason, since] = await get(key, 'state, state_reason, state_since > 1');
  assert.deepEqual([state, reason, since], ['active', '', '1']);
});

test('a new key does not enable what an admin disabled', async () => {
  await set(key, "state = 'disabled'");
  await edi.submit(await edi.get(of(key, 'edit')), { name: 'Team key', 'field.api_key': 'sbx-good-key' }, '/edit');
  assert.deepEqual(await get(key, 'state'), ['disabled']);
  await fresh();
});

test('saving the client makes what failed because of it due, and nothing else', async () => {
  await set(drive, "state = 'client_error', state_reason = 'invalid_client', refresh_due_at = 9999999999");
  await set(key, "refresh_due_at = 9999999999");
  await ada.useCustomClient();
  assert.ok(Number((await get(drive, 'COALESCE(refresh_due_at, 0)'))[0]) < 9999999999);
  assert.deepEqual(await get(key, 'refresh_due_at'), ['9999999999']);
  await set(key, 'refresh_due_at = NULL');
  await set(drive, "state = 'needs_reauth', state_reason = 'invalid_grant', refresh_due_at = NULL");
  await ada.useCustomClient();
  assert.deepEqual(await get(drive, 'refresh_due_at'), ['NULL']);
});

// ---- the provider is told ----

const queued = () => db.rows('SELECT name, state, reason, encrypted_tokens IS NULL FROM revocations ORDER BY created_at');

test('deleting an API key tells nobody; an authorization that does not open cannot be revoked', async () => {
  await ada.submit(await ada.get(of(key, 'delete')), {}, '/delete');
  assert.deepEqual(await queued(), []);
  await fresh();
  const still = await get(drive, 'HEX(encrypted_credentials)');
  await set(drive, "encrypted_credentials = 'x'");
  const page = await ada.get(of(drive, 'delete'));
  assert.match(words(page), /Access is not revoked at the sandbox/);
  await ada.submit(page, {}, '/delete');
  assert.deepEqual(await queued(), [['Ada Lovelace', 'failed', 'unreadable', '1']]);
  assert.match(words(await ada.get(PAGE)), /Disconnected lately Ada Lovelace .*Could not tell the sandbox that the access is over\. It was encrypted with a key.* Remove the access in the account there yourself/);
  assert.ok(still[0].length > 0);
});

test('deleting an authorization queues its revocation; the page says how it stands', async () => {
  await db.run('DELETE FROM revocations');
  await ada.connect();
  const [[hex]] = await db.rows('SELECT HEX(id) FROM provider_credentials');
  const id = hex.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  const page = await ada.get(of(id, 'delete'));
  assert.match(words(page), /Access is revoked at the sandbox as well/);
  assert.equal((await ada.submit(page, {}, '/delete')).status, 303);
  const [[name, state]] = await queued();
  assert.equal(name, 'Ada Lovelace');
  assert.ok(['queued', 'done'].includes(state), state);
  const told = [['queued', "due_at = 9999999999", /Telling the sandbox that the access is over…/], ['done', 'finished_at = 1', /Access revoked at the sandbox\./],
    ['failed', "reason = 'http_503'", /Could not tell the sandbox that the access is over: http_503 ?\. Remove/], ['queued', "reason = 'timeout'", /did not answer in time\. It is tried again by itself/]];
  for (const [to, more, text] of told) {
    await db.run(`UPDATE revocations SET state = '${to}', ${more}`);
    assert.match(words(await ada.get(PAGE)), text);
  }
  await db.run('UPDATE revocations SET created_at = created_at - 8 * 86400');
  assert.doesNotMatch(words(await ada.get(PAGE)), /Disconnected lately/);
});

test('no other workspace sees it', async () => {
  await db.run('UPDATE revocations SET created_at = UNIX_TIMESTAMP()');
  const labs = forms(await ada.get('/data-sources')).map((f) => f.fields.workspace);
  const eve = await (async () => {
    await stack.operator('tenant', 'add', 'Elsewhere');
    await stack.operator('user', 'add', 'eve@else.test', '--name', 'Eve', '--tenant', 'Elsewhere', '--role', 'owner');
    return signedIn(stack, 'eve@else.test');
  })();
  assert.ok(labs);
  assert.match(words(await ada.get(PAGE)), /Disconnected lately/);
  assert.doesNotMatch(words(await eve.get(PAGE)), /Disconnected lately/);
});

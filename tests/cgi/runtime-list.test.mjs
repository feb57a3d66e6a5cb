// SPDX-License-Identifier: Apache-2.0
// What a key may see: every credential with its state as it is now, page by page, without a secret.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { database, hexOf, uuidOf } from '../run/database.mjs';
import { startStack } from '../run/stack.mjs';
import { Runtime, newKey } from './runtime.mjs';
import { SANDBOX, signedIn } from './visitor.mjs';

const NOTION = 'langgenius/notion_datasource/notion_datasource';
const now = () => Math.floor(Date.now() / 1000);
let stack, db, runtime, oauth, apiKey;

// state as told → what the row says
const STATES = {
  active: [["state = 'active', expires_at = NULL"], ["state = 'active', expires_at = 9999999999"]],
  delayed: [["state = 'active', expires_at = 1, refreshable = 1, refresh_due_at = 9999999999"], ["state = 'active', failures = 3, state_reason = 'http_503', refreshable = 1, refresh_due_at = 9999999999"]],
  needs_reauth: [["state = 'needs_reauth', state_reason = 'invalid_grant'"], ["state = 'active', expires_at = 1, refreshable = 0"],
    ["state = 'active', expires_at = 1, refreshable = 1, refresh_due_at = NULL, failures = 2"]],
  client_error: [["state = 'client_error', state_reason = 'invalid_client', failures = 1"]],
  revoked: [["state = 'revoked'"]],
  unreadable: [["state = 'unreadable'"]],
  disabled: [["state = 'disabled', expires_at = 1"]],
};

before(async () => {
  stack = await startStack();
  db = database(stack);
  const ada = await signedIn(stack, 'ada@acme.test');
  await ada.useCustomClient();
  await ada.connect();
  await ada.addApiKey();
  runtime = new Runtime(stack, await newKey(stack, 'pipeline'));
  oauth = uuidOf((await db.rows("SELECT HEX(id) FROM provider_credentials WHERE auth_type = 'oauth2'"))[0][0]);
  apiKey = uuidOf((await db.rows("SELECT HEX(id) FROM provider_credentials WHERE auth_type = 'api-key'"))[0][0]);
});
after(() => stack?.stop());

const copies = (n, name, provider = SANDBOX) => {
  const [, org, plugin, last] = provider.match(/^(.*?)\/(.*?)\/(.*)$/);
  return db.run(`INSERT INTO provider_credentials (id, tenant_id, plugin_id, provider, name, auth_type, encrypted_credentials, encrypted_profile,
      secret_rev, version, user_id, changed_by, created_at, updated_at, refreshable)
    SELECT UNHEX(MD5(CONCAT('${provider}', seq, '${name}'))), tenant_id, '${org}/${plugin}', '${last}', CONCAT('${name} ', LPAD(seq, 5, '0')), auth_type,
      encrypted_credentials, encrypted_profile, secret_rev, version, user_id, changed_by, 1, 1, 0
    FROM provider_credentials, seq_1_to_${n} WHERE id = X'${hexOf(apiKey)}'`);
};

async function all(query = '', options) {
  const found = [];
  let pages = 0;
  for (let after = null; ; pages++) {
    const separator = query ? '&' : '?';
    const { status, body } = await runtime.list(`${query}${after ? `${separator}after=${encodeURIComponent(after)}` : ''}`, options);
    assert.equal(status, 200);
    found.push(...body.credentials);
    if (!body.next) return { found, pages: pages + 1 };
    assert.equal(body.next, body.credentials.at(-1).reference);
    after = body.next;
  }
}

test('each credential with what is known of it, and nothing secret', async () => {
  const { found } = await all();
  assert.deepEqual(found.map((one) => one.id).sort(), [oauth, apiKey].sort());
  const one = found.find(({ id }) => id === oauth);
  assert.deepEqual([one.name, one.provider, one.credential_type, one.default, one.state, one.next_step],
    ['Ada Lovelace', SANDBOX, 'oauth2', true, 'active', 'none']);
  assert.equal(found.find(({ id }) => id === apiKey).default, false);
  const { text } = await runtime.list();
  const { body } = await runtime.byId(oauth);
  for (const secret of [body.fields.access_token, 'sbx-good-key', 'refresh', 'ciphertext', 'encrypted']) assert.ok(!text.includes(secret));
});

test('what the list gives as reference is handed out by it', async () => {
  for (const one of (await all()).found) assert.equal((await runtime.byReference(one.reference)).body.credential.id, one.id);
});

test('every state as it is told, with who has to act; and a filter for a state finds the same', async () => {
  const steps = { active: 'none', delayed: 'wait', needs_reauth: 'authorize', client_error: 'fix_client', revoked: 'authorize',
    unreadable: 'authorize', disabled: 'enable' };
  for (const [state, rows] of Object.entries(STATES)) {
    for (const [columns] of rows) {
      await db.run(`UPDATE provider_credentials SET state_reason = '', failures = 0, expires_at = NULL, refreshable = 0, refresh_due_at = NULL
        WHERE id = X'${hexOf(oauth)}'`);
      await db.run(`UPDATE provider_credentials SET ${columns} WHERE id = X'${hexOf(oauth)}'`);
      const one = (await all()).found.find(({ id }) => id === oauth);
      assert.deepEqual([one.state, one.next_step], [state, steps[state]], columns);
      for (const filter of Object.keys(STATES)) {
        const { found } = await all(`?state=${filter}`);
        assert.equal(found.some(({ id }) => id === oauth), filter === state, `${columns}, filtered for ${filter}`);
        for (const each of found) assert.equal(each.state, filter);
      }
    }
  }
  await db.run(`UPDATE provider_credentials SET state = 'active', failures = 0, expires_at = ${now() + 7200} WHERE id = X'${hexOf(oauth)}'`);
});

test('an API key is to be entered again; what expired by itself says since when', async () => {
  await db.run(`UPDATE provider_credentials SET state = 'needs_reauth' WHERE id = X'${hexOf(apiKey)}'`);
  await db.run(`UPDATE provider_credentials SET expires_at = 86400 WHERE id = X'${hexOf(oauth)}'`);
  const { found } = await all();
  assert.equal(found.find(({ id }) => id === apiKey).next_step, 'enter_key');
  const one = found.find(({ id }) => id === oauth);
  assert.deepEqual([one.reason, one.since, one.expires_at], ['expired', '1970-01-02T00:00:00Z', '1970-01-02T00:00:00Z']);
  await db.run("UPDATE provider_credentials SET state = 'active', expires_at = NULL");
});

test('thousands, page by page: each once, in order, also while others come and go', async () => {
  await copies(1500, 'Copy');
  await copies(500, 'Note', NOTION);
  const { found, pages } = await all('?limit=200');
  assert.equal(found.length, 2002);
  assert.equal(pages, 11);
  assert.equal(new Set(found.map(({ id }) => id)).size, 2002);
  const keys = found.map(({ reference }) => Buffer.from(reference.replace(':', '\0')));
  for (let i = 1; i < keys.length; i++) assert.ok(Buffer.compare(keys[i - 1], keys[i]) < 0, found[i].reference);
  const first = (await runtime.list('?limit=3')).body;
  await db.run(`DELETE FROM provider_credentials WHERE id = X'${hexOf(first.credentials[2].id)}'`);
  const second = (await runtime.list(`?limit=3&after=${encodeURIComponent(first.next)}`)).body;
  assert.deepEqual(second.credentials.map(({ id }) => id), found.slice(3, 6).map(({ id }) => id));
});

test('filters: of one provider, of a state within it, and pages of that', async () => {
  assert.equal((await all(`?provider=${NOTION}&limit=200`)).found.length, (await db.rows("SELECT id FROM provider_credentials WHERE plugin_id = 'langgenius/notion_datasource'")).length);
  await db.run("UPDATE provider_credentials SET state = 'revoked' WHERE name LIKE 'Note 0000%'");
  const { found, pages } = await all(`?provider=${NOTION}&state=revoked&limit=2`);
  assert.deepEqual([found.length, pages > 1], [(await db.rows("SELECT id FROM provider_credentials WHERE state = 'revoked'")).length, true]);
  assert.equal((await all(`?provider=${SANDBOX}&state=revoked`)).found.length, 0);
  assert.deepEqual((await runtime.list('?provider=a/b/c')).body, { credentials: [], next: null });
});

test('a page holds 50 unless told otherwise, at most 200', async () => {
  assert.equal((await runtime.list()).body.credentials.length, 50);
  assert.equal((await runtime.list('?limit=1')).body.credentials.length, 1);
  assert.equal((await runtime.list('?limit=200')).body.credentials.length, 200);
});

test('malformed: 400', async () => {
  for (const query of ['limit=0', 'limit=201', 'limit=-1', 'limit=x', 'limit=', 'limit=1e2', 'state=', 'state=Active', 'state=expired', 'provider=x',
    'provider=a/b', 'provider=a/b/c/d', `provider=${SANDBOX}:x`, 'provider=', 'after=x', `after=${SANDBOX}`, 'after=', `after=${SANDBOX}:`])
    assert.equal((await runtime.list(`?${query}`)).status, 400, query);
});

test('a key sees its own workspace and its own providers, whatever it asks for', async () => {
  const foreign = (await stack.operator('key', 'add', 'labs', '--tenant', 'Acme Labs')).trim();
  for (const query of ['', `?provider=${SANDBOX}`, `?after=${encodeURIComponent(`${SANDBOX}:A`)}`, '?state=active'])
    assert.deepEqual((await runtime.list(query, { key: foreign })).body, { credentials: [], next: null }, query);
  const held = await newKey(stack, 'held', '--providers', NOTION);
  const { found } = await all('?limit=200', { key: held });
  assert.ok(found.length > 100);
  for (const one of found) assert.equal(one.provider, NOTION);
  assert.deepEqual((await runtime.list(`?provider=${SANDBOX}`, { key: held })).body, { credentials: [], next: null });
  // a part of an id is another id
  const part = await newKey(stack, 'part', '--providers', `${NOTION}_2 x${NOTION} notion_datasource`);
  assert.deepEqual((await runtime.list('', { key: part })).body, { credentials: [], next: null });
});

test('no key: 401; a key without the verb: 403', async () => {
  assert.equal((await runtime.list('', { key: null })).status, 401);
  const key = await newKey(stack, 'fetcher', '--verbs', 'handout');
  const answer = await runtime.list('', { key });
  assert.deepEqual([answer.status, answer.body.code], [403, 'not_permitted']);
});

test('HEAD tells nothing but that it could be asked', async () => {
  assert.equal((await runtime.send('HEAD', '/api/v1/credentials')).status, 200);
});

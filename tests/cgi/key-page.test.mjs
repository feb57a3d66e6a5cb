// SPDX-License-Identifier: Apache-2.0
// The page of runtime keys: a key is shown once, reaches what was chosen and nothing else, and is over when it is
// revoked.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { database } from '../run/database.mjs';
import { findInFiles, needlesOf } from '../run/search.mjs';
import { startStack } from '../run/stack.mjs';
import { Runtime } from './runtime.mjs';
import { SANDBOX, Visitor, forms, signedIn, unescapeHtml, words } from './visitor.mjs';

const NOTION = 'langgenius/notion_datasource/notion_datasource';
const ALL = ['handout', 'list', 'report'];
let stack, db, ada, ben;

before(async () => {
  stack = await startStack();
  db = database(stack);
  ada = await signedIn(stack, 'ada@acme.test');
  ben = await signedIn(stack, 'ben@acme.test');
  assert.equal((await ada.addApiKey()).status, 303);
});
after(() => stack?.stop());
beforeEach(() => db.run('DELETE FROM runtime_keys'));

const keyOf = (page) => unescapeHtml(page.text.match(/<code id="secret"[^>]*>([^<]*)</)?.[1] ?? '');
const count = async () => Number((await db.rows('SELECT COUNT(*) FROM runtime_keys'))[0][0]);
const holdsKey = (page) => /grt_[A-Za-z0-9_-]{20}/.test(page.text);

// A form with repeated fields, as browsers send checkboxes.
async function post({ name = 'Nightly import', scope = 'all', verbs = ALL, providers = [], days = '', more = {} } = {}, visitor = ada) {
  const body = new URLSearchParams({ csrf: await visitor.csrf(), name, scope, days, ...more });
  for (const verb of verbs) body.append('verb', verb);
  for (const provider of providers) body.append('provider', provider);
  return visitor.send('/runtime-keys/add', { method: 'POST', body: body.toString(), headers: { 'content-type': 'application/x-www-form-urlencoded' } });
}
async function add(wish) {
  const page = await post(wish);
  assert.equal(page.status, 200, words(page));
  assert.match(keyOf(page), /^grt_[A-Za-z0-9_-]{49}$/);
  return keyOf(page);
}
const handOut = (key) => new Runtime(stack, key).handOut();

test('a key made on the page works; the example on it does too', async () => {
  const page = await post();
  const example = unescapeHtml(page.text.match(/<code id="example"[^>]*>([^<]*)</)[1]);
  assert.match(words(page), /“Nightly import” is ready Copy the key now\. It is not shown again\./);
  assert.ok(example.startsWith(`curl -H "Authorization: Bearer ${keyOf(page)}" ${stack.address}/api/v1/credentials/`));
  assert.equal((await handOut(keyOf(page))).status, 200);
  const list = words(await ada.get('/runtime-keys'));
  assert.match(list, /Nightly import All providers · added by Ada Lovelace, .* Hand out credentials, List credentials, Report refused ones Active Last used .* Does not expire/);
});

test('it is shown once: no second submit, no other page, no cache and no file has it', async () => {
  const form = await ada.get('/runtime-keys/add');
  const fields = { ...forms(form).find((f) => f.action === '/runtime-keys/add').fields, name: 'Once' };
  const page = await ada.post('/runtime-keys/add', fields), key = keyOf(page);
  assert.equal(page.headers['cache-control'], 'no-store');
  const again = await ada.post('/runtime-keys/add', fields);
  assert.equal(again.status, 409);
  assert.match(words(again), /There is a key of this name already/);
  for (const other of [again, await ada.get('/runtime-keys/add'), await ada.get('/runtime-keys')]) assert.ok(!holdsKey(other));
  assert.equal(await count(), 1);
  const needles = needlesOf([{ name: 'key', bytes: Buffer.from(key) }]);
  assert.deepEqual((await findInFiles(stack.var, needles)).found, []);
});

test('it may do what was checked, and nothing else', async () => {
  const lister = new Runtime(stack, await add({ name: 'lister', verbs: ['list'] }));
  assert.equal((await lister.list()).status, 200);
  assert.equal((await lister.handOut()).status, 403);
  const fetcher = new Runtime(stack, await add({ name: 'fetcher', verbs: ['handout'] }));
  assert.equal((await fetcher.handOut()).status, 200);
  assert.equal((await fetcher.list()).status, 403);
});

test('it reaches the providers that were chosen; what is checked beside "All" does not narrow it', async () => {
  assert.equal((await handOut(await add({ name: 'a', scope: 'chosen', providers: [SANDBOX] }))).status, 200);
  assert.equal((await handOut(await add({ name: 'b', scope: 'chosen', providers: [NOTION] }))).status, 404);
  assert.equal((await handOut(await add({ name: 'c', scope: 'all', providers: [NOTION] }))).status, 200);
  assert.match(words(await ada.get('/runtime-keys')), /b Notion ·/);
});

test('it is over when its days are', async () => {
  const key = await add({ days: '30' });
  const [[left]] = await db.rows('SELECT expires_at - UNIX_TIMESTAMP() FROM runtime_keys');
  assert.ok(Math.abs(Number(left) - 30 * 86400) < 60);
  assert.equal((await handOut(key)).status, 200);
  await db.run('UPDATE runtime_keys SET expires_at = UNIX_TIMESTAMP() - 1');
  assert.equal((await handOut(key)).status, 401);
  assert.match(words(await ada.get('/runtime-keys')), /Expired/);
});

test('revoking names the key, asks first, and works at once', async () => {
  const key = await add({ name: 'Old <b>import</b>' });
  await handOut(key);
  const path = (await ada.get('/runtime-keys')).text.match(/href="(\/runtime-keys\/[0-9a-f-]{36}\/revoke)"/)[1];
  const page = await ada.get(path);
  assert.match(words(page), /Revoke “Old <b>import<\/b>”\?.*It was last used/);
  assert.equal((await handOut(key)).status, 200);
  assert.equal((await ada.submit(page, {}, '/revoke')).location, '/runtime-keys?done=key-revoked');
  assert.equal((await handOut(key)).status, 401);
  assert.equal((await ada.submit(page, {}, '/revoke')).status, 404);
  assert.equal((await ada.get(path)).status, 404);
  const rows = await db.rows("SELECT action, result FROM audit_events WHERE action LIKE 'key.%' AND actor_id IS NOT NULL ORDER BY at_us DESC LIMIT 2");
  assert.deepEqual(rows, [['key.revoke', 'ok'], ['key.add', 'ok']]);
});

for (const [what, wish, says] of [
  ['no name', { name: '' }, /Give the key a name/],
  ['a name of two lines', { name: 'a\nb' }, /Give the key a name/],
  ['a name of 101 characters', { name: 'é'.repeat(101) }, /Give the key a name/],
  ['nothing that it may do', { verbs: [] }, /Choose at least one thing/],
  ['no provider', { scope: 'chosen' }, /Choose at least one provider/],
  ['0 days', { days: '0' }, /whole number of days/],
  ['days below 0', { days: '-1' }, /whole number of days/],
  ['days that are no number', { days: '1e3' }, /whole number of days/],
  ['too many days', { days: '3651' }, /whole number of days/],
  ['very many days', { days: '9'.repeat(40) }, /whole number of days/],
]) {
  test(`${what}: 422, what was typed stays, nothing is made`, async () => {
    const page = await post({ name: 'kept words', ...wish });
    assert.equal(page.status, 422);
    assert.match(words(page), says);
    assert.match(page.text, /<title>Error: /);
    if (wish.name === undefined) assert.match(page.text, /value="kept words"/);
    assert.ok(!holdsKey(page));
    assert.equal(await count(), 0);
  });
}

test('what the form does not offer is no slip: 400', async () => {
  for (const wish of [{ verbs: ['handout', 'admin'] }, { verbs: ['handout list'] }, { verbs: [''] }, { scope: '' }, { scope: 'none' },
    { scope: 'chosen', providers: ['grantry/sandbox/nothing'] }, { scope: 'chosen', providers: [`${SANDBOX} ${NOTION}`] }])
    assert.equal((await post(wish)).status, 400, JSON.stringify(wish));
  assert.equal(await count(), 0);
});

test('a box that is sent twice counts once', async () => {
  await add({ verbs: ['list', 'list', 'handout'], scope: 'chosen', providers: [SANDBOX, SANDBOX] });
  assert.deepEqual(await db.rows('SELECT verbs, providers FROM runtime_keys'), [['list handout', SANDBOX]]);
});

test('members have neither the page nor the item', async () => {
  assert.doesNotMatch((await ben.get('/data-sources')).text, /runtime-keys/);
  assert.match((await ada.get('/data-sources')).text, /href="\/runtime-keys"/);
  assert.equal((await ben.get('/runtime-keys')).status, 403);
  assert.equal((await post({}, ben)).status, 403);
  assert.equal((await new Visitor(stack).get('/runtime-keys')).status, 401);
  assert.equal(await count(), 0);
});

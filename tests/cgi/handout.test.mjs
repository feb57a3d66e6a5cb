// SPDX-License-Identifier: Apache-2.0
// Hand-out to runtimes, and the renewal behind it: a thin thread through all floors.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { database } from '../run/database.mjs';
import { startStack } from '../run/stack.mjs';
import { SANDBOX, exchange, sandbox, signedIn } from './visitor.mjs';

let stack, db, ada, key, provider;

before(async () => {
  stack = await startStack();
  db = database(stack);
  provider = sandbox(stack);
  ada = await signedIn(stack, 'ada@acme.test');
  await ada.useCustomClient();
  key = (await stack.operator('key', 'add', 'pipeline', '--tenant', 'Acme Research')).trim();
});
after(() => stack?.stop());

const ask = (path = '', bearer = key) =>
  exchange(stack.address, `/api/v1/credentials/${SANDBOX}${path}`, { headers: { authorization: `Bearer ${bearer}` } });

// Asks again while the answer is "being renewed", as a runtime would.
async function askUntil(path = '') {
  for (;;) {
    const answer = await ask(path);
    if (answer.status !== 503) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('without a credential there is none', async () => {
  assert.equal((await ask()).status, 404);
});

test('an API key is handed out with its own fields', async () => {
  await ada.addApiKey();
  const answer = await ask();
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['cache-control'], 'no-store');
  const body = JSON.parse(answer.text);
  assert.equal(body.credential_type, 'api-key');
  assert.deepEqual(body.fields, { api_key: 'sbx-good-key' });
});

test('no key, a wrong key, a mistyped key, a revoked key: 401 alike', async () => {
  const other = (await stack.operator('key', 'add', 'other', '--tenant', 'Acme Research')).trim();
  assert.equal((await ask('', other)).status, 200);
  await stack.operator('key', 'revoke', 'other', '--tenant', 'Acme Research');
  const wrong = [other, '', key.slice(0, -1), `${key}x`, key.toUpperCase(), `grt_${'A'.repeat(49)}`];
  const answers = await Promise.all(wrong.map((text) => ask('', text)));
  for (const answer of answers) assert.deepEqual([answer.status, answer.text], [401, answers[0].text]);
});

test('a key of another workspace sees nothing of this one', async () => {
  const foreign = (await stack.operator('key', 'add', 'labs', '--tenant', 'Acme Labs')).trim();
  assert.equal((await ask('', foreign)).status, 404);
});

test('R86: a foreign credential, an unknown one, a malformed id and an unknown provider answer alike', async () => {
  const foreign = (await stack.operator('key', 'add', 'labs 2', '--tenant', 'Acme Labs')).trim();
  const [[own]] = await db.rows('SELECT LOWER(HEX(id)) FROM datasource_providers');
  const uuid = own.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  assert.equal((await ask(`?credential=${uuid}`)).status, 200);
  const answers = [];
  for (const query of [uuid, '11111111-2222-4333-8444-555555555555', 'x']) answers.push(await ask(`?credential=${query}`, foreign));
  answers.push(await ask('', foreign));
  const unknown = '/api/v1/credentials/grantry/none/none';
  answers.push(await exchange(stack.address, unknown, { headers: { authorization: `Bearer ${foreign}` } }));
  for (const answer of answers) {
    assert.deepEqual([answer.status, answer.text], [404, answers[0].text]);
    assert.deepEqual({ ...answer.headers, date: '' }, { ...answers[0].headers, date: '' });
  }
  assert.equal((await exchange(stack.address, unknown)).status, 401);
});

test('a key held to another provider finds nothing here', async () => {
  const held = (await stack.operator('key', 'add', 'held', '--tenant', 'Acme Research', '--providers',
    'langgenius/notion_datasource/notion_datasource')).trim();
  assert.equal((await ask('', held)).status, 404);
});

test('an OAuth credential comes with its access token, never with its refresh token', async () => {
  await ada.connect();
  const answer = await ask('?name=Ada%20Lovelace');
  assert.equal(answer.status, 200, answer.text);
  const body = JSON.parse(answer.text);
  assert.equal(body.credential_type, 'oauth2');
  assert.ok(body.fields.access_token);
  assert.deepEqual(Object.keys(body.fields), ['access_token']);
  assert.ok(body.scopes.includes('files.read'));
  assert.ok(body.expires_in > 0);
});

test('a token that is over is renewed once, and the new one is handed out', async () => {
  const before = JSON.parse((await ask('?name=Ada%20Lovelace')).text).fields.access_token;
  await db.run("UPDATE datasource_providers SET expires_at = 1, refresh_due_at = 9000000000 WHERE auth_type = 'oauth2'");
  await provider.clear();
  const answers = await Promise.all(Array.from({ length: 20 }, () => askUntil('?name=Ada%20Lovelace')));
  const tokens = new Set(answers.map((answer) => JSON.parse(answer.text).fields?.access_token));
  assert.equal(tokens.size, 1);
  assert.ok(!tokens.has(before) && !tokens.has(undefined));
  const calls = (await provider.record('/token')).filter((call) => call.body.includes('grant_type=refresh_token'));
  assert.equal(calls.length, 1);
});

test('invalid_grant is told, and a new consent heals it', async () => {
  await provider.ctl({ revoke_grants: true });
  await db.run("UPDATE datasource_providers SET expires_at = 1, refresh_due_at = 1 WHERE auth_type = 'oauth2'");
  const answer = await askUntil('?name=Ada%20Lovelace');
  assert.equal(answer.status, 409);
  assert.equal(JSON.parse(answer.text).reason, 'invalid_grant');
  const [[id]] = await db.rows("SELECT LOWER(HEX(id)) FROM datasource_providers WHERE auth_type = 'oauth2'");
  const uuid = id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  await ada.connect('ada', SANDBOX, `?credential=${uuid}`);
  assert.equal((await ask(`?credential=${uuid}`)).status, 200);
});

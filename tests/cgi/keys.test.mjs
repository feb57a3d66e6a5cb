// SPDX-License-Identifier: Apache-2.0
// Keys that are not those of the database: migrate adopts none of them, doctor and /api/ready say so, and a record
// whose key is gone is one row that cannot be decrypted, not a page that is gone (security F7).
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { startStack } from '../run/stack.mjs';
import { SANDBOX, signedIn, words } from './visitor.mjs';
import { witness } from './witness.mjs';

const run = promisify(execFile);
let stack, ada, seen;

before(async () => {
  stack = await startStack();
  seen = witness(stack);
  ada = await signedIn(stack, 'ada@acme.test');
  assert.equal((await ada.addApiKey()).status, 303);
  assert.equal((await ada.addApiKey()).status, 303);
  assert.equal((await ada.useCustomClient()).status, 303);
});
after(() => stack?.stop());

// The command line with another folder of keys. Resolves to { code, text }.
async function withKeys(folder, ...args) {
  const config = join(stack.var, 'tmp', `${folder}.conf`);
  const lines = (await readFile(stack.config, 'utf8')).split('\n').filter((line) => !/^key_dir\s*=/.test(line));
  await mkdir(join(stack.var, 'tmp', folder), { recursive: true, mode: 0o700 });
  await writeFile(config, [...lines, `key_dir = ${join(stack.var, 'tmp', folder)}`, ''].join('\n'));
  const done = await run(join(stack.bin, 'grantry'), ['-c', config, ...args]).catch((error) => error);
  return { code: done.code ?? 0, text: `${done.stdout}${done.stderr}` };
}

const migrate = (folder) => withKeys(folder, 'migrate', '--admin-socket', stack.socket);
const known = () => seen.sql('SELECT id, HEX(check_value) FROM keks ORDER BY id');
const keys = () => seen.sql('SELECT HEX(tenant_id), key_version, kek_id, HEX(wrapped_key) FROM tenant_keys ORDER BY 1, 2');
const ready = async () => JSON.parse((await ada.get('/api/ready')).text);

test('migrate does not adopt the key of another installation', async () => {
  const before = [await known(), await keys()];
  assert.equal((await withKeys('other', 'key-create')).code, 0);
  const { code, text } = await migrate('other');
  assert.equal(code, 1, text);
  assert.match(text, /the key does not fit this database/);
  assert.deepEqual([await known(), await keys()], before);
  assert.match((await withKeys('other', 'doctor')).text, /BAD {2}key/);
});

test('migrate without any key changes nothing', async () => {
  const before = [await known(), await keys()];
  assert.equal((await migrate('empty')).code, 1);
  assert.deepEqual([await known(), await keys()], before);
});

test('migrate with the right keys changes nothing, and is ready', async () => {
  const before = [await known(), await keys()];
  await stack.operator('migrate', '--admin-socket', stack.socket);
  assert.deepEqual([await known(), await keys()], before);
  assert.equal((await ready()).key, true);
});

test('what an interrupted migrate left undone is done by the next', async () => {
  await seen.sql("CREATE TABLE kept AS SELECT * FROM keks; DELETE FROM keks");
  assert.equal((await ready()).key, false);
  await stack.operator('migrate', '--admin-socket', stack.socket);
  assert.deepEqual(await known(), await seen.sql('SELECT id, HEX(check_value) FROM kept'));
  await seen.sql('DROP TABLE kept');
  assert.equal((await ready()).key, true);
});

test('a known check value is not enough to be ready: the data key must open', async () => {
  await seen.sql("UPDATE tenant_keys SET kek_id = 'gone' WHERE tenant_id = REPEAT('\\0', 16)");
  assert.equal((await ready()).key, false);
  await seen.sql("UPDATE tenant_keys SET kek_id = (SELECT id FROM keks) WHERE tenant_id = REPEAT('\\0', 16)");
  assert.equal((await ready()).key, true);
});

test('a record whose data key does not open is one row of the list', async () => {
  await seen.sql(`INSERT INTO tenant_keys SELECT tenant_id, 2, 'gone', wrapped_key, created_at FROM tenant_keys
      WHERE tenant_id = (SELECT id FROM tenants WHERE name = 'Acme Research');
    UPDATE provider_credentials SET encrypted_profile = INSERT(encrypted_profile, 3, 4, X'00000002') WHERE name = 'API KEY 1'`);
  const page = await ada.get(`/data-sources/${SANDBOX}`);
  assert.equal(page.status, 200, words(page));
  assert.match(words(page), /API KEY 1 .*Cannot be decrypted/);
  assert.match(words(page), /API KEY 2 .*Active/);
});

test('a custom client that does not open outlives the choice of the default', async () => {
  const stored = () => seen.sql('SELECT revision, enabled, HEX(client_params) FROM datasource_oauth_tenant_params');
  await seen.sql("UPDATE datasource_oauth_tenant_params SET client_params = INSERT(client_params, 3, 4, X'00000002')");
  const before = await stored();
  const form = await ada.get(`/data-sources/${SANDBOX}/client`);
  assert.match(words(form), /The stored client cannot be decrypted/);
  const answer = await ada.submit(form, { client: 'default', then: 'save' }, '/client');
  assert.equal(answer.status, 409);
  assert.match(words(answer), /The stored client cannot be decrypted/);
  assert.deepEqual(await stored(), before);
});

test('where nothing can be sealed, nothing is kept', async () => {
  await stack.operator('tenant', 'add', 'Elsewhere');
  await stack.operator('user', 'add', 'eve@acme.test', '--name', 'Eve', '--tenant', 'Elsewhere', '--role', 'owner');
  const eve = await signedIn(stack, 'eve@acme.test');
  await seen.sql("UPDATE tenant_keys SET kek_id = 'gone' WHERE tenant_id = (SELECT id FROM tenants WHERE name = 'Elsewhere')");
  const before = await seen.kept();
  assert.equal((await eve.addApiKey()).status, 503);
  assert.equal(await seen.kept(), before);
});

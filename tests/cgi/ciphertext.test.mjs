// SPDX-License-Identifier: Apache-2.0
// Sealed columns moved, mixed and broken in the database (security F1-F6): what does not open is shown as such, everything
// else works on, nothing of another row, column, table, tenant or revision is ever shown, and a repaired row opens again.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';

import { database, hexOf } from '../run/database.mjs';
import { descendants } from '../run/search.mjs';
import { startStack } from '../run/stack.mjs';
import { SANDBOX, sandbox, signedIn, words } from './visitor.mjs';

const PAGE = `/data-sources/${SANDBOX}`;
let stack, db, ada, eve;
const id = {}; // of the rows that are played with
const good = {}; // their sealed columns as they were

const idOf = (visitor, before = []) => visitor.credentials().then((all) => all.find((one) => !before.includes(one)));

async function add(visitor, how) {
  const before = await visitor.credentials();
  assert.ok([200, 303].includes((await how()).status));
  return hexOf(await idOf(visitor, before));
}

const set = (row, columns) => db.run(`UPDATE provider_credentials SET ${columns} WHERE id = X'${row}'`);
const of = (row, column, table = 'provider_credentials') => `(SELECT v FROM (SELECT ${column} v FROM ${table} WHERE id = X'${row}') moved)`;

// What a reader sees of the list: so many rows that open, and so many that do not.
async function looks(broken, { visitor = ada, rows = 3 } = {}) {
  const page = await visitor.get(PAGE);
  assert.equal(page.status, 200);
  const text = page.text.split('Cannot be decrypted').length - 1;
  assert.equal(text, broken, `${text} rows cannot be decrypted, not ${broken}`);
  assert.equal((await visitor.credentials()).length, rows);
  assert.equal((await visitor.get('/data-sources')).status, 200);
  return page;
}

// Data keys are kept in the memory of a worker; new workers know none.
async function newWorkers() {
  for (const name of ['settings', 'connect']) {
    const master = (await readFile(join(stack.var, 'run', `${name}.pid`), 'utf8')).split(' ')[0];
    const old = (await descendants([master])).filter((pid) => pid !== master);
    for (const pid of old) process.kill(Number(pid), 'SIGKILL');
    for (let all = old; all.length < old.length + 1 || all.some((pid) => old.includes(pid)); ) all = await descendants([master]);
  }
  // the first requests may meet a connection that went with its worker
  for (const visitor of [ada, eve]) while ((await visitor.get('/members')).status !== 200);
}

before(async () => {
  stack = await startStack();
  db = database(stack);
  await stack.operator('tenant', 'add', 'Globex');
  await stack.operator('user', 'add', 'eve@globex.test', '--name', 'Eve', '--tenant', 'Globex', '--role', 'owner');
  ada = await signedIn(stack, 'ada@acme.test');
  eve = await signedIn(stack, 'eve@globex.test');
  await ada.useCustomClient();
  await eve.useCustomClient();
  await sandbox(stack).ctl({ api_keys: { 'sbx-mei-key': { status: 200, username: 'mei' } },
    users: [{ username: 'eve', password: 'p', sub: 'u-eve', name: 'Eve', email: 'eve@sandbox.example' }] });
  id.one = await add(ada, () => ada.connect('ada'));
  id.two = await add(ada, () => ada.connect('ben'));
  id.key = await add(ada, () => ada.addApiKey('sbx-mei-key'));
  id.foreign = await add(eve, () => eve.connect('eve'));
  for (const row of Object.values(id))
    [[good[row]]] = await db.rows(`SELECT CONCAT('encrypted_credentials = X\\'', HEX(encrypted_credentials), '\\', encrypted_profile = X\\'',
      HEX(encrypted_profile), '\\', secret_rev = ', secret_rev) FROM provider_credentials WHERE id = X'${row}'`);
});
after(() => stack?.stop());

// Put right again, every row opens: the page told of the record, not of the row.
afterEach(async () => {
  for (const row of Object.values(id)) await set(row, good[row]);
  const page = await looks(0);
  assert.match(words(page), /ada@sandbox/);
  assert.match(words(page), /ben@sandbox/);
  await looks(0, { visitor: eve, rows: 1 });
});

for (const column of ['encrypted_credentials', 'encrypted_profile']) {
  test(`F1: ${column} of two rows swapped`, async () => {
    const [[one]] = await db.rows(`SELECT HEX(${column}) FROM provider_credentials WHERE id = X'${id.one}'`);
    await set(id.one, `${column} = ${of(id.two, column)}`);
    await set(id.two, `${column} = X'${one}'`);
    const page = await looks(2);
    assert.doesNotMatch(words(page), /ada@sandbox|ben@sandbox/, 'no account of the other row');
    assert.match(words(page), /API KEY 1/);
  });

  test(`F2: ${column} of another tenant`, async () => {
    await set(id.one, `${column} = ${of(id.foreign, column)}`);
    assert.doesNotMatch(words(await looks(1)), /eve@sandbox/);
    await looks(0, { visitor: eve, rows: 1 });
  });
}

test('F2: the whole row of another tenant, keys and all columns that it is bound to', async () => {
  await db.run(`UPDATE provider_credentials a JOIN provider_credentials f ON f.id = X'${id.foreign}'
    SET a.encrypted_credentials = f.encrypted_credentials, a.encrypted_profile = f.encrypted_profile, a.secret_rev = f.secret_rev WHERE a.id = X'${id.one}'`);
  assert.doesNotMatch(words(await looks(1)), /eve@sandbox/);
});

test('F3: the two columns of one row swapped', async () => {
  await db.run(`UPDATE provider_credentials a JOIN (SELECT id, encrypted_credentials c, encrypted_profile p FROM provider_credentials) b USING (id)
    SET a.encrypted_credentials = b.p, a.encrypted_profile = b.c WHERE a.id = X'${id.one}'`);
  await looks(1);
});

test('F4: the secret of an OAuth client in the place of a credential, and the other way round', async () => {
  const table = 'datasource_oauth_tenant_params';
  const [[tenant]] = await db.rows(`SELECT HEX(tenant_id) FROM provider_credentials WHERE id = X'${id.one}'`);
  const [[params]] = await db.rows(`SELECT HEX(client_params) FROM ${table} WHERE tenant_id = X'${tenant}'`);
  await set(id.one, `encrypted_credentials = X'${params}'`);
  await looks(1);
  await db.run(`UPDATE ${table} SET client_params = ${of(id.two, 'encrypted_credentials')} WHERE tenant_id = X'${tenant}'`);
  const page = await ada.get(`${PAGE}/client`);
  assert.equal(page.status, 200);
  assert.match(words(page), /cannot be decrypted/i);
  // not the Default client instead: that would be another one than the page says
  const provider = sandbox(stack);
  await provider.clear();
  const start = await ada.get(`/connect/data-sources/${SANDBOX}`);
  assert.equal(start.status, 503);
  assert.ok(start.headers['retry-after']);
  assert.deepEqual(await provider.record(), []);
  await looks(1);
  await db.run(`UPDATE ${table} SET client_params = X'${params}' WHERE tenant_id = X'${tenant}'`);
  assert.equal((await ada.get(`/connect/data-sources/${SANDBOX}`)).status, 200);
});

test('F4: an earlier record of the same column', async () => {
  const edit = `${PAGE}/credentials/${id.key.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}/edit`;
  assert.equal((await ada.submit(await ada.get(edit), { 'field.api_key': 'sbx-ben-key' }, '/edit')).status, 303);
  const [[now]] = await db.rows(`SELECT secret_rev FROM provider_credentials WHERE id = X'${id.key}'`);
  await set(id.key, `${good[id.key].replace(/secret_rev = .*/, '')} secret_rev = ${now}`);
  await looks(1);
});

test('F5: cut, flipped, lengthened, empty, of another version, far too large', async () => {
  const [[hex]] = await db.rows(`SELECT HEX(encrypted_credentials) FROM provider_credentials WHERE id = X'${id.one}'`);
  const bytes = Buffer.from(hex, 'hex');
  const flipped = (at) => { const copy = Buffer.from(bytes); copy[at] ^= 1; return copy; };
  const broken = [Buffer.alloc(0), Buffer.alloc(1, 1), Buffer.alloc(46), bytes.subarray(0, -1), bytes.subarray(0, 46), bytes.subarray(0, 6), Buffer.concat([bytes, Buffer.from([0])]),
    ...[0, 1, 2, 5, 6, 29, 30, bytes.length - 17, bytes.length - 1].map(flipped), Buffer.alloc(bytes.length, 0xff), Buffer.from('{"access_token":"x"}')];
  for (const record of broken) {
    await set(id.one, `encrypted_credentials = X'${record.toString('hex')}'`);
    await looks(1);
  }
  for (const size of [(1 << 21) - 1, (1 << 21) + 1, 15 << 20]) {
    await set(id.one, `encrypted_profile = REPEAT(X'01', ${size})`);
    await looks(1);
  }
});

test('a row that does not open can be renamed and deleted, and is healed by a new key', async () => {
  const before = await ada.credentials();
  assert.equal((await ada.addApiKey('sbx-good-key', 'to be broken')).status, 303);
  const uuid = await idOf(ada, before);
  await set(hexOf(uuid), "encrypted_credentials = X'00', encrypted_profile = X'00'");
  assert.equal((await ada.submit(await ada.get(`${PAGE}/credentials/${uuid}/rename`), { name: 'renamed' }, '/rename')).status, 303);
  await looks(1, { rows: 4 });
  const edit = await ada.get(`${PAGE}/credentials/${uuid}/edit`);
  assert.equal((await ada.submit(edit, {}, '/edit')).status, 422, 'nothing is kept of what cannot be read');
  assert.equal((await ada.submit(edit, { 'field.api_key': 'sbx-good-key' }, '/edit')).status, 303);
  await looks(0, { rows: 4 });
  assert.equal((await ada.submit(await ada.get(`${PAGE}/credentials/${uuid}/delete`), {}, '/delete')).status, 303);
});

test('an authorization whose verifier was exchanged is not redeemed', async () => {
  const flows = [];
  for (let i = 0; i < 2; i++) flows.push((await ada.allowAccess()).url);
  const provider = sandbox(stack);
  const back = await ada.authorize(flows[0]);
  const rows = await db.rows("SELECT HEX(id), HEX(verifier_sealed) FROM oauth_flows WHERE status = 'open' ORDER BY id");
  assert.equal(rows.length, 2);
  await db.run(`UPDATE oauth_flows SET verifier_sealed = X'${rows[1][1]}' WHERE id = X'${rows[0][0]}'`);
  await db.run(`UPDATE oauth_flows SET verifier_sealed = X'${rows[0][1]}' WHERE id = X'${rows[1][0]}'`);
  await provider.clear();
  const { result } = await ada.follow(back);
  assert.ok(result.status >= 400, `${result.status}`);
  assert.deepEqual(await provider.record('/token'), []);
  await looks(0);
  await db.run('DELETE FROM oauth_flows');
});

test('an outcome that was exchanged is not shown', async () => {
  const uuids = [];
  const own = await ada.credentials();
  for (const who of ['ada', 'ben']) uuids.push((await ada.connect(who)).callback.location.split('/').pop());
  const [[first]] = await db.rows(`SELECT HEX(outcome_sealed) FROM oauth_flows WHERE id = X'${hexOf(uuids[0])}'`);
  await db.run(`UPDATE oauth_flows SET outcome_sealed = X'${first}' WHERE id = X'${hexOf(uuids[1])}'`);
  const page = await ada.get(`/connect/flows/${uuids[1]}`);
  assert.ok(page.status >= 500, `${page.status}`);
  assert.doesNotMatch(page.text, /sandbox\.example/);
  assert.equal((await ada.get(`/connect/flows/${uuids[0]}`)).status, 200);
  for (const uuid of (await ada.credentials()).filter((one) => !own.includes(one)))
    await ada.submit(await ada.get(`${PAGE}/credentials/${uuid}/delete`), {}, '/delete');
});

test('F6: the data keys of two tenants swapped; both are closed, the others and all pages work', async () => {
  const keyOf = async (row) => (await db.rows(`SELECT HEX(k.tenant_id), HEX(k.wrapped_key) FROM tenant_keys k
    JOIN provider_credentials p USING (tenant_id) WHERE p.id = X'${row}'`))[0];
  const keys = [await keyOf(id.one), await keyOf(id.foreign)];
  const put = async ([a, b]) => {
    await db.run(`UPDATE tenant_keys SET wrapped_key = X'${a}' WHERE tenant_id = X'${keys[0][0]}'`);
    await db.run(`UPDATE tenant_keys SET wrapped_key = X'${b}' WHERE tenant_id = X'${keys[1][0]}'`);
    await newWorkers();
  };
  await put([keys[1][1], keys[0][1]]);
  await looks(3);
  await looks(1, { visitor: eve, rows: 1 });
  const refused = await ada.addApiKey();
  assert.equal(refused.status, 503, 'nothing can be sealed');
  assert.ok(refused.headers['retry-after']);
  await put([keys[0][1].slice(0, -2), keys[1][1]]); // one cut short
  await looks(3);
  await looks(0, { visitor: eve, rows: 1 });
  await put([keys[0][1], keys[1][1]]);
});

test('each of these was told to the audit log and to the operator', async () => {
  const [[events]] = await db.rows("SELECT COUNT(*) FROM audit_events WHERE action = 'credential.integrity'");
  assert.ok(Number(events) >= 10);
  const log = await readFile(join(stack.var, 'log', 'settings.log'), 'utf8');
  assert.match(log, /"event":"keyring\.unreadable".*"table":"datasource_providers"/);
});

// SPDX-License-Identifier: Apache-2.0
// Hand-outs that arrive together are read in one statement and recorded in one commit: each gets what it would have got
// alone, whoever the others are, and nothing leaves that was not recorded. There is one worker, and the first request waits
// for a lock until the others are there.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { database, databaseSession, hexOf, uuidOf } from '../run/database.mjs';
import { startStack } from '../run/stack.mjs';
import { Runtime, newKey } from './runtime.mjs';
import { until } from './renewing.mjs';
import { SANDBOX, signedIn } from './visitor.mjs';

const OTHER = 'langgenius/notion_datasource/notion_datasource';
let stack, db, session, runtime, ids, keys;

const idsOf = async (tenant) => (await db.rows(`SELECT HEX(c.id) FROM provider_credentials c JOIN tenants t ON t.id = c.tenant_id
  WHERE t.name = '${tenant}' ORDER BY c.name`)).map(([id]) => uuidOf(id));
const newKeyOf = async (tenant, name) => (await stack.operator('key', 'add', name, '--tenant', tenant)).trim();

before(async () => {
  stack = await startStack({ workers: 1 });
  db = database(stack);
  session = databaseSession(stack);
  const ada = await signedIn(stack, 'ada@acme.test');
  await ada.useCustomClient();
  for (const who of ['ada', 'mei']) await ada.connect(who);
  await stack.operator('tenant', 'add', 'Globex');
  keys = { acme: await newKey(stack, 'one'), again: await newKey(stack, 'two'), globex: await newKeyOf('Globex', 'three'),
    held: await newKey(stack, 'four', '--providers', OTHER), lists: await newKey(stack, 'five', '--verbs', 'list') };
  ids = await idsOf('Acme Research');
  runtime = new Runtime(stack, keys.acme);
});
after(async () => {
  await session?.end();
  await stack?.stop();
});

const status = async (name) => Number((await session.rows(`SHOW GLOBAL STATUS LIKE '${name}'`))[0][1]);
const records = async () => (await db.rows(`SELECT object FROM audit_events WHERE action = 'credential.handout' ORDER BY object`)).map(([object]) => object);

// Sends the first, which waits for the audit log, then the others; answers all.
async function together(asks) {
  await session.run('LOCK TABLES audit_events WRITE');
  const first = runtime.byId(ids[0]);
  await until('the first to wait', async () =>
    Number((await db.rows("SELECT COUNT(*) FROM information_schema.processlist WHERE state LIKE 'Waiting for table%'"))[0][0]) > 0);
  const others = asks.map((ask) => ask());
  await session.run('UNLOCK TABLES');
  assert.equal((await first).status, 200);
  return Promise.all(others);
}

const told = ({ status, headers, body }) => [status, headers.etag, body && { ...body, expires_in: 0, request_id: '' }];

test('everybody gets what he would have got alone', async () => {
  const etag = (await runtime.byId(ids[0])).headers.etag;
  const asks = [];
  for (const key of [...Object.values(keys), 'grt_wrong', null]) {
    for (const id of [...ids, '11111111-2222-4333-8444-555555555555', 'x']) asks.push(() => runtime.byId(id, { key }));
    asks.push(() => runtime.handOut('', { key }), () => runtime.handOut('?name=Ada%20Lovelace', { key }));
    asks.push(() => runtime.handOut(`?credential=${ids[1]}`, { key }), () => runtime.byReference(`${SANDBOX}:Ada Lovelace`, { key }));
    asks.push(() => runtime.get(`/api/v1/credentials/${OTHER}?credential=${ids[0]}`, { key }));
    asks.push(() => runtime.get(`/api/v1/credentials/${SANDBOX}${'x'.repeat(300)}`, { key }));
    asks.push(() => runtime.byId(ids[0], { key, headers: { 'if-none-match': etag } }), () => runtime.handOut('?min_ttl=x', { key }));
  }
  const alone = [];
  for (const ask of asks) alone.push(told(await ask()));
  const before = (await records()).length;
  const answers = (await together(asks)).map(told);
  assert.deepEqual(answers, alone);
  const handedOut = answers.filter(([status]) => status === 200).length;
  assert.ok(handedOut >= 10 && answers.length - handedOut > 40);
  assert.equal((await records()).length, before + handedOut + 1);
});

test('one commit for many, and a record for each with its own key', async () => {
  await db.run("DELETE FROM audit_events WHERE action = 'credential.handout'");
  const asks = Array.from({ length: 60 }, (_, i) => () => runtime.byId(ids[i % 2], { key: i % 3 ? keys.acme : keys.again }));
  const [inserts, reads] = [await status('Com_insert'), await status('Com_stmt_execute')];
  for (const { status } of await together(asks)) assert.equal(status, 200);
  assert.ok(await status('Com_insert') - inserts < 30, 'one commit each');
  assert.ok(await status('Com_stmt_execute') - reads < 80, 'one SELECT each');
  const keyIds = new Map((await db.rows('SELECT name, LOWER(HEX(id)) FROM runtime_keys')).map(([name, id]) => [name, uuidOf(id)]));
  const expected = asks.map((_, i) => `credential:${ids[i % 2]} key:${keyIds.get(i % 3 ? 'one' : 'two')}`);
  assert.deepEqual(await records(), [...expected, `credential:${ids[0]} key:${keyIds.get('one')}`].sort());
});

test('R106: what cannot be recorded leaves for none of them', async () => {
  await db.run('RENAME TABLE audit_events TO audit_events_away');
  try {
    for (const { status, text } of await Promise.all(Array.from({ length: 60 }, () => runtime.byId(ids[0])))) {
      assert.equal(status, 503);
      assert.doesNotMatch(text, /access_token|fields/);
    }
  } finally {
    await db.run('RENAME TABLE audit_events_away TO audit_events');
  }
  assert.equal((await runtime.byId(ids[0])).status, 200);
});

test('what is disabled meanwhile is not handed out to those who ask after that', async () => {
  const statuses = await together(Array.from({ length: 20 }, () => () => runtime.byId(ids[1])));
  assert.ok(statuses.every(({ status }) => status === 200));
  await db.run(`UPDATE provider_credentials SET state = 'disabled' WHERE id = X'${hexOf(ids[1])}'`);
  for (const { status, body } of await together(Array.from({ length: 20 }, () => () => runtime.byId(ids[1]))))
    assert.deepEqual([status, body.code], [409, 'disabled']);
});

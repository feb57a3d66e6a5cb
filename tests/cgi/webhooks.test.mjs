// SPDX-License-Identifier: Apache-2.0
// Webhooks from the page to a receiver and back: one signed message for an incident and one for the recovery, tried
// again when it is not taken, given up in the end, and never to an address that may not be called.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { database } from '../run/database.mjs';
import { findInFiles, needlesOf } from '../run/search.mjs';
import { startStack } from '../run/stack.mjs';
import { isSigned, startReceiver } from './receiver.mjs';
import { sandbox, signedIn, unescapeHtml, words } from './visitor.mjs';

let stack, db, ada, ben, box, receiver;
const secrets = [];

before(async () => {
  receiver = await startReceiver();
  stack = await startStack({ conf: `egress_allow = ${receiver.origin}\nprovider_timeout_ms = 1000` });
  db = database(stack);
  box = sandbox(stack);
  ada = await signedIn(stack, 'ada@acme.test');
  ben = await signedIn(stack, 'ben@acme.test');
  assert.equal((await ada.connect()).status, 200);
});
after(async () => {
  await stack?.stop();
  await receiver?.stop();
});
beforeEach(() => db.run('DELETE FROM webhooks'));

// ---- helpers ----

const addForm = async (url, visitor = ada) => visitor.submit(await visitor.get('/webhooks/add'), { url }, '/webhooks/add');
const secretOf = (page) => unescapeHtml(page.text.match(/<code id="secret"[^>]*>([^<]*)</)?.[1] ?? '');

async function add(path) {
  const page = await addForm(receiver.origin + path);
  assert.equal(page.status, 200, words(page));
  const secret = secretOf(page);
  assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  secrets.push(secret);
  return secret;
}

// A button of the list: of the webhook with this path, or the only one.
async function press(verb, path = '') {
  const { text } = await ada.get('/webhooks');
  const row = text.split('<li class="row">').find((html) => html.includes(`>${receiver.origin}${path}<`)) ?? text;
  const action = row.match(new RegExp(`action="(/webhooks/[^"]*/${verb})"`))[1];
  const page = await ada.post(action, { csrf: await ada.csrf() });
  assert.equal(page.status, 303);
  return page;
}

const until = async (ask) => {
  for (;;) {
    const found = await ask();
    if (found) return found;
    await new Promise((resolve) => { setImmediate(resolve); });
  }
};
const deliveries = () => db.rows('SELECT state, attempts, last_status, last_error, IFNULL(due_at - UNIX_TIMESTAMP(), -1) FROM webhook_deliveries ORDER BY created_at');
// The only delivery, once it is in that state and was tried so often: [status, error, seconds until the next attempt].
const settled = (state, attempts) => until(async () => {
  const [row] = await deliveries();
  // while it is claimed it is due in two minutes
  const ended = row && (state !== 'queued' || row[3] !== '' || row[2] !== '0');
  return ended && row[0] === state && Number(row[1]) === attempts ? [Number(row[2]), row[3], Number(row[4])] : null;
});
const hurry = () => db.run("UPDATE webhook_deliveries SET due_at = 1, last_status = 0, last_error = '' WHERE state = 'queued'");

// The token endpoint says so from now on, and the credential is renewed.
const renewal = async (fault) => {
  const [[failures]] = await db.rows('SELECT failures FROM provider_credentials');
  await box.ctl({ faults: fault ? [{ endpoint: 'token', status: 401, body: JSON.stringify({ error: fault }) }] : [] });
  await db.run('UPDATE provider_credentials SET refresh_due_at = 1');
  await until(async () => (await db.rows(`SELECT 1 FROM provider_credentials WHERE refresh_due_at IS NULL OR refresh_due_at > 1 OR failures <> ${failures}`)).length);
};
const stateOf = async () => (await db.rows('SELECT state FROM provider_credentials'))[0][0];

// ---- incidents ----

test('an incident is one signed message to each webhook, and its end is one more', async () => {
  const one = await add('/one'), two = await add('/two');
  await renewal('invalid_client');
  assert.equal(await stateOf(), 'client_error');
  const first = await receiver.next('/one'), other = await receiver.next('/two');
  assert.equal(first.method, 'POST');
  assert.equal(first.headers['content-type'], 'application/json');
  assert.ok(isSigned(first, one) && isSigned(other, two));
  assert.ok(!isSigned(first, two) && !isSigned({ ...first, body: `${first.body} ` }, one));
  assert.equal(first.headers['webhook-id'], other.headers['webhook-id']);
  const { type, id, timestamp, data } = first.json;
  assert.equal(type, 'credential.state_changed');
  assert.equal(id, first.headers['webhook-id']);
  assert.ok(Math.abs(Date.parse(timestamp) - Date.now()) < 60_000 && timestamp.endsWith('Z'));
  assert.deepEqual([data.credential.name, data.credential.provider, data.state, data.previous_state, data.reason],
    ['Ada Lovelace', 'grantry/sandbox/sandbox_drive', 'client_error', 'active', 'invalid_client']);

  await renewal('invalid_client'); // the same incident
  assert.equal(await stateOf(), 'client_error');
  await renewal(null);
  assert.equal(await stateOf(), 'active');
  const end = await receiver.next('/one');
  assert.deepEqual([end.json.data.state, end.json.data.previous_state, end.json.data.reason], ['active', 'client_error', '']);
  assert.ok(isSigned(end, one));
  assert.notEqual(end.headers['webhook-id'], id);
  // what each is told next is this: nothing was sent in between
  for (const path of ['/one', '/two']) await press('test', path);
  await receiver.next('/two');
  assert.deepEqual([(await receiver.next('/one')).json.type, (await receiver.next('/two')).json.type], ['webhook.test', 'webhook.test']);
  assert.deepEqual(receiver.all('/two').map((m) => m.json.data.state), ['client_error', 'active', undefined]);
});

test('a delayed renewal is no incident', async () => {
  await add('/delayed');
  await box.ctl({ faults: [{ endpoint: 'token', status: 503 }] });
  await db.run('UPDATE provider_credentials SET refresh_due_at = 1');
  await until(async () => (await db.rows('SELECT 1 FROM provider_credentials WHERE failures > 0')).length);
  await box.ctl({ faults: [] });
  await press('test');
  assert.equal((await receiver.next('/delayed')).json.type, 'webhook.test');
  assert.deepEqual(await db.rows('SELECT COUNT(*) FROM webhook_deliveries'), [['1']]);
  await db.run('UPDATE provider_credentials SET failures = 0');
});

// ---- answers ----

test('what is not taken is tried again later, the same message with a new signature, and is dead after the last attempt', async () => {
  const secret = await add('/failing');
  receiver.answer('/failing', { status: 500 });
  await press('test');
  for (let attempt = 1; attempt < 10; attempt++) {
    const [status, error, wait] = await settled('queued', attempt);
    assert.deepEqual([status, error], [500, 'status']);
    assert.ok(wait >= [3, 25, 110, 890, 3590, 14390, 43190, 86390, 86390][attempt - 1], `after ${attempt}: ${wait} s`);
    await hurry();
  }
  await settled('dead', 10);
  const all = receiver.all('/failing');
  assert.equal(all.length, 10);
  assert.equal(new Set(all.map((m) => m.headers['webhook-id'])).size, 1);
  assert.equal(new Set(all.map((m) => m.body)).size, 1);
  assert.ok(all.every((m) => isSigned(m, secret)));

  const page = await ada.get('/webhooks');
  assert.match(words(page), /Dead letters .*Test message .*Answered 500\. Tried 10 times\./);
  receiver.answer('/failing', { status: 200 });
  assert.equal((await press('send-again')).location, '/webhooks?done=sent-again');
  await settled('delivered', 1);
  assert.equal(receiver.all('/failing').length, 11);
  assert.equal(receiver.all('/failing')[10].headers['webhook-id'], all[0].headers['webhook-id']);
  assert.doesNotMatch(words(await ada.get('/webhooks')), /Dead letters/);
});

test('410: it is dead at once', async () => {
  await add('/gone');
  receiver.answer('/gone', { status: 410 });
  await press('test');
  assert.deepEqual((await settled('dead', 1)).slice(0, 2), [410, 'gone']);
  assert.match(words(await ada.get('/webhooks')), /Answered 410: it wants no more messages/);
});

test('Retry-After is kept', async () => {
  await add('/later');
  receiver.answer('/later', { status: 503, headers: { 'retry-after': '700' } });
  await press('test');
  const [, , wait] = await settled('queued', 1);
  assert.ok(wait >= 690 && wait <= 880, `${wait} s`);
});

test('a redirect is not followed', async () => {
  await add('/redirect');
  for (const status of [301, 302, 303, 307, 308]) {
    receiver.answer('/redirect', { status, headers: { location: `${receiver.origin}/elsewhere` } });
    await db.run('DELETE FROM webhook_deliveries');
    await press('test');
    assert.deepEqual((await settled('queued', 1)).slice(0, 2), [status, 'status']);
  }
  assert.equal(receiver.all('/elsewhere').length, 0);
  assert.match(words(await ada.get('/webhooks')), /redirects are not followed/);
});

test('a receiver that never answers is waited for no longer than any provider, and holds up no other', async () => {
  await add('/hanging');
  await add('/quick');
  receiver.answer('/hanging', { hang: true });
  await press('test', '/hanging');
  await receiver.next('/hanging');
  await press('test', '/quick');
  await receiver.next('/quick'); // which would be late if it stood in a queue behind the other
  await until(async () => (await deliveries()).some(([state]) => state === 'delivered'));
  await db.run("DELETE FROM webhook_deliveries WHERE state = 'delivered'");
  assert.deepEqual((await settled('queued', 1)).slice(0, 2), [0, 'timeout']);
  assert.match(words(await ada.get('/webhooks')), /There was no answer in time\./);
});

test('a webhook that is removed takes its queued messages along', async () => {
  await add('/removed');
  receiver.answer('/removed', { status: 500 });
  await press('test');
  await settled('queued', 1);
  const confirm = await ada.get((await ada.get('/webhooks')).text.match(/href="(\/webhooks\/[^"]*\/remove)"/)[1]);
  assert.match(words(confirm), /Remove this webhook\?.*\/removed.*Messages that wait for it, its dead letters and its secret are deleted/);
  assert.equal((await ada.submit(confirm, {}, '/remove')).location, '/webhooks?done=webhook-removed');
  assert.deepEqual(await deliveries(), []);
  assert.equal((await ada.submit(confirm, {}, '/remove')).status, 404);
});

// ---- addresses ----

test('an address that may not be called is refused, or never called', async () => {
  const { port } = new URL(receiver.origin);
  for (const url of ['', 'receiver', 'http://receiver.example/', 'ftp://receiver.example/', 'https://receiver.example:8443/',
    'https://me@receiver.example/', 'https://receiver.example/#x', `http://localhost:${port}/`, `http://127.0.0.1:${Number(port) + 1}/`,
    `${receiver.origin.replace('http', 'https')}/`, `https://receiver.example/${'x'.repeat(2048)}`]) {
    const page = await addForm(url);
    assert.equal(page.status, 422, url);
    assert.equal(secretOf(page), '');
  }
  assert.deepEqual(await db.rows('SELECT COUNT(*) FROM webhooks'), [['0']]);
  for (const url of ['https://127.0.0.1/', 'https://[::1]/', 'https://169.254.169.254/latest', 'https://10.0.0.1/', 'https://localhost/']) {
    assert.equal((await addForm(url)).status, 200, url);
    await press('test');
    assert.deepEqual((await settled('queued', 1)).slice(0, 2), [0, 'forbidden_address'], url);
    await db.run('DELETE FROM webhooks');
  }
});

test('the secret is shown once: not by a second submit, not by the list, and it is kept nowhere in clear', async () => {
  const form = await ada.get('/webhooks/add');
  const page = await ada.submit(form, { url: `${receiver.origin}/once` }, '/webhooks/add');
  const secret = secretOf(page);
  secrets.push(secret);
  assert.equal(page.headers['cache-control'], 'no-store');
  const again = await ada.submit(form, { url: `${receiver.origin}/once` }, '/webhooks/add');
  assert.equal(again.status, 409);
  for (const other of [again, await ada.get('/webhooks'), await ada.get('/webhooks/add')]) assert.doesNotMatch(other.text, /whsec_/);
  const needles = needlesOf(secrets.flatMap((text, i) => [{ name: `secret ${i}`, bytes: Buffer.from(text) },
    { name: `key ${i}`, bytes: Buffer.from(text.slice(6), 'base64') }]));
  assert.deepEqual((await findInFiles(stack.var, needles)).found, []);
});

test('ten webhooks are the most', async () => {
  for (let i = 0; i < 10; i++) await add(`/ten/${i}`);
  const page = await addForm(`${receiver.origin}/eleven`);
  assert.equal(page.status, 409);
  assert.match(words(page), /there may not be more/);
  assert.doesNotMatch((await ada.get('/webhooks')).text, /href="\/webhooks\/add"/);
});

// ---- people and the operator ----

test('members neither see nor change webhooks, and have no item for them', async () => {
  await add('/members');
  assert.doesNotMatch((await ben.get('/data-sources')).text, /webhooks|runtime-keys/);
  assert.match((await ada.get('/data-sources')).text, /href="\/webhooks"/);
  assert.equal((await ben.get('/webhooks')).status, 403);
  assert.equal((await ben.post('/webhooks/add', { csrf: await ben.csrf(), url: `${receiver.origin}/ben` })).status, 403);
});

test('the operator adds, lists and removes too; every change is in the audit log', async () => {
  const tenant = ['--tenant', 'Acme Research'], url = `${receiver.origin}/operator`;
  const secret = (await stack.operator('webhook', 'add', url, ...tenant)).trim();
  secrets.push(secret);
  await assert.rejects(stack.operator('webhook', 'add', url, ...tenant), /there already/);
  await assert.rejects(stack.operator('webhook', 'add', 'http://receiver.example/', ...tenant), /begin with https/);
  assert.equal(await stack.operator('webhook', 'list', ...tenant), `${url}\t0 waiting\t0 dead\n`);
  assert.match(words(await ada.get('/webhooks')), /added by the operator/);
  await press('test');
  assert.ok(isSigned(await receiver.next('/operator'), secret));
  assert.equal(await stack.operator('webhook', 'list', '--tenant', 'Acme Labs'), '');
  await assert.rejects(stack.operator('webhook', 'remove', url, '--tenant', 'Acme Labs'), /there is none/);
  await stack.operator('webhook', 'remove', url, ...tenant);
  assert.equal(await stack.operator('webhook', 'list', ...tenant), '');
  const actions = (await db.rows("SELECT DISTINCT action FROM audit_events WHERE action LIKE 'webhook.%' AND result = 'ok'")).flat().sort();
  assert.deepEqual(actions, ['webhook.add', 'webhook.remove', 'webhook.send_again', 'webhook.test']);
});

// ---- who holds up whom ----

test('a workspace whose receiver hangs holds up none of the others, nor what else is to be done', async () => {
  await add('/hangs');
  receiver.answer('/hangs', { hang: true });
  await press('test', '/hangs');
  await receiver.next('/hangs');
  // ever so many, and all due before anything else
  await db.run(`INSERT INTO webhook_deliveries (tenant_id, id, webhook_id, event_id, body, state, due_at, created_at)
    WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 400)
    SELECT tenant_id, UNHEX(MD5(i)), webhook_id, event_id, body, 'queued', 1, created_at FROM webhook_deliveries, n`);
  await db.run("UPDATE webhook_deliveries SET due_at = 1, attempts = 0 WHERE state = 'queued'");
  await receiver.next('/hangs');
  await stack.operator('tenant', 'add', 'Globex');
  await stack.operator('user', 'add', 'eve@globex.test', '--name', 'Eve', '--tenant', 'Globex', '--role', 'owner');
  await stack.operator('webhook', 'add', `${receiver.origin}/lives`, '--tenant', 'Globex');
  const eve = await signedIn(stack, 'eve@globex.test');
  const { text } = await eve.get('/webhooks');
  assert.equal((await eve.post(text.match(/action="(\/webhooks\/[^"]*\/test)"/)[1], { csrf: await eve.csrf() })).status, 303);
  assert.equal((await receiver.next('/lives')).json.type, 'webhook.test');
  const [[waiting]] = await db.rows("SELECT COUNT(*) FROM webhook_deliveries WHERE state = 'queued' AND due_at = 1");
  assert.ok(Number(waiting) > 100, `${waiting} of the other workspace still wait`);
});

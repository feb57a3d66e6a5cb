// SPDX-License-Identifier: Apache-2.0
// One renewal at a time, whatever else happens: rows C1 to C34 of the attack list on one database. The crashes (C8
// to C11) are in refresh-crash.test.mjs, what needs several database nodes (C2, C13, C14, C18) in tests/galera.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { userInfo } from 'node:os';
import { after, afterEach, before, test } from 'node:test';

import { hexOf } from '../run/database.mjs';
import { descendants } from '../run/search.mjs';
import { nowS, openRenewals, tokenOf, until } from './renewing.mjs';
import { SANDBOX, TOOL, TRIGGER, exchange, home, sandbox, words } from './visitor.mjs';

const NARROW = 'grantry/fixture/narrow'; // three renewals at a time
const MIN_TTL = 60; // what a hand-out grants when nothing is asked
let ground, spent = 0;

before(async () => {
  ground = await openRenewals({ workers: 8, providers: ['narrow'] });
});
after(() => ground?.close());
afterEach(async () => {
  await ground.provider.ctl({ faults: [], settings: { rotation: 'rotate', expires_in: 3600 } });
  await ground.set('refresh_due_at = NULL'); // of this test's own is what follows
  await ground.provider.clear();
  spent = (await ground.provider.ctl()).refresh_reuses;
});

const asks = (id, n, options) => Promise.all(Array.from({ length: n }, () => ground.askUntil(id, options)));
const held = (gate, when = 'before', more = {}) => ground.fault({ hold: when, gate, ...more });
const onlyToken = (answers) => {
  const tokens = new Set(answers.map(tokenOf));
  assert.deepEqual(answers.map(({ status }) => status), answers.map(() => 200), answers[0].text);
  assert.equal(tokens.size, 1);
  return [...tokens][0];
};
const works = async (token) => (await exchange(ground.stack.sandbox, '/userinfo', { headers: { authorization: `Bearer ${token}` } })).status === 200;
const reuses = async () => (await ground.provider.ctl()).refresh_reuses - spent;

test('C1: 100 askers at once for an expired credential: one call a round, and all of them get the new token', async () => {
  const id = await ground.connect();
  let last = tokenOf(await ground.askUntil(id));
  for (let round = 0; round < 5; round += 1) {
    await ground.provider.clear();
    await ground.set('expires_at = 1', id); // and the schedule does not know of it
    const token = onlyToken(await asks(id, 100));
    assert.notEqual(token, last);
    assert.equal((await ground.calls()).length, 1);
    assert.ok(await works(token));
    last = token;
  }
  assert.equal(await reuses(), 0);
});

test('authorizations of tools and triggers are renewed like those of data sources, through clients of their own', async () => {
  const file = join(ground.stack.var, 'trigger-client.json');
  await writeFile(file, JSON.stringify({ client_id: 'sandbox-client-2', client_secret: 'sandbox-secret-2' }), { mode: 0o600 });
  assert.equal((await ground.ada.useCustomClient(TOOL)).status, 303);
  await ground.stack.operator('client', 'set', TRIGGER, '--file', file);
  for (const [where, client] of [[TOOL, 'sandbox-client'], [TRIGGER, 'sandbox-client-2']]) {
    const id = await ground.connect(ground.ada, where);
    const page = words(await ground.ada.get(home(where)));
    assert.match(page, /Active.*Renews itself/, where);
    assert.doesNotMatch(page, /misconfigured|removed/, where);
    assert.doesNotMatch(words(await ground.ada.get('/tools?q=sandbox')), /misconfigured/);
    await ground.provider.clear();
    const row = await ground.renew(id);
    assert.deepEqual([row.state, row.reason, row.rev], ['active', '', 2], where);
    assert.deepEqual((await ground.calls()).map(({ client_id, status }) => [client_id, status]), [[client, 200]]);
    assert.ok(await works(tokenOf(await ground.ask(id, { where }))), where);
  }
});

test('C3: who can wait waits for it; who holds a token that still works gets it at once', async () => {
  const id = await ground.connect();
  const old = tokenOf(await ground.askUntil(id));
  await held('slow');
  await ground.set(`refreshed_at = 1, expires_at = ${nowS() + 600}, refresh_due_at = 1`, id); // within the margin, and being renewed
  await ground.wake();
  await ground.gate('slow');
  assert.equal(tokenOf(await ground.ask(id)), old);
  const waiting = asks(id, 20, { query: '&min_ttl=1800' }); // that one is too short for them
  assert.equal(tokenOf(await ground.ask(id)), old);
  await ground.release('slow');
  assert.notEqual(onlyToken(await waiting), old);
  assert.equal((await ground.calls()).length, 1);
});

test('C4: the provider fails: one call, and no asker brings forward the next one', async () => {
  const id = await ground.connect();
  await ground.fault({ status: 503, body: '{}' });
  const before = await ground.row(id);
  await ground.due(id);
  const row = await ground.settled(id, before);
  assert.equal(row.state, 'active');
  assert.equal(row.failures, 1);
  assert.ok(row.due_at >= nowS() + 25 && row.due_at <= nowS() + 45, `${row.due_at - nowS()} s`);
  assert.equal(row.sealed, before.sealed);
  for (const { status } of await Promise.all(Array.from({ length: 10 }, () => ground.ask(id)))) assert.ok(status === 503 || status === 502, status);
  const other = await ground.connect(); // another one is renewed meanwhile: whoever was to be asked again has been
  await ground.fault();
  await ground.renew(other);
  assert.equal((await ground.row(id)).fence, row.fence);
});

test('C6: the answer is lost, and the provider lets the old token pass once more: healed', async () => {
  const id = await ground.connect();
  await ground.provider.ctl({ settings: { rotation: 'grace', grace_s: 60 } });
  await ground.fault({ cut: 'reset', count: 1 });
  const first = await ground.renew(id);
  assert.equal(first.state, 'active');
  assert.equal(first.unanswered, first.rev);
  assert.equal((await ground.renew(id)).state, 'active');
  const [one, two, ...more] = await ground.calls();
  assert.equal(one.token, two.token);
  assert.deepEqual(more, []);
  assert.ok(await works(tokenOf(await ground.askUntil(id))));
});

test('C6: the answer is lost at a provider without mercy: it says rotation_lost, and keeps what it had', async () => {
  const id = await ground.connect();
  const before = await ground.row(id);
  await ground.fault({ cut: 'reset', count: 1 });
  await ground.renew(id);
  const row = await ground.renew(id);
  assert.deepEqual([row.state, row.reason, row.due_at], ['needs_reauth', 'rotation_lost', null]);
  assert.equal(row.sealed, before.sealed);
  assert.equal((await ground.calls()).length, 2);
  const answer = await ground.ask(id);
  assert.equal(answer.status, 409);
  assert.equal(answer.body.reason, 'rotation_lost');
  assert.equal((await ground.ada.connect('ada', SANDBOX, `?credential=${id}`)).status, 200);
  assert.deepEqual([(await ground.row(id)).state, (await ground.ask(id)).status], ['active', 200]);
});

test('C6: invalid_grant without anything lost is invalid_grant', async () => {
  const id = await ground.connect();
  await ground.fault({ status: 400, body: '{"error":"invalid_grant"}' });
  const row = await ground.renew(id);
  assert.deepEqual([row.state, row.reason], ['needs_reauth', 'invalid_grant']);
});

test('C7: workers that wait for a renewal are killed: it is finished without them, with one call', async () => {
  const id = await ground.connect();
  const old = tokenOf(await ground.askUntil(id));
  const pid = (await readFile(join(ground.stack.var, 'run', 'api.pid'), 'utf8')).split(' ')[0];
  await held('workers');
  await ground.set('expires_at = 1', id);
  const waiting = Array.from({ length: 8 }, () => ground.ask(id).catch(() => ({ status: 0 })));
  await ground.gate('workers');
  for (const worker of (await descendants([pid])).filter((one) => one !== pid)) process.kill(worker, 'SIGKILL');
  for (const { status } of await Promise.all(waiting)) assert.notEqual(status, 200);
  await ground.release('workers');
  const answer = await until('the api', async () => {
    const one = await ground.ask(id);
    return one.status === 200 && one;
  });
  assert.notEqual(tokenOf(answer), old);
  assert.equal((await ground.calls()).length, 1);
});

async function restartDatabase(during) {
  const file = join(ground.stack.var, 'run', 'database.pid');
  const pid = Number((await readFile(file, 'utf8')).split(' ')[0]);
  const ended = async () => ['', 'Z'].includes((await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') ')).split(') ')[1].slice(0, 1));
  process.kill(pid, 'SIGTERM');
  await until('the end of the database', ended);
  await during();
  const child = spawn('mariadbd', [`--defaults-file=${join(ground.stack.var, 'mariadb.cnf')}`, `--user=${userInfo().username}`],
    { detached: true, stdio: 'ignore', env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } });
  await new Promise((resolve) => child.once('spawn', resolve));
  const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8');
  await writeFile(file, `${child.pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}\n`);
  child.unref();
  await until('the database', () => ground.db.rows('SELECT 1').then(() => true, () => false));
}

test('C12, B37: the database is away when the answer comes: it is kept, and written when the database is back', async () => {
  const id = await ground.connect();
  await ground.renewer.stop(); // a new one has no keys in its memory
  await ground.renewer.start();
  const before = await ground.row(id);
  await held('database', 'after');
  await ground.due(id);
  await ground.gate('database');
  await restartDatabase(async () => {
    await ground.release('database');
    await until('a failed commit', async () => /db_connect/.test(await ground.renewer.log()));
    assert.equal((await ground.ask(id)).status, 503);
  });
  const row = await ground.settled(id, before);
  assert.deepEqual([row.state, row.rev], ['active', before.rev + 1]);
  assert.equal((await ground.calls()).length, 1);
  assert.equal(await reuses(), 0);
  assert.ok(await works(tokenOf(await ground.askUntil(id))));
});

test('C15: the row is locked longer than anybody waits (1205): it is written later, nothing is asked twice', async () => {
  const id = await ground.connect();
  const before = await ground.row(id);
  await held('lock', 'after');
  await ground.due(id);
  await ground.gate('lock');
  const locked = ground.db.run(`BEGIN; SELECT 1 FROM provider_credentials WHERE id = X'${hexOf(id)}' FOR UPDATE; SELECT SLEEP(5); COMMIT`);
  await until('the lock', async () => (await ground.db.rows("SELECT 1 FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%'")).length);
  await ground.release('lock');
  await locked;
  const row = await ground.settled(id, before);
  assert.deepEqual([row.state, row.rev], ['active', before.rev + 1]);
  assert.equal((await ground.calls()).length, 1);
});

test('C15: the database is read-only (1290) when the answer comes: it is written later, nothing is asked twice', async () => {
  const id = await ground.connect();
  const before = await ground.row(id);
  await held('read_only', 'after');
  await ground.due(id);
  await ground.gate('read_only');
  await ground.db.run('SET GLOBAL read_only = 1');
  await ground.release('read_only');
  await until('a refused commit', async () => /1290/.test(await ground.renewer.log()));
  assert.equal((await ground.row(id)).rev, before.rev);
  await ground.db.run('SET GLOBAL read_only = 0');
  assert.equal((await ground.settled(id, before)).rev, before.rev + 1);
  assert.equal((await ground.calls()).length, 1);
});

test('C15: the database is read-only before anything is sent: nobody is called', async () => {
  const id = await ground.connect();
  const before = await ground.row(id);
  const seen = (await ground.renewer.log()).length;
  await ground.set('expires_at = 1, refresh_due_at = 1', id);
  await ground.db.run('SET GLOBAL read_only = 1');
  await ground.wake();
  await until('a refused claim', async () => /1290/.test((await ground.renewer.log()).slice(seen)));
  assert.deepEqual(await ground.calls(), []);
  await ground.db.run('SET GLOBAL read_only = 0');
  assert.equal((await ground.settled(id, before)).rev, before.rev + 1);
});

test('C16: two renewers, one an hour ahead, the other an hour behind: each credential is renewed once', async () => {
  const ids = [];
  for (let i = 0; i < 6; i += 1) ids.push(await ground.connect());
  await ground.renewer.stop();
  const early = await ground.more('early', { env: { GRANTRY_CLOCK_SKEW_S: '3600' } });
  const late = await ground.more('late', { env: { GRANTRY_CLOCK_SKEW_S: '-3600' } });
  const before = await Promise.all(ids.map(ground.row));
  await ground.set('expires_at = 1, refresh_due_at = 1');
  await ground.wake();
  for (const [i, id] of ids.entries()) assert.equal((await ground.settled(id, before[i])).rev, before[i].rev + 1);
  const sent = (await ground.calls()).map(({ token }) => token);
  assert.equal(new Set(sent).size, sent.length, 'no token was sent twice');
  assert.equal(await reuses(), 0);
  for (const id of ids) assert.ok(await works(tokenOf(await ground.askUntil(id))));
  await early.stop();
  await late.stop();
  await ground.renewer.start();
});

test('C17, C19: who was stopped inside its call and overtaken changes nothing when it goes on, whatever it is told', async () => {
  const second = await ground.more('second', { conf: { refresh_takeover_ms: 3000, provider_timeout_ms: 1000 } });
  for (const answer of [{ status: 400, body: '{"error":"invalid_grant"}' }, {}]) {
    const id = await ground.connect();
    await ground.provider.ctl({ settings: { rotation: 'grace', grace_s: 60 } });
    await second.pause();
    await held('paused', 'after', { count: 1, ...answer });
    const before = await ground.row(id);
    await ground.due(id);
    await ground.gate('paused');
    await ground.renewer.pause();
    second.resume();
    const row = await until('a takeover', async () => {
      const now = await ground.row(id);
      return now.rev > before.rev && now;
    });
    await ground.release('paused');
    ground.renewer.resume();
    const next = await ground.connect(); // when the first one has done this, it has also had its answer
    await second.pause();
    await ground.renew(next);
    second.resume();
    const after = await ground.row(id);
    assert.deepEqual([after.state, after.rev, after.sealed], ['active', row.rev, row.sealed]);
    assert.deepEqual((await ground.provider.record('/revoke')), [], 'both tokens are of one grant: to revoke one would be to lose the other');
    assert.ok(await works(tokenOf(await ground.askUntil(id))));
    await ground.fault();
    assert.equal((await ground.renew(id)).state, 'active');
  }
  await second.stop();
});

test('C20: the same access token with a new end is stored', async () => {
  const id = await ground.connect();
  const token = tokenOf(await ground.askUntil(id));
  await ground.fault({ raw_template: `{"access_token":"${token}","token_type":"Bearer","expires_in":7200,"refresh_token":"{{refresh_token}}"}`, process: true });
  const before = await ground.row(id), row = await ground.renew(id);
  assert.equal(row.rev, before.rev + 1);
  assert.ok(Math.abs(row.expires_at - nowS() - 7200) < 60);
  assert.equal(tokenOf(await ground.askUntil(id)), token);
});

test('C21: a token that would end in the asker\'s hand is renewed first', async () => {
  const id = await ground.connect();
  await ground.set(`refreshed_at = 1, expires_at = ${nowS() + MIN_TTL / 2}`, id);
  const answer = await ground.askUntil(id);
  assert.ok(answer.body.expires_in >= MIN_TTL, answer.text);
  assert.equal((await ground.calls()).length, 1);
});

test('C22: deleted during its renewal: it stays deleted, and what came of it is taken back at the provider', async () => {
  const id = await ground.connect();
  await held('deleted', 'after');
  await ground.due(id);
  await ground.gate('deleted');
  const page = await ground.ada.get(`/data-sources/${SANDBOX}/credentials/${id}/delete`);
  assert.equal((await ground.ada.submit(page, {}, '/delete')).status, 303);
  await ground.release('deleted');
  const grant = await until('the revocation', async () => {
    const [call] = await ground.calls();
    const grants = JSON.parse((await exchange(ground.stack.sandbox, '/__ctl/grants')).text);
    return call && grants.find(({ refreshes, revoked }) => refreshes === 1 && revoked);
  });
  assert.ok(grant);
  assert.equal(await ground.row(id), null);
});

test('C23: authorized again during its renewal: the consent wins, and the late answer is dropped', async () => {
  const id = await ground.connect();
  await held('consent', 'after');
  await ground.due(id);
  await ground.gate('consent');
  assert.equal((await ground.ada.connect('ada', SANDBOX, `?credential=${id}`)).status, 200);
  const row = await ground.row(id);
  assert.equal(row.held, false);
  await ground.release('consent');
  await ground.fault();
  const other = await ground.connect();
  await ground.renew(other);
  const after = await ground.row(id);
  assert.deepEqual([after.state, after.rev, after.sealed], ['active', row.rev, row.sealed]);
  assert.ok(await works(tokenOf(await ground.askUntil(id))));
  assert.equal((await ground.renew(id)).state, 'active');
});

test('C24: the client\'s secret is changed during the renewal: one refusal, and the next call has the new one', async () => {
  const id = await ground.connect();
  await held('secret', 'before', { count: 1 });
  const before = await ground.row(id);
  await ground.due(id);
  await ground.gate('secret');
  await ground.provider.ctl({ clients: [{ client_id: 'sandbox-client', client_secret: 'new-secret' }] });
  try {
    assert.equal((await ground.ada.useCustomClient(SANDBOX, { client_id: 'sandbox-client', client_secret: 'new-secret' })).status, 303);
    await ground.release('secret');
    const row = await until('the second try', async () => {
      const now = await ground.row(id);
      return now.rev > before.rev && now;
    });
    assert.equal(row.state, 'active');
    assert.deepEqual((await ground.calls()).map(({ status }) => status), [401, 200]);
  } finally {
    await ground.provider.ctl({ clients: [{ client_id: 'sandbox-client', client_secret: 'sandbox-secret' }] });
    await ground.ada.useCustomClient();
  }
});

test('C25: schedule and askers at the same moment: one call', async () => {
  const id = await ground.connect();
  for (let round = 0; round < 5; round += 1) {
    await ground.provider.clear();
    await ground.set('expires_at = 1, refresh_due_at = 1', id);
    const [answers] = await Promise.all([asks(id, 20), ground.wake()]);
    onlyToken(answers);
    assert.equal((await ground.calls()).length, 1);
  }
});

test('C26: two renewers on one schedule: each credential once', async () => {
  const second = await ground.more('second');
  const ids = [];
  for (let i = 0; i < 20; i += 1) ids.push(await ground.connect());
  const before = await Promise.all(ids.map(ground.row));
  await ground.fault({ delay_ms: 50 });
  await ground.provider.clear();
  await ground.set('expires_at = 1, refresh_due_at = 1', null);
  await ground.wake();
  for (const [i, id] of ids.entries()) assert.equal((await ground.settled(id, before[i])).rev, before[i].rev + 1);
  const sent = (await ground.calls()).map(({ token }) => token);
  assert.equal(new Set(sent).size, sent.length);
  assert.equal(await reuses(), 0);
  await second.stop();
});

test('C27: over, and nothing to renew it with: 409, and nobody is called', async () => {
  await ground.provider.ctl({ faults: [{ endpoint: 'token', grant_type: 'authorization_code', omit: ['refresh_token'], process: true }] });
  const id = await ground.connect();
  await ground.provider.ctl({ faults: [] });
  await ground.set('expires_at = 1', id);
  const answer = await ground.ask(id);
  assert.equal(answer.status, 409);
  assert.equal(answer.body.code, 'needs_reauth');
  assert.deepEqual(await ground.calls(), []);
});

test('C28: 429 with Retry-After: honoured up to an hour, and the token that still works is handed out', async () => {
  for (const [asked, low, high] of [['120', 120, 200], ['86400', 3600, 4600], ['99999999999999999999', 3600, 4600]]) {
    const id = await ground.connect();
    const token = tokenOf(await ground.askUntil(id));
    await ground.fault({ status: 429, body: '{}', headers: { 'Retry-After': asked } });
    const before = await ground.row(id);
    await ground.set(`expires_at = ${nowS() + 600}, refresh_due_at = 1`, id);
    await ground.wake();
    const row = await ground.settled(id, before);
    assert.deepEqual([row.state, row.reason, row.failures], ['active', 'rate_limited', 1]);
    assert.ok(row.due_at - nowS() >= low - 5 && row.due_at - nowS() <= high, `${asked}: ${row.due_at - nowS()} s`);
    assert.equal(tokenOf(await ground.ask(id)), token);
    await ground.fault();
    await ground.renewer.stop(); // a breaker is open now, and is forgotten so
    await ground.renewer.start();
  }
});

test('C5, C29: many of one provider at once: no more calls than it bears, nobody else waits for them, and they do not meet again', async () => {
  await ground.provider.ctl({ clients: [{ client_id: 'narrow', client_secret: 'narrow-secret' }] });
  assert.equal((await ground.ada.useCustomClient(NARROW, { client_id: 'narrow', client_secret: 'narrow-secret' })).status, 303);
  const ids = [];
  for (let i = 0; i < 12; i += 1) ids.push(await ground.connect(ground.ada, NARROW));
  const other = await ground.connect();
  await held('narrow', 'before', { client_id: 'narrow' });
  const before = await Promise.all(ids.map(ground.row));
  await ground.set(`expires_at = 1, refresh_due_at = ${nowS() - 7200}`); // as after an outage of two hours
  await ground.wake();
  await ground.gate('narrow', 3);
  await ground.settled(other, { fence: 0 });
  const counts = (await ground.provider.ctl()).held;
  assert.equal(counts.narrow, 3);
  const rows = [];
  for (const [i, id] of ids.entries()) {
    rows.push(await until('the rest', async () => {
      await ground.release('narrow');
      const row = await ground.row(id);
      return row.rev > before[i].rev && row;
    }));
  }
  const sent = (await ground.calls()).filter(({ client_id }) => client_id === 'narrow');
  assert.equal(sent.length, 12);
  assert.ok((await ground.provider.ctl()).endpoints.token.max_active <= 4);
  const dues = rows.map((row) => row.due_at - row.refreshed_at);
  assert.ok(new Set(dues).size > 6, `they are due again after ${dues} s`);
});

test('C30: tokens of ten seconds: renewed once in half a minute, and what there is is handed out', async () => {
  const id = await ground.connect();
  await ground.provider.ctl({ settings: { expires_in: 10 } });
  await ground.set('expires_at = 1', id);
  const token = tokenOf(await ground.askUntil(id));
  assert.ok(await works(token));
  for (let i = 0; i < 10; i += 1) assert.equal(tokenOf(await ground.ask(id)), token);
  const row = await ground.row(id);
  assert.ok(row.due_at >= row.refreshed_at + 30, `due after ${row.due_at - row.refreshed_at} s`);
  assert.equal((await ground.calls()).length, 1);
});

test('C31: switched off: refused, and not renewed', async () => {
  const id = await ground.connect();
  await ground.set("state = 'disabled', expires_at = 1, refresh_due_at = NULL", id);
  const before = await ground.row(id);
  assert.ok([403, 409].includes((await ground.ask(id)).status));
  await ground.renew(await ground.connect());
  assert.deepEqual(await ground.row(id), before);
  assert.equal((await ground.calls()).length, 1);
});

test('C32: the key that would seal the answer is missing: nobody is called, and it heals when the key is back', async () => {
  const id = await ground.connect();
  const before = await ground.row(id);
  await ground.renewer.stop();
  await ground.set('expires_at = 1, refresh_due_at = 1', id);

  const empty = join(ground.stack.var, 'tmp', 'no-keys');
  await mkdir(empty, { recursive: true, mode: 0o700 });
  const keyless = await ground.more('keyless', { conf: { key_dir: empty } });
  assert.notEqual((await keyless.ended).code, 0);
  assert.equal((await ground.row(id)).fence, before.fence);

  await ground.db.run('UPDATE tenant_keys SET wrapped_key = REVERSE(wrapped_key)');
  await ground.renewer.start();
  const row = await ground.settled(id, before);
  assert.deepEqual([row.state, row.sealed], ['unreadable', before.sealed]);
  assert.notEqual((await ground.ask(id)).status, 200);
  assert.deepEqual(await ground.calls(), []);

  await ground.db.run('UPDATE tenant_keys SET wrapped_key = REVERSE(wrapped_key)');
  await ground.renewer.stop();
  await ground.renewer.start();
  assert.equal((await ground.renew(id)).state, 'active');
  assert.equal((await ground.calls()).length, 1);
});

test('C33: no room on the disk for what would come back: nobody is called, and what still works is handed out', async () => {
  const id = await ground.connect();
  const token = tokenOf(await ground.askUntil(id));
  const before = await ground.row(id);
  await ground.renewer.stop();
  const full = await ground.more('full', { fileKb: 64 });
  await ground.set(`expires_at = ${nowS() + 600}, refresh_due_at = 1`, id);
  await ground.wake();
  await until('a complaint', async () => /"what":"no room"/.test(await full.log()));
  assert.equal(tokenOf(await ground.ask(id)), token);
  assert.deepEqual([await ground.calls(), (await ground.row(id)).fence], [[], before.fence]);
  await full.stop();
  await ground.renewer.start();
  assert.equal((await ground.settled(id, before)).state, 'active');
});

test('C34: what cannot be written into the audit log is neither handed out nor stored; the answer is kept until it can', async () => {
  const id = await ground.connect(), other = await ground.connect();
  const before = await ground.row(id);
  await held('audit', 'after');
  await ground.due(id);
  await ground.gate('audit');
  await ground.db.run("CREATE TRIGGER no_audit BEFORE INSERT ON audit_events FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'full'");
  try {
    const seen = (await ground.renewer.log()).length;
    await ground.release('audit');
    await until('a failed settlement', async () => /"errno":"1644"/.test((await ground.renewer.log()).slice(seen)));
    assert.equal((await ground.row(id)).rev, before.rev);
    const answer = await ground.ask(other);
    assert.ok(answer.status >= 500, answer.text);
    assert.doesNotMatch(answer.text, /access_token/);
  } finally {
    await ground.db.run('DROP TRIGGER no_audit');
  }
  assert.equal((await ground.settled(id, before)).rev, before.rev + 1);
  assert.equal((await ground.calls()).length, 1);
});

test('C12: where the database refuses what renewals bring, no more providers are called, and nothing is lost', async () => {
  const all = [];
  for (let i = 0; i < 12; i += 1) all.push(await ground.connect());
  const victim = all.pop(), ids = all.slice(0, 8), later = all.slice(8);
  await ground.provider.clear();
  const old = new Map(await Promise.all(all.map(async (id) => [id, await ground.row(id)])));
  const refused = async () => (await ground.renewer.log()).split('"event":"refresh.refused"').length - 1;
  const before = await refused();
  await ground.db.run(`CREATE TRIGGER refuses BEFORE UPDATE ON provider_credentials FOR EACH ROW
    SET NEW.refreshable = IF(NEW.secret_rev <> OLD.secret_rev, (SELECT 1 UNION SELECT 2), NEW.refreshable)`);
  try {
    for (const id of ids) await ground.due(id);
    await until('as many refusals', async () => await refused() - before === ids.length);
    for (const id of later) await ground.due(id);
    // what else is to be done goes on, and by then the schedule was looked at
    const page = await ground.ada.get(`/data-sources/${SANDBOX}/credentials/${victim}/delete`);
    assert.equal((await ground.ada.submit(page, {}, '/delete')).status, 303);
    await until('a revocation', async () => (await ground.provider.record('/revoke')).length === 1);
    assert.equal((await ground.calls()).length, ids.length);
  } finally {
    await ground.db.run('DROP TRIGGER refuses');
  }
  for (const id of all) {
    const row = await ground.settled(id, old.get(id));
    assert.deepEqual([row.state, row.rev], ['active', old.get(id).rev + 1]);
  }
  assert.equal((await ground.calls()).length, all.length);
});

// SPDX-License-Identifier: Apache-2.0
// The database goes, hangs and comes back; programs are asked to end or are killed in the middle of a request (security J1-J3,
// K1, K2); and what the database lets each program do (R101).
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { database } from '../run/database.mjs';
import { descendants } from '../run/search.mjs';
import { startStack } from '../run/stack.mjs';
import { PASSWORD, SANDBOX, Visitor, sandbox, signedIn, words } from './visitor.mjs';

const run = promisify(execFile);
const PAGE = `/data-sources/${SANDBOX}`;
let stack, db, ada, provider;

const pidFile = (name) => join(stack.var, 'run', `${name}.pid`);
const pidOf = async (name) => Number((await readFile(pidFile(name), 'utf8')).split(' ')[0]);
const workersOf = async (name) => (await descendants([await pidOf(name)])).map(Number);

// Until a child of ours or of ./start is gone or waits to be buried.
async function gone(pid) {
  for (;;) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z');
    if (/^ [ZX]/.test(stat.slice(stat.lastIndexOf(')') + 1))) return;
  }
}

async function stopDatabase(signal) {
  const pid = await pidOf('database');
  process.kill(pid, signal);
  await gone(pid);
}

// As ./start does it: in a session of its own, and with its pid and start time in the file.
async function startDatabase() {
  const child = spawn('mariadbd', [`--defaults-file=${join(stack.var, 'mariadb.cnf')}`, `--user=${userInfo().username}`],
    { detached: true, stdio: 'ignore', env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } });
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8');
  await writeFile(pidFile('database'), `${child.pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}\n`);
  child.unref();
  const ping = () => run('mariadb-admin', ['--no-defaults', `--socket=${stack.socket}`, `--user=${userInfo().username}`, 'ping']).then(() => true, () => false);
  while (!(await ping()));
}

// The database is asked anew after a short pause, which grows to 1.5 s. So many requests at once that every worker has one.
async function recovered() {
  for (const path of ['/data-sources', '/api/ready', `/connect/data-sources/${SANDBOX}`]) {
    let statuses;
    do statuses = (await Promise.all(Array.from({ length: 8 }, () => ada.get(path)))).map((page) => page.status);
    while (statuses.includes(503));
    assert.deepEqual([...new Set(statuses)], [200], path);
  }
}

// A clean answer of ours that says to come back.
function isUnavailable(page, what) {
  assert.equal(page.status, 503, what);
  assert.match(page.headers['retry-after'] ?? '', /^\d+$/, what);
  assert.equal(page.rawHeaders.filter((name) => name.toLowerCase() === 'retry-after').length, 1, what);
  assert.equal(page.headers['cache-control'], 'no-store', what);
  if (!what.includes('/api/')) {
    assert.match(words(page), /Not available right now/, what);
    assert.match(page.text, /<link rel="stylesheet"/, what);
    assert.match(page.text, /name the request/, what);
    assert.doesNotMatch(page.text, /ada@acme|Acme Research/, what);
  }
}

before(async () => {
  stack = await startStack();
  db = database(stack);
  provider = sandbox(stack);
  ada = await signedIn(stack, 'ada@acme.test');
  await ada.addApiKey();
});
after(() => stack?.stop());

for (const signal of ['SIGTERM', 'SIGKILL']) {
  test(`J1, J2: without a database (${signal}) 503 and Retry-After; by itself well again`, async () => {
    const token = await ada.csrf();
    const [id] = await ada.credentials();
    const { url } = await ada.allowAccess();
    const back = await ada.authorize(url);
    await stopDatabase(signal);
    const paths = ['/', '/data-sources', '/members', '/nothing', PAGE, `${PAGE}/api-key`, `${PAGE}/client`, `${PAGE}/credentials/${id}/edit`,
      `/connect/data-sources/${SANDBOX}`, `/connect/flows/${id}`, '/password', '/sign-in'];
    for (const path of paths) isUnavailable(await ada.get(path), `GET ${path}`);
    for (const path of ['/sign-out', `${PAGE}/api-key`, `${PAGE}/client`, `${PAGE}/credentials/${id}/default`, `/connect/data-sources/${SANDBOX}`])
      isUnavailable(await ada.post(path, { csrf: token }), `POST ${path}`);
    isUnavailable(await ada.get(new URL(back).pathname + new URL(back).search), 'GET callback');
    const stranger = new Visitor(stack);
    const page = await stranger.get('/sign-in');
    assert.equal(page.status, 200, 'this page needs no database');
    isUnavailable(await stranger.submit(page, { email: 'ada@acme.test', password: PASSWORD }, '/sign-in'), 'POST /sign-in');
    assert.equal((await ada.get('/api/health')).status, 200, 'alive');
    isUnavailable(await ada.get('/api/ready'), 'GET /api/ready');
    assert.deepEqual(JSON.parse((await ada.get('/api/ready')).text).database, false);
    assert.equal((await ada.get('/static/app.css')).status, 200);
    await startDatabase();
    await recovered();
    assert.deepEqual(await ada.credentials(), [id]);
    // the callback that met no database had consumed nothing: the person comes in by the same link
    const { result } = await ada.follow(back);
    assert.equal(result.status, 200, words(result).slice(0, 200));
    await ada.submit(await ada.get(`${PAGE}/credentials/${(await ada.credentials()).find((one) => one !== id)}/delete`), {}, '/delete');
  });
}

// SIGSTOP reaches one thread after the other.
async function stop(pid) {
  process.kill(pid, 'SIGSTOP');
  const states = async () => Promise.all((await readdir(`/proc/${pid}/task`)).map(async (task) =>
    (await readFile(`/proc/${pid}/task/${task}/status`, 'utf8')).match(/^State:\s+(\S)/m)[1]));
  while ((await states()).some((state) => state !== 'T'));
}

test('J3: a database that hangs: 503, and no worker is stuck', async () => {
  const pid = await pidOf('database');
  await stop(pid);
  const pages = await Promise.all([ada.get('/data-sources'), ada.get(PAGE), ada.get('/api/ready'), ada.get(`/connect/data-sources/${SANDBOX}`)]);
  process.kill(pid, 'SIGCONT');
  for (const page of pages) isUnavailable(page, page === pages[2] ? 'GET /api/ready' : 'GET a page');
  await recovered();
});

// A request that is held inside of the provider's answer; resolves when it is there.
async function held() {
  await provider.ctl({ fault: { endpoint: 'apikey', hold: 'after', gate: 'g', count: 1 } });
  const page = ada.addApiKey('sbx-ben-key', `held ${Math.random()}`);
  page.catch(() => {});
  await ada.get('/data-sources');
  const waiting = await fetch(`${stack.sandbox}/__ctl/wait?gate=g&held=1`);
  assert.equal(waiting.status, 200);
  await waiting.arrayBuffer();
  return { page };
}
const release = () => fetch(`${stack.sandbox}/__ctl/release`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"gate":"g"}' }).then((a) => a.arrayBuffer());

test('K2: kill -9 of every worker in the middle of requests: nothing half done, others take their place', async () => {
  const before = await ada.credentials(), still = await db.state();
  const { page } = await held();
  const master = await pidOf('settings');
  const workers = (await workersOf('settings')).filter((pid) => pid !== master);
  assert.equal(workers.length, 2);
  for (const pid of workers) process.kill(pid, 'SIGKILL');
  assert.ok([500, 502, 503].includes((await page).status));
  await release();
  while ((await ada.get('/data-sources')).status !== 200);
  assert.deepEqual(await ada.credentials(), before);
  assert.equal(await db.state(), still);
  const now = (await workersOf('settings')).filter((pid) => pid !== master);
  assert.ok(now.length >= 1 && now.every((pid) => !workers.includes(pid)));
  assert.equal((await ada.addApiKey('sbx-ben-key', 'after the kill')).status, 303);
});

test('R101: no program may change the schema, the audit log, or what is not its own', async () => {
  const refused = ['DROP TABLE users', 'ALTER TABLE users ADD COLUMN x INT', 'CREATE TABLE x (a INT)', 'TRUNCATE sessions', 'CREATE INDEX x ON users (name)', 'DROP DATABASE grantry',
    "UPDATE audit_events SET result = 'ok'", 'DELETE FROM audit_events', 'CREATE USER x', "GRANT SELECT ON grantry.users TO 'grantry_api'", 'SELECT * FROM mysql.global_priv',
    "SELECT LOAD_FILE('/etc/passwd')+1 FROM mysql.user", "SELECT 1 INTO OUTFILE '/tmp/x'", 'SET GLOBAL general_log = 1', 'SHUTDOWN', 'LOCK TABLES users WRITE', 'CREATE VIEW v AS SELECT 1',
    "UPDATE tenants SET name = 'x' WHERE 0", 'CREATE TRIGGER t BEFORE INSERT ON users FOR EACH ROW SET @a = 1'];
  const also = {
    grantry_settings: ['SELECT * FROM oauth_flows', 'SELECT * FROM audit_events', 'INSERT INTO users (id) VALUES (1)', 'UPDATE users SET email = 1', 'UPDATE users SET disabled = 1', 'DELETE FROM users', "UPDATE tenant_members SET role = 'owner'",
      'DELETE FROM tenant_keys', "UPDATE tenant_keys SET wrapped_key = ''", 'UPDATE keks SET check_value = 1', 'INSERT INTO sign_in_codes VALUES (1,1,1)', 'DELETE FROM datasource_oauth_params'],
    grantry_connect: ['SELECT password_hash FROM users', 'UPDATE users SET name = 1', 'INSERT INTO sessions (token_hash) VALUES (1)', 'UPDATE sessions SET user_id = 1', 'DELETE FROM revocations', "UPDATE revocations SET state = 'done'", 'DELETE FROM datasource_oauth_tenant_params',
      'SELECT * FROM sign_in_codes', 'SELECT * FROM sign_in_throttle', 'SELECT * FROM audit_events', "UPDATE datasource_oauth_params SET system_credentials = ''"],
    grantry_api: ["UPDATE provider_credentials SET encrypted_credentials = ''", 'UPDATE provider_credentials SET secret_rev = 1', 'UPDATE provider_credentials SET tenant_id = 1',
      "UPDATE runtime_keys SET verbs = 'list'", 'DELETE FROM runtime_keys', 'SELECT * FROM datasource_oauth_params', 'SELECT * FROM users', 'SELECT * FROM sessions', 'SELECT * FROM sign_in_codes', 'DELETE FROM provider_credentials', 'SELECT * FROM audit_events'],
    grantry_operator: ['DELETE FROM users', 'DELETE FROM tenants', 'INSERT INTO sessions (token_hash) VALUES (1)', 'SELECT * FROM oauth_flows', 'SELECT * FROM provider_credentials'],
  };
  for (const [user, own] of Object.entries(also)) {
    const password = await readFile(join(stack.var, 'db-passwords', user), 'utf8');
    const as = database(stack, user, password);
    for (const sql of [...refused, ...own]) {
      if (user === 'grantry_operator' && sql.startsWith('UPDATE tenants')) continue;
      await assert.rejects(as.run(sql), /denied|ERROR 1(142|143|044|045|227|370|410|290)/, `${user}: ${sql}`);
    }
    const grants = (await as.rows('SHOW GRANTS')).flat();
    assert.match(grants[0], /GRANT USAGE ON \*\.\*/, user);
    for (const grant of grants.slice(1)) {
      assert.match(grant, /^GRANT [A-Z, ()`a-z_]+ ON `grantry`\.`[a-z_]+` TO/, grant);
      assert.doesNotMatch(grant.split(' ON ')[0], /ALL|CREATE|ALTER|DROP|INDEX|TRIGGER|REFERENCES|EXECUTE|GRANT OPTION/, grant);
      if (grant.includes('`audit_events`')) assert.doesNotMatch(grant, /UPDATE|DELETE/, grant);
    }
    await assert.rejects(database(stack, user, '').run('SELECT 1'), /denied/, `${user} without a password`);
  }
});

// The last one: it ends the program.
test('K1: SIGTERM in the middle of a request: it is answered, then the program ends, and its socket is gone', async () => {
  const { page } = await held();
  const pid = await pidOf('settings');
  process.kill(pid, 'SIGTERM');
  await release();
  assert.equal((await page).status, 303);
  await gone(pid);
  const [[kept]] = await db.rows("SELECT COUNT(*) FROM provider_credentials WHERE name LIKE 'held %'");
  assert.equal(kept, '1');
  await assert.rejects(readFile(join(stack.var, 'run', 'settings.sock')), { code: 'ENOENT' });
  const closed = await ada.get('/data-sources');
  assert.ok([502, 503].includes(closed.status));
  assert.match(closed.text, /<link rel="stylesheet" href="\/static\/app\.css">/, 'a page of ours');
  assert.equal((await ada.get(`/connect/data-sources/${SANDBOX}`)).status, 200, 'the other programs live on');
});

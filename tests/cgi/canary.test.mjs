// SPDX-License-Identifier: Apache-2.0
// No secret stays anywhere in clear (security F12, F15, NL): each is planted with a mark or remembered, every page and
// failure is gone through, then the database, its files, the logs, the processes and all answers are searched.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { database } from '../run/database.mjs';
import { descendants, find, findInFiles, findInProcesses, needlesOf } from '../run/search.mjs';
import { startStack } from '../run/stack.mjs';
import { startReceiver } from './receiver.mjs';
import { until } from './renewing.mjs';
import { SANDBOX, Visitor, exchange, sandbox } from './visitor.mjs';

// All that is planted begins with a mark, so that a part of it is found too. A client ID is encrypted as the rest is, but
// the settings show it again and the authorization request holds it: it has a mark of its own.
const MARK = `CNRY${randomBytes(6).toString('hex')}`, PUBLIC_MARK = `CNRP${randomBytes(6).toString('hex')}`;
let count = 0;
const secret = () => `${MARK}${++count}x+/~=${randomBytes(8).toString('hex')}`;
const SECRETS = {
  apiKey: secret(), secondKey: secret(), wrongKey: secret(), echoedKey: secret(), clientId: `${PUBLIC_MARK}-client`, clientSecret: secret(),
  systemSecret: secret(), accessToken: secret(), refreshToken: secret(), password: `${secret()} pässword & "more" <b>`, wrongPassword: secret(),
  codeSuffix: MARK, queried: secret(), renewedAccess: secret(), renewedRefresh: secret(), echoedToken: secret(),
};

const remembered = []; // { name, bytes }: what the product itself made up
const answers = [];    // { path, head, body, allowed }: all answers, in order
let stack, db, provider, ada, receiver;

const remember = (name, text) => remembered.push({ name, bytes: Buffer.from(text) });

// Keeps every answer. A session token may stand only in the answer that sets it.
class Recorder extends Visitor {
  async send(path, options) {
    const page = await super.send(path, options);
    for (const [i, name] of page.rawHeaders.entries()) {
      const token = name.toLowerCase() === 'set-cookie' && page.rawHeaders[i + 1].match(/^grantry=([^;]+)/)?.[1];
      if (token && !remembered.some(({ bytes }) => bytes.toString() === token)) remember('session token', token);
    }
    const head = page.rawHeaders.join('\n').replace(/^grantry=[^;]*/gm, '');
    answers.push({ path: path.split('?')[0], head, body: page.raw });
    return page;
  }
}

const callback = (parameters) => `/console/api/oauth/plugin/${SANDBOX}/datasource/callback?${new URLSearchParams(parameters)}`;

async function signIn() {
  const code = (await stack.operator('user', 'sign-in', 'ada@acme.test')).trim();
  remember('one-time code', code);
  remember('one-time code without dashes', code.replaceAll('-', ''));
  ada = new Recorder(stack);
  await ada.signIn('ada@acme.test', SECRETS.wrongPassword);
  await ada.signIn('nobody@acme.test', SECRETS.wrongPassword);
  await ada.signIn(`${PUBLIC_MARK}@acme.test`, SECRETS.wrongPassword); // the form shows it again, and nothing else may keep it
  assert.equal((await ada.signIn('ada@acme.test', code)).status, 303);
  await ada.submit(await ada.get('/password'), { password: SECRETS.password, password_again: SECRETS.wrongPassword }, '/password');
  await ada.submit(await ada.get('/password'), { password: MARK.slice(0, 14), password_again: MARK.slice(0, 14) }, '/password'); // too short
  const set = await ada.submit(await ada.get('/password'), { password: SECRETS.password, password_again: SECRETS.password }, '/password');
  assert.equal(set.status, 303);
  const again = new Recorder(stack);
  assert.equal((await again.signIn('ada@acme.test', SECRETS.password)).status, 303);
  assert.equal((await again.submit(await again.get('/data-sources'), {}, '/sign-out')).status, 303);
}

async function addKeys() {
  await provider.ctl({ api_keys: { [SECRETS.apiKey]: { status: 200, username: 'ada' }, [SECRETS.secondKey]: { status: 200, username: 'ben' } } });
  assert.equal((await ada.addApiKey(SECRETS.wrongKey)).status, 422);
  await provider.ctl({ fault: { endpoint: 'apikey', status: 401, count: 1, content_type: 'application/json',
    body: JSON.stringify({ error: { message: `I do not know ${SECRETS.echoedKey}, sorry` } }) } });
  assert.equal((await ada.addApiKey(SECRETS.echoedKey)).status, 422);
  await provider.ctl({ fault: { endpoint: 'apikey', cut: 'reset', count: 1 } });
  assert.equal((await ada.addApiKey(SECRETS.wrongKey)).status, 502);
  assert.equal((await ada.addApiKey(SECRETS.apiKey)).status, 303);
  assert.equal((await ada.addApiKey(SECRETS.apiKey, 'API KEY 1')).status, 409);
  assert.equal((await ada.addApiKey(SECRETS.apiKey, 'two\nlines')).status, 422);
  assert.equal((await ada.addApiKey(`${SECRETS.apiKey}\u0001`)).status, 422);
  assert.equal((await ada.addApiKey(SECRETS.apiKey.repeat(2000))).status, 413);
  const [id] = await ada.credentials();
  const edit = `/data-sources/${SANDBOX}/credentials/${id}/edit`;
  const stale = await ada.get(edit);
  assert.equal((await ada.submit(await ada.get(edit), { 'field.api_key': SECRETS.secondKey }, '/edit')).status, 303);
  assert.equal((await ada.submit(stale, { 'field.api_key': SECRETS.secondKey }, '/edit')).status, 409);
  assert.equal((await ada.submit(await ada.get(edit), { 'field.api_key': SECRETS.wrongKey }, '/edit')).status, 422);
}

async function setClients() {
  await provider.ctl({ clients: [{ client_id: SECRETS.clientId, client_secret: SECRETS.clientSecret, name: 'C' }] });
  const bad = await ada.useCustomClient(SANDBOX, { client_id: '', client_secret: SECRETS.clientSecret });
  assert.equal(bad.status, 422);
  const set = await ada.useCustomClient(SANDBOX, { client_id: SECRETS.clientId, client_secret: SECRETS.clientSecret });
  assert.equal(set.status, 303);
  const stale = await ada.useCustomClient(SANDBOX, { client_id: SECRETS.clientId, client_secret: SECRETS.clientSecret });
  assert.equal(stale.status, 303);
  const file = join(stack.var, '..', 'client.json'); // beside what is searched
  await writeFile(file, JSON.stringify({ client_id: `${SECRETS.clientId}-2`, client_secret: SECRETS.systemSecret }), { mode: 0o600 });
  await stack.operator('client', 'set', SANDBOX, '--file', file);
}

const rememberFlow = (url) => {
  const query = new URL(url).searchParams;
  if (query.get('state')) remember('state', query.get('state'));
};

// One authorization, with the faults that are set. Answers the result page.
async function authorize({ who = 'ada', bend = (url) => url } = {}) {
  const { url } = await ada.allowAccess();
  rememberFlow(url);
  const back = bend(await ada.authorize(url, who));
  const code = new URL(back).searchParams.get('code');
  if (code) remember('code', code);
  return ada.follow(back);
}

const TOKENS = { access_token: SECRETS.accessToken, refresh_token: SECRETS.refreshToken, token_type: 'Bearer', expires_in: 3600, scope: 'files.read profile offline' };
const answerWith = (body, more = {}) => ({ endpoint: 'token', count: 1, content_type: 'application/json', raw_template: body, process: true, ...more });
const me = { endpoint: 'userinfo', count: 1, content_type: 'application/json',
  body: JSON.stringify({ sub: 'u-1', name: 'Ada', email: 'ada@sandbox.example', token: SECRETS.accessToken }) };

async function connect() {
  await provider.ctl({ settings: { code_suffix: `+%& ${SECRETS.codeSuffix}` } });
  assert.equal((await authorize()).status, 200); // the sandbox's own tokens
  await provider.ctl({ faults: [answerWith(JSON.stringify(TOKENS)), me] });
  assert.equal((await authorize()).status, 200);
  const failures = [
    [answerWith(JSON.stringify(TOKENS).slice(0, -9))],                                             // cut in the middle
    [answerWith(JSON.stringify({ ...TOKENS, token_type: 'mac' }))],
    [answerWith(JSON.stringify({ ...TOKENS, access_token: `${SECRETS.accessToken}\u0000` }))],
    [answerWith(`<html>${SECRETS.accessToken} {{client_secret}}</html>`, { content_type: 'text/html' })],
    [answerWith(JSON.stringify({ error: 'invalid_client', error_description: 'not {{client_id}} with {{client_secret}}' }), { status: 401 })],
    [answerWith(JSON.stringify({ error: 'invalid_grant', error_description: 'that {{client_secret}} again' }), { status: 400 })],
    [answerWith(JSON.stringify({ error: '{{client_secret}}' }), { status: 400 })],
    [answerWith(JSON.stringify(TOKENS)), { endpoint: 'userinfo', count: 1, status: 500, body: SECRETS.accessToken }],
    [answerWith(JSON.stringify(TOKENS)), { endpoint: 'userinfo', count: 1, cut: 'reset' }],
    [{ endpoint: 'token', count: 1, cut: 'reset', cut_after_body_bytes: 20 }],
    [{ endpoint: 'token', count: 1, redirect: `${stack.sandbox}/steal`, status: 307 }],
    [{ endpoint: 'token', count: 1, body: '', headers: { 'X-Echo': '{{client_secret}}' } }],
  ];
  for (const faults of failures) {
    await provider.ctl({ faults });
    const page = await authorize();
    assert.ok([200, 400, 502].includes(page.status), `${JSON.stringify(faults)}: ${page.status}`);
  }
  await provider.ctl({ faults: [] });
  await authorize({ who: 'deny' });
  await provider.ctl({ faults: [{ endpoint: 'callback', count: 1, error: 'server_error', error_description: 'went wrong', with_code: true }] });
  await authorize();
  await provider.ctl({ faults: [] });
  await authorize({ bend: (url) => `${url}&state=twice` });
  await authorize({ bend: (url) => url.replace(/state=[^&]*/, 'state=other') });
  await authorize({ bend: (url) => url.replace(/iss=[^&]*/, 'iss=https%3A%2F%2Fevil.example') });
  await authorize({ bend: (url) => url.replace(/code=/, 'code=%00') });
  await authorize({ bend: (url) => url.replace(/callback/, 'callback/ctx') });
  for (const { body } of await provider.record('/token')) {
    const verifier = new URLSearchParams(body).get('code_verifier');
    if (verifier) remember('verifier', verifier);
  }
}

// Renewals that succeed, fail and are lost; hand-outs; messages about them; a revocation that waits in its queue.
async function renew() {
  const bearer = (await stack.operator('key', 'add', 'canary', '--tenant', 'Acme Research')).trim();
  remember('runtime key', bearer);
  remember('webhook secret', (await stack.operator('webhook', 'add', `${receiver.origin}/hook`, '--tenant', 'Acme Research')).trim().split(/\s/).at(-1));
  const fence = async () => Number((await db.rows("SELECT SUM(lease_fence * (lease_owner IS NULL)) FROM provider_credentials WHERE auth_type = 'oauth2'"))[0][0]);
  const [[many]] = await db.rows("SELECT COUNT(*) FROM provider_credentials WHERE auth_type = 'oauth2' AND refreshable");
  const renewed = { ...TOKENS, access_token: SECRETS.renewedAccess, refresh_token: SECRETS.renewedRefresh };
  const outcomes = [
    { process: true },
    { body: JSON.stringify(renewed) },
    { body: `<html>${SECRETS.echoedToken} {{client_secret}}</html>`, content_type: 'text/html' },
    { cut: 'reset', process: false },
    { status: 400, body: JSON.stringify({ error: SECRETS.renewedRefresh, error_description: `${SECRETS.renewedRefresh} and ${SECRETS.clientSecret}` }) },
    { status: 400, body: JSON.stringify({ error: 'invalid_grant', error_description: `no ${SECRETS.renewedRefresh}` }) },
  ];
  assert.ok(Number(many) > 1);
  for (const outcome of outcomes) {
    await provider.ctl({ faults: [{ ...outcome, endpoint: 'token', grant_type: 'refresh_token' }] });
    const before = await fence();
    await until('time to change the schedule', () => db.run("UPDATE provider_credentials SET expires_at = 1, refresh_due_at = 1" +
      " WHERE auth_type = 'oauth2' AND refreshable").then(() => true, () => false));
    await until('the renewals', async () => (await fence()) >= before + Number(many));
    await exchange(stack.address, `/api/v1/credentials/${SANDBOX}`, { headers: { authorization: `Bearer ${bearer}` } });
    await exchange(stack.address, '/api/v1/credentials', { headers: { authorization: `Bearer ${bearer}` } });
  }
  await until('a message', () => receiver.all('/hook').length > 0);
  for (const { body } of await provider.record('/token')) {
    const token = new URLSearchParams(body).get('refresh_token');
    if (token && !token.includes(MARK)) remember('refresh token', token);
  }
  await provider.ctl({ faults: [{ endpoint: 'revoke', status: 503, body: SECRETS.echoedToken }] });
  const [[hex]] = await db.rows("SELECT LOWER(HEX(id)) FROM provider_credentials WHERE auth_type = 'oauth2' AND refreshable LIMIT 1");
  const page = `/data-sources/${SANDBOX}/credentials/${hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')}/delete`;
  assert.equal((await ada.submit(await ada.get(page), {}, '/delete')).status, 303);
  await until('a revocation', async () => (await provider.record('/revoke')).length > 0);
}

// Every page that there is, as a person finds it, and requests with secrets in the wrong places.
async function wander() {
  const ids = await ada.credentials();
  const pages = ['/', '/data-sources', '/data-sources?q=drive', '/members', '/password', '/sign-in', `/data-sources/${SANDBOX}`, `/data-sources/${SANDBOX}/api-key`,
    `/data-sources/${SANDBOX}/client`, `/data-sources/${SANDBOX}/client/remove`, `/connect/data-sources/${SANDBOX}`, '/nothing', '/api/health', '/api/ready',
    ...ids.flatMap((id) => ['edit', 'rename', 'delete'].map((verb) => `/data-sources/${SANDBOX}/credentials/${id}/${verb}`))];
  for (const path of pages) await ada.get(path);
  for (const id of ids) await ada.get(`/connect/data-sources/${SANDBOX}?credential=${id}`);
  await ada.get(`/data-sources?done=${SECRETS.queried}&api_key=${SECRETS.queried}`);
  await ada.get(`/members?password=${SECRETS.queried}`, { headers: { referer: `${stack.address}/?code=${SECRETS.queried}`, 'user-agent': SECRETS.queried } });
  await ada.get(callback({ code: SECRETS.queried, state: SECRETS.queried }), { headers: { 'sec-purpose': 'prefetch' } });
  await ada.get(callback({ code: SECRETS.queried, state: SECRETS.queried, error: SECRETS.queried }));
  await ada.get(`/%zz?code=${SECRETS.queried}`);
  await ada.get(`/data-sources/../x?code=${SECRETS.queried}`);
  await exchange(stack.address, `/nothing?code=${SECRETS.queried}`, { headers: { host: 'evil.example' } });
  await exchange(stack.address, `/sign-in?code=${SECRETS.queried}`, { method: 'POST', headers: { 'content-type': 'text/plain', 'content-length': SECRETS.queried.length }, body: SECRETS.queried });
  await ada.get('/data-sources', { headers: { cookie: `grantry=${MARK}; other=${SECRETS.queried}; grantry-form=${SECRETS.queried}` } });
  await ada.get(`/data-sources?${SECRETS.queried.repeat(1000)}`);
}

// A program that is not there: what the web server then writes must not name the query either.
async function withoutConnect() {
  const pid = Number((await readFile(join(stack.var, 'run', 'connect.pid'), 'utf8')).split(' ')[0]);
  process.kill(pid, 'SIGTERM');
  while ((await ada.get(callback({ code: SECRETS.queried, state: SECRETS.queried }))).status < 500);
}

before(async () => {
  receiver = await startReceiver();
  stack = await startStack({ conf: `egress_allow = ${receiver.origin}` });
  db = database(stack);
  provider = sandbox(stack);
  await provider.reset();
});
after(async () => {
  await stack?.stop();
  await receiver?.stop();
});

test('the search finds a secret in every shape', () => {
  const bytes = Buffer.from('CNRY-é/+ "&<secret>');
  const needles = needlesOf([{ name: 's', bytes }]);
  const text = bytes.toString(), b64 = (pad) => Buffer.from(`${pad}${text}tail`).toString('base64');
  const hidden = [text, bytes.toString('hex'), b64(''), b64('a'), b64('ab'),
    b64('').replaceAll('+', '-').replaceAll('/', '_'), encodeURIComponent(text), new URLSearchParams({ a: text }).toString(), JSON.stringify({ a: text }),
    text.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;').replace('"', '&quot;')];
  for (const one of hidden) assert.notDeepEqual(find(Buffer.from(`xx${one}`), needles), [], one);
  assert.notDeepEqual(find(Buffer.from(bytes).reverse(), needles), []);
  assert.notDeepEqual(find(Buffer.from(`x${text}`, 'utf16le'), needles), []);
  assert.notDeepEqual(find(Buffer.from(`x${text}`, 'utf16le').swap16(), needles), []);
  const token = randomBytes(32);
  assert.notDeepEqual(find(Buffer.concat([Buffer.from('x'), token]), needlesOf([{ name: 't', bytes: Buffer.from(token.toString('base64url')) }])), []);
  assert.deepEqual(find(Buffer.from('CNRY-e/+ nothing'), needles), []);
});

test('everything is gone through', async () => {
  await signIn();
  await addKeys();
  await setClients();
  await connect();
  await renew();
  await wander();
  await withoutConnect();
  for (const name of ['state', 'code', 'verifier', 'session token', 'one-time code', 'runtime key', 'webhook secret', 'refresh token'])
    assert.ok(remembered.some((one) => one.name === name), `no ${name} was seen`);
});

test('no secret stands in an answer', () => {
  const needles = needlesOf([{ name: 'a planted secret', bytes: Buffer.from(MARK) }, ...remembered]);
  for (const { path, head, body } of answers) {
    // the way to the provider holds the state, that is what it is for
    const leaving = path.startsWith('/connect/data-sources/') ? needles.filter(({ what }) => !what.startsWith('state')) : needles;
    assert.deepEqual(find(Buffer.concat([Buffer.from(head), body]), leaving), [], path);
  }
  assert.ok(answers.length > 100);
});

test('no secret stands in a message to a webhook', () => {
  const messages = receiver.all('/hook');
  assert.ok(messages.length > 0);
  assert.deepEqual(find(Buffer.from(JSON.stringify(messages)), needlesOf([{ name: 'a planted secret', bytes: Buffer.from(MARK) },
    { name: 'the client ID', bytes: Buffer.from(PUBLIC_MARK) }, ...remembered])), []);
});

// Not searched: the secrets that are meant to lie in a file, and the sandbox's own memory and log.
const skip = (name) => /^(keys|db-passwords|sandbox)\/|^sign-in\.txt$|^log\/sandbox\.log$/.test(name);

async function everything() {
  const needles = needlesOf([{ name: 'a planted secret', bytes: Buffer.from(MARK) }, { name: 'the client ID', bytes: Buffer.from(PUBLIC_MARK) }, ...remembered]);
  const pids = [];
  for (const name of await readdir(join(stack.var, 'run')))
    if (name.endsWith('.pid') && name !== 'sandbox.pid') pids.push((await readFile(join(stack.var, 'run', name), 'utf8')).split(' ')[0]);
  const processes = await descendants(pids);
  const dump = await db.dump('--all-databases', '--skip-opt', '--quick');
  const files = await findInFiles(stack.var, needles, skip);
  return { dump: find(Buffer.from(dump), needles), files: files.found, processes: await findInProcesses([...processes, ...extra], needles),
    searched: { bytes: files.bytes, processes: processes.length, dump: dump.length } };
}
const extra = [];

test('no secret stands in the database, its files, the logs or the processes', async () => {
  const { dump, files, processes, searched } = await everything();
  const [[waiting], [sent]] = await db.rows('SELECT COUNT(*) FROM revocations; SELECT COUNT(*) FROM webhook_deliveries');
  assert.ok(Number(waiting) > 0 && Number(sent) > 0, 'what waits in queues was searched too');
  assert.ok((await readFile(join(stack.var, 'refresh', 'journal'))).some((byte) => byte !== 0), 'and the journal');
  assert.deepEqual(dump, []);
  assert.deepEqual(files, []);
  assert.deepEqual(processes, []);
  assert.ok(searched.bytes > 1e6 && searched.processes >= 8 && searched.dump > 1e4, JSON.stringify(searched));
});

test('the very same search finds what is planted on purpose', async () => {
  await db.run(`INSERT INTO audit_events (id, tenant_id, at_us, action, object, result, request_id, peer)
    VALUES (RANDOM_BYTES(16), X'00000000000000000000000000000000', 1, 'planted', '${MARK}', '', '', '')`);
  await appendFile(join(stack.var, 'log', 'settings.log'), `${Buffer.from(`a${MARK}`).toString('base64')}\n`);
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()', MARK], { env: { PLANTED: Buffer.from(MARK).toString('hex') }, stdio: ['pipe', 'ignore', 'ignore'] });
  await new Promise((resolve) => child.once('spawn', resolve));
  extra.push(child.pid);
  const { dump, files, processes } = await everything();
  child.stdin.end();
  assert.ok(dump.length, 'dump');
  assert.ok(files.some((one) => one.startsWith('log/settings.log')), 'log');
  assert.ok(files.some((one) => /^db\/(ib_logfile0|grantry\/audit_events\.ibd)/.test(one)), 'data files');
  assert.ok(processes.some((one) => one.includes('cmdline')) && processes.some((one) => one.includes('environ')), 'processes');
});

test('programs leave no core (F15)', async () => {
  for (const name of ['settings', 'api']) {
    const pid = (await readFile(join(stack.var, 'run', `${name}.pid`), 'utf8')).split(' ')[0];
    for (const one of await descendants([pid])) assert.match(await readFile(`/proc/${one}/limits`, 'utf8'), /Max core file size +0 +0/, `${name} ${one}`);
  }
});

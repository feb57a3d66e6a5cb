// SPDX-License-Identifier: Apache-2.0
// What a runtime key opens: its verbs, its rate, the rate of its workspace; and that docs/openapi.json describes every route
// of api.fcgi, every one of its errors, and nothing else.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { database } from '../run/database.mjs';
import { startStack } from '../run/stack.mjs';
import { contract } from './openapi.mjs';
import { Runtime, newKey } from './runtime.mjs';
import { SANDBOX, exchange, signedIn } from './visitor.mjs';

const run = promisify(execFile);
const KEY_RATE = 2, TENANT_RATE = 5, BURST_S = 10;
let stack, db, runtime;

before(async () => {
  stack = await startStack({ conf: `runtime_key_rate = ${KEY_RATE}\nruntime_tenant_rate = ${TENANT_RATE}` });
  db = database(stack);
  const ada = await signedIn(stack, 'ada@acme.test');
  await ada.addApiKey();
  await ada.useCustomClient();
  await ada.connect();
  runtime = new Runtime(stack, await newKey(stack, 'pipeline'));
});
after(() => stack?.stop());

const ask = (key) => runtime.handOut('', { key });
// n requests at once, and how many of them were let in.
async function flood(n, key) {
  const answers = await Promise.all(Array.from({ length: n }, () => ask(key)));
  return { answers, passed: answers.filter(({ status }) => status === 200).length };
}

// ---- the description ----

test('every route of api.fcgi is described, and nothing else is', async () => {
  const program = 'tests/cgi/print_routes';
  await run('make', ['-s', '-C', stack.bin, program]);
  const routes = (await run(join(stack.bin, program), [], { env: { ...process.env, ASAN_OPTIONS: 'detect_leaks=0' } })).stdout
    .trim().split('\n').map((line) => JSON.parse(line)).filter((route) => route.program === 'api');
  assert.deepEqual(contract.operations().sort(),
    routes.map((route) => `${route.method} ${route.path.replace(/:([a-z]+)/g, '{$1}')}`).sort());
  for (const route of routes) {
    const operation = contract.doc.paths[route.path.replace(/:([a-z]+)/g, '{$1}')][route.method.toLowerCase()];
    assert.equal(route.gate === 'key', operation.security === undefined, route.path);
    assert.equal(route.body === 'json', operation.requestBody !== undefined, route.path);
    const inPath = operation.parameters?.map(contract.resolve).filter((p) => p.in === 'path').map((p) => p.name) ?? [];
    assert.deepEqual(inPath, [...route.path.matchAll(/:([a-z]+)/g)].map(([, name]) => name), route.path);
  }
});

test('every schema of the description compiles, and every reference leads somewhere', () => {
  const walk = (value) => {
    if (Array.isArray(value)) return value.forEach(walk);
    if (!value || typeof value !== 'object') return undefined;
    if (value.$ref) contract.resolve(value);
    return Object.entries(value).forEach(([name, below]) => {
      if (name === 'schema' && !below.type?.type) contract.validator(below);
      walk(below);
    });
  };
  walk(contract.doc.paths);
  walk(contract.doc.components.responses);
  for (const name of Object.keys(contract.doc.components.schemas)) contract.validator({ $ref: `#/components/schemas/${name}` });
});

test('the description would notice: a missing member, a further one, a wrong one', async () => {
  await new Promise((done) => { setTimeout(done, 1); }); // the test before took longer than a kept connection lives: its end is seen now
  const { text, ...answer } = await exchange(stack.address, '/api/health');
  const as = (body) => () => contract.check('GET', '/api/health', { ...answer, text: JSON.stringify(body) });
  as({ status: 'ok' })();
  for (const body of [{}, { status: 'no' }, { status: 'ok', more: 1 }, []]) assert.throws(as(body));
  assert.throws(() => contract.check('GET', '/api/nothing', { ...answer, text }));
  assert.throws(() => contract.check('GET', '/api/health', { ...answer, text, status: 418 }));
});

test('errors of every kind have one form, and are kept by nobody', async () => {
  const asked = [
    ['GET', '/api/v1/credentials', 401, 'unauthorized', {}],
    ['GET', `/api/v1/credentials/${SANDBOX}`, 400, 'bad_request', { host: 'evil.example' }],
    ['GET', `/api/v1/credentials/${SANDBOX}`, 403, 'forbidden', { 'sec-fetch-dest': 'image' }],
    ['POST', `/api/v1/credentials/${SANDBOX}`, 405, 'method_not_allowed', { 'content-length': '0' }],
    ['DELETE', '/api/v1/credentials', 405, 'method_not_allowed', {}],
    ['GET', '/api/v1/credentials/x/rejected', 405, 'method_not_allowed', {}],
    ['GET', `/api/v1/credentials/${'x'.repeat(2000)}`, 414, 'uri_too_long', {}],
  ];
  for (const [method, path, status, code, headers] of asked) {
    const answer = contract.check(method, path, await exchange(stack.address, path, { method, headers }));
    assert.deepEqual([method, path, answer.status, JSON.parse(answer.text).code], [method, path, status, code]);
  }
  for (const path of ['/api/nothing', '/api/v1', '/api/v2/credentials', '/api/v1/credentials/', '/api/v1/credentials/a/b']) {
    const answer = await exchange(stack.address, path);
    const body = JSON.parse(answer.text);
    assert.deepEqual([answer.status, body.code, body.status, Object.keys(body)], [404, 'not_found', 404, ['code', 'message', 'reason', 'status']]);
    assert.equal(answer.headers['cache-control'], 'no-store');
  }
});

test('probes keep the same form, also when something is missing', async () => {
  for (const path of ['/api/health', '/api/ready']) {
    contract.check('GET', path, await exchange(stack.address, path));
    contract.check('HEAD', path, await exchange(stack.address, path, { method: 'HEAD' }));
  }
  await db.run('RENAME TABLE schema_migrations TO schema_migrations_away');
  try {
    const answer = contract.check('GET', '/api/ready', await exchange(stack.address, '/api/ready'));
    assert.deepEqual([answer.status, JSON.parse(answer.text).reason], [503, 'schema']);
  } finally {
    await db.run('RENAME TABLE schema_migrations_away TO schema_migrations');
  }
});

// ---- verbs ----

test('a key does what its verbs say, and nothing else', async () => {
  const calls = {
    handout: (key) => runtime.handOut('', { key }),
    list: (key) => runtime.list('', { key }),
    report: (key) => runtime.report('11111111-2222-4333-8444-555555555555', 'x-1', 401, { key }),
  };
  for (const verbs of ['handout', 'list', 'report', 'list handout']) {
    // a workspace of its own for each: its rate is spent by nobody else here
    await stack.operator('tenant', 'add', `Verbs ${verbs}`);
    const key = (await stack.operator('key', 'add', verbs, '--tenant', `Verbs ${verbs}`, '--verbs', verbs)).trim();
    for (const [verb, call] of Object.entries(calls)) {
      const answer = await call(key);
      assert.equal(answer.body.code === 'not_permitted', !verbs.split(' ').includes(verb), `${verbs}: ${verb}: ${answer.text}`);
    }
  }
});

test('verbs that are none make no key', async () => {
  for (const verbs of ['', ' ', 'handout ', ' handout', 'handout  list', 'handout handout', 'Handout', 'all', 'handout,list', 'handout write'])
    await assert.rejects(newKey(stack, `bad ${verbs}`, '--verbs', verbs), verbs);
  const lines = (await stack.operator('key', 'list', '--tenant', 'Acme Research')).trim().split('\n');
  assert.deepEqual(lines, ['pipeline\tall providers\thandout list report register invoke']);
});

// ---- rates ----

test('a key that asks too often: 429 until when, and others are served', async () => {
  const busy = await newKey(stack, 'busy'), calm = await newKey(stack, 'calm');
  const { answers, passed } = await flood(60, busy);
  assert.ok(passed >= KEY_RATE * BURST_S && passed <= KEY_RATE * BURST_S + 10, `${passed}`);
  const refused = answers.find(({ status }) => status === 429);
  assert.equal(refused.body.code, 'rate_limited');
  assert.equal((await ask(calm)).status, 200);
  for (;;) {
    const answer = await ask(busy); // refusals cost nothing, so it comes back by itself
    if (answer.status === 200) break;
    assert.equal(answer.status, 429);
  }
});

test('a workspace that asks too often with many keys: 429, and other workspaces are served', async () => {
  await stack.operator('tenant', 'add', 'Busy');
  const add = async (name) => (await stack.operator('key', 'add', name, '--tenant', 'Busy')).trim();
  const keys = [];
  for (let i = 0; i < 5; i++) keys.push(await add(`key ${i}`));
  const answers = (await Promise.all(keys.map((key) => flood(20, key)))).flatMap((one) => one.answers);
  const refused = answers.filter(({ status }) => status === 429).length;
  assert.ok(refused >= 100 - TENANT_RATE * BURST_S - 25 && refused < 100, `${refused}`);
  const calm = (await stack.operator('key', 'add', 'labs', '--tenant', 'Acme Labs')).trim();
  assert.equal((await ask(calm)).status, 404);
});

test('who is kept waiting for a renewal is counted once, however long it takes', async () => {
  const patient = (await stack.operator('key', 'add', 'patient', '--tenant', 'Acme Research')).trim();
  await db.run(`UPDATE provider_credentials SET expires_at = 1, refresh_due_at = 1, lease_fence = lease_fence + 1,
    lease_owner = REPEAT('x', 16) WHERE auth_type = 'oauth2'`);
  while ((await ask(patient)).status === 429); // until the workspace has its rate back, which was spent above
  const answer = await runtime.handOut('?name=Ada%20Lovelace', { key: patient });
  assert.deepEqual([answer.status, answer.body.code], [503, 'renewing']);
});

test('strangers without a key spend nobody’s rate', async () => {
  const fresh = await newKey(stack, 'fresh');
  const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => ask(`${fresh.slice(0, -8)}${String(i).padStart(8, 'x')}`)));
  for (const { status } of answers) assert.equal(status, 401);
  assert.notEqual((await ask(fresh)).body.code, 'unauthorized');
});

test('a key that was revoked is counted like any unknown one: 401, then 429, and never let in', async () => {
  const gone = await newKey(stack, 'gone');
  await stack.operator('key', 'revoke', 'gone', '--tenant', 'Acme Research');
  const { answers, passed } = await flood(40, gone);
  assert.equal(passed, 0);
  assert.deepEqual([...new Set(answers.map(({ status }) => status))].sort(), [401, 429]);
});

// SPDX-License-Identifier: Apache-2.0
// Calls of API tools: what is sent, what comes back, what is refused before anything is sent, and where nothing ever goes.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';

import { database, uuidOf } from '../run/database.mjs';
import { startStack } from '../run/stack.mjs';
import { apiTools, parameter, startApi } from './api-tools.mjs';
import { until } from './renewing.mjs';
import { Runtime, newKey } from './runtime.mjs';
import { CANARY, witness } from './witness.mjs';

const SECRET = `${CANARY}/key+1`, PASSWORD = `${CANARY}:päss`;
const DOTS = '••••';
let stack, db, api, elsewhere, tools, runtime, acme, globex, pets, secured, eve, release = [];

// What the API does is said in the path.
const answers = {
  '/json': (q, r) => r.writeHead(200, { 'content-type': 'application/json', 'X-Two': ['a', 'b'], 'set-cookie': 'sid=1' }).end('{"a":[1,2.50,"ü"]}'),
  '/text': (q, r) => r.writeHead(201, { 'content-type': 'text/plain' }).end('grüß dich'),
  '/empty': (q, r) => r.writeHead(204).end(),
  '/not-json': (q, r) => r.writeHead(200, { 'content-type': 'application/json' }).end('{"a":1,}'),
  '/deep': (q, r) => r.writeHead(200, { 'content-type': 'application/json' }).end('['.repeat(50) + ']'.repeat(50)),
  '/binary': (q, r) => r.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.from([0x89, 0x50, 0xff, 0])),
  '/gzip': (q, r) => r.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end('not gzip at all'),
  '/html': (q, r) => r.writeHead(200, { 'content-type': 'text/html' }).end('<script>alert(1)</script>'),
  '/long': (q, r) => r.writeHead(200, { 'content-type': 'text/plain' }).end('ü'.repeat(600000)),
  '/endless': (q, r) => { r.writeHead(200, { 'content-type': 'text/plain' }); const more = () => { while (r.write('x'.repeat(65536))); }; r.on('drain', more); more(); },
  '/events': (q, r) => { r.writeHead(200, { 'content-type': 'text/event-stream' }); r.write('data: 1\n\n'); },
  '/silent': () => {},
  '/reset': (q) => q.socket.resetAndDestroy(),
  '/hold': (q, r) => release.push(() => r.end('ok')),
  '/echo': (q, r) => r.writeHead(200, { 'content-type': 'application/json', 'x-echo': q.headers['x-key'] ?? '', 'x-auth': q.headers.authorization ?? '' })
    .end(JSON.stringify({ headers: q.headers, url: q.url, key: q.headers['x-key'], basic: Buffer.from((q.headers.authorization ?? '').slice(6), 'base64').toString() })),
  '/same': (q, r) => r.writeHead(302, { location: '/json' }).end(),
  '/same/absolute': (q, r) => r.writeHead(307, { location: `${api.origin}/json#x` }).end(),
  '/loop': (q, r) => r.writeHead(302, { location: '/loop' }).end(),
  '/other': (q, r) => r.writeHead(302, { location: `${elsewhere.origin}/stolen?key=${encodeURIComponent(SECRET)}` }).end(),
  '/scheme-relative': (q, r) => r.writeHead(302, { location: `//${elsewhere.origin.slice(7)}/stolen` }).end(),
  '/userinfo': (q, r) => r.writeHead(302, { location: `http://127.0.0.1:${new URL(api.origin).port}@${elsewhere.origin.slice(7)}/` }).end(),
  '/429': (q, r) => r.writeHead(429, { 'retry-after': '7' }).end('slow down'),
  '/500': (q, r) => r.writeHead(500).end('broken'),
  '/many-headers': (q, r) => { for (let i = 0; i < 200; i++) r.setHeader(`x-h-${i}`, `v${i}`); r.end('ok'); },
  '/huge-headers': (q, r) => { for (let i = 0; i < 2000; i++) r.setHeader(`x-h-${i}`, 'v'.repeat(50)); r.end('ok'); },
};

const get = (path, more = {}) => ({ method: 'GET', path, ...more });
const each = Object.fromEntries(Object.keys(answers).map((path) => [path.slice(1).replaceAll('/', '-') || 'root', get(path)]));

before(async () => {
  api = await startApi((q, r) => (answers[q.url.split('?')[0]] ?? answers['/json'])(q, r));
  elsewhere = await startApi((q, r) => r.end('stolen'));
  stack = await startStack({ sandbox: false, conf: `egress_allow = ${api.origin}\ntool_timeout_ms = 1500\ntool_tenant_calls = 3` });
  db = database(stack);
  await stack.operator('tenant', 'add', 'Globex');
  [[acme]] = await db.rows("SELECT HEX(id) FROM tenants WHERE name = 'Acme Research'");
  [[globex]] = await db.rows("SELECT HEX(id) FROM tenants WHERE name = 'Globex'");
  tools = apiTools(stack, acme);
  pets = await tools.add('Pets', { server: api.origin }, {
    ...each,
    getPet: get('/pets/{petId}', { parameters: [parameter('petId', 'path', { type: 'integer' }), parameter('deep', 'query', { type: 'boolean' }),
      parameter('X-Trace', 'header', { type: 'string' })] }),
    find: get('/find/{name}', { parameters: [parameter('name', 'path', { type: 'string' })] }),
    addPet: { method: 'POST', path: '/pets', body: { required: true, content_type: 'application/json', mode: 'members', additional: false,
      members: [{ name: 'name', as: 'name', required: true, schema: { type: 'string' } }, { name: 'age', as: 'age', required: false, schema: { type: 'integer', minimum: 0 } }] } },
    upload: { method: 'PUT', path: '/files', body: { required: true, content_type: 'application/octet-stream', mode: 'whole', as: 'body', schema: true } },
    hidden: get('/json', { enabled: false }),
    needsKey: get('/json', { security: [[{ scheme: 'nowhere', scopes: [] }]] }),
  });
  secured = await tools.add('Secured', { server: api.origin, secrets: { 'a1.value': SECRET, 'a2.username': 'ada', 'a2.password': PASSWORD },
    settings: { auth: [{ id: 'a1', scheme: 'key', type: 'api_key', in: 'header', name: 'X-Key', prefix: '' },
      { id: 'a2', scheme: 'basic', type: 'basic' }] }, head: { security: [[{ scheme: 'key', scopes: [] }]] } }, {
    echo: get('/echo'), other: get('/other'), same: get('/same'), open: get('/echo', { security: [] }),
    both: get('/echo', { security: [[{ scheme: 'key', scopes: [] }, { scheme: 'basic', scopes: [] }]] }),
    'scheme-relative': get('/scheme-relative'), userinfo: get('/userinfo'),
  });
  runtime = new Runtime(stack, await newKey(stack, 'pipeline'));
  eve = new Runtime(stack, (await stack.operator('key', 'add', 'hers', '--tenant', 'Globex')).trim());
});
after(async () => {
  await stack?.stop();
  await api?.close();
  await elsewhere?.close();
});
beforeEach(() => { api.calls.length = 0; });

const ok = async (...args) => {
  const answer = await runtime.invoke(...args);
  assert.equal(answer.status, 200, answer.text);
  return answer.body;
};
const refused = async (status, code, ...args) => {
  const before = api.calls.length;
  const answer = await runtime.invoke(...args);
  assert.deepEqual([answer.status, answer.body?.code], [status, code], answer.text);
  assert.equal(api.calls.length, before, 'something was sent');
  return answer;
};
const pause = () => new Promise((done) => { setImmediate(done); });
const events = async () => (await db.rows("SELECT object, result FROM audit_events WHERE action = 'api_tool.invoke' ORDER BY at_us"));

// ---- what is sent, and what comes back ----

test('an operation is called with its arguments, and its answer comes back', async () => {
  const body = await ok(pets, 'getPet', { petId: '7', deep: 'false', 'X-Trace': 'abc' });
  assert.deepEqual([body.status, body.body_kind, body.body, body.attempts, body.truncated], [200, 'json', { a: [1, 2.5, 'ü'] }, 1, false]);
  assert.equal(body.content_type, 'application/json');
  assert.equal(body.headers['x-two'], 'a, b');
  assert.equal(body.headers['set-cookie'], undefined);
  assert.deepEqual([api.calls[0].method, api.calls[0].url, api.calls[0].headers['x-trace']], ['GET', '/pets/7?deep=false', 'abc']);
});

test('by its name too, and with a body', async () => {
  assert.equal((await ok('Pets', 'addPet', { name: 'Rex', age: 3 })).status, 200);
  assert.deepEqual(JSON.parse(api.calls[0].body), { name: 'Rex', age: 3 });
  assert.equal(api.calls[0].headers['content-type'], 'application/json');
});

for (const [operation, status, kind, body] of [['text', 201, 'text', 'grüß dich'], ['empty', 204, 'none', null],
  ['not-json', 200, 'text', '{"a":1,}'], ['deep', 200, 'text', '['.repeat(50) + ']'.repeat(50)], ['html', 200, 'text', '<script>alert(1)</script>'],
  ['500', 500, 'text', 'broken'], ['429', 429, 'text', 'slow down']]) {
  test(`a body as it is: ${operation}`, async () => {
    const answer = await ok(pets, operation);
    assert.deepEqual([answer.status, answer.body_kind, answer.body], [status, kind, body]);
  });
}

test('bytes come as base64, and what is compressed is not unpacked', async () => {
  const bytes = await ok(pets, 'binary');
  assert.deepEqual([bytes.body_kind, bytes.body, bytes.body_base64], ['binary', null, 'iVD/AA==']);
  assert.equal(Buffer.from((await ok(pets, 'gzip')).body_base64, 'base64').toString(), 'not gzip at all');
});

test('a long body is cut between two characters, an endless one too', async () => {
  const long = await ok(pets, 'long');
  assert.equal(long.truncated, true);
  assert.match(long.body, /^ü+$/);
  assert.equal(Buffer.byteLength(long.body), 1 << 20);
  const endless = await ok(pets, 'endless');
  assert.deepEqual([endless.truncated, endless.body.length], [true, 1 << 20]);
});

test('a stream of events is cut at the end of its time', async () => {
  const answer = await ok(pets, 'events');
  assert.deepEqual([answer.status, answer.truncated, answer.body], [200, true, 'data: 1\n\n']);
});

test('64 headers at most; a head that is too large is no answer', async () => {
  assert.equal(Object.keys((await ok(pets, 'many-headers')).headers).length, 64);
  const answer = await runtime.invoke(pets, 'huge-headers');
  assert.deepEqual([answer.status, answer.body.code], [502, 'api_headers_too_large']);
});

test('no answer in time, none at all', async () => {
  const silent = await runtime.invoke(pets, 'silent');
  assert.deepEqual([silent.status, silent.body.code], [504, 'api_timeout']);
  const reset = await runtime.invoke(pets, 'reset');
  assert.deepEqual([reset.status, reset.body.code], [502, 'api_unreachable']);
});

test('another protocol is no answer', async () => {
  const server = createServer((socket) => socket.once('data', () => socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nhello')));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const id = await tools.add('Upgrading', { server: `http://127.0.0.1:${server.address().port}` }, { go: get('/') });
  const answer = await runtime.invoke(id, 'go');
  assert.deepEqual([answer.status, answer.body.code], [502, 'address_forbidden']); // not on the operator's list either
  server.close();
});

// ---- what is refused before anything is sent ----

test('arguments that do not fit are named', async () => {
  const fault = async (operation, said, code, argument) => {
    const answer = await refused(422, code, pets, operation, said);
    assert.equal(answer.body.argument, argument);
    assert.ok(answer.body.message.length > 10);
  };
  await fault('getPet', {}, 'missing_argument', 'petId');
  await fault('getPet', { petId: 'seven' }, 'bad_argument', 'petId');
  await fault('getPet', { petId: 1, deep: 'yes' }, 'bad_argument', 'deep');
  await fault('getPet', { petId: 1, depe: true }, 'unknown_argument', 'depe');
  await fault('getPet', { petId: 1, 'X-Trace': 'a\r\nX-Evil: 1' }, 'bad_argument', 'X-Trace');
  await fault('find', { name: '..' }, 'bad_argument', 'name');
  await fault('find', { name: '' }, 'bad_argument', 'name');
  await fault('addPet', { name: 'Rex', age: -1 }, 'bad_argument', 'age');
});

test('a body that is none', async () => {
  for (const text of ['', '{', '[]', '"x"', '{"arguments":[]}', '{"arguments":{},"credentials":"x"}', '{"credential":7}', '{"credential":""}',
    '{"arguments":{"a":1,"a":2}}', `{"credential":"${'x'.repeat(5000)}"}`])
    await refused(400, 'bad_request', pets, 'json', text);
  await refused(415, 'unsupported_media_type', pets, 'json', '{}', { type: 'text/plain' });
});

test('a file goes along, of up to 8 MiB, and nothing beyond 12 MiB comes in', async () => {
  const bytes = Buffer.alloc(7 << 20, 'x');
  const body = await ok(pets, 'upload', { body: { filename: 'a.bin', content_type: 'application/octet-stream', base64: bytes.toString('base64') } });
  assert.equal(body.status, 200);
  assert.equal(api.calls[0].body.length, bytes.length);
  const most = await runtime.invoke(pets, 'upload', { body: { filename: 'a', content_type: 'a/b', base64: Buffer.alloc((8 << 20) + 1).toString('base64') } });
  assert.deepEqual([most.status, most.body.code], [422, 'too_large']);
  const whole = { key: runtime.key, length: 13 << 20 };
  const response = await fetch(`${stack.address}/api/v1/api-tools/${pets}/operations/upload`, { method: 'POST', body: Buffer.alloc(whole.length, ' '),
    headers: { authorization: `Bearer ${whole.key}`, 'content-type': 'application/json' } }).catch(() => ({ status: 413 })); // or hung up on
  assert.equal(response.status, 413);
  const registry = await runtime.register({ models: [], apps: [], tools: [], x: 'y'.repeat(70000) }).catch(() => ({ status: 413 }));
  assert.equal(registry.status, 413);
  assert.equal(api.calls.length, 1);
});

test('no such tool, no such operation', async () => {
  for (const tool of [randomUUID(), 'nothing', "' OR 1=1 -- ", uuidOf(acme)]) await refused(404, 'not_found', tool, 'json');
  await refused(404, 'no_operation', pets, 'nothing');
  await refused(404, 'no_operation', pets, 'GETPET');
  await refused(404, 'no_operation', pets, 'hidden');
});

test("another workspace's tools are none", async () => {
  for (const tool of [pets, 'Pets']) {
    const answer = await eve.invoke(tool, 'json');
    assert.deepEqual([answer.status, answer.body.code], [404, 'not_found']);
  }
  assert.equal(api.calls.length, 0);
});

test('no key, a wrong one, one without the verb, one that is held to others', async () => {
  await refused(401, 'unauthorized', pets, 'json', {}, { key: null });
  await refused(401, 'unauthorized', pets, 'json', '{', { key: `grt_${'x'.repeat(49)}` });
  await refused(403, 'not_permitted', pets, 'json', '{', { key: await newKey(stack, 'reader', '--verbs', 'handout list') });
  const held = await newKey(stack, 'held');
  await db.run(`UPDATE runtime_keys SET providers = 'api-tools/${secured}/oauth2' WHERE name = 'held'`);
  await refused(404, 'not_found', pets, 'json', {}, { key: held });
  assert.equal((await runtime.invoke(secured, 'echo', {}, { key: held })).status, 200);
});

test('a tool without a server, one whose document asks for what nobody has set up', async () => {
  const nowhere = await tools.add('Nowhere', {}, { go: get('/') });
  await refused(409, 'no_server', nowhere, 'go');
  await refused(409, 'needs_credential', pets, 'needsKey');
});

test('an operation of which nothing usable is stored', async () => {
  const odd = await tools.add('Odd', { server: api.origin }, { none: get('/'), host: get('/', { parameters: [parameter('Host', 'header', true)] }) });
  await db.run("UPDATE tool_api_operations SET plan = '{\"method\":1}' WHERE name = 'none'");
  await refused(409, 'bad_operation', odd, 'none');
  await refused(409, 'bad_operation', odd, 'host');
});

// ---- credentials ----

test('credentials go where the settings say, and no further than the operation asks', async () => {
  await ok(secured, 'echo');
  assert.equal(api.calls[0].headers['x-key'], SECRET);
  assert.equal(api.calls[0].headers.authorization, undefined);
  await ok(secured, 'both');
  assert.equal(api.calls[1].headers.authorization, `Basic ${Buffer.from(`ada:${PASSWORD}`).toString('base64')}`);
  await ok(secured, 'open');
  assert.equal(api.calls[2].headers['x-key'], undefined);
});

test('what the API echoes of them is covered', async () => {
  const { body, headers } = await ok(secured, 'both');
  assert.equal(body.key, DOTS);
  assert.equal(body.headers['x-key'], DOTS);
  assert.equal(body.basic, DOTS);
  assert.equal(headers['x-echo'], DOTS);
  assert.equal(headers['x-auth'], `Basic ${DOTS}`);
});

test('credentials that were entered for another server are not sent', async () => {
  const moved = await tools.add('Moved', { server: api.origin, origins: 'https://old.test', secrets: { 'a1.value': SECRET },
    settings: { auth: [{ id: 'a1', scheme: '', type: 'bearer' }] } }, { echo: get('/echo') });
  await refused(409, 'origin_changed', moved, 'echo');
});

test('a secret that nobody has entered, one that cannot be opened', async () => {
  const settings = { auth: [{ id: 'a1', scheme: '', type: 'bearer' }] };
  const bare = await tools.add('Bare', { server: api.origin, settings }, { echo: get('/echo') });
  await refused(409, 'no_secret', bare, 'echo');
  const broken = await tools.add('Broken', { server: api.origin, settings, secrets: { 'a1.value': SECRET } }, { echo: get('/echo') });
  await db.run("UPDATE tool_api_providers SET secret_rev = 2 WHERE name = 'Broken'");
  await refused(503, 'undecryptable', broken, 'echo');
});

// ---- where it goes ----

test('redirects within the origin are followed, three at most', async () => {
  for (const operation of ['same', 'same-absolute']) {
    const answer = await ok(pets, operation);
    assert.deepEqual([answer.status, answer.attempts], [200, 2]);
  }
  await ok(secured, 'same');
  assert.deepEqual(api.calls.slice(-2).map((call) => call.headers['x-key']), [SECRET, SECRET]);
  const loop = await ok(pets, 'loop');
  assert.deepEqual([loop.status, loop.attempts], [302, 4]);
});

test('a redirect to another origin is an answer: nothing goes there', async () => {
  const answer = await ok(secured, 'other');
  assert.deepEqual([answer.status, answer.attempts], [302, 1]);
  assert.equal(answer.headers.location, `${elsewhere.origin}/stolen?key=${DOTS}`);
  for (const operation of ['scheme-relative', 'userinfo']) assert.equal((await ok(secured, operation)).status, 302);
  assert.equal(elsewhere.calls.length, 0);
});

test('addresses that are not public are not called', async () => {
  const port = new URL(elsewhere.origin).port;
  let n = 0;
  for (const host of ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', '169.254.169.254', '10.0.0.1']) {
    for (const origin of [`http://${host}:${port}`, `https://${host}:${port}`, `https://${host}`]) {
      const id = await tools.add(`Private ${n++}`, { server: origin }, { go: get('/') });
      const answer = await runtime.invoke(id, 'go');
      assert.ok(answer.status === 502 ? answer.body.code === 'address_forbidden' : answer.body.code === 'bad_server', `${origin}: ${answer.text}`);
    }
  }
  assert.equal(elsewhere.calls.length, 0);
});

// ---- limits ----

test('so many calls at once of a workspace, and the rest goes on', async () => {
  const holding = [1, 2, 3].map(() => runtime.invoke(pets, 'hold'));
  while (release.length < 3) await pause();
  const more = await runtime.invoke(pets, 'json');
  assert.deepEqual([more.status, more.body.code, more.headers['retry-after']], [429, 'too_many_calls', '1']);
  assert.equal((await runtime.list()).status, 200); // the worker is free meanwhile
  for (const go of release.splice(0)) go();
  for (const answer of await Promise.all(holding)) assert.equal(answer.body.body, 'ok');
  assert.equal((await runtime.invoke(pets, 'json')).status, 200);
});

test('a worker that dies takes no place with it', async () => {
  const holding = [1, 2, 3].map(() => runtime.invoke(pets, 'hold').catch(() => {}));
  while (release.length < 3) await pause();
  assert.equal((await runtime.invoke(pets, 'json')).status, 429);
  const pid = (await readFile(join(stack.var, 'run', 'api.pid'), 'utf8')).split(' ')[0];
  const workers = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ');
  for (const worker of workers) process.kill(Number(worker), 'SIGKILL');
  await Promise.all(holding);
  release.splice(0);
  await until('the next worker', async () => (await fetch(`${stack.address}/api/health`)).status === 200);
  for (let i = 0; i < 3; i++) assert.equal((await runtime.invoke(pets, 'json')).status, 200);
});

test('a call whose client left goes on, gives its place back, and is written down', async () => {
  const before = (await events()).length;
  for (let i = 0; i < 3; i++) {
    const leaving = new AbortController();
    const left = fetch(`${stack.address}/api/v1/api-tools/${pets}/operations/hold`, { method: 'POST', signal: leaving.signal, body: '{}',
      headers: { authorization: `Bearer ${runtime.key}`, 'content-type': 'application/json' } }).catch((error) => error.name);
    while (release.length < i + 1) await pause();
    leaving.abort();
    assert.equal(await left, 'AbortError');
  }
  for (const go of release.splice(0)) go();
  await until('three events', async () => (await events()).length === before + 3);
  assert.deepEqual((await events()).slice(before).map(([, result]) => result), ['2xx', '2xx', '2xx']);
  assert.equal((await runtime.invoke(pets, 'json')).status, 200);
});

test('an end of the program lets calls come to theirs', async () => {
  const holding = runtime.invoke(pets, 'hold');
  while (release.length < 1) await pause();
  const pid = (await readFile(join(stack.var, 'run', 'api.pid'), 'utf8')).split(' ')[0];
  process.kill(Number(pid), 'SIGHUP'); // the workers are replaced one by one
  for (const go of release.splice(0)) go();
  assert.equal((await holding).body.body, 'ok');
  assert.equal((await runtime.invoke(pets, 'json')).status, 200);
});

test('what fails five times in a row is left alone for a while', async () => {
  const failing = await tools.add('Failing', { server: api.origin }, { fail: get('/500'), json: get('/json') });
  for (let i = 0; i < 5; i++) assert.equal((await ok(failing, 'fail')).status, 500);
  const answer = await refused(503, 'api_resting', failing, 'json');
  assert.match(answer.headers['retry-after'], /^(29|30)$/);
  assert.equal((await ok(pets, 'json')).status, 200); // another tool of the same API
});

// ---- the record ----

test('each call is an event: the operation, the key, the class of its status', async () => {
  const before = (await events()).length;
  await ok(pets, 'text');
  await ok(pets, '429');
  await runtime.invoke(pets, 'reset');
  await refused(422, 'missing_argument', pets, 'getPet', {});
  const [[keyId]] = await db.rows("SELECT HEX(id) FROM runtime_keys WHERE name = 'pipeline'");
  const object = (operation) => `api-tool:${pets}/${operation} key:${uuidOf(keyId)}`;
  assert.deepEqual((await events()).slice(before), [[object('text'), '2xx'], [object('429'), '4xx'], [object('reset'), 'upstream']]);
});

test('no secret stands in logs, in the database or in an idle worker', async () => {
  assert.deepEqual(await witness(stack).leaks(), []);
});

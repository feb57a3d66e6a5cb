// SPDX-License-Identifier: Apache-2.0
// API tools under attack (security G1–G19, H1–H12, E15): descriptions that are bombs, that name files, private servers or foreign
// markup; arguments that want to be more than arguments; addresses of this machine in every spelling, for descriptions, servers
// and OAuth endpoints; and servers that are changed behind a stored key. A listener on loopback sees no connection.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { after, afterEach, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { database } from '../run/database.mjs';
import { startStack } from '../run/stack.mjs';
import { apiTools, parameter, startApi } from './api-tools.mjs';
import { Runtime, newKey } from './runtime.mjs';
import { CANARY, witness } from './witness.mjs';
import { home, signedIn, words } from './visitor.mjs';

const SECRET = `${CANARY}/attacked`;
const SPOILS = 6; // workspaces, each of which may fetch ten descriptions at once
let stack, db, api, other, trap, tools, runtime, ada, csrf, spoilers;

// Whoever connects is counted. On 443, so that addresses need no port; where that is not ours to have, on another.
async function startTrap() {
  const listener = { connections: 0 };
  const server = createServer((socket) => { listener.connections++; socket.destroy(); });
  const listen = async (port) => {
    server.listen(port, '::');
    const error = await Promise.race([once(server, 'listening').then(() => null, () => null), once(server, 'error').then(([e]) => e, (e) => e)]);
    return error === null || !(error instanceof Error);
  };
  if (!(await listen(443))) await listen(0);
  const { port } = server.address();
  return Object.assign(listener, { port, suffix: port === 443 ? '' : `:${port}`, stop: () => new Promise((done) => { server.close(done); }) });
}

const answer = (request, response) => {
  const to = { '/to-loopback': 'https://127.0.0.1/', '/to-v6': 'https://[::1]/', '/to-mapped': 'https://[::ffff:7f00:1]/', '/to-metadata': 'https://169.254.169.254/',
    '/to-port': `http://127.0.0.1:${trap.port}/`, '/to-relative': `//127.0.0.1:${trap.port}/`, '/to-file': 'file:///etc/passwd', '/to-userinfo': `https://${api.origin.slice(7)}@127.0.0.1/`,
    '/to-itself': '/to-itself' }[request.url];
  if (to) response.writeHead(302, { location: to }).end();
  else response.writeHead(200, { 'content-type': 'application/json', 'x-url': request.url }).end('{}');
};

before(async () => {
  trap = await startTrap();
  api = await startApi(answer);
  other = await startApi(answer);
  stack = await startStack({ sandbox: false, conf: `egress_allow = ${api.origin}\negress_allow = ${other.origin}`,
    env: { no_proxy: '127.0.0.1', // who waits for the web to be ready; H12
      ...Object.fromEntries(['http_proxy', 'https_proxy', 'HTTPS_PROXY', 'ALL_PROXY'].map((name) => [name, `http://127.0.0.1:${trap.port}`])) } });
  db = database(stack);
  const [[acme]] = await db.rows("SELECT HEX(id) FROM tenants WHERE name = 'Acme Research'");
  tools = apiTools(stack, acme);
  ada = await signedIn(stack, 'ada@acme.test');
  csrf = await ada.csrf();
  runtime = new Runtime(stack, await newKey(stack, 'pipeline'));
  spoilers = [];
  for (let i = 0; i < SPOILS; i++) {
    await stack.operator('tenant', 'add', `Spoil ${i}`);
    await stack.operator('user', 'add', `s${i}@spoil.test`, '--name', 'S', '--tenant', `Spoil ${i}`, '--role', 'owner');
    const visitor = await signedIn(stack, `s${i}@spoil.test`);
    spoilers.push({ visitor, csrf: await visitor.csrf() });
  }
});
after(async () => {
  await stack?.stop();
  await api?.close();
  await other?.close();
  await trap?.stop();
});
afterEach(() => { assert.equal(trap.connections, 0, 'something connected to this machine'); });

const bring = (text, who = { visitor: ada, csrf }) => who.visitor.upload('/api-tools/new', { csrf: who.csrf, text: '', url: '', file: { file: 'x.yaml', text }, });
const fetchUrl = (url, who) => who.visitor.upload('/api-tools/new', { csrf: who.csrf, text: '', url, file: { file: '', text: '' } });
const described = (more = {}, operation = {}) => JSON.stringify({ openapi: '3.0.3', info: { title: 'T', version: '1' }, servers: [{ url: api.origin }],
  paths: { '/a': { get: { operationId: 'a', responses: {}, ...operation } } }, ...more });
const idOf = (page) => page.location.match(/[0-9a-f-]{36}/)[0];

async function saved(name, text) {
  const draft = await ada.get((await bring(text)).location);
  const page = await ada.submit(draft, { name, save: '1' }, draft.text.match(/\/api-tools\/drafts\/[0-9a-f-]{36}(?=")/)[0]);
  assert.equal(page.status, 303, words(page).slice(0, 400));
  return `/api-tools/${idOf(page)}`;
}

test('the listener would see a connection', async () => {
  const socket = connect(trap.port, '127.0.0.1').on('error', () => {});
  await once(socket, 'close');
  assert.equal(trap.connections, 1);
  trap.connections = 0;
});

// ---- descriptions ----

const laughs = ['a: &a [x,x,x,x,x,x,x,x,x]', ...'bcdefghi'.split('').map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(',')}]`)].join('\n');
const BOMBS = {
  'G1: aliases of aliases': () => `openapi: 3.0.3\n${laughs}\npaths: {}\n`,
  'G1: an alias of itself': () => 'openapi: 3.0.3\na: &a [*a]\n',
  'G2: brackets': () => '['.repeat(2 << 20),
  'G2: braces': () => `{"a":`.repeat(200000),
  'G2: blocks': () => Array.from({ length: 2000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
  'G2: keys and dashes': () => `${'? '.repeat(20000)}\n${'- '.repeat(20000)}`,
  'G6: UTF-16': () => Buffer.from(`\ufeff${described()}`, 'utf16le'),
  'G6: NUL': () => 'openapi: 3.0.3\0',
  'G6: overlong': () => Buffer.concat([Buffer.from('openapi: "'), Buffer.from([0xc0, 0xaf]), Buffer.from('"\n')]),
  'G7: an alias of nothing': () => 'openapi: *x\n',
  'G7: two documents': () => `${described()}\n---\n${described()}\n`,
  'G8: a hundred thousand levels': () => `{"openapi":"3.0.3","x":${'['.repeat(1e5)}${']'.repeat(1e5)}}`,
  'G15: HTML': () => '<!doctype html><script>alert(1)</script>',
  'G15: ZIP': () => Buffer.from([0x50, 0x4b, 3, 4, 20, 0, 0, 0]),
  'G15: PDF': () => '%PDF-1.7\n1 0 obj\n',
  'G15: XML with an entity': () => '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
  'G15: compressed': () => gzipSync(described()),
  'G18: something else': () => '{"asyncapi":"2.6.0"}',
};

for (const [what, make] of Object.entries(BOMBS)) {
  test(`${what}: refused, and the next one is read`, async () => {
    const page = await bring(make());
    assert.equal(page.status, 422, words(page).slice(0, 200));
    assert.doesNotMatch(page.text, /<script>|root:x:/);
    assert.equal((await bring(described())).status, 303);
  });
}

test('G4: references in circles and into nothing cost the one place', async () => {
  const page = await bring(described({ components: { schemas: { A: { $ref: '#/components/schemas/A' }, B: { allOf: [{ $ref: '#/components/schemas/C' }] },
    C: { allOf: [{ $ref: '#/components/schemas/B' }] } } } }, { parameters: ['A', 'B', 'none', '0/~1%23', '-1'].map((name, i) => ({ name: `p${i}`, in: 'query',
    schema: { $ref: `#/components/schemas/${name}` } })).concat([{ $ref: '#' }, { $ref: '' }, { $ref: '#/paths/~1a/get/parameters/1000000000' }]) }));
  assert.equal(page.status, 303, words(page).slice(0, 200));
});

test('G5: what a reference names elsewhere is not fetched', async () => {
  const elsewhere = ['https://127.0.0.1/x.json', `http://127.0.0.1:${trap.port}/x.json`, `${api.origin}/x.json`, 'file:///etc/passwd', '//127.0.0.1/x', 'x.json', 'data:,{}'];
  const before = api.calls.length;
  const page = await bring(described({ $id: elsewhere[0] }, { parameters: elsewhere.map((url, i) => ({ name: `p${i}`, in: 'query', schema: { $ref: url }, example: { externalValue: url } })),
    requestBody: { $ref: elsewhere[1] }, externalDocs: { url: elsewhere[0] } }));
  assert.equal(page.status, 303, words(page).slice(0, 200));
  assert.doesNotMatch((await ada.get(page.location)).text, /root:x:/);
  assert.equal(api.calls.length, before);
});

test('G9, G19: names are made harmless, texts are texts, patterns are not run', async () => {
  const evil = ['<script>alert(1)</script>', '../../etc', "'; DROP TABLE users; --", 'x'.repeat(10240), '😀', 'a\r\nSet-Cookie: x=1', '{{client.client_secret}}'];
  const paths = Object.fromEntries(evil.map((operationId, i) => [`/p${i}`, { get: { operationId, summary: '<img src=x onerror=alert(1)>', responses: {},
    parameters: [{ name: 'q', in: 'query', schema: { type: 'string', pattern: '^(a+)+$' } }] } }]));
  const path = await saved('Evil names', described({ paths }));
  const names = (await db.rows(`SELECT name FROM tool_api_operations WHERE owner_id = X'${path.slice(-36).replaceAll('-', '')}'`)).flat();
  assert.equal(names.length, evil.length);
  for (const name of names) assert.match(name, /^[A-Za-z0-9_-]{1,64}$/);
  for (const where of [path, `${path}/operations/${names[0]}`]) assert.doesNotMatch((await ada.get(where)).text, /<script>alert|<img src=x/);
  assert.equal((await runtime.invoke(path.slice(-36), names[0], { q: `${'a'.repeat(60)}!` })).status, 200);
});

test('G13: headers that frame, route or authorize a message are no arguments', async () => {
  const bad = ['Authorization', 'host', 'Content-Length', 'Transfer-Encoding', 'Cookie', 'Proxy-Authorization', 'Connection', 'X\r\nEvil', 'X Y', ''];
  const path = await saved('Headers', described({}, { parameters: bad.concat('X-Good').map((name) => ({ name, in: 'header', schema: { type: 'string' } })) }));
  const { body } = await runtime.get(`/api/v1/api-tools/${path.slice(-36)}`);
  assert.deepEqual(Object.keys(body.operations[0].parameters.properties), ['X-Good']);
});

// ---- arguments ----

test('G12, G13: an argument stays where it belongs', async () => {
  const id = await tools.add('Arguments', { server: `${api.origin}/base`, origins: api.origin, secrets: { 'a1.value': SECRET },
    settings: { auth: [{ id: 'a1', scheme: '', type: 'api_key', in: 'query', name: 'key', prefix: '' }] } }, {
    path: { method: 'GET', path: '/a/{x}/b', parameters: [parameter('x', 'path')] },
    two: { method: 'GET', path: '/{x}{y}', parameters: [parameter('x', 'path'), parameter('y', 'path')] },
    label: { method: 'GET', path: '/{x}', parameters: [parameter('x', 'path', true, { style: 'label' })] },
    head: { method: 'GET', path: '/h', parameters: [parameter('X-A', 'header')] },
    query: { method: 'GET', path: '/q', parameters: [parameter('q', 'query'), parameter('key', 'query'), parameter('r', 'query', true, { allow_reserved: true })] },
    cookie: { method: 'GET', path: '/c', parameters: [parameter('c', 'cookie')] },
    form: { method: 'POST', path: '/f', body: { required: true, content_type: 'multipart/form-data', mode: 'members', additional: true,
      members: [{ name: 'f', as: 'f', required: false, schema: true, file: true }] } },
  });
  const refused = async (operation, args) => {
    const n = api.calls.length, answered = await runtime.invoke(id, operation, args);
    assert.equal(answered.status, 422, `${operation} ${JSON.stringify(args)}: ${answered.text}`);
    assert.equal(api.calls.length, n, 'something was sent');
    assert.ok(!answered.text.includes(CANARY));
  };
  for (const x of ['.', '..', '', '../admin', '..\\admin', '%2e%2e', '%2E.', 'a/../..', '.%2e/x'])
    if (!['../admin', '..\\admin', '%2e%2e', '%2E.', 'a/../..', '.%2e/x'].includes(x)) await refused('path', { x });
  await refused('two', { x: '.', y: '.' });
  await refused('label', { x: '.' });
  for (const value of ['a\r\nEvil: 1', 'a\nb', '\u0000', 'a\u007f']) await refused('head', { 'X-A': value });

  for (const [operation, args] of [['path', { x: '../admin' }], ['path', { x: '%2e%2e' }], ['path', { x: 'a?b=1#c' }], ['path', { x: 'a\r\nEvil: 1' }], ['path', { x: '@127.0.0.1' }],
    ['query', { q: 'a&key=mine\r\nEvil: 1', key: 'mine', r: 'a&key=mine#x' }], ['cookie', { c: 'a; evil=1\r\nEvil: 1' }],
    ['form', { f: { filename: 'a"\r\nEvil: 1\r\n\r\n.txt', content_type: 'text/plain\r\nEvil: 1', base64: 'YQ==' }, 'x"\r\nEvil: 1': 'v' }]]) {
    const n = api.calls.length, { status, text } = await runtime.invoke(id, operation, args);
    if (status === 422) { assert.equal(api.calls.length, n); continue; }
    assert.equal(status, 200, text);
    const call = api.calls.at(-1), url = new URL(call.url, api.origin);
    assert.equal(call.headers.evil, undefined);
    assert.match(url.pathname, /^\/base\/(a\/[^/]+\/b|q|c|f)$/, call.url);
    assert.deepEqual(url.searchParams.getAll('key'), [SECRET], call.url);
    assert.ok(!/(^|; )evil=/.test(call.headers.cookie ?? ''), call.headers.cookie);
    assert.doesNotMatch(call.body, /^Evil:/m);
    assert.ok(!text.includes(CANARY));
  }
});

// ---- addresses ----

const HOSTS = ['127.0.0.1', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', '017700000001', '0x7f.0.0.1', '00000177.1', '0', '0.0.0.0', // H1
  '[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[64:ff9b::7f00:1]', '[2002:7f00:1::]', '[fe80::1%25lo]', '[fec0::1]', // H2
  'localhost', 'LOCALHOST', 'localhost.', 'localhost.localdomain', 'a.localhost', 'ip6-localhost', // H4
  '①②⑦.⓪.⓪.①', '127。0。0。1', 'ｌocalhost']; // H5
const ADDRESSES = () => [...HOSTS.map((host) => `https://${host}${trap.suffix}`), `http://127.0.0.1:${trap.port}`, `https://127.0.0.1:${trap.port}`,
  'https://good@127.0.0.1', 'https://127.0.0.1\\@good.test', 'https://good.test#@127.0.0.1', 'https://good.test%2f@127.0.0.1', 'https://127.0.0.1%00.good.test', 'https://127.0.0.1\tx', // H6
  'https:/127.0.0.1', 'https:///127.0.0.1', '127.0.0.1', 'https:127.0.0.1', // H7
  ...['file:///etc/passwd', 'gopher://127.0.0.1', 'dict://127.0.0.1', 'ftp://127.0.0.1', 'ws://127.0.0.1', 'jar:https://127.0.0.1!/', 'javascript:alert(1)'], // H8
  'https://127.0.0.1:443:80', 'https://127.0.0.1:99999', 'https://127.0.0.1:', 'https://127.0.0.1:0']; // H9

test('H1–H9: no description is fetched from this machine', async () => {
  const all = ADDRESSES(), told = new Set();
  assert.ok(all.length <= SPOILS * 10);
  for (const [i, url] of all.entries()) {
    const page = await fetchUrl(url, spoilers[i % SPOILS]);
    assert.equal(page.status, 422, `${url}: ${words(page).slice(0, 200)}`);
    assert.doesNotMatch(page.text, /root:x:/);
    told.add(page.text.match(/id="url-error">([^<]*)/)?.[1]);
  }
  assert.equal(told.size, 2, [...told].join('\n')); // no URL; not reached. Not a third: nobody was told to come later
});

test('H10: no redirect leads a fetch there, and a circle ends', async () => {
  const ways = ['/to-loopback', '/to-v6', '/to-mapped', '/to-metadata', '/to-port', '/to-relative', '/to-file', '/to-userinfo', '/to-itself'];
  const told = new Set();
  for (const way of ways) {
    const page = await fetchUrl(api.origin + way, { visitor: ada, csrf });
    assert.equal(page.status, 422, way);
    told.add(page.text.match(/id="url-error">([^<]*)/)?.[1]);
  }
  assert.equal(told.size, 1, [...told].join('\n'));
  assert.equal(api.calls.filter((call) => call.url === '/to-itself').length, 4);
});

test('H17: a workspace is no scanner of ports', async () => {
  const { visitor } = spoilers[0], statuses = [];
  for (let i = 0; i < 12; i++) statuses.push(words(await fetchUrl(`${api.origin}/${i}`, { visitor, csrf: spoilers[0].csrf })));
  assert.match(statuses.at(-1), /Too many addresses/);
});

test('G11, H1–H9: a server there is refused on the page, and never called where it is stored', async () => {
  const path = await saved('Servers', described());
  for (const [i, server] of ADDRESSES().entries()) {
    const page = await ada.submit(await ada.get(`${path}/edit`), { server }, '/edit');
    assert.ok([422, 303].includes(page.status), server);
    if (page.status === 303) assert.match(server, /local/i, server); // a name: what it leads to is known when it is asked
    if (/\t/.test(server)) continue; // no settings of ours hold that
    const id = await tools.add(`Stored ${i}`, { server: server.replaceAll('\\', '\\\\'), secrets: { 'a1.value': SECRET },
      settings: { auth: [{ id: 'a1', scheme: '', type: 'bearer' }] } }, { go: { method: 'GET', path: '/' } }).catch(() => null);
    if (!id) continue; // the database would not have it
    const called = await runtime.invoke(id, 'go');
    assert.ok([409, 502].includes(called.status), `${server}: ${called.text}`);
    assert.ok(!called.text.includes(CANARY));
  }
  await ada.submit(await ada.get(`${path}/edit`), { server: 'https://localhost' }, '/edit');
  const tried = await ada.submit(await ada.get(`${path}/operations/a`), { send: '1' }, '/operations/a');
  assert.equal(tried.status, 422, words(tried).slice(0, 200));
});

test('G11: what a description, its variables and its operations name is no better', async () => {
  for (const [i, servers] of [[{ url: 'https://{host}/', variables: { host: { default: '127.0.0.1' } } }], [{ url: 'https://a.{x}', variables: { x: { default: 'test@127.0.0.1/' } } }],
    [{ url: 'javascript:alert(1)' }], [{ url: 'https://169.254.169.254/latest' }]].entries()) {
    const draft = await ada.get((await bring(described({ servers }))).location);
    const page = await ada.submit(draft, { name: `Named ${i}`, save: '1' }, draft.text.match(/\/api-tools\/drafts\/[0-9a-f-]{36}(?=")/)[0]);
    assert.equal(page.status, 422, JSON.stringify(servers));
  }
  const path = await saved('Own servers', described({}, { servers: [{ url: 'https://127.0.0.1' }] }));
  const answered = await runtime.invoke(path.slice(-36), 'a');
  assert.deepEqual([answered.status, answered.body.code], [502, 'address_forbidden']);
});

test('H1–H9: no client and no secret goes to an OAuth endpoint there', async () => {
  const path = await saved('Endpoints', described()), right = { grant: 'client_credentials', token_url: 'https://id.example/token', scopes: 'read', params: '',
    client_auth: 'basic', send_in: 'header', send_name: 'Authorization', send_prefix: 'Bearer ' };
  for (const url of ADDRESSES()) {
    for (const field of ['token_url', 'refresh_url']) {
      const page = await ada.submit(await ada.get(`${path}/authorization/oauth2`), { ...right, [field]: `${url}/token` }, '/oauth2');
      assert.ok([422, 303].includes(page.status), url);
      if (page.status === 303) assert.match(url, /local/i, url);
    }
  }
  await ada.submit(await ada.get(`${path}/authorization/oauth2`), { ...right, token_url: 'https://localhost/token', refresh_url: '' }, '/oauth2');
  const provider = `api-tools/${path.slice(-36)}/oauth2`;
  const form = await ada.get(`${home(provider)}/api-key`);
  const page = await ada.submit(form, { name: 'k', 'field.client_id': 'me', 'field.client_secret': SECRET }, '/api-key');
  assert.equal(page.status, 422, words(page).slice(0, 300));
  assert.ok(!page.text.includes(SECRET));
});

// ---- a key goes where it was entered for (E15, G17) ----

async function keyed(name, text) {
  const path = await saved(name, text);
  const add = await ada.get(`${path}/authorization/add?type=header`);
  const action = [...add.text.matchAll(/name="(a\d+\.value)"/g)][0][1];
  assert.equal((await ada.submit(add, { name: 'X-Key', [action]: SECRET }, 'type=header')).status, 303);
  assert.equal((await runtime.invoke(path.slice(-36), 'a')).status, 200);
  assert.equal(api.calls.at(-1).headers['x-key'], SECRET);
  return path;
}
const nothingStolen = () => assert.deepEqual(other.calls.filter((call) => JSON.stringify(call).includes(CANARY)), []);

test('E15: a server that is changed, by itself or by a variable, takes no key along', async () => {
  const path = await keyed('Moved', described());
  const page = await ada.submit(await ada.get(`${path}/edit`), { server: other.origin }, '/edit');
  assert.equal(page.status, 422, words(page).slice(0, 200));
  assert.ok(!page.text.includes(CANARY));
  assert.equal((await runtime.invoke(path.slice(-36), 'a')).status, 200);
  const [port, other_port] = [api, other].map((one) => new URL(one.origin).port);
  const variable = await keyed('Variable', described({ servers: [{ url: 'http://127.0.0.1:{port}', variables: { port: { default: port } } }] }));
  const form = await ada.get(`${variable}/edit`);
  const name = form.text.match(/name="([^"]*\bport)"/)[1];
  assert.equal((await ada.submit(form, { [name]: other_port }, '/edit')).status, 422);
  nothingStolen();
});

for (const [what, text] of [['its server', () => described({ servers: [{ url: other.origin }] })], ['an operation of its own server', () => described({}, { servers: [{ url: other.origin }] })],
  ['a path of its own server', () => described({ paths: { '/a': { servers: [{ url: other.origin }], get: { operationId: 'a', responses: {} } } } })]]) {
  test(`G17: a new description that leads elsewhere (${what}) takes no key along`, async () => {
    const path = await keyed(`Imported ${what}`, described());
    const draft = await ada.upload(`${path}/import`, { csrf, text: '', url: '', file: { file: 'x.json', text: text() } });
    assert.equal(draft.status, 303);
    const page = await ada.get(draft.location);
    assert.equal((await ada.submit(page, { save: '1', apply: '1' }, draft.location.split('?')[0].slice(-36))).status, 303);
    const answered = await runtime.invoke(path.slice(-36), 'a');
    assert.deepEqual([answered.status, answered.body.code], [409, 'origin_changed'], answered.text);
    assert.equal((await ada.submit(await ada.get(`${path}/edit`), { description: 'harmless' }, '/edit')).status, 303);
    assert.equal((await runtime.invoke(path.slice(-36), 'a')).status, 409);
    nothingStolen();
  });
}

test('no key stands in logs, in the database or in an idle worker', async () => {
  assert.deepEqual(await witness(stack).leaks(), []);
});

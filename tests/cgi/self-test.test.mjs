// SPDX-License-Identifier: Apache-2.0
// Does the public address lead here? The self-test through proxies that change what they hand on, that answer
// themselves, or that are not there; and that strangers get nothing of it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { startStack } from '../run/stack.mjs';
import { Visitor, exchange, signedIn, words } from './visitor.mjs';

const run = promisify(execFile);
const bin = process.env.GRANTRY_BIN ?? new URL('../../build/start', import.meta.url).pathname;
let stack, work, tls;
const open = [];

before(async () => {
  stack = await startStack({ sandbox: false });
  work = await mkdtemp(join(tmpdir(), 'grantry-self-test-'));
  await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=DNS:localhost', '-keyout', join(work, 'key.pem'), '-out', join(work, 'cert.pem')]);
  tls = { key: await readFile(join(work, 'key.pem')), cert: await readFile(join(work, 'cert.pem')) };
});
after(async () => {
  for (const server of open) server.close();
  if (work) await rm(work, { recursive: true, force: true });
  await stack?.stop();
});

const listen = async (server) => {
  open.push(server);
  await new Promise((resolve) => server.listen(0, 'localhost', resolve));
  return server.address().port;
};

// Hands on to the stack what change(path, host) makes of it; answer(asked): what it says itself instead.
async function proxy({ change = (path, host) => [path, host], answer, secure = false } = {}) {
  const handle = (asked, reply) => {
    const own = answer?.(asked);
    if (own) return reply.writeHead(own.status, own.headers ?? {}).end(own.body ?? '');
    const [path, host] = change(asked.url, asked.headers.host);
    const target = new URL(stack.address);
    const on = request({ host: target.hostname, port: target.port, path, headers: { ...asked.headers, host } }, (got) => {
      reply.writeHead(got.statusCode, got.headers);
      got.pipe(reply);
    });
    on.on('error', () => reply.destroy());
    on.end();
  };
  const port = await listen(secure ? createTlsServer(tls, handle) : createServer(handle));
  return `${secure ? 'https' : 'http'}://localhost:${port}`;
}

// What doctor says when this is the public address: { LABEL: [mark, the rest] }, and its status.
async function doctor(origin, more = '') {
  const file = join(work, 'grantry.conf');
  const conf = (await readFile(stack.config, 'utf8')).replace(/^public_origin.*$/m, `public_origin = ${origin}`);
  await writeFile(file, `${conf}\n${more}\n`);
  const { code, stdout } = await run(join(bin, 'grantry'), ['-c', file, 'doctor', '--origin'], { env: stack.env })
    .then(({ stdout: out }) => ({ code: 0, stdout: out }), (error) => error);
  const found = {};
  for (const label of ['Something answers at the public address', 'It is this installation', 'Scheme', 'Host', 'Port', 'Path', 'The API answers']) {
    const line = stdout.match(new RegExp(`^(ok|BAD|-) +${label}(.*)$`, 'm'));
    found[label.split(' ')[0]] = line ? [line[1], line[2]] : null;
  }
  return { code, found, stdout };
}

const ALL = ['Something', 'It', 'Scheme', 'Host', 'Port', 'Path', 'The'];
function wrong(told, bad, unknown = []) {
  const marks = Object.fromEntries(ALL.map((name) => [name, told.found[name]?.[0]]));
  assert.deepEqual(marks, Object.fromEntries(ALL.map((name) => [name, name in bad ? 'BAD' : unknown.includes(name) ? '-' : 'ok'])), told.stdout);
  for (const [name, says] of Object.entries(bad)) assert.match(told.found[name][1], says);
  assert.equal(told.code, Object.keys(bad).length ? 1 : 0);
}
const LATER = ['Scheme', 'Host', 'Port', 'Path'];

test('the address as it is: all right', async () => {
  wrong({ ...(await doctor(stack.address)), code: 0 }, {});
});

test('a proxy that hands everything on: all right', async () => {
  wrong({ ...(await doctor(await proxy())), code: 0 }, {});
});

test('a proxy that rewrites the host', async () => {
  const told = await doctor(await proxy({ change: (path, host) => [path, host.replace(/^[^:]*/, 'backend.internal')] }));
  wrong(told, { Host: /^ backend\.internal: Another host name arrived.*ProxyPreserveHost On.*\$http_host/ });
});

test('a proxy that loses the port', async () => {
  const told = await doctor(await proxy({ change: (path, host) => [path, host.replace(/:.*/, '')] }));
  wrong(told, { Port: /^ 80: Another port arrived/ });
});

test('a proxy that puts a prefix before paths', async () => {
  const told = await doctor(await proxy({ change: (path, host) => [`/grantry${path}`, host] }));
  wrong(told, { Path: /^ \/grantry\/connect\/self-test: Another path arrived/, The: /^ HTTP 40[04]: / });
});

test('a proxy that takes a part of the path away', async () => {
  const told = await doctor(await proxy({ change: (path, host) => [path.replace(/^\/connect/, ''), host] }));
  wrong(told, { Path: /^ \/self-test: Another path arrived/ });
});

test('TLS that ends in front and of which the web server does not know', async () => {
  const told = await doctor(await proxy({ secure: true }), `ca_file = ${join(work, 'cert.pem')}`);
  wrong(told, { Scheme: /^ http: The web server does not say.*extforward.*HTTPS=on.*fastcgi_param HTTPS on/ });
});

test('a certificate that nobody vouches for', async () => {
  wrong(await doctor(await proxy({ secure: true })), { Something: /No TLS connection.*certificate.*chain/ }, ['It', ...LATER, 'The']);
});

test('nobody at that address', async () => {
  const port = await listen(createServer());
  open.pop().close();
  wrong(await doctor(`http://localhost:${port}`), { Something: /Nothing answered/ }, ['It', ...LATER, 'The']);
});

for (const [what, answer, says] of [
  ['a redirect', { status: 301, headers: { location: 'https://elsewhere.example/' } }, /^ HTTP 301: The answer was a redirect/],
  ['a site of somebody else', { status: 200, body: '<h1>Welcome to nginx!</h1>' }, /Somebody else answered/],
  ['a page that is not found', { status: 404 }, /^ HTTP 404: Somebody else answered/],
  ['a web server without the program', { status: 503 }, /^ HTTP 503: .*start connect\.fcgi/],
  ['an answer that only looks like ours', { status: 200, body: `${'0'.repeat(64)}\nhttp localhost /connect/self-test\n` }, /Somebody else answered/],
  ['an endless line', { status: 200, body: 'x'.repeat(5000) }, /Somebody else answered/],
]) {
  test(`instead of us: ${what}`, async () => {
    const origin = await proxy({ answer: (asked) => (asked.url.startsWith('/connect/') ? answer : null) });
    wrong(await doctor(origin), { It: says }, LATER);
  });
}

test('an answer to an earlier question is none', async () => {
  let kept, nonce;
  const first = await proxy({ change: (path, host) => ((nonce ??= path), [path, host]) });
  await doctor(first);
  kept = await exchange(stack.address, nonce, { headers: { host: new URL(first).host } });
  assert.equal(kept.status, 200);
  const origin = await proxy({ answer: (asked) => (asked.url.startsWith('/connect/') ? { status: 200, body: kept.text } : null) });
  wrong(await doctor(origin), { It: /Somebody else answered/ }, LATER);

  // who asks with another's question that was altered gets nothing
  for (const altered of [nonce.replace(/.$/, (c) => (c === '0' ? '1' : '0')), nonce.replace(/=1/, '=2'), `${nonce}0`, nonce.replace(/\.[^.]*$/, '')])
    assert.equal((await exchange(stack.address, altered)).status, 404, altered);
});

test('strangers learn nothing', async () => {
  for (const path of ['/connect/self-test', '/connect/self-test?nonce=', '/connect/self-test?nonce=x', '/connect/self-test?nonce=1.2.3',
    `/connect/self-test?nonce=${'9'.repeat(500)}`, `/connect/self-test?nonce=1.${'0'.repeat(32)}.${'0'.repeat(64)}`, '/self-test', '/x/connect/self-test']) {
    const { status, text } = await exchange(stack.address, path);
    assert.equal(status, 404, path);
    assert.doesNotMatch(text, /nonce/);
  }
});

test('owners can ask by a button, not too often; others see no such page', async () => {
  const ada = await signedIn(stack, 'ada@acme.test');
  const page = await ada.get('/system');
  assert.equal(page.status, 200);
  assert.ok(words(page).includes(stack.address));
  assert.doesNotMatch(words(page), /Right|Wrong/);
  const told = await ada.submit(page, {}, '/system');
  assert.equal(told.status, 200);
  assert.match(words(told), /The public address leads here\..*Scheme Right Host Right Port Right Path Right The API answers Right/);
  const seen = [];
  for (let i = 0; i < 5; i++) seen.push((await ada.submit(page, {}, '/system')).status);
  assert.ok(seen.includes(429), String(seen));
  assert.equal((await ada.post('/system', {})).status, 403, 'without a CSRF token');
  for (const email of ['ben@acme.test']) {
    const other = await signedIn(stack, email);
    assert.equal((await other.get('/system')).status, 403);
    assert.doesNotMatch((await other.get('/members')).text, /href="\/system"/);
  }
  assert.equal((await new Visitor(stack).get('/system')).status, 401);
});

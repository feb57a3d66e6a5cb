// SPDX-License-Identifier: Apache-2.0
// The exchange of a code when connection, name, TLS or HTTP itself go wrong: rows B29 to B34 of the attack list.
// The provider is the self-hosted one: its client names the address, as far as the operator lets it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { startSandbox } from '../sandbox/sandbox.mjs';
import { startStack } from '../run/stack.mjs';
import { signedIn, words } from './visitor.mjs';
import { CANARY, pageHoldsCanary, witness } from './witness.mjs';

const SELFHOSTED = 'grantry/fixture/selfhosted';
const SECRET = `${CANARY}-client-secret`;
const CODE = `${CANARY}-code`;
const CLIENT = { client_id: 'sandbox-client', client_secret: SECRET };

const dir = mkdtempSync(join(tmpdir(), 'grantry-wire-'));
const boxes = {}; // by name, see before
let stack, ada, seen, workers;

// --- servers ---

const openssl = (...args) => execFileSync('openssl', args, { cwd: dir, stdio: 'ignore' });

function certificate(name, { days = 2, san = 'IP:127.0.0.1', subject = '/CN=127.0.0.1', issuer = null, constraints = 'CA:TRUE' } = {}) {
  openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${name}.key`);
  openssl('req', '-new', '-key', `${name}.key`, '-subj', subject, '-addext', `subjectAltName=${san}`,
    '-addext', `basicConstraints=${constraints}`, '-out', `${name}.csr`);
  const signer = issuer ? ['-CA', `${issuer}.pem`, '-CAkey', `${issuer}.key`, '-CAcreateserial'] : ['-signkey', `${name}.key`];
  openssl('x509', '-req', '-in', `${name}.csr`, ...signer, '-copy_extensions', 'copy', '-days', String(days), '-out', `${name}.pem`);
  return { key: readFileSync(join(dir, `${name}.key`)), cert: readFileSync(join(dir, `${name}.pem`)) };
}

// root, n certificates between, the server's.
function chain(name, n) {
  const names = Array.from({ length: n + 1 }, (_, i) => `${name}-${i}`);
  names.forEach((one, i) => certificate(one, { subject: `/CN=${one}`, san: `DNS:${one}.example`, issuer: names[i - 1] }));
  const leaf = certificate(name, { issuer: names.at(-1), constraints: 'CA:FALSE' });
  const between = names.slice(1).reverse().map((one) => readFileSync(join(dir, `${one}.pem`)));
  return { key: leaf.key, cert: Buffer.concat([leaf.cert, ...between]) };
}

// A server that is no HTTP server: bare.says is what it answers to whatever comes.
function bareServer() {
  const bare = { says: '', close: () => server.close() };
  const server = net.createServer((socket) => socket.on('error', () => {}).once('data', () => socket.end(bare.says)));
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => {
    bare.origin = `http://127.0.0.1:${server.address().port}`;
    resolve(bare);
  }));
}

const weak = { minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' };

// An operator may allow sixteen origins.
async function startBoxes() {
  const good = chain('good', 1);
  const tls = {
    good,
    h2: { ...good, h2: true },
    expired: certificate('expired', { days: -1 }),
    other: certificate('other', { san: 'DNS:other.example', subject: '/CN=127.0.0.1' }),
    self_signed: certificate('self-signed'),
    long_chain: chain('long', 11),
    tls10: { ...good, ...weak, maxVersion: 'TLSv1' },
    tls11: { ...good, ...weak, maxVersion: 'TLSv1.1' },
    weak_cipher: { ...good, maxVersion: 'TLSv1.2', ciphers: 'NULL:aNULL:@SECLEVEL=0' },
    asks_certificate: { ...good, requestCert: true, rejectUnauthorized: true },
  };
  // Trusted, so that it is the date, the name or the length that is refused.
  const trusted = ['good-0', 'expired', 'other', 'long-0'].map((name) => readFileSync(join(dir, `${name}.pem`)));
  writeFileSync(join(dir, 'trusted.pem'), Buffer.concat(trusted));
  for (const [name, options] of Object.entries(tls)) boxes[name] = await startSandbox({ tls: options });
  boxes.plain = await startSandbox();
  boxes.stranger = await startSandbox();
  boxes.thief = await startSandbox();
  boxes.bare = await bareServer();
  boxes.closed = await bareServer();
  boxes.closed.close();
}

// What the programs may reach besides public addresses.
const allowed = () => [...Object.entries(boxes).filter(([name]) => name !== 'stranger' && name !== 'thief').map(([, box]) => box.origin),
  boxes.good.origin.replace('https', 'http'), boxes.plain.origin.replace('http', 'https'), 'https://name.invalid'];

before(async () => {
  await startBoxes();
  stack = await startStack({ providers: ['selfhosted'], sandbox: false, conf: [
    'provider_timeout_ms = 2000', `ca_file = ${join(dir, 'trusted.pem')}`,
    ...allowed().map((origin) => `egress_allow = ${origin}`)].join('\n') });
  ada = await signedIn(stack, 'ada@acme.test');
  seen = witness(stack);
  workers = await seen.workers();
});
after(async () => {
  await stack?.stop();
  await Promise.all(Object.values(boxes).map((box) => box.close()));
  rmSync(dir, { recursive: true });
});

// --- one exchange ---

// Up to the provider, and back with a code as if it had been there.
async function exchange(origin, { real = false } = {}) {
  const saved = await ada.useCustomClient(SELFHOSTED, { base_url: origin, ...CLIENT });
  assert.equal(saved.status, 303, words(saved));
  const { page, url } = await ada.allowAccess(SELFHOSTED);
  assert.notEqual(url, "", words(page));
  const asked = new URL(url);
  const back = new URL(asked.searchParams.get('redirect_uri'));
  back.search = new URLSearchParams({ code: CODE, state: asked.searchParams.get('state'), iss: origin });
  const { callback, result } = await ada.follow(real ? await ada.authorize(url) : back.href);
  assert.equal(callback.status, 303, words(callback));
  for (const page of [callback, result]) assert.equal(pageHoldsCanary(page), false, 'a secret in an answer');
  return result;
}

// requests: how many reach the token endpoint as HTTP. box: one of boxes, or an origin; a function may make one.
function refused(name, box, { fault, status = 502, requests = 1, says = /could not be connected/, real = false } = {}) {
  test(name, async () => {
    const known = boxes[box];
    const origin = known?.origin ?? (typeof box === 'function' ? box() : box);
    if (fault) known.control({ faults: [{ endpoint: 'token', ...fault }] });
    known?.clearRecord?.();
    const kept = await seen.kept();
    try {
      const result = await exchange(origin, { real });
      assert.equal(result.status, status, words(result));
      assert.match(words(result), says);
      assert.equal(await seen.kept(), kept);
      if (known?.record) assert.equal(known.record().filter(({ path }) => path === '/token').length, requests);
    } finally {
      known?.control?.({ faults: [] });
    }
  });
}

function connected(name, box) {
  test(name, async () => {
    boxes[box].control({ clients: [CLIENT], faults: [] });
    boxes[box].clearRecord();
    const result = await exchange(boxes[box].origin, { real: !boxes[box].origin.startsWith('https') });
    assert.equal(result.status, 200, words(result));
    assert.equal(boxes[box].record('/token').length, 1);
    assert.equal(boxes[box].record('/token')[0].http_version, '1.1');
  });
}

const answer = { body: JSON.stringify({ access_token: `${CANARY}-token`, token_type: 'bearer', refresh_token: `${CANARY}-refresh` }) };
const NO_ANSWER = { status: 504, says: /did not answer in time/ };

// --- B29: slow, silent, cut ---

refused('B29: a head at one byte a second', 'plain', { fault: { ...answer, drip: { bytes: 1, interval_ms: 1000 } }, ...NO_ANSWER });
refused('B29: a body at one byte a second', 'plain', { fault: { ...answer, drip: { bytes: 1, interval_ms: 1000, from: 'body' } }, ...NO_ANSWER });
refused('B29: silence after the request', 'plain', { fault: { cut: 'silence', process: false }, ...NO_ANSWER });
refused('B29: silence inside the body', 'plain', { fault: { ...answer, cut: 'silence', cut_after_body_bytes: 10 }, ...NO_ANSWER });
refused('B29: 100 Continue and then silence', 'plain', { fault: { ...answer, informational: [{ status: 100 }], cut: 'silence', cut_after_bytes: 30 }, ...NO_ANSWER });
refused('B29: reset instead of an answer', 'plain', { fault: { cut: 'reset', process: false } });
refused('B29: reset inside the head', 'plain', { fault: { ...answer, cut: 'reset', cut_after_bytes: 20 } });
refused('B29: reset inside the body', 'plain', { fault: { ...answer, cut: 'reset', cut_after_body_bytes: 10 } });
refused('B29: closed instead of an answer', 'plain', { fault: { cut: 'close', process: false } });
refused('B29: half closed inside the head', 'plain', { fault: { ...answer, cut: 'half_close', cut_after_bytes: 20 } });
refused('B29: half closed inside the body', 'plain', { fault: { ...answer, cut: 'half_close', cut_after_body_bytes: 10 } });
refused('B29: a connection that stays silent', 'plain', { fault: { endpoint: 'connection', cut: 'silence' }, requests: 0, ...NO_ANSWER });
test('B29: every worker may be waiting, and the next visitor is served when they are done', async () => {
  boxes.plain.control({ faults: [{ endpoint: 'token', cut: 'silence', process: false, count: 4 }] });
  await ada.useCustomClient(SELFHOSTED, { base_url: boxes.plain.origin, ...CLIENT });
  const flows = [];
  for (let i = 0; i < 4; i += 1) flows.push(new URL((await ada.allowAccess(SELFHOSTED)).url).searchParams);
  const kept = await seen.kept();
  const results = await Promise.all(flows.map((asked) => {
    const back = new URLSearchParams({ code: CODE, state: asked.get('state'), iss: boxes.plain.origin });
    return ada.follow(`${asked.get('redirect_uri')}?${back}`);
  }));
  assert.deepEqual(results.map(({ status }) => status), [504, 504, 504, 504]);
  assert.equal(await seen.kept(), kept);
});
connected('B29: and then a provider that answers', 'plain');

// --- B30: nobody there ---

refused('B30: a closed port', 'closed', { says: /could not be connected.*connection to the provider failed/ });
refused('B30: a name that does not resolve', 'https://name.invalid', { says: /could not be connected.*connection to the provider failed/ });
refused('B30: a connection that is reset at once', 'plain', { fault: { endpoint: 'connection', cut: 'reset' }, requests: 0 });

// --- B31: TLS ---

const noHttp = { requests: 0, says: /connection to the provider failed/ };

test('B31: TLS as it should be, with a certificate between', async () => {
  boxes.good.control({ faults: [{ endpoint: 'token', ...answer }] });
  boxes.good.clearRecord();
  assert.equal((await exchange(boxes.good.origin)).status, 200);
  assert.equal(boxes.good.record('/token').length, 1);
});
refused('B31: expired', 'expired', noHttp);
refused('B31: for another name', 'other', noHttp);
refused('B31: self-signed by a stranger', 'self_signed', noHttp);
refused('B31: a chain of twelve certificates below the trusted one', 'long_chain', noHttp);
refused('B31: TLS 1.0', 'tls10', noHttp);
refused('B31: TLS 1.1', 'tls11', noHttp);
refused('B31: ciphers without encryption or identity', 'weak_cipher', noHttp);
refused('B31: the server wants a certificate of ours', 'asks_certificate', { requests: 0 });
refused('B31: http where TLS is spoken', () => boxes.good.origin.replace('https', 'http'));
refused('B31: TLS where http is spoken', () => boxes.plain.origin.replace('http', 'https'), noHttp);
test('B31: who failed the handshake has seen no request', () => {
  for (const name of ['expired', 'other', 'self_signed', 'long_chain', 'tls10', 'tls11', 'weak_cipher', 'asks_certificate']) {
    assert.deepEqual(boxes[name].record(), [], name);
    assert.ok(boxes[name].state().connections.opened > 0, `${name} was never asked`);
  }
});

// --- B32: HTTP/2 and what is no HTTP ---

test('B32: a server that would rather speak HTTP/2 is spoken to in HTTP/1.1', async () => {
  boxes.h2.control({ faults: [{ endpoint: 'token', ...answer }] });
  assert.equal((await exchange(boxes.h2.origin)).status, 200);
  assert.deepEqual(boxes.h2.record('/token').map((one) => one.http_version), ['1.1']);
});
for (const [what, says] of Object.entries({
  'frames of HTTP/2': Buffer.from('000000040000000000000000080000000000', 'hex'),
  'an answer without a head': answer.body,
  'a version that does not exist': `HTTP/7.7 200 OK\r\n\r\n${answer.body}`,
  'a status that is no number': `HTTP/1.1 two hundred\r\n\r\n${answer.body}`,
  'a length that is none': `HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n${answer.body}`,
  'chunks that are none': `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${answer.body}`,
})) {
  test(`B32: ${what}`, async () => {
    boxes.bare.says = says;
    const kept = await seen.kept();
    assert.equal((await exchange(boxes.bare.origin)).status, 502);
    assert.equal(await seen.kept(), kept);
  });
}

// --- B33, B34: to where nothing should go ---

test('B33: 307 to another server, with the body: the other server sees nothing', async () => {
  boxes.plain.control({ faults: [{ endpoint: 'token', redirect: `${boxes.thief.origin}/steal`, status: 307 }] });
  assert.equal((await exchange(boxes.plain.origin)).status, 502);
  assert.equal(boxes.thief.state().connections.opened, 0);
});

const forbidden = { says: /may not be called/ };
refused('B34: a name that resolves to this machine', 'https://localhost', forbidden);
refused('B34: an address of this machine', 'https://127.0.0.1', forbidden);
refused('B34: the same in IPv6', 'https://[::ffff:127.0.0.1]', forbidden);
refused('B34: the metadata service of a cloud', 'https://169.254.169.254', forbidden);
refused('B34: a port that the operator has not allowed', () => boxes.stranger.origin.replace('http', 'https'), forbidden);
test('B34: plain http that the operator has not allowed: nobody is sent there', async () => {
  await ada.useCustomClient(SELFHOSTED, { base_url: boxes.stranger.origin, ...CLIENT });
  const { page, url } = await ada.allowAccess(SELFHOSTED);
  assert.equal(page.status, 409);
  assert.match(words(page), /OAuth client of Self-hosted .* cannot be used.*OAuth Client Settings/);
  assert.equal(url, '');
});
test('B34: which has seen nothing; one audit entry each', async () => {
  assert.equal(boxes.stranger.state().connections.opened, 0);
  const [[flows], [events]] = await seen.sql("SELECT COUNT(*) FROM oauth_flows; SELECT COUNT(*) FROM audit_events WHERE action = 'flow.callback' AND result NOT LIKE 'rejected:%'");
  assert.equal(events, flows);
});

test('the workers are the same, and no secret stands in a log, a process or the database', async () => {
  assert.equal(await seen.workers(), workers);
  assert.deepEqual(await seen.leaks(), []);
});

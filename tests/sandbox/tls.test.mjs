// The sandbox over TLS and HTTP/2, with the control side on a plain port.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http2 from 'node:http2';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startSandbox } from './sandbox.mjs';

const dir = mkdtempSync(join(tmpdir(), 'sandbox-tls-'));
after(() => rmSync(dir, { recursive: true }));

let tls;
before(() => {
  const [keyFile, certFile] = ['key.pem', 'cert.pem'].map((name) => join(dir, name));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
    '-keyout', keyFile, '-out', certFile, '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'], { stdio: 'ignore' });
  tls = { key: readFileSync(keyFile), cert: readFileSync(certFile) };
});

/** Runs `work` with a sandbox that is closed afterwards. */
async function withSandbox(options, work) {
  const sandbox = await startSandbox(options);
  try { await work(sandbox); } finally { await sandbox.close(); }
}

const ask = (origin, path, options = {}) => new Promise((resolve, reject) => {
  https.get(origin + path, { agent: false, ...options }, (answer) => {
    answer.resume().on('end', () => resolve(answer.statusCode)).on('error', reject);
  }).on('error', reject);
});

describe('TLS', () => {
  test('serves who trusts it; who does not sends no request', () => withSandbox({ tls }, async (sandbox) => {
    assert.match(sandbox.origin, /^https:/);
    await assert.rejects(ask(sandbox.origin, '/userinfo'));
    assert.equal(sandbox.record().length, 0);
    assert.equal(await ask(sandbox.origin, '/userinfo', { ca: tls.cert }), 401);
    assert.equal(sandbox.record().length, 1);
  }));

  test('a version the client does not speak is counted as a TLS error', () => withSandbox({ tls: { ...tls, maxVersion: 'TLSv1.2' } }, async (sandbox) => {
    await assert.rejects(ask(sandbox.origin, '/userinfo', { ca: tls.cert, minVersion: 'TLSv1.3' }));
    assert.equal(sandbox.state().connections.tls_errors, 1);
  }));

  test('resets reach through TLS', () => withSandbox({ tls }, async (sandbox) => {
    sandbox.control({ fault: { endpoint: 'userinfo', cut: 'reset' } });
    await assert.rejects(ask(sandbox.origin, '/userinfo', { ca: tls.cert }), { code: 'ECONNRESET' });
  }));

  test('control may have a plain port of its own', async () => {
    const controlPort = await withFreePort();
    await withSandbox({ tls, controlPort }, async () => {
      const answer = await fetch(`http://127.0.0.1:${controlPort}/__ctl`);
      assert.equal((await answer.json()).settings.pkce, 'required');
    });
  });

  async function withFreePort() {
    const other = await startSandbox();
    await other.close();
    return other.port;
  }
});

describe('HTTP/2', () => {
  const once = (session, path, body) => new Promise((resolve, reject) => {
    const stream = session.request({ ':path': path, ':method': body ? 'POST' : 'GET' });
    session.on('error', reject);
    stream.on('error', reject).on('response', (headers) => resolve(headers[':status'])).on('close', () => reject(new Error('closed')));
    stream.end(body);
  });

  const connected = (sandbox, work) => {
    const session = http2.connect(sandbox.origin, { ca: tls.cert });
    return Promise.resolve(work(session)).finally(() => session.destroy());
  };

  test('answers, resets streams and goes away', () => withSandbox({ tls: { ...tls, h2: true } }, async (sandbox) => {
    await connected(sandbox, async (session) => assert.equal(await once(session, '/userinfo'), 401));
    assert.equal(sandbox.record()[0].http_version, '2.0');
    for (const h2 of ['reset', 'goaway']) {
      sandbox.control({ faults: [{ endpoint: 'userinfo', h2 }] });
      await connected(sandbox, (session) => assert.rejects(once(session, '/userinfo')));
    }
    assert.equal(await ask(sandbox.origin, '/files', { ca: tls.cert }), 401);
  }));

  test('a window of nothing keeps the body waiting', () => withSandbox({ tls: { ...tls, h2: true, settings: { initialWindowSize: 0 } } }, async (sandbox) => {
    await connected(sandbox, async (session) => {
      await new Promise((resolve) => session.once('remoteSettings', resolve));
      assert.equal(session.remoteSettings.initialWindowSize, 0);
      session.request({ ':path': '/token', ':method': 'POST' }).on('error', () => {}).end('grant_type=refresh_token');
      await new Promise((resolve) => session.ping(resolve));
      assert.equal(sandbox.record().length, 0);
    });
  }));
});

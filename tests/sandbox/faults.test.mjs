// The sandbox as a villain: each fault does what its knob says.
import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { authorizeUrl, bearer, callbackOf, codeOf, exchange, get, post, rawRefresh, refresh, tokensOf } from './helpers.mjs';
import { startSandbox } from './sandbox.mjs';

const sandbox = await startSandbox();
const { origin, control } = sandbox;
after(() => sandbox.close());
beforeEach(() => sandbox.reset());

const onToken = (fault) => control({ faults: [{ endpoint: 'token', ...fault }] });

/** A fresh refresh token, then the fault, then a refresh over the bare socket. */
async function rawUnder(fault, options) {
  control({ faults: [] });
  const { refresh_token } = await tokensOf(origin);
  onToken(fault);
  const answer = await rawRefresh(origin, refresh_token, options);
  const [head, ...rest] = answer.text.split('\r\n\r\n');
  return { ...answer, head, body: rest.join('\r\n\r\n'), refresh_token };
}

describe('which request', () => {
  test('count, skip, grant type and client', async () => {
    const { refresh_token } = await tokensOf(origin);
    onToken({ status: 503, count: 2, skip: 1, grant_type: 'refresh_token', client_id: 'sandbox-client' });
    assert.equal((await exchange(origin, 'x')).status, 400);
    assert.equal((await refresh(origin, 'x', { client_id: 'sandbox-client-2', client_secret: 'sandbox-secret-2' })).status, 400);
    const statuses = [];
    for (let n = 0; n < 4; n += 1) statuses.push((await refresh(origin, 'x')).status);
    assert.deepEqual(statuses, [400, 503, 503, 400]);
    assert.equal((await refresh(origin, refresh_token)).status, 200);
    assert.equal(sandbox.state().faults[0].fired, 2);
  });

  test('the client is also known by its Basic header', async () => {
    onToken({ status: 503, client_id: 'a b' });
    control({ clients: [{ client_id: 'a b', client_secret: 's' }] });
    const authorization = `Basic ${Buffer.from('a+b:s').toString('base64')}`;
    assert.equal((await refresh(origin, 'x', {}, { authorization })).status, 503);
    assert.equal((await refresh(origin, 'x')).status, 400);
  });

  test('every endpoint can have one', async () => {
    const paths = {
      authorize: '/authorize', token: '/token', revoke: '/revoke', introspect: '/introspect', userinfo: '/userinfo',
      files: '/files', apikey: '/apikey/check', metadata: '/.well-known/oauth-authorization-server',
    };
    for (const [endpoint, path] of Object.entries(paths)) {
      control({ faults: [{ endpoint, status: 418 }] });
      assert.equal((await get(origin + path)).status, 418, endpoint);
    }
    control({ faults: [{ endpoint: '*', status: 418 }] });
    assert.equal((await get(`${origin}/files`)).status, 418);
  });

  test('an answer given in full is not carried out, unless asked', async () => {
    const { refresh_token } = await tokensOf(origin);
    onToken({ status: 500, count: 1 });
    assert.equal((await refresh(origin, refresh_token)).status, 500);
    const { json } = await refresh(origin, refresh_token);
    onToken({ status: 500, process: true, count: 1 });
    assert.equal((await refresh(origin, json.refresh_token)).status, 500);
    assert.equal((await refresh(origin, json.refresh_token)).json.error, 'invalid_grant');
  });
});

describe('answers', () => {
  async function refreshUnder(fault) {
    const { refresh_token } = await tokensOf(origin);
    onToken({ grant_type: 'refresh_token', ...fault });
    return { old: refresh_token, ...await refresh(origin, refresh_token) };
  }

  test('status, headers and body', async () => {
    const answer = await refreshUnder({ status: 429, headers: { 'Retry-After': '86400' }, body: '<h1>no</h1>', content_type: 'text/html' });
    assert.equal(answer.status, 429);
    assert.equal(answer.headers.get('retry-after'), '86400');
    assert.equal(answer.headers.get('content-type'), 'text/html');
    assert.equal(answer.text, '<h1>no</h1>');
  });

  test('merge and omit', async () => {
    const { json, old } = await refreshUnder({ merge: { expires_in: '3600', token_type: null }, omit: ['refresh_token'] });
    assert.equal(json.expires_in, '3600');
    assert.equal(json.token_type, null);
    assert.ok(!('refresh_token' in json) && json.access_token);
    assert.equal((await refresh(origin, old)).json.error, 'invalid_grant');
  });

  test('raw templates carry the real tokens and the secret', async () => {
    const { text } = await refreshUnder({ raw_template: '{"ok":true,"t":{"access_token":"{{access_token}}"},"expires_in":1e400,"s":"{{client_secret}}","{{odd}}":1}' });
    const [, token] = /"access_token":"(sbx_at_[^"]+)"/.exec(text);
    assert.ok(text.includes('"expires_in":1e400,"s":"sandbox-secret","{{odd}}":1'));
    assert.equal((await get(`${origin}/userinfo`, bearer(token))).status, 200);
  });

  test('a truly refused request keeps its answer', async () => {
    onToken({ raw_template: 'x', merge: { a: 1 } });
    assert.equal((await refresh(origin, 'invented')).json.error, 'invalid_grant');
  });

  test('form encoding, BOM, charsets and raw bytes', async () => {
    const form = await refreshUnder({ form: true });
    assert.match(form.headers.get('content-type'), /^application\/x-www-form-urlencoded/);
    assert.match(new URLSearchParams(form.text).get('access_token'), /^sbx_at_/);
    const bytesUnder = async (fault) => {
      onToken(fault);
      return Buffer.from(await (await fetch(`${origin}/token`, { method: 'POST' })).arrayBuffer());
    };
    assert.deepEqual([...await bytesUnder({ bom: true, body: '{}' })], [0xef, 0xbb, 0xbf, 0x7b, 0x7d]);
    assert.deepEqual([...await bytesUnder({ charset: 'utf16le', body: '{}' })], [0x7b, 0, 0x7d, 0]);
    assert.deepEqual([...await bytesUnder({ charset: 'latin1', body: 'é' })], [0xe9]);
    assert.deepEqual([...await bytesUnder({ body_base64: '/wAK' })], [0xff, 0, 0x0a]);
  });

  test('repeated bodies', async () => {
    onToken({ body_repeat: { before: '{', unit: '"k{{n}}":1,', times: 20_000, after: '"z":0}' } });
    assert.equal(Object.keys((await refresh(origin, 'x')).json).length, 20_001);
    onToken({ body_repeat: { unit: '[', times: 1_000_000 } });
    assert.equal((await refresh(origin, 'x')).text.length, 1_000_000);
  });

  test('redirects keep any status', async () => {
    for (const status of [301, 302, 307, 308]) {
      onToken({ redirect: 'http://127.0.0.1:9/steal?{{client_id}}', status });
      const answer = await refresh(origin, 'x');
      assert.equal(answer.status, status);
      assert.equal(answer.headers.get('location'), 'http://127.0.0.1:9/steal?sandbox-client');
    }
  });

  test('cookies, Alt-Svc and a wrong date', async () => {
    const { headers } = await refreshUnder({
      headers: [['Set-Cookie', 'a=1'], ['Set-Cookie', 'b=2'], ['Alt-Svc', 'h2=":1"']], date_offset_s: 172_800,
    });
    assert.deepEqual(headers.getSetCookie?.() ?? ['a=1', 'b=2'], ['a=1', 'b=2']);
    assert.equal(headers.get('alt-svc'), 'h2=":1"');
    assert.ok(Date.parse(headers.get('date')) > Date.now() + 86_400_000);
  });

  test('metadata can lie too', async () => {
    control({ fault: { endpoint: 'metadata', merge: { issuer: 'https://other.example' } } });
    const answer = await get(`${origin}/.well-known/oauth-authorization-server`);
    assert.equal((await answer.json()).issuer, 'https://other.example');
  });
});

describe('on the wire', () => {
  test('a Content-Length that lies', async () => {
    const { head, body, how } = await rawUnder({ content_length: 9999 });
    assert.match(head, /Content-Length: 9999/);
    assert.ok(body.length < 9999);
    assert.equal(how, 'end');
  });

  test('a reset after processing loses the answer, not the rotation', async () => {
    const { bytes, how, refresh_token } = await rawUnder({ cut: 'reset', count: 1 });
    assert.deepEqual([bytes, how], [0, 'reset']);
    assert.equal((await refresh(origin, refresh_token)).json.error, 'invalid_grant');
  });

  test('a reset before processing leaves the token alone', async () => {
    const { how, refresh_token } = await rawUnder({ cut: 'reset', process: false, count: 1 });
    assert.equal(how, 'reset');
    assert.equal((await refresh(origin, refresh_token)).status, 200);
  });

  test('cut in the middle of head or body', async () => {
    const inHead = await rawUnder({ cut: 'close', cut_after_bytes: 20 });
    assert.deepEqual([inHead.bytes, inHead.how], [20, 'end']);
    const inBody = await rawUnder({ cut: 'half_close', cut_after_body_bytes: 10 });
    assert.equal(inBody.body.length, 10);
    assert.equal(inBody.how, 'end');
    assert.equal((await rawUnder({ cut: 'reset', cut_after_body_bytes: 10 })).how, 'reset');
  });

  test('silence lasts until the client leaves', async () => {
    const { refresh_token } = await tokensOf(origin);
    onToken({ cut: 'silence' });
    const leaving = new AbortController();
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token });
    const asked = fetch(`${origin}/token`, { method: 'POST', body, signal: leaving.signal });
    await sandbox.until(({ endpoints }) => endpoints.token.active === 1);
    leaving.abort();
    await assert.rejects(asked, { name: 'AbortError' });
    await sandbox.until(({ endpoints }) => endpoints.token.active === 0);
  });

  test('drip sends everything in small pieces', async () => {
    const { head, body } = await rawUnder({ drip: { bytes: 50, interval_ms: 1 } });
    assert.match(head, /^HTTP\/1\.1 200 OK/);
    assert.ok(JSON.parse(body).access_token);
  });

  test('endless bodies end when the client does', async () => {
    const { bytes } = await rawUnder({ body_repeat: { endless: true }, chunked: true }, { stopAt: 3_000_000 });
    assert.ok(bytes >= 3_000_000);
    await sandbox.until(({ endpoints }) => endpoints.token.active === 0);
  });

  test('a gzip bomb is small on the wire', async () => {
    onToken({ encoding: 'gzip', body_repeat: { unit: 'a', times: 20_000_000 } });
    assert.equal((await refresh(origin, 'x')).text.length, 20_000_000);
    const { bytes, head } = await rawUnder({ encoding: 'gzip', body_repeat: { unit: 'a', times: 20_000_000 }, chunked: true });
    assert.match(head, /Content-Encoding: gzip/);
    assert.ok(bytes < 100_000);
    onToken({ encoding: 'gzip', body: '{}', headers: { 'Content-Encoding': null } }); // unsaid, so that fetch leaves it packed
    const packed = await (await fetch(`${origin}/token`, { method: 'POST' })).arrayBuffer();
    assert.equal(gunzipSync(Buffer.from(packed)).toString(), '{}');
  });

  test('many headers, one long header, informational answers, odd status lines', async () => {
    assert.equal((await rawUnder({ header_count: 5000 })).head.split('X-Filler-').length, 5001);
    const long = (await rawUnder({ header_line_bytes: 300_000 })).head.split('\r\n').find((line) => line.startsWith('X-Long'));
    assert.equal(long.length, 300_000);
    const early = await rawUnder({ informational: 100 });
    assert.equal(early.text.split('HTTP/1.1 102 ').length, 101);
    assert.ok(early.text.includes('HTTP/1.1 200 OK'));
    assert.match((await rawUnder({ informational: [{ status: 103, headers: { Link: '<x>' } }] })).text, /^HTTP\/1\.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP\/1\.1 200/);
    assert.match((await rawUnder({ status: 599, reason: 'Odd' })).head, /^HTTP\/1\.1 599 Odd/);
    assert.match((await rawUnder({ status: 204, body: 'x' })).text, /^HTTP\/1\.1 204 No Content[^]*\r\n\r\nx$/);
  });

  test('a fault on the bare connection', async () => {
    for (const cut of ['reset', 'close']) {
      control({ fault: { endpoint: 'connection', cut } });
      // The end may be seen as FIN or RST: the client's bytes arrive at a socket that is gone.
      assert.equal((await rawRefresh(origin, 'x')).bytes, 0);
      assert.match((await rawRefresh(origin, 'x', { stopAt: 1 })).text, /^HTTP\/1\.1 400/);
    }
    assert.equal(sandbox.record('/token').length, 2);
  });
});

describe('time', () => {
  test('delays before processing, before the head and before the body', async () => {
    const { head, body } = await rawUnder({ delay_before_ms: 1, delay_ms: 1, delay_body_ms: 1 });
    assert.match(head, /200 OK/);
    assert.ok(JSON.parse(body).access_token);
  });

  test('held requests wait for their release; concurrency is counted', async () => {
    const { refresh_token } = await tokensOf(origin);
    onToken({ hold: 'before', gate: 'g', count: 3 });
    const asked = Array.from({ length: 3 }, () => refresh(origin, 'x'));
    await get(`${origin}/__ctl/wait?gate=g&held=3`);
    assert.equal(sandbox.state().held.g, 3);
    assert.equal(sandbox.state().endpoints.token.active, 3);
    assert.equal((await refresh(origin, refresh_token)).status, 200);
    const released = await (await fetch(`${origin}/__ctl/release`, { method: 'POST', body: '{"gate":"g"}' })).json();
    assert.equal(released.released, 3);
    for (const answer of await Promise.all(asked)) assert.equal(answer.status, 400);
    await get(`${origin}/__ctl/wait?endpoint=token&active=0`);
    assert.equal(sandbox.state().endpoints.token.max_active, 4);
  });

  test('held after processing: the rotation has happened', async () => {
    const { refresh_token } = await tokensOf(origin);
    onToken({ hold: 'after', count: 1 });
    const asked = refresh(origin, refresh_token);
    await get(`${origin}/__ctl/wait?held=1`);
    assert.equal(sandbox.state().live.refresh_tokens, 2);
    sandbox.release();
    assert.equal((await asked).status, 200);
  });
});

describe('back to the client', () => {
  const rawCallback = async (fault, changes) => {
    control({ faults: [{ endpoint: 'callback', ...fault }] });
    return (await get(authorizeUrl(origin, changes))).headers.get('location');
  };

  test('errors with any text, before anybody is asked', async () => {
    const location = await rawCallback({ error: 'server_error', error_description: '<b>%s', error_uri: 'https://e.example' }, { auto: null });
    const params = new URL(location).searchParams;
    assert.deepEqual([...params.keys()], ['error', 'error_description', 'error_uri', 'state', 'iss']);
    assert.equal(params.get('error_description'), '<b>%s');
  });

  test('an error after consent, and one with a code', async () => {
    control({ faults: [{ endpoint: 'callback', error: 'x', after_consent: true }] });
    assert.equal((await get(authorizeUrl(origin, { auto: null }))).status, 200);
    assert.equal((await callbackOf(origin)).get('error'), 'x');
    const both = new URL(await rawCallback({ error: 'x', with_code: true })).searchParams;
    assert.ok(both.get('error') && both.get('code'));
    assert.equal((await exchange(origin, both.get('code'))).status, 200);
  });

  test('redirects to another server (COAT), carrying what it was given', async () => {
    const location = await rawCallback({ redirect_to: 'https://honest.example/authorize?client_id=h&state={{state}}&redirect_uri={{redirect_uri}}' }, { auto: null });
    assert.equal(location, 'https://honest.example/authorize?client_id=h&state=st&redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fcallback');
  });

  test('omitted, changed, doubled and raw parameters', async () => {
    const keys = async (fault) => [...new URL(await rawCallback(fault)).searchParams.keys()];
    assert.deepEqual(await keys({ omit: ['code'] }), ['state', 'iss']);
    assert.deepEqual(await keys({ omit: ['state', 'iss'] }), ['code']);
    assert.deepEqual(await keys({ add: [['state', 'other'], ['iss', 'z']] }), ['code', 'state', 'iss', 'state', 'iss']);
    const changed = new URL(await rawCallback({ set: { state: 'changed' } })).searchParams;
    assert.deepEqual(changed.getAll('state'), ['changed']);
    assert.equal((await rawCallback({ extra_params: 5000 })).match(/&x/g).length, 5000);
    assert.match(await rawCallback({ query: 'code={{code}}&state=%00{{state}}' }), /\?code=sbx_code_[^&]+&state=%00st$/);
    const codes = new URL(await rawCallback({ second_code: true })).searchParams.getAll('code');
    assert.equal(new Set(codes).size, 2);
    for (const code of codes) assert.equal((await exchange(origin, code)).status, 200);
  });

  test('a fault is used up by the redirect, not by the pages before it', async () => {
    control({ faults: [{ endpoint: 'callback', omit: ['state'], count: 1 }] });
    assert.equal((await get(authorizeUrl(origin, { auto: null }))).status, 200);
    assert.equal((await callbackOf(origin)).get('state'), null);
    assert.equal((await callbackOf(origin)).get('state'), 'st');
  });

  test('pages may carry COOP, and stall', async () => {
    control({ faults: [{ endpoint: 'authorize', headers: { 'Cross-Origin-Opener-Policy': 'same-origin' } }] });
    const answer = await get(authorizeUrl(origin, { auto: null }));
    assert.equal(answer.headers.get('cross-origin-opener-policy'), 'same-origin');
    assert.match(await answer.text(), /Sign in/);
    assert.ok(await codeOf(origin));
  });

  test('revocation may fail', async () => {
    control({ faults: [{ endpoint: 'revoke', status: 503, count: 1 }] });
    const { refresh_token } = await tokensOf(origin);
    assert.equal((await post(origin, '/revoke', { token: refresh_token })).status, 503);
    assert.equal((await refresh(origin, refresh_token)).status, 200);
  });
});

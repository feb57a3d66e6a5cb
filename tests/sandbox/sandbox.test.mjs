// The sandbox after the code: tokens, API, control and record, the program.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ALL_SCOPES, basic, bearer, CALLBACK, codeOf, exchange, get, isError, post, refresh, tokensOf } from './helpers.mjs';
import { startSandbox } from './sandbox.mjs';

const sandbox = await startSandbox();
const { origin, control } = sandbox;
after(() => sandbox.close());
beforeEach(() => sandbox.reset());

describe('code exchange', () => {
  test('works by post and by basic', async () => {
    const { status, json, headers } = await exchange(origin, await codeOf(origin));
    assert.equal(status, 200);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.deepEqual(Object.keys(json), ['access_token', 'token_type', 'expires_in', 'scope', 'refresh_token']);
    assert.equal(json.scope, ALL_SCOPES);
    assert.equal((await exchange(origin, await codeOf(origin), {}, basic('sandbox-client', 'sandbox-secret'))).status, 200);
  });

  test('basic credentials are form-decoded', async () => {
    const [client_id, client_secret] = ['an id:+%', 'sécret &=:% +'];
    control({ clients: [{ client_id, client_secret, auth: 'basic' }] });
    const code = await codeOf(origin, { client_id });
    assert.equal((await exchange(origin, code, {}, basic(client_id, client_secret))).status, 200);
    const raw = { authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}` };
    isError(await exchange(origin, code, {}, raw), 'invalid_client', 401);
  });

  test('the client must prove itself, in its one way', async () => {
    control({ clients: [
      { client_id: 'p', client_secret: 's', auth: 'post' }, { client_id: 'b', client_secret: 's', auth: 'basic' },
      { client_id: 'n', auth: 'none' },
    ] });
    const tell = (fields, headers) => exchange(origin, 'none', fields, headers);
    isError(await tell({ client_secret: 'wrong' }), 'invalid_client', 401);
    isError(await tell({ client_secret: null }), 'invalid_client', 401);
    isError(await tell({ client_id: 'nobody' }), 'invalid_client', 401);
    isError(await tell({ client_id: 'b', client_secret: 's' }), 'invalid_client', 401);
    isError(await tell({}, basic('p', 's')), 'invalid_client', 401);
    isError(await tell({ client_id: 'n', client_secret: 's' }), 'invalid_client', 401);
    isError(await tell({ client_id: 'sandbox-client', client_secret: 'sandbox-secret' }, basic('sandbox-client', 'sandbox-secret')), 'invalid_request');
    isError(await tell({ client_id: 'p' }, basic('b', 's')), 'invalid_request');
    const code = await codeOf(origin, { client_id: 'n' });
    assert.equal((await exchange(origin, code, { client_id: 'n', client_secret: null })).status, 200);
  });

  test('a wrong verifier, redirect URI, client or code is refused', async () => {
    isError(await exchange(origin, await codeOf(origin), { code_verifier: 'x'.repeat(50) }), 'invalid_grant');
    isError(await exchange(origin, await codeOf(origin), { code_verifier: null }), 'invalid_grant');
    isError(await exchange(origin, await codeOf(origin), { redirect_uri: `${CALLBACK}/` }), 'invalid_grant');
    isError(await exchange(origin, await codeOf(origin), { redirect_uri: null }), 'invalid_grant');
    isError(await exchange(origin, 'invented'), 'invalid_grant');
    isError(await exchange(origin, null), 'invalid_request');
    const foreign = { client_id: 'sandbox-client-2', client_secret: 'sandbox-secret-2' };
    isError(await exchange(origin, await codeOf(origin), foreign), 'invalid_grant');
    control({ settings: { code_ttl_s: 0 } });
    isError(await exchange(origin, await codeOf(origin)), 'invalid_grant');
  });

  test('a replayed code revokes what it gave', async () => {
    const code = await codeOf(origin);
    const { json } = await exchange(origin, code);
    isError(await exchange(origin, code), 'invalid_grant');
    assert.equal((await get(`${origin}/userinfo`, bearer(json.access_token))).status, 401);
    isError(await refresh(origin, json.refresh_token), 'invalid_grant');
    assert.equal(sandbox.state().code_replays, 1);
  });

  test('malformed requests', async () => {
    isError(await post(origin, '/token', {}), 'invalid_request');
    isError(await post(origin, '/token', { grant_type: 'password' }), 'unsupported_grant_type');
    isError(await post(origin, '/token', { grant_type: 'constructor' }), 'unsupported_grant_type');
    assert.equal((await get(`${origin}/token`)).status, 405);
    const send = (body, type) => fetch(`${origin}/token`, { method: 'POST', body, headers: { 'content-type': type } });
    assert.equal((await send('{}', 'application/json')).status, 400);
    assert.equal((await send('code=1&code=2', 'application/x-www-form-urlencoded')).status, 400);
  });

  test('codes with special characters and of any length stay redeemable', async () => {
    control({ settings: { code_suffix: '+%& =é✓', code_chars: 4000 } });
    const code = await codeOf(origin);
    assert.ok(code.length > 4000 && code.endsWith('+%& =é✓'));
    assert.equal((await exchange(origin, code)).status, 200);
  });
});

describe('refresh', () => {
  test('rotates; reuse revokes the family', async () => {
    const first = await tokensOf(origin);
    const second = (await refresh(origin, first.refresh_token)).json;
    assert.notEqual(second.refresh_token, first.refresh_token);
    assert.notEqual(second.access_token, first.access_token);
    isError(await refresh(origin, first.refresh_token), 'invalid_grant');
    isError(await refresh(origin, second.refresh_token), 'invalid_grant');
    assert.equal((await get(`${origin}/userinfo`, bearer(second.access_token))).status, 401);
    assert.equal(sandbox.state().refresh_reuses, 1);
  });

  test('grace: the old one works on, until the grace is over', async () => {
    control({ settings: { rotation: 'grace' } });
    const first = await tokensOf(origin);
    const second = (await refresh(origin, first.refresh_token)).json;
    assert.equal((await refresh(origin, first.refresh_token)).status, 200);
    assert.equal((await refresh(origin, second.refresh_token)).status, 200);
    control({ settings: { grace_s: 0 } });
    isError(await refresh(origin, first.refresh_token), 'invalid_grant');
  });

  test('same and omit: the old one stays', async () => {
    const first = await tokensOf(origin);
    control({ settings: { rotation: 'same' } });
    assert.equal((await refresh(origin, first.refresh_token)).json.refresh_token, first.refresh_token);
    control({ settings: { rotation: 'omit' } });
    const answer = (await refresh(origin, first.refresh_token)).json;
    assert.ok(!('refresh_token' in answer));
    assert.equal((await refresh(origin, first.refresh_token)).status, 200);
  });

  test('only with offline, unless set otherwise', async () => {
    assert.ok(!('refresh_token' in await tokensOf(origin, { scope: 'profile' })));
    control({ settings: { offline_required: false } });
    assert.ok('refresh_token' in await tokensOf(origin, { scope: 'profile' }));
  });

  test('scopes may be narrowed, never widened; the provider may grant others', async () => {
    const { refresh_token } = await tokensOf(origin);
    const narrow = (await refresh(origin, refresh_token, { scope: 'profile' })).json;
    assert.equal(narrow.scope, 'profile');
    assert.equal((await get(`${origin}/files`, bearer(narrow.access_token))).status, 403);
    isError(await refresh(origin, narrow.refresh_token, { scope: 'files.write' }), 'invalid_scope');
    control({ settings: { granted_scope: 'profile files.read files.write' } });
    assert.equal((await tokensOf(origin, { scope: 'profile' })).scope, 'profile files.read files.write');
  });

  test('a token of another client, an invented one and none', async () => {
    const { refresh_token } = await tokensOf(origin);
    isError(await refresh(origin, refresh_token, { client_id: 'sandbox-client-2', client_secret: 'sandbox-secret-2' }), 'invalid_grant');
    isError(await refresh(origin, 'invented'), 'invalid_grant');
    isError(await refresh(origin, null), 'invalid_request');
    assert.equal((await refresh(origin, refresh_token)).status, 200);
  });

  test('lifetimes and lengths are knobs', async () => {
    control({ settings: { expires_in: 0, refresh_expires_in: 0, access_token_chars: 9000, refresh_token_chars: 65_536 } });
    const tokens = await tokensOf(origin);
    assert.equal(tokens.expires_in, 0);
    assert.ok(tokens.access_token.length > 9000 && tokens.refresh_token.length > 65_536);
    assert.equal((await get(`${origin}/userinfo`, bearer('short'))).status, 401);
    isError(await refresh(origin, tokens.refresh_token), 'invalid_grant');
  });

  test('every second of many refreshes at once is a reuse', async () => {
    const { refresh_token } = await tokensOf(origin);
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(origin, refresh_token)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  });
});

describe('revocation and introspection', () => {
  test('a refresh token takes the grant along; an access token only itself', async () => {
    const one = await tokensOf(origin);
    assert.equal((await post(origin, '/revoke', { token: one.access_token })).status, 200);
    assert.equal((await get(`${origin}/userinfo`, bearer(one.access_token))).status, 401);
    const two = (await refresh(origin, one.refresh_token)).json;
    assert.equal((await post(origin, '/revoke', { token: two.refresh_token, token_type_hint: 'refresh_token' })).status, 200);
    assert.equal((await get(`${origin}/userinfo`, bearer(two.access_token))).status, 401);
  });

  test('unknown tokens are fine, foreign ones and wrong secrets are not', async () => {
    assert.equal((await post(origin, '/revoke', { token: 'invented' })).status, 200);
    isError(await post(origin, '/revoke', {}), 'invalid_request');
    const { refresh_token } = await tokensOf(origin);
    isError(await post(origin, '/revoke', { token: refresh_token, client_id: 'sandbox-client-2', client_secret: 'sandbox-secret-2' }), 'invalid_request');
    isError(await post(origin, '/revoke', { token: refresh_token, client_secret: 'no' }), 'invalid_client', 401);
    assert.equal((await refresh(origin, refresh_token)).status, 200);
  });

  test('introspection', async () => {
    const { access_token, refresh_token } = await tokensOf(origin);
    const active = (await post(origin, '/introspect', { token: access_token })).json;
    assert.deepEqual([active.active, active.username, active.client_id], [true, 'ada', 'sandbox-client']);
    assert.equal((await post(origin, '/introspect', { token: refresh_token })).json.active, true);
    assert.deepEqual((await post(origin, '/introspect', { token: 'invented' })).json, { active: false });
  });
});

describe('API', () => {
  test('userinfo and files', async () => {
    const { access_token } = await tokensOf(origin);
    const account = await (await get(`${origin}/userinfo`, bearer(access_token))).json();
    assert.deepEqual(account, { sub: 'u-ada', name: 'Ada Lovelace', email: 'ada@sandbox.example', picture: `${origin}/avatar/ada.svg` });
    const { files } = await (await get(`${origin}/files`, bearer(access_token))).json();
    assert.ok((await (await get(`${origin}/files/${files[0].id}`, bearer(access_token))).json()).text);
    assert.equal((await get(`${origin}/files/none`, bearer(access_token))).status, 404);
    assert.equal((await get(`${origin}/files`, { method: 'POST', ...bearer(access_token) })).status, 403);
    for (const path of ['/userinfo', '/files']) {
      assert.equal((await get(origin + path)).status, 401);
      assert.equal((await get(origin + path, bearer('invented'))).status, 401);
    }
  });

  test('expired access tokens are refused', async () => {
    const { access_token, refresh_token } = await tokensOf(origin);
    control({ expire_access: { username: 'ada' } });
    assert.equal((await get(`${origin}/userinfo`, bearer(access_token))).status, 401);
    assert.equal((await refresh(origin, refresh_token)).status, 200);
  });

  test('API keys', async () => {
    const check = (key) => get(`${origin}/apikey/check`, bearer(key));
    assert.equal((await (await check('sbx-good-key')).json()).account.email, 'ada@sandbox.example');
    assert.equal((await get(`${origin}/apikey/check`, { headers: { 'x-api-key': 'sbx-ben-key' } })).status, 200);
    assert.equal((await get(`${origin}/files`, { headers: { 'x-api-key': 'sbx-good-key' } })).status, 200);
    const wrong = await check('wrong');
    assert.equal(wrong.status, 401);
    assert.deepEqual(await wrong.json(), { error: { message: 'API key not recognised by Sandbox Drive' } });
    assert.equal((await get(`${origin}/apikey/check`)).status, 401);
    assert.equal((await check('sbx-forbidden-key')).status, 403);
    assert.equal((await check('sbx-limited-key')).headers.get('retry-after'), '30');
    assert.equal((await check('sbx-broken-key')).status, 500);
    control({ api_keys: { mine: { status: 200, username: 'mei' }, 'sbx-good-key': null } });
    assert.equal((await (await check('mine')).json()).account.name, 'Mei Tanaka');
    assert.equal((await check('sbx-good-key')).status, 401);
  });
});

describe('control and record', () => {
  const ctl = (method, path, body) => fetch(origin + path, { method, body: body && JSON.stringify(body) });

  test('by HTTP: state, orders, reset', async () => {
    const state = await (await ctl('POST', '/__ctl', { settings: { expires_in: 7 } })).json();
    assert.equal(state.settings.expires_in, 7);
    assert.equal((await (await ctl('GET', '/__ctl')).json()).settings.expires_in, 7);
    assert.equal((await (await ctl('POST', '/__ctl/reset')).json()).settings.expires_in, 3600);
  });

  test('misspelt orders are refused', async () => {
    for (const body of [
      { setings: {} }, { settings: { pkse: 'off' } }, { fault: { endpoint: 'token', statuss: 500 } }, { fault: { endpoint: 'tokn' } },
      { fault: {} }, { fault: { endpoint: 'token', cut: 'sideways' } }, { clients: [{ client_id: 'a', auth: 'magic' }] }, { clients: [{}] },
    ]) assert.equal((await ctl('POST', '/__ctl', body)).status, 400, JSON.stringify(body));
    assert.equal((await fetch(`${origin}/__ctl`, { method: 'POST', body: '{' })).status, 400);
    assert.equal((await ctl('PUT', '/__ctl')).status, 405);
  });

  test('the record holds everything but control', async () => {
    await get(`${origin}/userinfo?a=%00b`, { headers: { 'X-Odd': 'Yes' } });
    await post(origin, '/token', { grant_type: 'refresh_token', refresh_token: 'r' });
    await ctl('GET', '/__ctl');
    const all = await (await ctl('GET', '/__record')).json();
    assert.deepEqual(all.map(({ method, path, status }) => [method, path, status]), [['GET', '/userinfo', 401], ['POST', '/token', 400]]);
    assert.equal(all[0].query, 'a=%00b');
    assert.equal(all[0].headers['x-odd'], 'Yes');
    assert.ok(all[0].raw_headers.some((text) => text.toLowerCase() === 'x-odd'));
    assert.match(all[1].body, /refresh_token=r/);
    assert.equal((await (await ctl('GET', '/__record?path=/token')).json()).length, 1);
    await ctl('DELETE', '/__record');
    assert.deepEqual(await (await ctl('GET', '/__record')).json(), []);
  });

  test('counters by endpoint and grant type, and the grants', async () => {
    const { refresh_token } = await tokensOf(origin);
    await refresh(origin, refresh_token);
    await refresh(origin, 'invented');
    const { endpoints, grant_types } = sandbox.state();
    assert.equal(endpoints.token.requests, 3);
    assert.equal(endpoints.authorize.requests, 1);
    assert.deepEqual(grant_types.refresh_token.statuses, { 200: 1, 400: 1 });
    const grants = await (await ctl('GET', '/__ctl/grants')).json();
    assert.deepEqual(grants.map(({ username, refreshes, revoked }) => ({ username, refreshes, revoked })), [{ username: 'ada', refreshes: 1, revoked: false }]);
    control({ revoke_grants: { client_id: 'sandbox-client' } });
    assert.equal((await (await ctl('GET', '/__ctl/grants')).json())[0].revoked, true);
  });

  test('the record is bounded', async () => {
    const small = () => get(`${origin}/userinfo`).then((answer) => answer.arrayBuffer());
    for (let round = 0; round < 65; round += 1) await Promise.all(Array.from({ length: 100 }, small));
    assert.equal(sandbox.record().length, 5000);
    assert.equal(sandbox.state().endpoints.userinfo.requests, 6500);
  });
});

describe('the program', () => {
  const program = fileURLToPath(new URL('sandbox.mjs', import.meta.url));

  function run(...args) {
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    const ready = new Promise((resolve) => {
      child.stdout.on('data', (bytes) => {
        text += bytes;
        if (text.includes('\n')) resolve(text);
      });
    });
    const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal, text })));
    return { child, ready, ended };
  }

  test('says that it is ready, ends on SIGTERM, and keeps grants in a state folder', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'sandbox-'));
    try {
      const first = run('--port', '0', '--state', dir);
      const [, where] = /^sandbox ready (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(await first.ready);
      const { refresh_token } = await tokensOf(where);
      first.child.kill('SIGTERM');
      assert.deepEqual(await first.ended, { code: 0, signal: null, text: `sandbox ready ${where}\n` });

      const second = run('--state', dir);
      const [, again] = /ready (\S+)/.exec(await second.ready);
      assert.equal((await refresh(again, refresh_token)).status, 200);
      second.child.kill('SIGTERM');
      assert.equal((await second.ended).code, 0);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  test('an unknown option is refused', async () => {
    const child = spawn(process.execPath, [program, '--prot', '1'], { stdio: 'ignore' });
    assert.equal(await new Promise((resolve) => child.on('exit', resolve)), 2);
  });
});

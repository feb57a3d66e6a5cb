// The sandbox before the code: authorization requests and the pages people meet.
import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import { authorizeUrl, bearer, callbackOf, CALLBACK, codeOf, exchange, get, isError, tokensOf } from './helpers.mjs';
import { startSandbox } from './sandbox.mjs';

const sandbox = await startSandbox();
const { origin, control } = sandbox;
after(() => sandbox.close());
beforeEach(() => sandbox.reset());

describe('authorization', () => {
  test('answers with code, state and iss', async () => {
    const params = await callbackOf(origin);
    assert.match(params.get('code'), /^sbx_code_/);
    assert.equal(params.get('state'), 'st');
    assert.equal(params.get('iss'), origin);
  });

  test('an unknown client or redirect URI is never redirected', async () => {
    control({ clients: [{ client_id: 'strict', client_secret: 's', redirect_uris: ['https://app.example/cb'] }] });
    for (const changes of [
      { client_id: 'nobody' }, { client_id: null }, { redirect_uri: null }, { redirect_uri: 'http://evil.example/cb' },
      { redirect_uri: 'javascript:alert(1)' }, { redirect_uri: `${CALLBACK}#f` },
      { client_id: 'strict', redirect_uri: 'https://app.example/cb/' }, { client_id: 'strict', redirect_uri: 'https://APP.example/cb' },
    ]) {
      const answer = await get(authorizeUrl(origin, changes));
      assert.equal(answer.status, 400, JSON.stringify(changes));
      assert.equal(answer.headers.get('location'), null);
    }
    const exact = await get(authorizeUrl(origin, { client_id: 'strict', redirect_uri: 'https://app.example/cb' }));
    assert.equal(exact.status, 302);
  });

  test('other mistakes go back to the client with iss', async () => {
    for (const [changes, error] of [
      [{ response_type: 'token' }, 'unsupported_response_type'], [{ scope: 'root' }, 'invalid_scope'],
      [{ code_challenge: null }, 'invalid_request'], [{ code_challenge_method: 'plain' }, 'invalid_request'],
      [{ code_challenge_method: null }, 'invalid_request'], [{ code_challenge: 'short' }, 'invalid_request'],
    ]) {
      const params = await callbackOf(origin, changes);
      assert.equal(params.get('error'), error);
      assert.equal(params.get('iss'), origin);
      assert.equal(params.get('code'), null);
    }
    const twice = await get(`${authorizeUrl(origin)}&state=other`);
    assert.match(twice.headers.get('location'), /error=invalid_request/);
  });

  test('the PKCE rule can be set', async () => {
    control({ settings: { pkce: 'optional' } });
    const code = await codeOf(origin, { code_challenge: null, code_challenge_method: null });
    isError(await exchange(origin, code), 'invalid_grant'); // a verifier without challenge is a downgrade
    const other = await codeOf(origin, { code_challenge: null, code_challenge_method: null });
    assert.equal((await exchange(origin, other, { code_verifier: null })).status, 200);
    control({ settings: { pkce: 'refuse_s256' } });
    assert.equal((await callbackOf(origin)).get('error'), 'invalid_request');
    assert.ok(await codeOf(origin, { code_challenge: null, code_challenge_method: null }));
    control({ settings: { pkce: 'off' } });
    assert.equal((await exchange(origin, await codeOf(origin), { code_verifier: null })).status, 200);
  });

  test('iss can be absent or any text, and the metadata tells', async () => {
    control({ settings: { iss: false, iss_supported: false } });
    assert.equal((await callbackOf(origin)).get('iss'), null);
    control({ settings: { iss: 'https://OTHER.example:443/' } });
    assert.equal((await callbackOf(origin)).get('iss'), 'https://OTHER.example:443/');
    const metadata = await (await get(`${origin}/.well-known/oauth-authorization-server`)).json();
    assert.equal(metadata.issuer, origin);
    assert.equal(metadata.authorization_response_iss_parameter_supported, false);
  });

  test('auto consent by setting, by client and by query; deny', async () => {
    assert.equal((await get(authorizeUrl(origin, { auto: null }))).status, 200);
    control({ settings: { auto_consent: 'ben' } });
    const tokens = await tokensOf(origin, { auto: null });
    assert.equal((await (await get(`${origin}/userinfo`, bearer(tokens.access_token))).json()).sub, 'u-ben');
    control({ settings: { auto_consent: false }, clients: [{ client_id: 'easy', settings: { auto_consent: true } }] });
    assert.equal((await get(authorizeUrl(origin, { auto: null, client_id: 'easy' }))).status, 302);
    assert.equal((await get(authorizeUrl(origin, { auto: null }))).status, 200);
    const denied = await callbackOf(origin, { auto: 'deny' });
    assert.equal(denied.get('error'), 'access_denied');
    assert.equal(denied.get('state'), 'st');
  });
});

describe('pages', () => {
  const submit = (url, fields, cookie = '') =>
    get(url, { method: 'POST', body: new URLSearchParams(fields), headers: cookie ? { cookie } : {} });
  const url = () => authorizeUrl(origin, { auto: null });

  async function signIn(username = 'ada') {
    const answer = await submit(url(), { action: 'login', username, password: 'sandbox' });
    assert.equal(answer.status, 303);
    return answer.headers.get('set-cookie').split(';')[0];
  }

  test('sign in, then consent, then back to the client', async () => {
    assert.match(await (await get(url())).text(), /<h1>Sign in<\/h1>/);
    const cookie = await signIn();
    const consent = await (await get(url(), { headers: { cookie } })).text();
    for (const text of ['Ada Lovelace', 'Sandbox Client', 'files.read', 'Allow', 'Deny']) assert.ok(consent.includes(text), text);
    const allowed = await submit(url(), { action: 'allow' }, cookie);
    assert.equal(allowed.status, 303);
    const code = new URL(allowed.headers.get('location')).searchParams.get('code');
    assert.equal((await exchange(origin, code)).status, 200);
    const denied = await submit(url(), { action: 'deny' }, cookie);
    assert.match(denied.headers.get('location'), /error=access_denied/);
  });

  test('a wrong password, a missing session and a foreign button are refused', async () => {
    const wrong = await submit(url(), { action: 'login', username: 'ada', password: 'no' });
    assert.equal(wrong.status, 401);
    assert.equal(wrong.headers.get('set-cookie'), null);
    assert.match(await wrong.text(), /role="alert"/);
    assert.equal((await submit(url(), { action: 'allow' })).status, 403);
    assert.equal((await submit(url(), { action: 'explode' }, await signIn())).status, 400);
  });

  test('another account can be used', async () => {
    const cookie = await signIn();
    assert.match((await submit(url(), { action: 'switch' }, cookie)).headers.get('set-cookie'), /Max-Age=0/);
    assert.match(await (await get(url(), { headers: { cookie } })).text(), /<h1>Sign in<\/h1>/);
  });

  test('names and URLs are escaped', async () => {
    control({ clients: [{ client_id: 'x', name: '<script>alert(1)</script>' }] });
    const text = await (await get(authorizeUrl(origin, { auto: null, client_id: 'x', state: '"><b>' }))).text();
    assert.ok(!text.includes('<script') && !text.includes('"><b>'));
  });

  test('home, style, icon, avatars and an unknown page', async () => {
    for (const path of ['/', '/sandbox.css', '/sandbox.svg', '/avatar/ada.svg', '/openapi.json']) {
      assert.equal((await get(origin + path)).status, 200, path);
    }
    assert.equal((await get(`${origin}/nothing`)).status, 404);
  });
});

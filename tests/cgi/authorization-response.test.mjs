// SPDX-License-Identifier: Apache-2.0
// Attack list A, second part: what the provider, or somebody in its place, sends back. The web server reads it
// first, so all of it is played behind Apache too (authorization-response-apache.test.mjs).
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { after, before, beforeEach, test } from 'node:test';

import { bent, openGround, stateOf } from './authorization.mjs';
import { exchange, words } from './visitor.mjs';

const QUIET = 'grantry/fixture/quiet', SPLIT = 'grantry/fixture/split';

let ground, ada, ben;

before(async () => {
  ground = await openGround({ providers: ['quiet', 'split'] });
  ({ ada, ben } = ground.people);
});
beforeEach(() => ground.tidy());
after(() => ground?.close());

const answered = async (visitor, provider) => visitor.authorize((await visitor.allowAccess(provider)).url);

// What the sandbox sends back when it is told to bend its answer.
async function answeredWith(fault) {
  await ground.provider.ctl({ fault: { endpoint: 'callback', count: 1, ...fault } });
  return answered(ada);
}

const codeOf = (url) => new URL(url).searchParams.get('code');

test('A11: an answer with neither code nor error ends the flow without a token request', async () => {
  for (const code of [null, '']) {
    const url = bent(await answered(ada), { code });
    assert.match(words(await ground.fails(ada, url, 'malformed', { status: 400 })), /neither a code nor an error/);
    await ground.isRejected(ada, url, 'consumed');
  }
});

test('A12: of code and error together the error wins', async () => {
  const url = await answeredWith({ error: 'access_denied', with_code: true });
  assert.ok(codeOf(url));
  await ground.fails(ada, url, 'declined', { status: 200 });
});

test('A17: a code that was issued in another flow fails at the provider, by its verifier', async () => {
  const code = codeOf(await answered(ben)), url = await answered(ada);
  const page = await ground.fails(ada, bent(url, { code }), 'code_refused', { status: 400, tokenRequests: 1 });
  assert.match(words(page), /The provider refused the authorization code/);
  assert.deepEqual(await ada.credentials(), []);
});

test('A18: a whole answer that belongs to the attacker is rejected in the victim\'s browser', async () => {
  const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  await ground.isRejected(ada, await answered(ben), 'user_mismatch', { headers });
});

test('A19, R18: an answer without iss, where iss is promised, is refused', async () => {
  await ground.provider.ctl({ settings: { iss: false } });
  const page = await ground.fails(ada, await answered(ada), 'issuer_mismatch', { status: 400 });
  assert.match(words(page), /not from the provider that was asked/);
});

test('A20, R17: an iss that is not the issuer, byte for byte, is refused', async () => {
  const issuer = ground.stack.sandbox;
  const { port } = new URL(issuer);
  const others = [`${issuer}/`, issuer.toUpperCase(), issuer.replace('http:', 'https:'), `http://127.0.0.1:443`, `${issuer}%2F`,
    `http://127.0.0.1:0${port}`, `http://localhost:${port}`, 'http://xn--ls8h.example', ` ${issuer}`, `${issuer} `, ''];
  for (const iss of others) {
    await ground.provider.ctl({ settings: { iss } });
    await ground.fails(ada, await answered(ada), 'issuer_mismatch', { status: 400 });
  }
  await ground.provider.ctl({ settings: { iss: 'https://honest.example' } });
  await ground.fails(ada, await answeredWith({ error: 'access_denied' }), 'issuer_mismatch', { status: 400 });
});

test('A21: an iss that nobody announced must still be the known issuer\'s', async () => {
  await ada.useCustomClient(QUIET);
  await ground.connects(ada, await answered(ada, QUIET));
  await ground.provider.ctl({ settings: { iss: false } });
  await ground.connects(ada, await answered(ada, QUIET));
  await ground.provider.ctl({ settings: { iss: 'https://evil.example' } });
  await ground.fails(ada, await answered(ada, QUIET), 'issuer_mismatch', { status: 400 });
});

test('A21: where no issuer is known, an answer that names one is refused', async () => {
  const { sandbox } = ground.stack;
  await ada.useCustomClient(SPLIT, { authorization_origin: sandbox, token_origin: sandbox, client_id: 'sandbox-client',
    client_secret: 'sandbox-secret' });
  await ground.fails(ada, await answered(ada, SPLIT), 'issuer_mismatch', { status: 400 });
  await ground.provider.ctl({ settings: { iss: false } });
  await ground.connects(ada, await answered(ada, SPLIT));
});

test('A22: a parameter of the answer that comes twice is rejected, same or different', async () => {
  const url = await answered(ada);
  for (const name of ['state', 'code', 'iss']) {
    const own = encodeURIComponent(new URL(url).searchParams.get(name));
    await ground.isRejected(ada, `${url}&${name}=${own}`, 'repeated');
    await ground.isRejected(ada, `${url}&${name}=other`, 'repeated');
    await ground.isRejected(ada, url.replace('?', `?${name}=other&`), 'repeated');
    await ground.isRejected(ada, `${url}&${name}`, 'repeated');
    await ground.isRejected(ada, `${url}&%${name.charCodeAt(0).toString(16)}${name.slice(1)}=other`, 'repeated');
  }
  for (const name of ['error', 'error_description', 'error_uri']) {
    await ground.isRejected(ada, `${url}&${name}=a&${name}=b`, 'repeated');
  }
  assert.deepEqual(await ground.flows(), ['open']);
  await ground.connects(ada, url);
});

test('A22: two codes as the provider itself sends them are rejected', async () => {
  await ground.isRejected(ada, await answeredWith({ second_code: true }), 'repeated');
});

test('A24: thousands of unknown parameters are ignored', async () => {
  const url = await answered(ada);
  const room = 8192 - url.length - 600; // the whole head has 8 KiB; a cookie is part of it
  const text = `${url}${'&x'.repeat(room / 4)}${'&y=1'.repeat(room / 8)}`;
  assert.ok(text.match(/&/g).length > 2400);
  await ground.connects(ada, text);
});

test('A25: a code of printable ASCII arrives byte for byte, however long', async () => {
  for (const settings of [{ code_chars: 6500 }, { code_suffix: '+%& %2B=/?#"\'<>\\~' }]) {
    await ground.provider.ctl({ settings });
    const url = await answered(ada);
    await ground.connects(ada, url);
    const { body } = (await ground.provider.record('/token')).pop();
    assert.equal(new URLSearchParams(body).get('code'), codeOf(url));
    await ground.tidy();
  }
});

test('A25: a code with control characters or beyond ASCII is refused', async () => {
  for (const code of ['a%0d%0ab', 'a%00b', 'a%09b', 'a%7Fb', '%C3%A9', '%FF', 'a%1bb', '%0a']) {
    const url = (await answered(ada)).replace(/([?&]code=)[^&]*/, `$1${code}`);
    const { answer, ...rest } = await ground.changes(() => ada.follow(url));
    assert.equal(answer.status, 400, code);
    assert.equal(rest.stored, false);
    assert.equal(rest.tokenRequests, 0);
  }
});

test('A26: who declines is told so; nothing is tried again', async () => {
  const { url } = await ada.allowAccess();
  const page = await ground.fails(ada, await ada.authorize(url, 'deny'), 'declined', { status: 200 });
  assert.match(words(page), /You did not allow access at the sandbox, so nothing has changed here/);
  assert.doesNotMatch(page.text, /http-equiv="refresh"/);
});

test('A27: each error code has its words, and an unknown one is shown cleaned', async () => {
  const expected = {
    invalid_request: /found something wrong with the request/,
    unauthorized_client: /may not authorize people this way/,
    unsupported_response_type: /not set up for authorization codes/,
    invalid_scope: /does not give this app one of the scopes/,
    server_error: /Something went wrong at the service/,
    temporarily_unavailable: /cannot answer just now/,
    interaction_required: /wants something of you first/,
    something_new: /look for the code in the provider's documentation/,
    [`x${'y'.repeat(4095)}`]: new RegExp(`answered xy{63} `),
    '<script>alert(1)</script>': /<script>alert\(1\)<\/script>/,
    'a b\n"c"\\é%s': /abc%s/,
  };
  for (const [error, pattern] of Object.entries(expected)) {
    const page = await ground.fails(ada, await answeredWith({ error }), 'provider_error', { status: 200 });
    assert.match(words(page), /The provider did not allow the access\./);
    assert.match(words(page), pattern);
    assert.doesNotMatch(page.text, /<script>alert/);
  }
});

test('A28, R20: what the provider says is text, short and inert; what it links is not shown', async () => {
  const cases = {
    '<b>bold</b><script>alert(1)</script>': /<b>bold<\/b><script>alert\(1\)<\/script>/,
    '"><img src=x onerror=alert(1)>': /"><img src=x onerror=alert\(1\)>/,
    '</style><style>*{display:none}</style>': /<style>\*\{display:none\}<\/style>/,
    '<?cs var:Workspace.Name ?><?cs include:"/etc/passwd" ?>': /<\?cs var:Workspace\.Name \?><\?cs include:"\/etc\/passwd" \?>/,
    '%s%n%1$s%99999d': /%s%n%1\$s%99999d/,
    'AADSTS65004: declined.\r\nTrace ID: 1\tdone': /AADSTS65004: declined\. ?Trace ID: 1 ?done/,
    'safe\u202Etxet\u2066 hidden\u0007': /safe ?txet ?hidden/,
    [`${'long '.repeat(1000)}`]: /(long ){49}long/,
  };
  for (const [description, pattern] of Object.entries(cases)) {
    const url = await answeredWith({ error: 'server_error', error_description: description,
      error_uri: 'javascript:alert(document.domain)' });
    const page = await ground.fails(ada, url, 'provider_error', { status: 200 });
    assert.match(words(page), pattern);
    assert.doesNotMatch(page.text, /<script>alert|<img src=x|<style|<\?cs|[\u202A-\u202E\u2066-\u2069]|javascript:/);
    assert.ok((words(page).match(/long /g) ?? []).length <= 52, 'at most 256 characters');
  }
});

test('A28: a description of 100 kB is refused by the web server', async () => {
  const { answer, ...rest } = await ground.changes(async () =>
    ada.get(`${bent(await answered(ada), { code: null, error: 'server_error' })}&error_description=${'x'.repeat(100_000)}`));
  assert.ok([414, 431].includes(answer.status));
  assert.deepEqual(rest, { stored: false, events: [], tokenRequests: 0 });
});

test('R2: a provider that refuses S256 gets no second request without it', async () => {
  await ground.provider.ctl({ settings: { pkce: 'refuse_s256' } });
  await ground.fails(ada, await answered(ada), 'provider_error', { status: 200 });
  const requests = await ground.provider.record('/authorize');
  assert.deepEqual(requests.map((r) => new URLSearchParams(r.query).get('code_challenge_method')), ['S256']);
});

test('R11: a definition cannot name a parameter that the flow sets', async () => {
  const { operator } = ground.stack;
  const file = `${ground.stack.var}/tmp/overriding.yaml`;
  const text = await readFile(new URL('../fixtures/providers/quiet.yaml', import.meta.url), 'utf8');
  const ours = ['client_id', 'redirect_uri', 'response_type', 'scope', 'state', 'code_challenge', 'code_challenge_method', 'nonce'];
  for (const name of ours) {
    await writeFile(file, `${text}    authorize_params: {${name}: x}\n`);
    await assert.rejects(operator('provider', 'lint', file), (error) => error.stdout.includes(`"${name}"`));
  }
  await writeFile(file, `${text}    authorize_params: {prompt: consent}\n`);
  await operator('provider', 'lint', file);
});

test('R1: the answer is never taken from a fragment or a form', async () => {
  const url = await answered(ada);
  const page = await exchange(ground.stack.address, `${new URL(url).pathname}`, { headers: { cookie: '' } });
  assert.equal(page.status, 400);
  assert.doesNotMatch(page.text, /location\.hash/);
  assert.ok(stateOf(url));
});

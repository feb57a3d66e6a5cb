// SPDX-License-Identifier: Apache-2.0
// What a token endpoint may answer to the exchange of a code: rows B1 to B28, B35, B36, B38, B39 of the attack
// list. What happens below HTTP is in token-endpoint-wire.test.mjs.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startSandbox } from '../sandbox/sandbox.mjs';
import { startStack } from '../run/stack.mjs';
import { ACCESS, CLIENT, FORM, MOST, NESTED, PLAIN, SECRET, answers, json, nested } from './token-answers.mjs';
import { SANDBOX, sandbox, signedIn, words } from './visitor.mjs';
import { CANARY, pageHoldsCanary, witness } from './witness.mjs';

let stack, ada, box, seen, workers;
let callbacks = 0; // that belonged to a flow

before(async () => {
  stack = await startStack({ providers: ['dialect_form', 'dialect_nested'], conf: 'provider_timeout_ms = 5000' });
  ada = await signedIn(stack, 'ada@acme.test');
  box = sandbox(stack);
  seen = witness(stack);
  await box.ctl({ clients: [{ client_id: CLIENT, client_secret: SECRET }, { ...PLAIN, settings: { any_scope: true } }] });
  for (const [provider, fields] of [[SANDBOX, { client_id: CLIENT, client_secret: SECRET }],
    [FORM, { client_id: CLIENT, client_secret: SECRET }], [NESTED, PLAIN]]) {
    assert.equal((await ada.useCustomClient(provider, fields)).status, 303);
  }
  workers = await seen.workers();
});
after(() => stack?.stop());

// --- the two outcomes ---

async function connect(fault, provider) {
  await box.clear();
  await box.ctl({ faults: fault ? [{ endpoint: 'token', ...fault }] : [] });
  const { callback, result } = await ada.connect('ada', provider);
  callbacks += 1;
  assert.equal(callback.status, 303, words(callback));
  assert.equal(pageHoldsCanary(callback), false, 'a secret in the callback\'s answer');
  assert.equal(pageHoldsCanary(result), false, 'a secret on the page');
  return result;
}

// An error page, nothing kept, one request. says: what the page tells.
function refused(name, fault, { status = 502, says, provider = SANDBOX } = {}) {
  test(name, async () => {
    const kept = await seen.kept();
    const result = await connect(fault, provider);
    assert.equal(result.status, status, words(result));
    assert.match(words(result), says ?? /could not be connected/);
    assert.equal((await box.record('/token')).length, 1);
    assert.equal(await seen.kept(), kept);
  });
}

const rows = (provider) => seen.sql("SELECT HEX(id), IFNULL(expires_at - created_at, 'never'), refreshable, name " +
  `FROM provider_credentials WHERE CONCAT(plugin_id, '/', provider) = '${provider}'`);

// One more authorization. lifetime in seconds or 'never'; token: what the provider is then shown.
function accepted(name, fault, { lifetime = 3600, refreshable = true, token = ACCESS, says, provider = SANDBOX } = {}) {
  test(name, async () => {
    const before = new Set((await rows(provider)).map(([id]) => id));
    const result = await connect(fault, provider);
    assert.equal(result.status, 200, words(result));
    const [[, life, renewable], ...more] = (await rows(provider)).filter(([id]) => !before.has(id));
    assert.equal(more.length, 0);
    // From the moment of the request, so the row may be a little younger than its token.
    if (lifetime === 'never') assert.equal(life, 'never');
    else assert.ok(life > lifetime - 60 && life <= lifetime, `lives ${life} s`);
    assert.equal(renewable === '1', refreshable);
    assert.equal((await box.record('/token')).length, 1);
    if (token) {
      const [asked] = await box.record('/userinfo');
      assert.equal(asked.headers.authorization, `Bearer ${token}`);
    }
    if (says) assert.match(words(result), says);
  });
}
answers({ refused, accepted });

// --- rows that need more than an answer ---

test('B9: the request is sent as the provider\'s file says', async () => {
  await connect(nested(), NESTED);
  const [request] = await box.record('/token');
  const sent = JSON.parse(request.body);
  assert.equal(request.headers['content-type'], 'application/json');
  assert.equal(request.headers['x-version'], '2026-01-01');
  assert.equal(request.headers['x-team'], 'none');
  assert.equal(request.headers.accept, 'application/json');
  assert.equal(request.headers.authorization, undefined);
  assert.deepEqual({ ...sent, code: '', code_verifier: '', redirect_uri: '' }, { grant_type: 'authorization_code', code: '',
    code_verifier: '', redirect_uri: '', ...PLAIN, audience: 'drive none' });
});

test('B17: expires_at where the provider\'s file says', async () => {
  for (const [ahead, lifetime] of [[7200, 7200], [-7200, 0], [1e12, MOST]]) {
    const before = new Set((await rows(NESTED)).map(([id]) => id));
    const at = Math.floor(Date.now() / 1000) + ahead;
    assert.equal((await connect(nested({}, { expires_at: at }), NESTED)).status, 200);
    const [[, life]] = (await rows(NESTED)).filter(([id]) => !before.has(id));
    assert.ok(life > lifetime - 60 && life <= lifetime, `lives ${life} s`);
  }
});

test('B19: a scope of markup is text', async () => {
  const result = await connect(json({ scope: '<script>alert(1)</script> files.read' }), SANDBOX);
  assert.equal(result.status, 200);
  assert.doesNotMatch(result.text, /<script>alert/);
});

test('B22: a body without an end takes no memory', async () => {
  // Both workers have read large answers before, so what they need for one stands ready.
  const peaks = await seen.peaks();
  for (let round = 0; round < 4; round += 1) await connect({ body_repeat: { unit: 'x', endless: true } }, SANDBOX);
  const grown = (await seen.peaks()).map((kb, i) => kb - peaks[i]);
  assert.ok(Math.max(...grown) < 8 * 1024, `grown by ${grown} kB`);
});

test('B26, B33: a redirect is not followed, whatever its status', async () => {
  const thief = await startSandbox();
  try {
    for (const status of [300, 301, 302, 303, 307, 308]) {
      const kept = await seen.kept();
      const result = await connect({ redirect: `${thief.origin}/steal`, status }, SANDBOX);
      assert.equal(result.status, 502);
      assert.match(words(result), new RegExp(`HTTP status ${status}`));
      assert.equal((await box.record('/token')).length, 1);
      assert.equal(await seen.kept(), kept);
    }
    assert.deepEqual(thief.record(), []);
    assert.equal(thief.state().connections.opened, 0);
  } finally {
    await thief.close();
  }
});

test('B27: a wrong client secret', async () => {
  await box.ctl({ clients: [{ client_id: CLIENT, client_secret: 'changed at the provider' }] });
  try {
    const kept = await seen.kept();
    const result = await connect(null, SANDBOX);
    assert.equal(result.status, 502);
    assert.match(words(result), /refused the OAuth client.*invalid_client.*the client secret is wrong.*OAuth Client Settings/);
    assert.equal(await seen.kept(), kept);
  } finally {
    await box.ctl({ clients: [{ client_id: CLIENT, client_secret: SECRET }] });
  }
});

test('B28: a code that is too old', async () => {
  await box.ctl({ settings: { code_ttl_s: 0 } });
  try {
    const kept = await seen.kept();
    const result = await connect(null, SANDBOX);
    assert.equal(result.status, 400);
    assert.match(words(result), /refused the authorization code.*invalid_grant.*the code has expired/);
    assert.equal(await seen.kept(), kept);
  } finally {
    await box.ctl({ settings: { code_ttl_s: 60 } });
  }
});

test('B28: the flow is over: the same callback again is refused and asks nobody', async () => {
  await box.clear();
  await box.ctl({ faults: [{ endpoint: 'token', status: 400, body: '{"error":"invalid_grant"}' }] });
  const back = await ada.authorize((await ada.allowAccess()).url);
  callbacks += 1;
  assert.equal((await ada.follow(back)).status, 400);
  assert.equal((await ada.get(back)).status, 400);
  assert.equal((await box.record('/token')).length, 1);
});

test('B35: the code and its verifier in the description', async () => {
  await box.clear();
  await box.ctl({ faults: [{ endpoint: 'token', status: 400, body: '{"error":"bad"}' }] });
  const back = await ada.authorize((await ada.allowAccess()).url);
  const code = new URL(back).searchParams.get('code');
  await box.ctl({ faults: [{ endpoint: 'token', status: 400, body: JSON.stringify({ error: 'bad', error_description: `code ${code}` }) }] });
  callbacks += 1;
  const { result } = await ada.follow(back);
  assert.match(words(result), /code •••/);
  assert.equal(result.text.includes(code), false);
});

test('B36: cookies and promises of a provider are forgotten', async () => {
  const headers = [['Set-Cookie', 'a=1; Path=/'], ['Alt-Svc', 'h2="127.0.0.1:1"; persist=1'], ['Strict-Transport-Security', 'max-age=9']];
  for (let round = 0; round < 2; round += 1) {
    assert.equal((await connect({ ...json(), headers }, SANDBOX)).status, 200);
    const [request] = await box.record('/token');
    assert.equal(request.headers.cookie, undefined);
  }
});

// --- after all that ---

accepted('afterwards everything works as before', null, { token: null, says: /Ada Lovelace/ });

test('one audit entry for every callback that belonged to a flow', async () => {
  const [[events]] = await seen.sql("SELECT COUNT(*) FROM audit_events WHERE action = 'flow.callback' AND result NOT LIKE 'rejected:%'");
  assert.equal(Number(events), callbacks);
});

test('the workers are the same, and no secret stands in a log, a process or the database', async () => {
  assert.equal(await seen.workers(), workers);
  assert.deepEqual(await seen.leaks(), []);
});

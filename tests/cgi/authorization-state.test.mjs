// SPDX-License-Identifier: Apache-2.0
// Attack list A, first part: whose flow it is, how often it may be used, and how long.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { bent, callbackUrl, openGround, randomState, stateOf } from './authorization.mjs';
import { until } from './renewing.mjs';
import { CALLBACK, SANDBOX, exchange, forms, words } from './visitor.mjs';

let ground, ada, ben;

before(async () => {
  ground = await openGround();
  ({ ada, ben } = ground.people);
});
beforeEach(() => ground.tidy());
after(() => ground?.close());

// Up to the provider's answer, which is not delivered yet.
async function answered(visitor, who = 'ada') {
  return visitor.authorize((await visitor.allowAccess()).url, who);
}

test('A1: a callback that is replayed after success is rejected, and no code is redeemed', async () => {
  const url = await answered(ada);
  await ground.connects(ada, url);
  await ground.isRejected(ada, url, 'consumed');
});

test('A2: of fifty equal callbacks at once one is served, with one token request', async () => {
  const url = await answered(ada);
  const { answer, ...rest } = await ground.changes(() => Promise.all(Array.from({ length: 50 }, () => ada.get(url))));
  const statuses = answer.map((page) => page.status).sort();
  assert.deepEqual(statuses, [303, ...Array(49).fill(400)]);
  assert.equal(rest.tokenRequests, 1);
  assert.deepEqual(rest.events.sort(), ['connected', ...Array(49).fill('rejected:consumed')]);
  assert.equal((await ada.credentials()).length, 1);
});

test('A3: the state of another session of the same person is rejected and nothing is stored', async () => {
  const other = await ground.anotherBrowser('ada@acme.test');
  const url = await answered(ada);
  await ground.isRejected(other, url, 'session_mismatch');
  assert.deepEqual(await ground.flows(), ['open']);
  await ground.connects(ada, url);
});

test('A4: state of another user of the workspace is rejected and nothing is stored', async () => {
  const url = await answered(ada);
  await ground.isRejected(ben, url, 'user_mismatch');
  assert.deepEqual(await ground.flows(), ['open']);
  await ground.connects(ada, url);
});

test('A5: state of another tenant is rejected as a replay is', async () => {
  const url = await answered(ada);
  const other = await ground.anotherBrowser('ada@acme.test');
  await ground.workIn(other, 'Acme Labs');
  await ground.isRejected(other, url, 'tenant_mismatch');
  assert.deepEqual(await ground.flows(), ['open']);
});

test('A6: there is no start URL to hand on: the flow of another is as unknown as any other', async () => {
  const { url } = await ada.allowAccess();
  const hex = await ground.sql('SELECT LOWER(HEX(id)) FROM oauth_flows');
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  assert.equal((await ada.get(`/connect/flows/${id}`)).status, 200);
  const foreign = await ben.get(`/connect/flows/${id}`);
  const unknown = await ben.get('/connect/flows/00000000-0000-4000-8000-000000000000');
  assert.equal(foreign.status, 404);
  assert.deepEqual(foreign.raw, unknown.raw);
  // The victim follows the attacker's authorization request to the end.
  await ground.isRejected(ben, await ben.authorize(url, 'ben'), 'user_mismatch');
});

test('A7: a callback without a session is told to sign in; flow and code are untouched', async () => {
  const url = await answered(ada);
  const page = await ground.isRejected(ground.stranger(), url, 'no_session');
  assert.match(words(page), /Sign in if you are signed out, then start again/);
  assert.deepEqual(await ground.flows(), ['open']);
  await ground.connects(ada, url);
});

test('A7: a stranger with a made-up state leaves no trace at all', async () => {
  await ground.isRejected(ground.stranger(), callbackUrl({ code: 'x', state: randomState() }), null);
});

test('A8: after signing out and in again as the same person the flow is not theirs any more', async () => {
  const visitor = await ground.anotherBrowser('ben@acme.test');
  const url = await answered(visitor);
  await visitor.post('/sign-out', { csrf: await visitor.csrf() });
  assert.equal((await visitor.signIn('ben@acme.test')).status, 303);
  await ground.isRejected(visitor, url, 'session_mismatch');
});

test('A9: a state that is missing, cut, changed, stretched or no base64url is rejected', async () => {
  const url = await answered(ada);
  const state = stateOf(url), code = new URL(url).searchParams.get('code');
  const cases = [null, '', 'x', state.slice(1), `${state} `, ` ${state}`, `${state}A`, `${state.slice(1)}=`, `${state.slice(1)}+`,
    `${state.slice(1)}ä`, `/${state.slice(1)}`, 'A'.repeat(4000)];
  for (const bad of cases) await ground.isRejected(ada, bent(url, { state: bad }), 'malformed');
  await ground.isRejected(ada, bent(url, { state: randomState() }), 'unknown');

  // What the web server or the parser refuses reaches no flow.
  const { answer, ...rest } = await ground.changes(async () => [
    await ada.get(`${CALLBACK}?code=${code}&state=%00`),
    await ada.get(`${CALLBACK}?code=${code}&state=${state}%00`),
    await ada.get(`${CALLBACK}?code=${code}&state=%ZZ`),
    await ada.get(`${CALLBACK}?code=${code}&state=${'A'.repeat(65536)}`),
  ]);
  assert.deepEqual(answer.map((page) => page.status).slice(0, 3), [400, 400, 400]);
  assert.ok([413, 414, 431].includes(answer[3].status));
  assert.equal(rest.stored, false);
  assert.equal(rest.tokenRequests, 0);
  assert.deepEqual(await ground.flows(), ['open']);
});

test('A10: a state that expired a second ago is rejected', async () => {
  const url = await answered(ada);
  const [left] = await ground.lines('SELECT expires_at - UNIX_TIMESTAMP() FROM oauth_flows');
  assert.ok(Number(left) <= 600, 'ten minutes at most');
  await ground.sql('UPDATE oauth_flows SET expires_at = UNIX_TIMESTAMP() - 1');
  await ground.isRejected(ada, url, 'expired');
  assert.deepEqual(await ground.flows(), ['open']);
});

test('A29, R23: HEAD, OPTIONS, prefetch and a bot without a cookie do not use up a flow', async () => {
  const url = await answered(ada);
  const image = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' };
  const bot = { 'user-agent': 'LinkPreview/1.0' };
  const { answer, stored, tokenRequests } = await ground.changes(async () => [
    (await ada.get(url, { method: 'HEAD' })).status,
    (await ada.get(url, { method: 'OPTIONS' })).status,
    (await ada.get(url, { method: 'PUT' })).status,
    (await ada.get(url, { headers: { 'sec-purpose': 'prefetch' } })).status,
    (await ada.get(url, { headers: { 'sec-purpose': 'prefetch;prerender' } })).status,
    (await ada.get(url, { headers: image })).status,
    (await exchange(ground.stack.address, url.slice(ground.stack.address.length), { headers: bot })).status,
  ]);
  assert.deepEqual(answer, [405, 405, 405, 403, 403, 403, 400]);
  assert.equal(stored, false);
  assert.equal(tokenRequests, 0);
  assert.deepEqual(await ground.flows(), ['open']);
  await ground.connects(ada, url);
});

test('A23: a callback by POST is refused and its body ignored', async () => {
  const url = await answered(ada);
  const query = new URL(url).search.slice(1);
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': query.length,
    'sec-fetch-site': 'cross-site', origin: ground.stack.sandbox };
  for (const path of [CALLBACK, `${CALLBACK}?${query}`, `${CALLBACK}?code=other`]) {
    const { answer, ...rest } = await ground.changes(() => ada.send(path, { method: 'POST', body: query, headers }));
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.allow, 'GET');
    assert.deepEqual(rest, { stored: false, events: [], tokenRequests: 0 });
  }
  assert.deepEqual(await ground.flows(), ['open']);
});

test('A30: two flows for one provider in two tabs both complete, each with its own account', async () => {
  const first = await answered(ada, 'ada'), second = await answered(ada, 'ben');
  assert.notEqual(stateOf(first), stateOf(second));
  assert.match(words(await ground.connects(ada, second)), /ben@sandbox\.example/);
  assert.match(words(await ground.connects(ada, first)), /ada@sandbox\.example/);
  assert.equal((await ada.credentials()).length, 2);
});

test('A31: of two codes for one state the first wins', async () => {
  const { url } = await ada.allowAccess();
  const first = await ada.authorize(url), second = await ada.authorize(url);
  assert.notEqual(first, second);
  await ground.connects(ada, first);
  await ground.isRejected(ada, second, 'consumed');
});

test('A35: nothing starts from another site', async () => {
  const path = `/connect/data-sources/${SANDBOX}`;
  const page = await ada.get(path);
  const [{ fields }] = forms(page).filter((form) => form.action === path);
  const cross = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' };
  assert.equal((await ada.get(path, { headers: cross })).status, 403);
  assert.equal((await ada.post(path, fields, { headers: { ...cross, 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate',
    origin: 'https://evil.example' } })).status, 403);
  assert.equal((await ada.post(path, fields, { headers: { 'sec-fetch-site': 'same-site' } })).status, 403);
  assert.equal((await ada.post(path, { ...fields, csrf: 'x'.repeat(43) })).status, 403);
  assert.equal((await ada.get(`${path}?credential=`)).status, 200); // looking starts nothing
  assert.deepEqual(await ground.flows(), []);
});

test('A36: the twenty-first open flow of one person has to wait; old flows go', async () => {
  for (let i = 0; i < 20; i++) assert.ok((await ada.allowAccess()).url);
  const { page } = await ada.allowAccess();
  assert.equal(page.status, 429);
  assert.equal(page.headers['retry-after'], '60');
  assert.equal((await ground.flows()).length, 20);
  assert.ok((await ben.allowAccess()).url, 'nobody else waits');

  await ground.sql('UPDATE oauth_flows SET expires_at = UNIX_TIMESTAMP() - 86401');
  await until('the old flows are cleared', async () => (await ground.flows()).length === 0);
  assert.ok((await ada.allowAccess()).url);
  assert.deepEqual(await ground.flows(), ['open']);

  await ground.sql(`CREATE TEMPORARY TABLE more AS SELECT f.*, seq FROM oauth_flows f, seq_1_to_300;
    UPDATE more SET id = UNHEX(MD5(seq)), state_hash = UNHEX(SHA2(seq, 256)), status = 'failed';
    ALTER TABLE more DROP seq; INSERT INTO oauth_flows SELECT * FROM more`);
  assert.ok((await ada.allowAccess()).url);
  const flows = await ground.flows();
  assert.equal(flows.length, 200, 'the database stays bounded');
  assert.equal(flows.filter((status) => status === 'open').length, 2, 'outcomes go, not what is open');
});

test('R4, R5, R13: every state and challenge is new, short and means nothing', async () => {
  const first = new URL((await ada.allowAccess()).url), second = new URL((await ada.allowAccess()).url);
  for (const url of [first, second]) {
    assert.match(url.searchParams.get('state'), /^[A-Za-z0-9_-]{43}$/);
    assert.match(url.searchParams.get('code_challenge'), /^[A-Za-z0-9_-]{43}$/);
    assert.equal(url.searchParams.get('code_challenge_method'), 'S256');
    assert.equal(url.searchParams.get('response_type'), 'code');
    for (const name of new Set(url.searchParams.keys())) assert.equal(url.searchParams.getAll(name).length, 1, name);
  }
  assert.notEqual(first.searchParams.get('state'), second.searchParams.get('state'));
  assert.notEqual(first.searchParams.get('code_challenge'), second.searchParams.get('code_challenge'));
  assert.equal((await ground.sql('SELECT GROUP_CONCAT(HEX(state_hash), HEX(verifier_sealed)) FROM oauth_flows'))
    .includes(Buffer.from(first.searchParams.get('state')).toString('hex').toUpperCase()), false, 'only its hash is stored');
});

test('R6: the redirect URI comes from the configuration, in both requests', async () => {
  const forged = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', forwarded: 'host=evil.example' };
  const path = `/connect/data-sources/${SANDBOX}`;
  assert.equal((await ada.get(path, { headers: { host: 'evil.example' } })).status, 400);
  const [form] = forms(await ada.get(path, { headers: forged })).filter((f) => f.action === path);
  const page = await ada.post(path, form.fields, { headers: forged });
  const url = ground.note(page.text.match(/content="0;\s*url=([^"]*)"/)[1].replace(/&amp;/g, '&'));
  const redirectUri = `${ground.stack.address}${CALLBACK}`;
  assert.equal(new URL(url).searchParams.get('redirect_uri'), redirectUri);

  const back = await ada.authorize(url);
  assert.equal((await ada.get(back, { headers: { host: 'evil.example' } })).status, 400);
  await ground.connects(ada, back);
  const [token] = await ground.provider.record('/token');
  assert.equal(new URLSearchParams(token.body).get('redirect_uri'), redirectUri);
});

test('R21, R24: the callback leaves a clean page within the product, whatever it was given', async () => {
  const url = `${await answered(ada)}&next=https://evil.example&return_to=//evil.example&RelayState=https://evil.example`;
  const callback = await ada.get(url);
  assert.equal(callback.status, 303);
  assert.match(callback.location, /^\/connect\/flows\/[0-9a-f-]{36}$/);
  const result = await ada.get(callback.location);
  for (const answer of [callback, result]) {
    assert.equal(answer.headers['referrer-policy'], answer === callback ? 'no-referrer' : answer.headers['referrer-policy']);
    assert.match(answer.headers['cache-control'], /no-store/);
    assert.doesNotMatch(answer.text, /evil\.example/);
    assert.doesNotMatch(answer.text, new RegExp(stateOf(url)));
  }
  assert.doesNotMatch(result.text, /(src|href)="(https?:)?\/\//, 'nothing of a third party is loaded');
});

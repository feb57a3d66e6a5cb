// SPDX-License-Identifier: Apache-2.0
// A provider whose steps differ: values that come with the redirect, two tokens in one grant, a look-up after the
// exchange, errors with status 200, renewals only shortly before the end, and every token taken back at the end.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { nowS, openRenewals, until } from './renewing.mjs';
import { words } from './visitor.mjs';

const STEPS = 'grantry/fixture/dialect_steps';
const PAGE = `/data-sources/${STEPS}`;
const GOOD = { ok: true, access_token: 'bot-1', refresh_token: 'bot-renews-1', expires_in: 7200,
  user: { access_token: 'user-1', refresh_token: 'user-renews-1', expires_in: 3600 } };
const answer = (body, more = {}) => ({ endpoint: 'token', body: JSON.stringify(body), ...more });
const brings = (params) => ({ endpoint: 'callback', add: Object.entries(params) });
const SITE = { endpoint: 'userinfo', body: JSON.stringify({ sub: 'site-1' }) };

let ground, ada, id;

before(async () => {
  ground = await openRenewals({ providers: ['dialect_steps'] });
  ({ ada } = ground);
  assert.equal((await ada.useCustomClient(STEPS)).status, 303);
});
after(() => ground?.close());
beforeEach(() => ground.provider.clear());

const count = async () => Number((await ground.db.rows('SELECT COUNT(*) FROM provider_credentials'))[0][0]);
const forms = async (path) => (await ground.provider.record(path)).map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
const nears = (got, want) => assert.ok(Math.abs(got - want) < 60, `${got} is not about ${want}`);

// --- the authorization request ---

test('scopes stand in the parameters of the provider; an optional one is asked for when it is ticked', async () => {
  const page = await ada.get(`/connect${PAGE}`);
  assert.match(page.text, /<input type="checkbox" name="scope" value="profile" form="allow-form" checked>/);
  assert.doesNotMatch(page.text, /value="files.read"/);
  for (const [ticked, scope] of [[{ scope: 'profile' }, 'files.read profile'], [{}, 'files.read'],
    [{ scope: 'admin' }, 'files.read'], [{ scope: ['admin', 'profile'] }, 'files.read profile']]) {
    const leaving = await ada.submit(page, ticked, STEPS);
    const url = new URL(leaving.text.match(/http-equiv="refresh" content="0;\s*url=([^"]*)"/)[1].replaceAll('&amp;', '&'));
    assert.equal(url.searchParams.get('scope'), scope);
    assert.equal(url.searchParams.get('user_scope'), 'files.write');
    assert.equal(url.searchParams.get('code_challenge_method'), 'S256');
  }
});

test('the scopes of the client, where it has some, are asked for instead', async () => {
  const own = (own_scopes) => ada.useCustomClient(STEPS, { client_id: 'sandbox-client', client_secret: 'sandbox-secret', own_scopes });
  assert.equal((await own('files.read  offline')).status, 303);
  const { url } = await ada.allowAccess(STEPS);
  assert.equal(new URL(url).searchParams.get('scope'), 'files.read offline');
  assert.equal((await own('')).status, 303);
});

// --- the redirect and the exchange ---

async function refused(faults, { says, tokens = 1 }) {
  const before = await count();
  await ground.provider.ctl({ faults });
  const { result } = await ada.connect('ada', STEPS);
  assert.notEqual(result.status, 200);
  assert.match(words(result), says);
  assert.equal(await count(), before);
  assert.equal((await ground.provider.record('/token')).length, tokens);
}

for (const [name, params] of [['is missing', {}], ['is empty', { realmId: '' }], ['does not fit its pattern', { realmId: '42x' }],
  ['names another host', { realmId: '42', server: 'https://evil.example' }],
  ['hides another host', { realmId: '42', server: 'https://eu.acme.example@evil.example' }],
  ['brings a path', { realmId: '42', server: 'https://eu.acme.example/x' }]]) {
  test(`nothing is asked of the provider when a value of the redirect ${name}`, () =>
    refused([brings(params), answer(GOOD), SITE], { says: /could not be connected/, tokens: 0 }));
}

test('a value of the redirect that comes twice is rejected', async () => {
  await ground.provider.ctl({ faults: [{ endpoint: 'callback', add: [['realmId', '42'], ['realmId', '43']] }] });
  const { callback } = await ada.connect('ada', STEPS);
  assert.equal(callback.status, 400);
  assert.equal((await ground.provider.record('/token')).length, 0);
});

test('an error with status 200 is one', () =>
  refused([brings({ realmId: '42' }), answer({ ok: false, error: 'bad_code', detail: 'No such code' })], { says: /No such code/ }));
test('an answer without what the file requires is an error, whatever tokens it holds', () =>
  refused([brings({ realmId: '42' }), answer({ ...GOOD, ok: undefined })], { says: /could not be connected/ }));
test('so is one where it is another value', () =>
  refused([brings({ realmId: '42' }), answer({ ...GOOD, ok: 'yes' })], { says: /could not be connected/ }));
test('a further token that cannot be one refuses the grant', () =>
  refused([brings({ realmId: '42' }), answer({ ...GOOD, user: { access_token: 7 } })], { says: /could not be connected/ }));

test('a look-up that fails refuses the grant, and every token is given back', async () => {
  await refused([brings({ realmId: '42' }), answer(GOOD), { endpoint: 'userinfo', status: 500 }], { says: /could not be connected/ });
  assert.deepEqual((await forms('/revoke')).map(({ token }) => token), ['bot-renews-1', 'bot-1', 'user-renews-1', 'user-1']);
});

test('a code is redeemed with the names of the provider, and all that belongs to the grant is kept', async () => {
  await ground.provider.ctl({ faults: [brings({ realmId: '42', server: 'https://eu.acme.example', more: 'x' }), answer(GOOD), SITE] });
  id = await ground.connect(ada, STEPS);
  const [sent] = await forms('/token');
  assert.deepEqual(Object.keys(sent).sort(), ['auth_code', 'client_id', 'client_secret', 'code_verifier', 'grant_type', 'realm']);
  assert.equal(sent.realm, '42');
  const { status, body } = await ground.ask(id, { where: STEPS });
  assert.equal(status, 200);
  assert.deepEqual(body.fields, { access_token: 'bot-1', user_token: 'user-1', place: '42/site-1' });
  nears((await ground.row(id)).expires_at, nowS() + 3600); // whichever ends first
});

// --- renewals ---

async function renews(body) {
  await ground.provider.ctl({ faults: [answer(body)] });
  const row = await ground.renew(id);
  const [sent] = await forms('/token');
  const { body: handed } = await ground.ask(id, { where: STEPS });
  return { row, sent, fields: handed.fields };
}

test('the token that ends first is renewed, the other stays', async () => {
  const { row, sent, fields } = await renews({ ok: true, access_token: 'user-2', refresh_token: 'user-renews-2', expires_in: 7900,
    refresh_expires_in: 864000 });
  assert.equal(sent.renew_token, 'user-renews-1');
  assert.equal(sent.realm, '42');
  assert.equal(sent.refresh_token, undefined);
  assert.deepEqual(fields, { access_token: 'bot-1', user_token: 'user-2', place: '42/site-1' });
  nears(row.expires_at, nowS() + 7200);
  assert.match(words(await ada.get(PAGE)), /Authorize again before/);
});

test('then it is the other one\'s turn', async () => {
  const { row, sent, fields } = await renews({ ok: true, access_token: 'bot-2', refresh_token: 'bot-renews-2', expires_in: 43200 });
  assert.equal(sent.renew_token, 'bot-renews-1');
  assert.deepEqual(fields, { access_token: 'bot-2', user_token: 'user-2', place: '42/site-1' });
  nears(row.expires_at, nowS() + 7900);
});

test('nothing is asked before the provider\'s window, however much it is hurried', async () => {
  const before = await ground.row(id);
  const end = nowS() + 20000;
  await ground.set(`expires_at = ${end}, refresh_due_at = 1`, id);
  await ground.wake();
  const row = await ground.settled(id, before);
  assert.equal((await ground.provider.record('/token')).length, 0);
  nears(row.due_at, end - 8000);
  assert.deepEqual([row.state, row.rev, row.failures], ['active', before.rev, 0]);
});

test('an answer of the API that the file names means that the access token is over', async () => {
  const before = await ground.row(id);
  await ground.set(`expires_at = ${nowS() + 3600}, refresh_due_at = ${nowS() + 3000}`, id);
  await ground.provider.ctl({ faults: [{ endpoint: 'files', body: '{"code":7}' },
    answer({ ok: true, access_token: 'user-3', refresh_token: 'user-renews-3', expires_in: 7900 })] });
  const tested = await ada.submit(await ada.get(PAGE), {}, `${id}/test`);
  assert.match(words(tested), /renew/);
  const row = await until('the forced renewal', async () => {
    const now = await ground.row(id);
    return now.rev > before.rev && now;
  });
  assert.equal(row.state, 'active');
  assert.equal((await ground.ask(id, { where: STEPS })).body.fields.user_token, 'user-3');
});

test('an error with status 200 ends a grant too', async () => {
  await ground.provider.ctl({ faults: [answer({ ok: false, error: 'gone' })] });
  const row = await ground.renew(id);
  assert.deepEqual([row.state, row.reason], ['needs_reauth', 'gone']);
});

// --- the end ---

test('every token of a deleted authorization is taken back', async () => {
  await ground.provider.ctl({ faults: [] });
  const page = await ada.get(`${PAGE}/credentials/${id}/delete`);
  assert.equal((await ada.submit(page, {}, '/delete')).status, 303);
  await until('the end of the revocation', async () => {
    await ground.wake();
    return (await ground.db.rows("SELECT 1 FROM revocations WHERE provider = 'dialect_steps' AND state = 'queued'")).length === 0;
  });
  assert.deepEqual((await forms('/revoke')).map(({ token }) => token), ['bot-renews-2', 'bot-2', 'user-renews-3', 'user-3']);
});

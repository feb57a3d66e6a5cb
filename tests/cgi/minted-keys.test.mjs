// SPDX-License-Identifier: Apache-2.0
// Keys from which access tokens are made: made once to see that the key works, handed out, renewed in time, and given
// up when the provider does not take the key any more.
import assert from 'node:assert/strict';
import { generateKeyPairSync, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';

import { openRenewals, nowS } from './renewing.mjs';
import { words } from './visitor.mjs';
import { CANARY } from './witness.mjs';

const MINTED = 'grantry/fixture/minted', SIGNED = 'grantry/fixture/signed';
const SECRET = `${CANARY}-app:&=+%é`;
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

// The provider: answers as it was told, and remembers what it was asked.
const answers = new Map();
let asked = [], made = 0;
const service = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString();
    asked.push({ method: request.method, path: request.url, headers: request.headers, form: new URLSearchParams(body) });
    const { status = 200, json, hold } = answers.get(request.url) ?? {};
    const answer = json ?? (request.url === '/me' ? { id: 'u1', name: 'Docs of Acme' }
      : { access_token: `minted-${++made}`, token_type: 'Bearer', expires_in: 3600, space: 'blue' });
    if (!hold) response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    else request.socket.destroy();
  });
});
const tokenCalls = () => asked.filter(({ path }) => path === '/token');

let origin, ground, ada;

before(async () => {
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
  origin = `http://127.0.0.1:${service.address().port}`;
  ground = await openRenewals({ providers: ['minted', 'signed'], conf: `egress_allow = ${origin}\nprovider_timeout_ms = 2000` });
  ada = ground.ada;
});
after(async () => {
  await ground?.close();
  service.closeAllConnections();
  service.close();
});
beforeEach(() => {
  answers.clear();
  asked = [];
});

const rows = (provider) => ground.db.rows(`SELECT HEX(id) FROM provider_credentials WHERE CONCAT(plugin_id, '/', provider) = '${provider}'`);
async function add(provider, fields, name) {
  const page = await ada.get(`/data-sources/${provider}/api-key`);
  const typed = Object.fromEntries(Object.entries(fields).map(([key, value]) => [`field.${key}`, value]));
  return ada.submit(page, { name, ...typed }, '/api-key');
}
const key = (more = {}) => ({ base_url: origin, app_id: 'app-1', app_secret: SECRET, ...more });
async function kept(provider, fields, name) {
  const before = await ada.credentials(provider);
  const answer = await add(provider, fields, name);
  assert.equal(answer.status, 303, words(answer));
  return (await ada.credentials(provider)).find((id) => !before.includes(id));
}
const account = (more = {}) => JSON.stringify({ client_email: 'robot@acme.test', token_uri: `${origin}/token`, private_key_id: 'k1',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }), ...more });

test('a key is kept with the token that was made from it, and the token is handed out', async () => {
  const id = await kept(MINTED, key(), 'First');
  const [call, me] = asked;
  assert.equal(call.headers.authorization, `Basic ${Buffer.from(`app-1:${new URLSearchParams({ s: SECRET }).toString().slice(2)}`).toString('base64')}`);
  assert.deepEqual(Object.fromEntries(call.form), { grant_type: 'client_credentials', scope: 'docs.read' });
  assert.equal(me.headers.authorization, `Bearer minted-${made}`);
  const row = await ground.row(id);
  assert.equal(row.state, 'active');
  assert.ok(row.expires_at > nowS() + 3000 && row.due_at > nowS() && row.due_at < row.expires_at);
  const answer = await ground.ask(id, { where: MINTED });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(answer.body.fields, { token: `minted-${made}`, space: 'blue', server: origin });
  assert.doesNotMatch(answer.text, new RegExp(CANARY)); // the key stays here
  assert.match(words(await ada.get(`/data-sources/${MINTED}`)), /First/);
});

test('it is renewed from the fields of the key', async () => {
  const id = await kept(MINTED, key(), 'Renewed');
  const before = await ground.row(id);
  asked = [];
  const row = await ground.renew(id);
  assert.equal(row.state, 'active');
  assert.equal(row.rev, before.rev + 1);
  assert.equal(tokenCalls().length, 1);
  assert.equal(tokenCalls()[0].form.get('grant_type'), 'client_credentials');
  assert.equal((await ground.ask(id, { where: MINTED })).body.fields.token, `minted-${made}`);
});

test('what a provider refuses is not kept, and its words are shown', async () => {
  const before = await rows(MINTED);
  for (const [answer, status, says] of [
    [{ status: 401, json: { error: 'invalid_client', error_description: `No such app ${SECRET}` } }, 422, /refused this key.*No such app •••/],
    [{ status: 400, json: { error: 'invalid_grant', error_description: 'Too old' } }, 422, /refused this key.*Too old/],
    [{ status: 403, json: { error: 'unauthorized_client' } }, 422, /refused this key/],
    [{ status: 429, json: {} }, 429, /asks for a pause/],
    [{ status: 500, json: {} }, 502, /could not be checked/],
    [{ status: 200, json: { ok: true } }, 502, /could not be checked/],
    [{ hold: true }, 502, /could not be checked/],
  ]) {
    answers.set('/token', answer);
    const page = await add(MINTED, key(), 'Refused');
    assert.equal(page.status, status, words(page));
    assert.match(words(page), says);
    assert.doesNotMatch(page.text, new RegExp(CANARY));
  }
  assert.deepEqual(await rows(MINTED), before);
});

test('a token is not enough where the check refuses it', async () => {
  const before = await rows(MINTED);
  for (const [status, code, says] of [[401, 422, /refused this key.*Not you/], [403, 422, /lacks a permission.*Not you/], [429, 429, /asks for a pause/]]) {
    answers.set('/me', { status, json: { message: 'Not you' } });
    const page = await add(MINTED, key(), 'Checked');
    assert.equal(page.status, code, words(page));
    assert.match(words(page), says);
  }
  assert.deepEqual(await rows(MINTED), before);
});

test('values that break the rules of the file never reach the provider', async () => {
  for (const [field, value, says] of [
    ['app_id', 'xapp-1', /An app ID begins with app-\./],
    ['app_id', 'app-1 ; app-2', /An app ID begins with app-\./],
    ['base_url', 'https://evil.example', /not one of the provider's.*operator/],
    ['base_url', `${origin}?x=`, /without a question mark/],
    ['base_url', 'http://127.0.0.1:1', /must begin with https/],
    ['base_url', 'ftp://a.example', /Please enter an address/],
  ]) {
    const page = await add(MINTED, key({ [field]: value }), 'Wrong');
    assert.equal(page.status, 422, words(page));
    assert.match(words(page), says);
  }
  assert.deepEqual(asked, []);
});

test('a key that is not accepted any more needs a new one, and a new one heals it', async () => {
  for (const answer of [{ status: 401, json: { error: 'invalid_client' } }, { status: 400, json: { error: 'invalid_grant' } }]) {
    answers.delete('/token');
    const id = await kept(MINTED, key(), `Dies ${made}`);
    answers.set('/token', answer);
    const row = await ground.renew(id);
    assert.equal(row.state, 'needs_reauth');
    assert.equal(row.reason, 'key_refused');
    assert.equal(row.due_at, null);
    const refused = await ground.ask(id, { where: MINTED });
    assert.equal(refused.status, 409, refused.text);
    assert.match(words(await ada.get(`/data-sources/${MINTED}`)), /does not accept the key any more/);
    answers.delete('/token');
    const form = await ada.get(`/data-sources/${MINTED}/credentials/${id}/edit`);
    const edited = await ada.submit(form, { 'field.app_secret': 'a new one' }, '/edit');
    assert.equal(edited.status, 303, words(edited));
    const healed = await ground.row(id);
    assert.equal(healed.state, 'active');
    assert.ok(healed.due_at > nowS());
    assert.equal((await ground.ask(id, { where: MINTED })).body.fields.token, `minted-${made}`);
  }
});

test('a provider that fails for a while costs nothing but time', async () => {
  const id = await kept(MINTED, key(), 'Patient');
  answers.set('/token', { status: 503, json: {} });
  const row = await ground.renew(id);
  assert.equal(row.state, 'active');
  assert.equal(row.failures, 1);
  answers.delete('/token');
  assert.equal((await ground.renew(id)).failures, 0);
});

test('Test asks with the token that is there', async () => {
  const id = await kept(MINTED, key(), 'Tested');
  asked = [];
  const page = await ada.post(`/data-sources/${MINTED}/credentials/${id}/test`, { csrf: await ada.csrf() });
  assert.match(words(page.location ? await ada.get(page.location) : page), /works/);
  assert.deepEqual(asked.map(({ path }) => path), ['/me']);
});

test('an assertion is signed with the key of the account', async () => {
  const id = await kept(SIGNED, { account: account() }, 'Robot');
  const [{ form, headers }] = tokenCalls();
  assert.equal(form.get('grant_type'), 'urn:ietf:params:oauth:grant-type:jwt-bearer');
  assert.deepEqual([...form.keys()], ['grant_type', 'assertion']);
  assert.equal(headers.authorization, undefined);
  const [head, claims, signature] = form.get('assertion').split('.');
  assert.deepEqual(JSON.parse(Buffer.from(head, 'base64url')), { alg: 'RS256', typ: 'JWT', kid: 'k1' });
  const { iat, exp, jti, ...rest } = JSON.parse(Buffer.from(claims, 'base64url'));
  assert.deepEqual(rest, { iss: 'robot@acme.test', aud: `${origin}/token`, scope: 'docs.read' });
  assert.equal(exp - iat, 600);
  assert.ok(Math.abs(iat - nowS()) < 60 && jti.length === 36);
  assert.ok(verify('RSA-SHA256', Buffer.from(`${head}.${claims}`), publicKey, Buffer.from(signature, 'base64url')));
  assert.deepEqual((await ground.ask(id, { where: SIGNED })).body.fields, { access_token: `minted-${made}` });
  await ground.renew(id);
  const second = JSON.parse(Buffer.from(tokenCalls()[1].form.get('assertion').split('.')[1], 'base64url'));
  assert.notEqual(second.jti, jti);
});

test('an account that nothing can be signed with is refused before anybody is asked', async () => {
  const before = await rows(SIGNED);
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  for (const [value, says] of [
    ['{"client_email":', /not a complete JSON document/],
    ['robot@acme.test', /not a complete JSON document/],
    ['{}', /No token can be asked for/],
    [account({ private_key: 'none' }), /No token can be asked for/],
    [account({ private_key: other }), /No token can be asked for/],
    [account({ client_email: '' }), /No token can be asked for/],
  ]) {
    const page = await add(SIGNED, { account: value }, 'Nothing');
    assert.equal(page.status, 422, words(page));
    assert.match(words(page), says);
  }
  assert.deepEqual(asked, []);
  assert.deepEqual(await rows(SIGNED), before);
});

test('an address that the operator does not allow is not called for an account', async () => {
  const page = await add(SIGNED, { account: account({ token_uri: 'https://127.0.0.1/token' }) }, 'Away');
  assert.equal(page.status, 422, words(page));
  assert.match(words(page), /address may not be called/);
});

test('nothing of a key is found in clear', async () => {
  await kept(MINTED, key(), 'Sealed');
  const leaked = await ground.db.rows(`SELECT COUNT(*) FROM provider_credentials WHERE LOCATE('${CANARY}', encrypted_credentials) OR LOCATE('minted-', encrypted_credentials)`);
  assert.deepEqual(leaked, [['0']]);
});

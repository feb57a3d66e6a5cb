// SPDX-License-Identifier: Apache-2.0
// Attack list A, third part: a second, hostile authorization server; and what changes between start and callback.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';

import { startSandbox } from '../sandbox/sandbox.mjs';
import { bent, callbackUrl, openGround, stateOf } from './authorization.mjs';
import { CALLBACK, SANDBOX, Visitor, exchange, words } from './visitor.mjs';

const SELFHOSTED = 'grantry/fixture/selfhosted', SPLIT = 'grantry/fixture/split';
const TENANT = ['--tenant', 'Acme Research'];

let ground, ada, evil;

before(async () => {
  evil = await startSandbox();
  ground = await openGround({ providers: ['selfhosted', 'split'], conf: `egress_allow = ${evil.origin}` });
  ({ ada } = ground.people);
});
beforeEach(async () => {
  evil.reset();
  await ground.tidy();
});
after(async () => {
  await evil?.close();
  await ground?.close();
});

const answered = async (visitor, provider, query) =>
  visitor.authorize((await visitor.allowAccess(provider, query)).url);
const nothingReached = (code) => assert.ok(!JSON.stringify(evil.record()).includes(code), 'the code never gets there');

// Ada's provider at the hostile server; its callback has a path of its own.
async function useEvil() {
  const saved = await ada.useCustomClient(SELFHOSTED,
    { base_url: evil.origin, client_id: 'sandbox-client', client_secret: 'sandbox-secret' });
  assert.equal(saved.status, 303);
}

// ---- mix-up, and tools that share an authorization server ----

test('A13: an answer in the name of another issuer is refused, and no code is sent anywhere (mix-up)', async () => {
  await useEvil();
  const url = bent(await answered(ada, SELFHOSTED), { iss: ground.stack.sandbox });
  await ground.fails(ada, url, 'issuer_mismatch', { status: 400 });
  assert.equal(evil.record('/token').length, 0);
});

test('A14: a browser that the hostile server sends on to an honest one comes back on the wrong path (COAT)', async () => {
  await useEvil();
  const honest = new URLSearchParams({ response_type: 'code', client_id: 'sandbox-client-2', code_challenge_method: 'S256',
    redirect_uri: `${ground.stack.address}${CALLBACK}` });
  evil.control({ fault: { endpoint: 'callback',
    redirect_to: `${ground.stack.sandbox}/authorize?${honest}&state={{state}}&code_challenge={{code_challenge}}` } });
  const sentOn = await answered(ada, SELFHOSTED);
  assert.ok(sentOn.startsWith(ground.stack.sandbox));
  const back = await ada.authorize(sentOn);
  await ground.isRejected(ada, back, 'context_mismatch');
  nothingReached(new URL(back).searchParams.get('code'));
});

test('A15: an honest authorization endpoint with the attacker\'s token endpoint: the redirect URI differs', async () => {
  const registered = { client_id: 'registered', client_secret: 's', redirect_uris: [`${ground.stack.address}${CALLBACK}`] };
  await ground.provider.ctl({ clients: [registered] });
  const client = { authorization_origin: ground.stack.sandbox, token_origin: evil.origin, client_secret: 's' };
  await ada.useCustomClient(SPLIT, { ...client, client_id: 'registered' });
  const { url } = await ada.allowAccess(SPLIT);
  assert.match(new URL(url).searchParams.get('redirect_uri'), /\/callback\/[0-9a-f]{32}$/);
  const refusal = await exchange(ground.stack.sandbox, `${url.slice(ground.stack.sandbox.length)}&auto=ada`);
  assert.equal(refusal.status, 400);
  assert.match(words(refusal), /redirect URI is not registered/);

  // A careless registration: then the issuer stops it.
  await ground.provider.ctl({ clients: [{ ...registered, redirect_uris: null }] });
  const back = await answered(ada, SPLIT);
  await ground.fails(ada, back, 'issuer_mismatch', { status: 400 });
  nothingReached(new URL(back).searchParams.get('code'));
  assert.equal(evil.record('/token').length, 0);
});

test('A16: the attacker\'s code at the victim\'s callback, with the state of another context (CORF)', async () => {
  await useEvil();
  const stolen = new URL(await answered(ground.people.ben)).searchParams; // the attacker's own code of the honest server
  const own = await answered(ada, SELFHOSTED);
  const params = { code: stolen.get('code'), iss: stolen.get('iss'), state: stateOf(own) };
  await ground.isRejected(ada, callbackUrl(params), 'context_mismatch');
  const noContext = CALLBACK.replace(SANDBOX, SELFHOSTED);
  await ground.isRejected(ada, callbackUrl(params, noContext), 'context_mismatch');
  await ground.isRejected(ada, callbackUrl(params, `${noContext}/${'0'.repeat(32)}`), 'context_mismatch');
  await ground.isRejected(ada, callbackUrl(params, CALLBACK.replace(SANDBOX, 'grantry/no/such')), 'context_mismatch');
  await ground.isRejected(ada, callbackUrl(params, CALLBACK.replace('/datasource/', '/tool/')), 'context_mismatch');
  await ground.fails(ada, callbackUrl(params, new URL(own).pathname), 'issuer_mismatch', { status: 400 });
  assert.equal(evil.record('/token').length, 0);
  assert.deepEqual(await ada.credentials(SELFHOSTED), []);
});

test('a provider whose host the client chooses works when it is honest', async () => {
  await useEvil();
  const { answer, stored } = await ground.changes(async () => ada.follow(await answered(ada, SELFHOSTED)));
  assert.equal(answer.status, 200);
  assert.equal(stored, true);
  assert.equal(evil.record('/token').length, 1);
});

// ---- people ----

let people = 0;

async function newcomer(role) {
  const email = `newcomer-${people++}@acme.test`;
  await ground.stack.operator('user', 'add', email, '--name', 'Cy Newcomer', ...TENANT, '--role', role);
  return { email, visitor: await ground.newcomer(email) };
}

test('A32: who was removed or disabled since the start gets nothing', async () => {
  const removed = await newcomer('member');
  const url = await answered(removed.visitor);
  await ground.stack.operator('user', 'remove', removed.email, ...TENANT);
  await ground.isRejected(removed.visitor, url, null); // the flow is gone with the person
  assert.deepEqual(await ground.flows(), []);

  const disabled = await newcomer('member');
  const second = await answered(disabled.visitor);
  await ground.stack.operator('user', 'disable', disabled.email);
  await ground.isRejected(disabled.visitor, second, 'no_session');
  assert.deepEqual(await ground.flows(), ['open']);
});

test('A32: a disabled workspace gets nothing', async () => {
  const url = await answered(ada);
  await ground.sql("UPDATE tenants SET disabled = 1 WHERE name = 'Acme Research'");
  try {
    await ground.isRejected(ada, url, 'no_session');
  } finally {
    await ground.sql("UPDATE tenants SET disabled = 0 WHERE name = 'Acme Research'");
  }
  await ground.connects(ada, url);
});

test('A32: a role that was lowered since the start may not renew what is another\'s', async () => {
  await ada.connect();
  const [id] = await ada.credentials();
  const admin = await newcomer('admin');
  const url = await answered(admin.visitor, SANDBOX, `?credential=${id}`);
  await ground.stack.operator('user', 'role', admin.email, ...TENANT, '--role', 'member');
  const page = await ground.fails(admin.visitor, url, 'not_allowed', { status: 403 });
  assert.match(words(page), /Your role in this workspace was changed/);
});

// The token request waits at the sandbox while the steps happen.
async function duringExchange(visitor, url, steps) {
  await ground.provider.ctl({ fault: { endpoint: 'token', hold: 'after', gate: 'exchange', count: 1 } });
  const callback = visitor.follow(url);
  await exchange(ground.stack.sandbox, '/__ctl/wait?gate=exchange&held=1');
  try {
    await steps();
  } finally {
    await exchange(ground.stack.sandbox, '/__ctl/release', { method: 'POST', body: '{"gate":"exchange"}' });
  }
  return callback;
}

async function wasRevoked() {
  const [request] = await ground.provider.record('/revoke');
  assert.match(new URLSearchParams(request?.body).get('token'), /^sbx_rt_/);
  assert.equal(request.status, 200);
  const grants = JSON.parse((await exchange(ground.stack.sandbox, '/__ctl/grants')).text);
  assert.ok(grants.length > 0 && grants.every((grant) => grant.revoked), 'the provider has let go of it');
}

for (const [how, act] of [
  ['removed', (email) => ground.stack.operator('user', 'remove', email, ...TENANT)],
  ['disabled', (email) => ground.stack.operator('user', 'disable', email)],
]) {
  test(`A32: a person ${how} during the exchange: the token is given back and nothing is stored`, async () => {
    const { email, visitor } = await newcomer('member');
    const url = await answered(visitor);
    let credentials;
    const { answer, events, tokenRequests } = await ground.changes(() => duringExchange(visitor, url, async () => {
      await act(email);
      credentials = await ground.sql('SELECT COUNT(*) FROM provider_credentials');
    }));
    assert.equal(answer.status, 403);
    assert.deepEqual(events, ['denied']);
    assert.equal(tokenRequests, 1);
    assert.equal(await ground.sql('SELECT COUNT(*) FROM provider_credentials'), credentials);
    await wasRevoked();
  });
}

test('A32: a credential that is deleted during its renewal: the new token is given back', async () => {
  await ada.connect();
  const [id] = await ada.credentials();
  await ground.provider.ctl({ revoke_grants: true });
  const url = await answered(ada, SANDBOX, `?credential=${id}`);
  const { answer, events } = await ground.changes(() => duringExchange(ada, url, async () => {
    const path = `/data-sources/${SANDBOX}/credentials/${id}/delete`;
    assert.equal((await ada.submit(await ada.get(path), {}, '/delete')).status, 303);
  }));
  assert.equal(answer.status, 409);
  assert.deepEqual(events, ['credential_gone']);
  assert.deepEqual(await ada.credentials(), []);
  await wasRevoked();
});

// ---- client ----

const customClient = (secret) =>
  ada.useCustomClient(SANDBOX, { client_id: 'sandbox-client', client_secret: secret });

async function removeClient() {
  return ada.submit(await ada.get(`/data-sources/${SANDBOX}/client/remove`), {}, '/client/remove');
}

for (const [what, change] of [
  ['changed', () => customClient('another-secret')],
  ['removed', removeClient],
  ['switched off', async () =>
    ada.submit(await ada.get(`/data-sources/${SANDBOX}/client`), { client: 'default', then: 'save' }, '/client')],
]) {
  test(`A33: a client that is ${what} since the start is not used`, async () => {
    await customClient('sandbox-secret');
    const url = await answered(ada);
    assert.equal((await change()).status, 303);
    const page = await ground.fails(ada, url, 'client_changed', { status: 409 });
    assert.match(words(page), /settings were changed while you were away/);
  });
}

test('A33: a system client that is replaced or removed since the start is not used', async () => {
  const file = join(ground.stack.var, 'tmp', 'client.json');
  const set = async (secret) => {
    await writeFile(file, JSON.stringify({ client_id: 'sandbox-client-2', client_secret: secret }), { mode: 0o600 });
    await ground.stack.operator('client', 'set', SANDBOX, '--file', file);
  };
  for (const change of [() => set('another-secret'), () => ground.stack.operator('client', 'remove', SANDBOX)]) {
    const url = await answered(ada);
    try {
      await change();
      await ground.fails(ada, url, 'client_changed', { status: 409 });
    } finally {
      await set('sandbox-secret-2');
    }
  }
});

// ---- faults of our own ----

test('what cannot be stored is given back, and the page says whose fault it was', async () => {
  const url = await answered(ada);
  await ground.sql("CREATE TRIGGER no_more BEFORE INSERT ON provider_credentials FOR EACH ROW SIGNAL SQLSTATE '45000'");
  try {
    assert.match(words(await ground.fails(ada, url, 'fault', { status: 500, tokenRequests: 1 })), /a fault on our side/);
  } finally {
    await ground.sql('DROP TRIGGER no_more');
  }
  await wasRevoked();
});

test('a flow whose worker died is pending for a minute, then failed', async () => {
  const { callback } = await ada.follow(await answered(ada));
  await ground.sql("UPDATE oauth_flows SET status = 'consumed', outcome_sealed = NULL, expires_at = UNIX_TIMESTAMP() + 60");
  const pending = await ada.get(callback.location);
  assert.equal(pending.status, 200);
  assert.match(words(pending), /Check again/);
  await ground.sql('UPDATE oauth_flows SET expires_at = UNIX_TIMESTAMP() - 1');
  const over = await ada.get(callback.location);
  assert.equal(over.status, 500);
  assert.match(words(over), /a fault on our side/);
});

// ---- a node that runs 30 s slow, behind a proxy that ends TLS ----

class FarVisitor extends Visitor {
  send(path, options = {}) {
    const own = { host: 'grantry.example' };
    if (options.method === 'POST') own.origin = 'https://grantry.example';
    return super.send(path.replace('https://grantry.example', ''), { ...options, headers: { ...own, ...options.headers } });
  }
}

test('A10, A34: slow clocks stretch nothing; a callback over http finds nobody signed in', async () => {
  const far = await openGround({ env: { PUBLIC_ORIGIN: 'https://grantry.example', GRANTRY_CLOCK_SHIFT_S: '-30' },
    visitor: FarVisitor });
  try {
    const visitor = far.people.ada;
    const first = await visitor.authorize((await visitor.allowAccess()).url);
    assert.match(first, /^https:\/\/grantry\.example\//);
    await far.sql('UPDATE oauth_flows SET expires_at = UNIX_TIMESTAMP() - 1'); // by its own clock 29 s are left
    await far.isRejected(visitor, first, 'expired');

    const url = await visitor.authorize((await visitor.allowAccess()).url);
    // A browser keeps Secure cookies to itself then. No redirect to https: the code has been in the clear.
    const page = await far.isRejected(far.stranger(), url, 'no_session');
    assert.match(page.headers['strict-transport-security'], /max-age=\d{8}/);
    await far.connects(visitor, url);
  } finally {
    await far.close();
  }
});

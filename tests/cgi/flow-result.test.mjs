// SPDX-License-Identifier: Apache-2.0
// The page that tells what came of an authorization: scopes that nobody asked for, and the redirect URI that was sent.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { startStack } from '../run/stack.mjs';
import { sandbox, signedIn, unescapeHtml, words } from './visitor.mjs';

const SELFHOSTED = 'grantry/fixture/selfhosted';
let stack, ada, box;

before(async () => {
  stack = await startStack({ providers: ['selfhosted'] });
  ada = await signedIn(stack, 'ada@acme.test');
  box = sandbox(stack);
});
after(() => stack?.stop());

test('scopes beyond those that were asked for are told apart', async () => {
  await box.ctl({ settings: { granted_scope: 'profile files.read offline files.write' } });
  const { result } = await ada.connect();
  assert.equal(result.status, 200);
  const [, allowed, extra] = words(result).match(/Allowed (.*) More was allowed than was asked for\. (.*)/);
  assert.match(extra, /According to the sandbox, this access also covers: files\.write/);
  assert.doesNotMatch(extra, /files\.read/);
  assert.match(allowed, /files\.read/);
  assert.doesNotMatch(allowed, /files\.write/);
});

test('nothing is said where there is nothing more', async () => {
  await box.reset();
  const { result } = await ada.connect();
  assert.doesNotMatch(words(result), /More was allowed/);
});

// What is shown of a failure: [what happened, what the provider answered, the likely cause, what to do].
function told(result) {
  const [, problem, , answered, cause, next] = words(result)
    .match(/could not be connected .*could not be connected (.*?\.)( the sandbox answered (.*?))?(?: Likely cause (.*?))? What to do (.*?) Back to/);
  return [problem, answered, cause, next];
}

async function failing(visitor, fault) {
  await box.ctl({ faults: [{ endpoint: 'token', ...fault }] });
  const { result } = await visitor.connect();
  await box.reset();
  return told(result);
}

for (const [name, fault, happened] of [
  ['a connection that breaks', { cut: 'reset', process: false }, 'The connection to the provider failed.'],
  ['an answer without words', { status: 503, body: 'oops' }, 'The provider answered with HTTP status 503.'],
  ['an answer that is no JSON', { status: 200, body: '<html>' }, 'The provider\'s answer is not JSON, as a token response must be.'],
  ['an answer without a token', { status: 200, body: '{}' }, 'The provider\'s answer holds no usable access token.'],
]) {
  test(`our words are not said to be the provider's: ${name}`, async () => {
    const [problem, answered, cause, next] = await failing(ada, fault);
    assert.deepEqual([problem, answered], [happened, undefined]);
    assert.match(cause, /^The provider has a fault at the moment/);
    assert.equal(next, 'Nothing was saved. Try again in a while.');
  });
}

test('the provider\'s words are', async () => {
  const [problem, answered] = await failing(ada, { status: 400, body: '{"error":"odd_request","error_description":"Not on Sundays."}' });
  assert.equal(problem, 'The provider\'s answer could not be used.');
  assert.match(answered, /odd_request.*Not on Sundays\./);
});

test('an address that may not be called: the operator can help', async () => {
  const iss = 'https://localhost';
  await ada.useCustomClient(SELFHOSTED, { base_url: iss, client_id: 'c', client_secret: 's' });
  const asked = new URL((await ada.allowAccess(SELFHOSTED)).url).searchParams;
  const { result } = await ada.follow(`${asked.get('redirect_uri')}?${new URLSearchParams({ code: 'c', state: asked.get('state'), iss })}`);
  assert.match(words(result), /The provider's address may not be called from here\..*ask your operator to allow it/);
  assert.doesNotMatch(words(result), /egress_denied|answered|Try again in a while/);
  await ada.submit(await ada.get(`/data-sources/${SELFHOSTED}/client/remove`), {}, '/remove');
});

test('a refused OAuth client: who may not mend it is told who may', async () => {
  const ben = await signedIn(stack, 'ben@acme.test');
  const refusal = { status: 401, body: '{"error":"invalid_client"}' };
  assert.match((await failing(ben, refusal))[3], /^Nothing was saved\. An owner or admin of this workspace can correct/);
  assert.match((await failing(ada, refusal))[3], /^Copy both anew from the app at the service/);
});

test('a refusal without words of its own is told in ours, not by their name', async () => {
  const [, answered] = await failing(ada, { status: 401, body: '<p>no</p>' });
  assert.match(answered, /The provider answered with HTTP status 401\./);
  assert.doesNotMatch(answered, /token\.status/);
});

// The operator's client has no path of its own, a workspace's has where the client chooses the host.
for (const whose of ['the operator\'s', 'a workspace\'s']) {
  test(`a failed authorization shows the redirect URI that was sent: ${whose} client`, async () => {
    const client = { base_url: stack.sandbox, client_id: 'sandbox-client', client_secret: 'sandbox-secret' };
    const file = join(stack.var, 'tmp', 'selfhosted.json');
    await writeFile(file, JSON.stringify(client), { mode: 0o600 });
    if (whose.startsWith('the')) await stack.operator('client', 'set', SELFHOSTED, '--file', file);
    else assert.equal((await ada.useCustomClient(SELFHOSTED, client)).status, 303);
    await box.ctl({ faults: [{ endpoint: 'callback', error: 'invalid_request' }] });
    const { url } = await ada.allowAccess(SELFHOSTED);
    const sent = new URL(url).searchParams.get('redirect_uri');
    const { result } = await ada.follow(await ada.authorize(url));
    assert.equal(unescapeHtml(result.text.match(/id="redirect-uri"[^>]*>([^<]*)</)[1]), sent, words(result));
    await box.reset();
  });
}

// [what the provider answers, where, what the page says of it, what it shows besides]
for (const [at, fault, said, shown] of [
  ['callback', { error: 'invalid_scope' }, /does not give this app one of the scopes.*Add the scopes listed on this page/, 'scopes'],
  ['callback', { error: 'redirect_uri_mismatch' }, /redirect URI is not registered with this OAuth client/, 'uri'],
  ['token', { status: 400, body: '{"error":"redirect_uri_mismatch"}' }, /redirect URI is not registered with this OAuth client/, 'uri'],
  ['token', { status: 400, body: '{"error":"invalid_grant","error_description":"Redirect URI differs"}' }, /asked with another redirect URI/, 'uri'],
  ['token', { status: 400, body: '{"error":"unauthorized_client"}' }, /The app at the service may not exchange codes/, ''],
  ['token', { status: 400, body: '{"error":"unheard_of"}' }, /a fault at the moment, or its settings differ/, ''],
]) {
  test(`what an answer means is said by the rules of provider files: ${JSON.stringify(fault)}`, async () => {
    await box.ctl({ faults: [{ endpoint: at, ...fault }] });
    const { url } = await ada.allowAccess();
    const { result } = await ada.follow(await ada.authorize(url));
    await box.reset();
    assert.match(words(result), said);
    const sent = new URL(url).searchParams;
    const uri = unescapeHtml(result.text.match(/id="redirect-uri"[^>]*>([^<]*)</)?.[1] ?? '');
    if (shown === 'uri') {
      assert.equal(uri, sent.get('redirect_uri'));
      assert.match(result.text, /data-copy="redirect-uri"/);
    } else if (at === 'token') assert.equal(uri, '');
    assert.equal(/Asked for/.test(words(result)), shown === 'scopes');
    if (shown === 'scopes') for (const scope of sent.get('scope').split(' ')) assert.ok(words(result).includes(scope), scope);
  });
}

test('who declined is told what may be behind it, in the language of the page', async () => {
  const { url } = await ada.allowAccess();
  const callback = await ada.get(await ada.authorize(url, 'deny'));
  const result = await ada.get(callback.location, { headers: { 'accept-language': 'zh-CN' } });
  assert.match(words(result), /您在提供方页面上拒绝了访问.*组织策略/);
});

test('a provider that gives nothing to renew with though it was asked to: said, with what to do', async () => {
  const body = JSON.stringify({ access_token: 'sbx-at-unrenewable', token_type: 'Bearer', expires_in: 3600, scope: 'profile files.read offline' });
  await box.ctl({ faults: [{ endpoint: 'token', status: 200, body }] });
  const { result } = await ada.connect();
  await box.reset();
  assert.match(words(result), /is connected.*gave nothing to renew this with.*has to be authorized again.*offline access/);
  const again = (await ada.connect()).result;
  assert.match(words(again), /is connected/);
  assert.doesNotMatch(words(again), /nothing to renew/);
});

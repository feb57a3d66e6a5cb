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

// SPDX-License-Identifier: Apache-2.0
// Which client an authorization came from: it is found again, whatever the kind of the provider, and when its fields lead
// to another host, nothing that was obtained before is sent there (security R43).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startSandbox } from '../sandbox/sandbox.mjs';
import { openRenewals } from './renewing.mjs';
import { TOOL, TRIGGER, home, words } from './visitor.mjs';

const SELFHOSTED = 'grantry/fixture/selfhosted';
const GONE = /The OAuth client through which it was authorized was removed/;
let ground, ada, other;

before(async () => {
  other = await startSandbox();
  ground = await openRenewals({ providers: ['selfhosted'], conf: `egress_allow = ${other.origin}` });
  ({ ada } = ground);
});
after(async () => {
  await ground?.close();
  await other?.close();
});

test('authorizations of tools and triggers are renewed, and their client is there', async () => {
  for (const provider of [TOOL, TRIGGER]) {
    assert.equal((await ada.useCustomClient(provider)).status, 303);
    const id = await ground.connect(ada, provider);
    const before = await ground.row(id);
    assert.doesNotMatch(words(await ada.get(home(provider))), GONE);
    const row = await ground.renew(id);
    assert.equal(row.state, 'active', row.reason);
    assert.equal(row.rev, before.rev + 1);
    assert.equal((await ground.ask(id, { where: provider })).status, 200);
    assert.equal((await ada.submit(await ada.get(`${home(provider)}/client/remove`), {}, '/remove')).status, 303);
    assert.match(words(await ada.get(home(provider))), GONE);
  }
});

const client = (base_url, more = {}) => ({ base_url, client_id: 'sandbox-client', client_secret: 'sandbox-secret', ...more });
const seen = async () => JSON.stringify(await other.record());

test('what a client obtained does not follow it to another host', async () => {
  assert.equal((await ada.useCustomClient(SELFHOSTED, client(ground.stack.sandbox))).status, 303);
  const id = await ground.connect(ada, SELFHOSTED);
  assert.equal((await ground.renew(id)).state, 'active');
  assert.equal((await ada.useCustomClient(SELFHOSTED, client(other.origin))).status, 303);
  const row = await ground.renew(id);
  assert.deepEqual([row.state, row.reason], ['client_error', 'client_gone']);
  assert.match(words(await ada.get(home(SELFHOSTED))), GONE);
  const removal = await ada.get(`${home(SELFHOSTED)}/credentials/${id}/delete`);
  assert.equal((await ada.submit(removal, {}, '/delete')).status, 303);
  assert.equal(await seen(), '[]', 'the other host was asked');
});

test('a client that stays where it is keeps what it obtained, whatever else changes', async () => {
  assert.equal((await ada.useCustomClient(SELFHOSTED, client(ground.stack.sandbox))).status, 303);
  const id = await ground.connect(ada, SELFHOSTED);
  assert.equal((await ada.useCustomClient(SELFHOSTED, client(`${ground.stack.sandbox}/`, { environment: 'test' }))).status, 303);
  const row = await ground.renew(id);
  assert.equal(row.state, 'active', row.reason);
  assert.equal((await ground.ask(id, { where: SELFHOSTED })).status, 200);
});

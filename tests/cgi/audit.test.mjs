// SPDX-License-Identifier: Apache-2.0
// A change and its record are one (security R102, R106): each change leaves exactly one event that names what it was
// done to, and where the event cannot be written nothing is changed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startStack } from '../run/stack.mjs';
import { SANDBOX, sandbox, signedIn, words } from './visitor.mjs';
import { witness } from './witness.mjs';

const PAGE = `/data-sources/${SANDBOX}`;
const TABLES = 'provider_credentials, provider_credential_defaults, datasource_oauth_params, datasource_oauth_tenant_params, tenants';

let stack, ada, ben, box, seen;

before(async () => {
  stack = await startStack();
  ada = await signedIn(stack, 'ada@acme.test');
  ben = await signedIn(stack, 'ben@acme.test');
  box = sandbox(stack);
  seen = witness(stack);
});
after(() => stack?.stop());

const stored = async () => JSON.stringify(await seen.sql(`CHECKSUM TABLE ${TABLES} EXTENDED`));
const count = async () => Number((await seen.sql('SELECT COUNT(*) FROM audit_events'))[0][0]);

// The events that the steps leave, as "action object result"; ids as N.
async function events(steps) {
  const before = await count();
  await steps();
  const rows = await seen.sql(`SELECT action, object, result FROM audit_events ORDER BY at_us LIMIT ${before}, 100`);
  return rows.map((row) => row.join(' ').replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'N'));
}

async function withoutAudit(steps) {
  await seen.sql('RENAME TABLE audit_events TO audit_elsewhere');
  try {
    return await steps();
  } finally {
    await seen.sql('RENAME TABLE audit_elsewhere TO audit_events');
  }
}

const change = async (verb, fields, nth = 0) => {
  const path = `${PAGE}/credentials/${(await ada.credentials())[nth]}/${verb}`;
  if (verb === 'default') return ada.post(path, { csrf: await ada.csrf() });
  return ada.submit(await ada.get(path), fields, `/${verb}`);
};
const settings = async (fields) => ada.submit(await ada.get(`${PAGE}/client`), { then: 'save', ...fields }, '/client');
const removed = async () => ada.submit(await ada.get(`${PAGE}/client/remove`), {}, '/remove');
const custom = { client: 'custom', 'field.client_id': 'sandbox-client', 'field.client_secret': 'sandbox-secret' };

// In this order each finds what it needs. [what, the change, its event]
const CHANGES = [
  ['add', () => ada.addApiKey(), `credential.add credential:N ${SANDBOX} ok`],
  ['add by a name of its own', () => ada.addApiKey('sbx-ben-key', 'Spare'), `credential.add credential:N ${SANDBOX} ok`],
  ['rename', () => change('rename', { name: 'Renamed' }), 'credential.rename credential:N ok'],
  ['edit', () => change('edit', { name: 'Edited', 'field.api_key': 'sbx-ben-key' }), 'credential.edit credential:N ok'],
  ['default', () => change('default', {}, 1), 'credential.default credential:N ok'],
  ['delete', () => change('delete', {}), 'credential.delete credential:N ok'],
  ['custom client', () => settings(custom), `client.set ${SANDBOX} ok`],
  ['default client', () => settings({ client: 'default' }), `client.default ${SANDBOX} ok`],
  ['remove the client', () => removed(), `client.remove ${SANDBOX} ok`],
];

for (const [what, make, event] of CHANGES) {
  test(`${what}: nothing without a record, and one record`, async () => {
    const before = await stored();
    const refused = await withoutAudit(make);
    assert.equal(refused.status, 503, words(refused));
    assert.match(words(refused), /look first whether it was done/);
    assert.equal(await stored(), before, 'nothing was changed');
    let answer;
    assert.deepEqual(await events(async () => { answer = await make(); }), [event]);
    assert.equal(answer.status, 303, words(answer));
    assert.notEqual(await stored(), before);
  });
}

test('an authorization that cannot be recorded is not kept, and its token is given back', async () => {
  await box.clear();
  const before = await stored();
  const { result } = await withoutAudit(() => ada.connect());
  assert.equal(result.status, 500);
  assert.match(words(result), /Nothing was saved/);
  assert.equal(await stored(), before);
  assert.deepEqual(await seen.sql('SELECT status, result_id FROM oauth_flows'), [['failed', 'NULL']]);
  assert.equal((await box.record('/revoke')).length > 0, true, 'the token is revoked');
});

test('an authorization, and again', async () => {
  assert.deepEqual(await events(() => ada.connect()), [`flow.start ${SANDBOX} ok`,
    `credential.connect credential:N ${SANDBOX} ok`, `flow.callback ${SANDBOX} connected`]);
  const [[id]] = await seen.sql("SELECT LOWER(HEX(id)) FROM provider_credentials WHERE auth_type = 'oauth2'");
  const again = id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  assert.deepEqual(await events(() => ada.connect('ada', SANDBOX, `?credential=${again}`)), [`flow.start ${SANDBOX} ok`,
    'credential.again credential:N ok', `flow.callback ${SANDBOX} connected`]);
});

test('who reaches for another person\'s authorization is named', async () => {
  const [id] = await ada.credentials();
  for (const path of [`${PAGE}/credentials/${id}/rename`, `${PAGE}/credentials/${id}/delete`])
    assert.deepEqual(await events(async () => assert.equal((await ben.get(path)).status, 403)),
      ['request.owner credential:N denied']);
  const oauth = (await seen.sql("SELECT LOWER(HEX(id)) FROM provider_credentials WHERE auth_type = 'oauth2'"))[0][0]
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  assert.deepEqual(await events(async () =>
    assert.equal((await ben.get(`/connect${PAGE}?credential=${oauth}`)).status, 403)), ['request.owner credential:N denied']);
});

test('a deletion that is refused is one event', async () => {
  const [id] = await ada.credentials();
  const csrf = await ben.csrf();
  assert.deepEqual(await events(() => ben.post(`${PAGE}/credentials/${id}/delete`, { csrf, version: '1' })),
    ['credential.delete credential:N denied']);
});

test('a system client is not changed without a record', async () => {
  const before = await stored();
  await assert.rejects(withoutAudit(() => stack.operator('client', 'remove', SANDBOX)));
  assert.equal(await stored(), before);
});

test('what the operator does names whom it was done to', async () => {
  const people = ['--tenant', 'Acme Labs'];
  const steps = [
    [['user', 'add', 'eve@acme.test', '--name', 'Eve', ...people, '--role', 'member'], 'member.add user:N member'],
    [['user', 'role', 'eve@acme.test', ...people, '--role', 'editor'], 'member.role user:N editor'],
    [['user', 'sign-in', 'eve@acme.test'], 'user.sign_in_code user:N ok'],
    [['user', 'disable', 'eve@acme.test'], 'user.disable user:N ok'],
    [['user', 'enable', 'eve@acme.test'], 'user.enable user:N ok'],
    [['user', 'remove', 'eve@acme.test', ...people], 'member.remove user:N ok'],
    [['tenant', 'add', 'Elsewhere'], 'tenant.create tenant:N ok'],
    [['tenant', 'disable', 'Elsewhere'], 'tenant.disable tenant:N ok'],
    [['tenant', 'enable', 'Elsewhere'], 'tenant.enable tenant:N ok'],
    [['client', 'remove', SANDBOX], `client.system_remove ${SANDBOX} ok`],
  ];
  for (const [args, event] of steps) assert.deepEqual(await events(() => stack.operator(...args)), [event]);
  const [[id]] = await seen.sql("SELECT LOWER(HEX(id)) FROM users WHERE email = 'eve@acme.test'");
  const [[object]] = await seen.sql("SELECT object FROM audit_events WHERE action = 'member.role'");
  assert.equal(object.replaceAll('-', ''), `user:${id}`);
});

test('a disabled workspace is closed to its people until it is enabled', async () => {
  await assert.rejects(stack.operator('tenant', 'disable', 'No such'));
  await assert.rejects(withoutAudit(() => stack.operator('tenant', 'disable', 'Acme Research')));
  assert.equal((await ben.get(PAGE)).status, 200);
  await stack.operator('tenant', 'disable', 'Acme Research');
  assert.equal((await ben.get(PAGE)).status, 401);
  assert.match(await stack.operator('tenant', 'list'), /Acme Research\tdisabled/);
  await stack.operator('tenant', 'enable', 'Acme Research');
  assert.equal((await ben.get(PAGE)).status, 200);
  assert.doesNotMatch(await stack.operator('tenant', 'list'), /disabled/);
});

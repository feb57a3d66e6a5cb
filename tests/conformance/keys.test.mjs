// SPDX-License-Identifier: Apache-2.0
// Every check of an API key through the product: what tests/fixtures/api_keys*.yaml write down of the services, for the page
// Add API Key as a person uses it, and for what a runtime is handed. The same rows as tests/unit/test_key_checks.c.
import assert from 'node:assert/strict';
import { generateKeyPairSync, verify } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { words } from '../cgi/visitor.mjs';
import { readAll, readYaml, root } from './definitions.mjs';
import { openWorld } from './ground.mjs';

const all = await readAll();
const rows = (await readYaml(['api_keys', 'api_keys_g_to_z'].map((name) => join(root, 'tests', 'fixtures', `${name}.yaml`)))).flat()
  .filter(({ provider }) => provider.includes(process.env.ONLY ?? ''));
const CHOSEN = ['model-selector', 'app-selector', 'array[tools]']; // of what a runtime registered: tests/cgi
let world, ada;

before(async () => {
  world = await openWorld(all);
  ({ ada } = world.ground);
});
after(() => world?.close());

const JSON_TYPE = 'application/json';
// What is wrong without words of the service is said with the status.
const told = (text) => text.replace(/^answer\.status (\d+)$/, 'HTTP status $1').replace(/\s+/g, ' ').trim();
const pageOf = ({ kind, id }) => `/${kind === 'datasource' ? 'data-sources' : 'tools'}/${id}`;
const ids = async () => (await world.ground.db.rows('SELECT LOWER(HEX(id)) FROM provider_credentials')).map(([id]) => id);

// The request that the row describes, header by header.
function look(row, got) {
  const faults = [], same = (what, is, want) => { if (is !== want) faults.push(`${what} is ${is}, should be ${want}`); };
  same('the request', `${got.method} ${got.url}`, row.asks ?? row.mints);
  for (const [name, value] of Object.entries(row.sends ?? {})) same(`header ${name}`, got.headers[name.toLowerCase()], value === null ? undefined : String(value));
  if (row.body !== undefined) same('the body', got.body, String(row.body));
  if (row.asserts) faults.push(...looksLikeAssertion(got));
  return faults;
}

// A token is made of the key before it is tried (RFC 7523): the account's own key signs.
const signer = generateKeyPairSync('rsa', { modulusLength: 2048 });
const withKey = (account) => JSON.stringify({ ...JSON.parse(account), private_key_id: 'k-1', private_key: signer.privateKey.export({ type: 'pkcs8', format: 'pem' }) });
const pem = JSON.stringify(signer.privateKey.export({ type: 'pkcs8', format: 'pem' })).slice(1, -1); // $RSA_KEY of a row
function looksLikeAssertion({ method, body }) {
  const [, text, signature] = new URLSearchParams(body).get('assertion')?.match(/^([\w-]+\.[\w-]+)\.([\w-]+)$/) ?? [];
  const good = method === 'POST' && text && verify('sha256', Buffer.from(text), signer.publicKey, Buffer.from(signature, 'base64url'));
  return good ? [] : ['no assertion that the key has signed'];
}

async function add(row, definition, answer, more = []) {
  const { service } = world;
  if (row.token) service.expect({ what: 'token', look: looksLikeAssertion, answer: { status: 200, body: { ...row.token, expires_in: 3600 } } });
  if (answer) service.expect({ what: 'check', look: (got) => look(row, got), answer: { type: JSON_TYPE, ...answer } });
  for (const body of more) service.expect({ what: 'account', look: () => [], answer: { status: 200, body } });
  const form = await ada.get(`${pageOf(definition)}/api-key`);
  const page = await ada.submit(form, { name: '', ...Object.fromEntries(Object.entries(row.fields).map(([name, value]) => [`field.${name}`, String(value)])) }, '/api-key');
  const faults = service.settle();
  assert.deepEqual(faults, []);
  return page;
}

const REFUSED = [422, /refused this key/], FORBIDDEN = [422, /lacks a permission/], LIMITED = [429, /asks for a pause/], SILENT = [502, /could not be checked/];

// What is answered, and what the person is told; the row says where a service has ways of its own.
function answersOf(row) {
  const html = { status: 200, body: '<html>Welcome</html>', type: 'text/html' };
  const status = (code) => ({ status: code, body: '{}' });
  const list = [['401', status(401), REFUSED], ['429', status(429), LIMITED], ['500', status(500), SILENT]];
  if (row.asks) list.push(['403', status(403), row.forbidden === 'refused' ? REFUSED : FORBIDDEN]);
  if (!row.any_body) list.push(['nonsense', html, SILENT]);
  if (row.limited) list.push(['its own way to ask for a pause', { status: row.limited_status ?? 200, body: row.limited }, LIMITED]);
  list.push(['a bad answer', { status: row.bad_status ?? (row.mints ? 200 : 401), body: row.bad }, REFUSED, row.words]);
  return list;
}

rows.forEach((row, i) => {
  if (row.token) row.fields.credentials = withKey(row.fields.credentials);
  for (const map of [row.fields, row.handed_out ?? {}]) if (map.credentials?.includes('$RSA_KEY')) map.credentials = map.credentials.replace('$RSA_KEY', () => pem);
  const definition = all.find(({ id }) => id === row.provider);
  const name = `${row.provider} row ${i}`;
  const fields = [definition?.document.credentials_schema ?? definition?.document.settings ?? []].flat();
  const skip = fields.some(({ type }) => CHOSEN.includes(type)) && 'its fields are chosen from what a runtime registered';
  const asked = row.asks ?? row.mints;

  if (asked) {
    test(`${name}: what is no good answer`, { skip }, async (t) => {
      for (const [what, answer, [status, says], said] of answersOf(row)) {
        await t.test(`${name}: ${what}`, async () => {
          const page = await add(row, definition, answer);
          assert.equal(page.status, status, words(page).slice(0, 400));
          assert.match(words(page), says);
          if (said) assert.ok(words(page).includes(told(said)), `${said}: ${words(page).slice(0, 400)}`);
          assert.deepEqual(await ids(), []);
        });
      }
    });
  }

  test(`${name}: ${asked ? 'a good answer' : 'kept unchecked'}`, { skip }, async () => {
    const page = await add(row, definition, asked && { status: 200, body: row.good }, row.me ? [row.me] : []);
    try {
      assert.equal(page.status, 303, words(page).slice(0, 400));
      const [id] = await ids();
      const { status, body } = await world.ground.ask(id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'), { where: definition.id });
      assert.equal(status, 200);
      for (const [field, value] of Object.entries(row.handed_out ?? row.token ?? row.fields)) if (value !== '') assert.equal(body.fields[field], String(value), field);
    } finally {
      await world.ground.db.run('DELETE FROM provider_credential_defaults; DELETE FROM provider_credentials');
    }
  });
});

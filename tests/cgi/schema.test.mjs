// SPDX-License-Identifier: Apache-2.0
// docs/provider.schema.json is what the loader's tables make of it, every definition fits it, and what the loader
// refuses for its form does not.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import Ajv from 'ajv';

import { schema } from '../run/schema.mjs';

const run = promisify(execFile);
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const bin = process.env.GRANTRY_BIN ?? join(root, 'build', 'start');
const made = await schema();
const fits = new Ajv({ allErrors: true, strict: false }).compile(made);
const problems = () => (fits.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`).slice(0, 4);

async function read(folder, pattern) {
  const files = (await readdir(join(root, folder), { recursive: true })).filter((name) => pattern.test(name)).sort();
  const { stdout } = await run(join(bin, 'tests', 'cgi', 'print_yaml'), files.map((name) => join(root, folder, name)), { maxBuffer: 1 << 26 });
  return stdout.trimEnd().split('\n').map((line, i) => [files[i], JSON.parse(line)]);
}

test('the schema is up to date: node tests/run/schema.mjs > docs/provider.schema.json', async () => {
  assert.deepEqual(JSON.parse(await readFile(join(root, 'docs', 'provider.schema.json'), 'utf8')), made);
});

test('every definition that comes with Grantry fits', async () => {
  const all = await read('providers', /^(datasources|tools|triggers|models|extensions|[^/]+)\/?[^/]*\.yaml$/);
  const definitions = all.filter(([name]) => !name.startsWith('shared/') && name !== 'diagnosis.yaml');
  assert.ok(definitions.length >= 100, `${definitions.length} definitions`);
  for (const [name, document] of definitions) assert.ok(fits(document), `${name}: ${JSON.stringify(problems())}`);
});

test('documents of others fit', async () => {
  const found = await read('tests/fixtures/plugins', /^(files|lm|hook|plain)\/provider\/.*\.yaml$/);
  assert.equal(found.length, 4);
  for (const [name, document] of found) assert.ok(fits(document), `${name}: ${JSON.stringify(problems())}`);
});

const good = () => ({
  identity: { name: 'acme', label: { en_US: 'Acme' } },
  credentials_schema: [{ name: 'key', type: 'secret-input', required: true }],
  oauth_schema: { client_schema: [{ name: 'client_id', type: 'text-input' }, { name: 'client_secret', type: 'secret-input' }] },
  grantry: {
    org: 'acme', plugin: 'acme', sources: ['x'], verified: false, icon: { letter: 'A', tone: 'blue' },
    fields: { key: { pattern: '^a', message: 'Begin with a' } },
    api_key: { check: { request: { method: 'GET', url: 'https://a.example/me', headers: { 'X-Key': '{{credential.key}}' } }, success_status: ['2xx', 404] } },
    oauth: { authorization_url: 'https://a.example/a', token_url: 'https://a.example/t', pkce: 'required', scopes: ['a', { name: 'b', optional: true }],
      token_response: { default_expires_in_s: 'never' }, revocation: { style: 'rfc7009', url: 'https://a.example/r' } },
  },
});
const oauth = (document) => document.grantry.oauth;
const check = (document) => document.grantry.api_key.check;

test('a good one fits, and each way of writing it', () => {
  for (const change of [() => {}, (d) => { d.tools = ['x']; }, (d) => { d.credentials_schema = { key: { type: 'boolean' } }; },
    (d) => { check(d).success_status = 200; }, (d) => { d.grantry.api_key.check = [check(d)]; },
    (d) => { d.grantry.oauth = { base: 'google' }; }, (d) => { oauth(d).revocation = null; }, (d) => { d.credentials_schema = null; }]) {
    const document = good();
    change(document);
    assert.ok(fits(document), JSON.stringify([document, problems()]));
  }
});

for (const [what, change] of [
  ['no identity', (d) => { delete d.identity; }],
  ['a name that is none', (d) => { d.identity.name = 'Acme Inc'; }],
  ['a label that is a list', (d) => { d.identity.label = ['x']; }],
  ['a field without a type', (d) => { delete d.credentials_schema[0].type; }],
  ['a field of an unknown type', (d) => { d.credentials_schema[0].type = 'file'; }],
  ['a field without a name', (d) => { delete d.credentials_schema[0].name; }],
  ['required that is a word', (d) => { d.credentials_schema[0].required = 'often'; }],
  ['an option without a value', (d) => { d.credentials_schema[0].options = [{ label: 'x' }]; }],
  ['no organisation', (d) => { delete d.grantry.org; }],
  ['no plugin', (d) => { delete d.grantry.plugin; }],
  ['an unknown key', (d) => { d.grantry.colour = 'red'; }],
  ['an unknown kind', (d) => { d.grantry.kind = 'gadget'; }],
  ['an unknown tone', (d) => { d.grantry.icon.tone = 'pink'; }],
  ['verified without a day', (d) => { d.grantry.verified = { how: 'x' }; }],
  ['verified that is true', (d) => { d.grantry.verified = true; }],
  ['an unknown rule of a field', (d) => { d.grantry.fields.key.colour = 'red'; }],
  ['a check without a request', (d) => { delete check(d).request; }],
  ['a request without a method', (d) => { delete check(d).request.method; }],
  ['a request without a URL', (d) => { delete check(d).request.url; }],
  ['an unknown method', (d) => { check(d).request.method = 'FETCH'; }],
  ['plain http', (d) => { check(d).request.url = 'http://a.example/'; }],
  ['headers that are a list', (d) => { check(d).request.headers = ['x']; }],
  ['a status that is none', (d) => { check(d).success_status = ['good']; }],
  ['require by no pointer', (d) => { check(d).require = { ok: 'true' }; }],
  ['an OAuth section without its token endpoint', (d) => { delete oauth(d).token_url; }],
  ['an unknown OAuth key', (d) => { oauth(d).colour = 'red'; }],
  ['pkce that is no choice', (d) => { oauth(d).pkce = 'maybe'; }],
  ['a scope without a name', (d) => { oauth(d).scopes = [{ label: 'x' }]; }],
  ['a separator of two', (d) => { oauth(d).scope_separator = ', '; }],
  ['an unknown way to authenticate', (d) => { oauth(d).token_request = { client_auth: 'tls' }; }],
  ['an unknown class of errors', (d) => { oauth(d).errors = { x: 'bad' }; }],
  ['an expiry that is a word', (d) => { oauth(d).token_response.default_expires_in_s = 'soon'; }],
  ['an unknown revocation style', (d) => { oauth(d).revocation.style = 'post'; }],
  ['a lookup that keeps nothing', (d) => { oauth(d).lookups = [{ request: check(d).request }]; }],
  ['a redirect value without its parameter', (d) => { oauth(d).redirect = { values: { realm: { required: true } } }; }],
  ['an unknown hash of a redirect', (d) => { oauth(d).redirect = { signature: { param: 'h', alg: 'md5' } }; }],
  ['a JWT without a key', (d) => { d.grantry.api_key.mint = { grant: 'jwt_bearer', token_url: 'https://a.example', jwt: { alg: 'RS256' } }; }],
  ['an unknown grant', (d) => { d.grantry.api_key.mint = { grant: 'password', token_url: 'https://a.example' }; }],
]) {
  test(`wrong: ${what}`, () => {
    const document = good();
    change(document);
    assert.equal(fits(document), false, JSON.stringify(document));
  });
}

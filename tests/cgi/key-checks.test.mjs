// SPDX-License-Identifier: Apache-2.0
// Which fields of a key count, which check is asked for it, and what each kind of answer means to the person.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';

import { startStack } from '../run/stack.mjs';
import { signedIn, words } from './visitor.mjs';
import { CANARY, witness } from './witness.mjs';

const CHECKED = 'grantry/fixture/checked', PAGE = `/data-sources/${CHECKED}`;
const KEY = `${CANARY}-key-0123`;

let answer = { status: 200, body: '{"data":{"me":"ada"}}' }, asked = [];
const service = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    asked.push({ method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers }).end(answer.body);
  });
});

let stack, ada, seen, origin;

before(async () => {
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
  origin = `http://127.0.0.1:${service.address().port}`;
  stack = await startStack({ providers: ['checked'], sandbox: false, conf: `egress_allow = ${origin}` });
  ada = await signedIn(stack, 'ada@acme.test');
  seen = witness(stack);
});
after(async () => {
  await stack?.stop();
  service.closeAllConnections();
  service.close();
});
beforeEach(() => {
  answer = { status: 200, body: '{"data":{"me":"ada"}}' };
  asked = [];
});

async function add(fields = {}, name = '') {
  const typed = { base_url: `${origin}/v1/`, mode: 'own', account: 'a "b"', key: KEY, ...fields };
  const form = await ada.get(`${PAGE}/api-key`);
  return ada.submit(form, { name, ...Object.fromEntries(Object.entries(typed).map(([key, value]) => [`field.${key}`, value])) }, '/api-key');
}
async function kept(fields) {
  const before = await ada.credentials(CHECKED);
  const page = await add(fields);
  assert.equal(page.status, 303, words(page));
  return { id: (await ada.credentials(CHECKED)).find((id) => !before.includes(id)), page: await ada.get(page.location) };
}
const tested = async (id) => {
  const page = await ada.post(`${PAGE}/credentials/${id}/test`, { csrf: await ada.csrf() });
  return words(page.location ? await ada.get(page.location) : page);
};

test('a structured body, a header and an address without its last part', async () => {
  await kept();
  const [{ method, url, headers, body }] = asked;
  assert.deepEqual([method, url, headers['x-key'], headers['content-type']], ['POST', '/graph', KEY, 'application/json']);
  assert.deepEqual(JSON.parse(body), { query: '{ me }', variables: { account: 'a "b"', first: 1, all: true } });
});

test('another choice asks another way, and a field that does not count is not asked for', async () => {
  answer = { status: 204 };
  const { id } = await kept({ mode: 'shared', account: '' });
  const [{ method, url, headers }] = asked;
  assert.deepEqual([method, url], ['GET', '/v2/me?lang=zh%20CN']);
  assert.equal(headers.authorization, `Basic ${Buffer.from(`${KEY}:`).toString('base64')}`);
  answer = { status: 403, body: '{}' }; // with this service that is how a key is refused
  assert.match(await tested(id), /was refused/);
});

test('what does not count is not kept either', async () => {
  const { id } = await kept({ mode: 'none', account: `${CANARY}-hidden` });
  const form = await ada.get(`${PAGE}/credentials/${id}/edit`);
  assert.doesNotMatch(form.text, new RegExp(`${CANARY}-hidden`));
});

test('where no check fits, nobody is asked, and Test says so', async () => {
  const { id, page } = await kept({ mode: 'none' });
  assert.deepEqual(asked, []);
  assert.match(words(page), /could not be checked first/);
  assert.match(await tested(id), /cannot be tested.*was not asked/);
  assert.deepEqual(asked, []);
});

for (const [what, how, status, says] of [
  ['an error in a success', { status: 200, body: `{"data":{"me":"ada"},"errors":[{"message":"No ${KEY}"}]}` }, 422, /refused this key.*No •••/],
  ['a success without the account', { status: 200, body: '{"data":{"me":null}}' }, 422, /refused this key/],
  ['a code that refuses', { status: 200, body: '{"data":{"me":"ada"},"code":1107}' }, 422, /refused this key/],
  ['a code that asks for a pause', { status: 200, body: '{"data":{"me":"ada"},"code":"9"}' }, 429, /asks for a pause/],
  ['401', { status: 401, body: '{"message":"Who?"}' }, 422, /refused this key.*Who\?/],
  ['403', { status: 403, body: '{"message":"Not that"}' }, 422, /lacks a permission.*HTTP 403.*Not that.*Nothing was saved/],
  ['429', { status: 429, body: '{}' }, 429, /asks for a pause/],
  ['markup', { status: 200, body: '<html>' }, 502, /could not be checked/],
  ['nothing', { status: 200, body: '' }, 502, /could not be checked/],
  ['500', { status: 500, body: '{}' }, 502, /could not be checked/],
  ['a redirect', { status: 302, body: '', headers: { location: '/' } }, 502, /could not be checked/],
]) {
  test(`an answer that does not show that the key works: ${what}`, async () => {
    answer = how;
    const before = await ada.credentials(CHECKED);
    const page = await add();
    assert.equal(page.status, status, words(page));
    assert.match(words(page), says);
    assert.doesNotMatch(page.text, new RegExp(CANARY));
    assert.deepEqual(await ada.credentials(CHECKED), before);
  });
}

test('the same answers to a key that is kept', async () => {
  const { id } = await kept();
  const state = async () => (await seen.sql(`SELECT state FROM provider_credentials WHERE id = X'${id.replaceAll('-', '')}'`))[0][0];
  for (const [how, says, then] of [
    [{ status: 403, body: '{"message":"Not that"}' }, /lacks a permission.*Not that/, 'active'],
    [{ status: 200, body: '{"code":"9"}' }, /could not be tested.*pause/, 'active'],
    [{ status: 401, body: '{}' }, /was refused.*enter it again/, 'needs_reauth'],
    [{ status: 200, body: '{"data":{"me":1}}' }, /works.*active again/, 'active'],
  ]) {
    answer = how;
    await seen.sql(`UPDATE provider_credentials SET tested_at = 0 WHERE id = X'${id.replaceAll('-', '')}'`);
    assert.match(await tested(id), says);
    assert.equal(await state(), then);
  }
});

test('a field that is missing although it counts, and one that is no choice', async () => {
  for (const [fields, says] of [
    [{ account: '' }, /Please fill in this field/],
    [{ mode: 'mine' }, /Please choose one of the options/],
    [{ base_url: `${origin}.evil.example` }, /Please enter an address|not one of the provider's/],
  ]) {
    const page = await add(fields);
    assert.equal(page.status, 422, words(page));
    assert.match(words(page), says);
  }
  assert.deepEqual(asked, []);
});

test('a kept key does not follow to another address', async () => {
  const { id } = await kept();
  asked = [];
  const form = await ada.get(`${PAGE}/credentials/${id}/edit`);
  const page = await ada.submit(form, { 'field.base_url': 'http://127.0.0.1:1' }, '/edit');
  assert.equal(page.status, 422, words(page));
  assert.deepEqual(asked, []);
});

test('the note stands on the page of the provider', async () => {
  assert.match(words(await ada.get(PAGE)), /A note for people\./);
});

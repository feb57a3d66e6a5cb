// SPDX-License-Identifier: Apache-2.0
// Tools: every kind of provider that is no data source has its card, its page, its keys and its OAuth.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startStack } from '../run/stack.mjs';
import { EXTENSION, MODEL, SANDBOX, TOOL, TRIGGER, forms, home, signedIn, words } from './visitor.mjs';

let stack, ada, ben;

before(async () => {
  stack = await startStack();
  ada = await signedIn(stack, 'ada@acme.test');
  ben = await signedIn(stack, 'ben@acme.test');
});
after(() => stack?.stop());

const cards = (page) => [...page.text.matchAll(/<li class="card">.*?<\/li>/gs)].map(([card]) => words({ text: card }));
const headings = (page) => [...page.text.matchAll(/<h2 id="kind-([a-z]+)">/g)].map(([, kind]) => kind);
const crumb = (page) => page.text.match(/<nav class="crumbs"[^>]*><a href="([^"]*)">([^<]*)</)?.slice(1);

test('every kind has its group, counts and cards; data sources are elsewhere', async () => {
  const page = await ada.get('/tools');
  assert.equal(page.status, 200);
  assert.match(page.text, /<a href="\/tools" aria-current="page">Tools<\/a>/);
  assert.deepEqual(headings(page), ['tool', 'trigger', 'model', 'extension']);
  for (const name of ['Sandbox Tool', 'Sandbox Trigger', 'Sandbox Model', 'Sandbox Extension'])
    assert.equal(cards(page).filter((card) => card.includes(name)).length, 1, name);
  assert.equal(words(page).includes('Sandbox Drive'), false);
  assert.equal(words(await ada.get('/data-sources')).includes('Sandbox Tool'), false);
});

test('?kind= takes one kind, and the search stays in it', async () => {
  const models = await ada.get('/tools?kind=model');
  assert.deepEqual(headings(models), ['model']);
  assert.match(models.text, /<button type="submit" name="kind" value="model" aria-current="true">/);
  assert.equal(forms(models).find(({ action, fields }) => action === '/tools' && 'q' in fields && fields.kind)?.fields.kind, 'model');
  const found = await ada.get('/tools?kind=model&q=sandbox');
  assert.equal(cards(found).length, 1);
  assert.match(words(found), /1 match for “sandbox”/);
  assert.match(words(await ada.get('/tools?kind=trigger&q=parrot')), /Nothing here matches “parrot”/);
});

test('a kind that is none, and a search that no person types, show everything', async () => {
  const all = cards(await ada.get('/tools')).length;
  for (const query of ['kind=datasource', 'kind=', 'kind=TOOL', 'kind=tool%20', 'q=%0a', `q=${'x'.repeat(101)}`])
    assert.equal(cards(await ada.get(`/tools?${query}`)).length, all, query);
});

test('what is connected comes first, and is counted', async () => {
  assert.match(cards(await ada.get('/tools?kind=extension'))[0], /Not connected|Sandbox/);
  assert.equal((await ada.addApiKey('sbx-good-key', '', TRIGGER)).status, 303);
  const [first] = cards(await ada.get('/tools?kind=trigger'));
  assert.match(first, /Sandbox Trigger.*Connected/);
});

test('a provider answers under its own section alone, and leads back to it', async () => {
  for (const id of [TOOL, TRIGGER, MODEL, EXTENSION]) {
    const page = await ada.get(home(id));
    assert.equal(page.status, 200, id);
    assert.deepEqual(crumb(page), ['/tools', 'Tools']);
    for (const what of ['', '/api-key', '/client']) assert.equal((await ada.get(`/data-sources/${id}${what}`)).status, 404, id + what);
    assert.equal((await ada.get(`/connect/data-sources/${id}`)).status, 404);
  }
  assert.deepEqual(crumb(await ada.get(home(SANDBOX))), ['/data-sources', 'Data Sources']);
  assert.equal((await ada.get(`/tools/${SANDBOX}`)).status, 404);
});

test('OAuth of tools and triggers: the redirect URI names the kind, and the way back works', async () => {
  for (const [id, kind] of [[TOOL, 'tool'], [TRIGGER, 'trigger']]) {
    const callback = `/console/api/oauth/plugin/${id}/${kind}/callback`;
    assert.match((await ada.get(`${home(id)}/client`)).text, new RegExp(`>${stack.address}${callback}<`));
    assert.equal((await ada.useCustomClient(id)).status, 303);
    const { url } = await ada.allowAccess(id);
    assert.equal(new URL(url).searchParams.get('redirect_uri'), stack.address + callback);
    const back = await ada.authorize(url);
    // the same answer at another kind's address is nobody's
    for (const other of ['datasource', 'tool', 'trigger', 'model'].filter((one) => one !== kind))
      assert.equal((await ada.get(back.replace(`/${kind}/callback`, `/${other}/callback`))).status, 400, other);
    const { result } = await ada.follow(back);
    assert.equal(result.status, 200);
    assert.match(words(result), /is connected/);
    assert.match(words(await ada.get(home(id))), /Ada Lovelace.*OAuth/);
  }
});

test('models and extensions have no OAuth', async () => {
  for (const id of [MODEL, EXTENSION]) {
    assert.equal(/Add OAuth|OAuth Client/.test(words(await ada.get(home(id)))), false);
    for (const path of [`${home(id)}/client`, `/connect${home(id)}`]) assert.equal((await ada.get(path)).status, 404, path);
  }
});

test('settings of an extension are called so', async () => {
  assert.match(words(await ada.get(home(EXTENSION))), /Add settings/);
  const form = await ada.get(`${home(EXTENSION)}/api-key`);
  assert.match(words(form), /Add settings — Sandbox Extension/);
  const saved = await ada.submit(form, { 'field.api_key': 'sbx-good-key' }, '/api-key');
  assert.equal(saved.status, 303, words(saved));
  const page = await ada.get(saved.location);
  assert.match(words(page), /The settings were checked and saved.*SETTINGS 1/);
});

test('a model provider: a key for all models, and one for a single model, both of one page', async () => {
  assert.match(words(await ada.get(home(MODEL))), /Add model.*Add API Key/);
  assert.equal((await ada.addApiKey('sbx-good-key', '', MODEL)).status, 303);
  const form = await ada.get(`${home(MODEL)}/api-key?of=model`);
  assert.match(words(form), /Add model — Sandbox Model/);
  const one = { 'field.__model_type': 'llm', 'field.__model_name': 'parrot-1', 'field.api_key': 'sbx-good-key' };
  const saved = await ada.submit(form, one, '/api-key?of=model');
  assert.equal(saved.status, 303, words(saved));
  const page = await ada.get(saved.location);
  assert.match(words(page), /The model was checked and saved/);
  assert.match(words(page), /parrot-1.*API Key · parrot-1 \(llm\)/);
  assert.match(words(page), /API KEY 1.*API Key ·(?! parrot)/);
  assert.equal((await ada.submit(form, one, '/api-key?of=model')).status, 303);
  assert.match(words(await ada.get(home(MODEL))), /parrot-1 2/);
});

test('a model without its name or of another type is refused, and its fields are no others\'', async () => {
  const form = await ada.get(`${home(MODEL)}/api-key?of=model`);
  const one = { 'field.__model_type': 'llm', 'field.__model_name': 'parrot-2', 'field.api_key': 'sbx-good-key' };
  for (const wrong of [{ 'field.__model_name': '' }, { 'field.__model_type': 'video' }, { 'field.__model_type': '' }, { 'field.mode': 'sing' }]) {
    const page = await ada.submit(form, { ...one, ...wrong }, '/api-key?of=model');
    assert.equal(page.status, 422, JSON.stringify(wrong));
    assert.match(words(page), /Add model/);
  }
  const plain = await ada.get(`${home(MODEL)}/api-key`);
  assert.equal((await ada.submit(plain, one, '/api-key')).status, 400);
  assert.equal(words(await ada.get(home(MODEL))).includes('parrot-2'), false);
});

test('a member sees them and changes nothing', async () => {
  assert.equal((await ben.get('/tools')).status, 200);
  for (const id of [TRIGGER, MODEL, EXTENSION]) {
    assert.equal((await ben.get(home(id))).status, 200);
    assert.equal((await ben.get(`${home(id)}/api-key`)).status, 403);
  }
});

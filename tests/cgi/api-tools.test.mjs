// SPDX-License-Identifier: Apache-2.0
// The pages of API tools, as far as HTTP sees them: descriptions come in and become tools, forms with files are read for
// those alone who may send them, nothing typed is lost, no secret is shown, nothing is stored by looking.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { database } from '../run/database.mjs';
import { startStack } from '../run/stack.mjs';
import { startApi } from './api-tool-server.mjs';
import { Visitor, forms, multipart, signedIn, words } from './visitor.mjs';

let stack, db, api, ada, ben, csrf;

before(async () => {
  api = await startApi();
  stack = await startStack({ conf: `egress_allow = ${api.origin}` });
  db = database(stack);
  ada = await signedIn(stack, 'ada@acme.test');
  ben = await signedIn(stack, 'ben@acme.test'); // a member
  csrf = await ada.csrf();
});
after(async () => {
  await stack?.stop();
  await api?.stop();
});

const idOf = (location) => location.match(/[0-9a-f-]{36}/)[0];
const file = (text, name = 'api.yaml') => ({ file: name, type: 'application/yaml', text });
const bring = (fields) => ada.upload('/api-tools/new', { csrf, text: '', file: file('', ''), url: '', ...fields });

async function draftOf(text = api.description()) {
  const page = await bring({ text });
  assert.equal(page.status, 303, words(page).slice(0, 300));
  return page.location;
}

// A saved tool; answers its path.
async function tool(name, { text, ...fields } = {}) {
  const draft = await ada.get(await draftOf(text));
  const saved = await ada.submit(draft, { name, save: '1', ...fields }, draft.text.match(/\/api-tools\/drafts\/[0-9a-f-]{36}(?=")/)[0]);
  assert.equal(saved.status, 303, words(saved).slice(0, 300));
  return `/api-tools/${idOf(saved.location)}`;
}

// ---- who may send a body ----

test('a large body is read for those alone who may send it', async () => {
  const { body, type } = multipart({ csrf, text: 'x'.repeat(200000) });
  const headers = { 'content-type': type };
  const stranger = await new Visitor(stack).send('/api-tools/new', { method: 'POST', body, headers });
  assert.equal(stranger.status, 401);
  const member = await ben.send('/api-tools/new', { method: 'POST', body, headers });
  assert.equal(member.status, 403);
  assert.equal((await ada.send('/api-tools/new', { method: 'POST', body, headers })).status, 422);
});

test('the token may stand behind the file, and nowhere else than in the form', async () => {
  const behind = multipart({ text: '', file: file(api.description()), url: '', csrf });
  const page = await ada.send('/api-tools/new', { method: 'POST', body: behind.body, headers: { 'content-type': behind.type } });
  assert.equal(page.status, 303);
  for (const fields of [{ text: 'x' }, { text: 'x', csrf: 'wrong' }, { text: 'x', csrf: [csrf, csrf] }])
    assert.equal((await ada.upload('/api-tools/new', fields)).status, 403, JSON.stringify(fields).slice(0, 80));
  const query = await ada.upload(`/api-tools/new?csrf=${csrf}`, { text: 'x' });
  assert.equal(query.status, 403);
});

test('forms that no browser writes are refused, other bodies too', async () => {
  const send = (body, type = 'multipart/form-data; boundary=x') => ada.send('/api-tools/new', { method: 'POST', body, headers: { 'content-type': type } });
  const part = `--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n${csrf}\r\n`;
  for (const body of ['', 'x', '--x--x', part, `${part}--x`, `pre${part}--x--`, `${part}--x--after`, part.replaceAll('\r\n', '\n'),
    `--x\r\nContent-Disposition: form-data; name="a"\r\nX-More: 1\r\n\r\n1\r\n--x--`, `--x\r\n\r\n1\r\n--x--`])
    assert.equal((await send(body)).status, 400, JSON.stringify(body));
  for (const type of ['multipart/form-data', 'multipart/form-data; boundary=', 'multipart/mixed; boundary=x', 'text/plain', 'application/x-www-form-urlencoded'])
    assert.equal((await send(`${part}--x--`, type)).status, 415, type);
  const many = multipart(Object.fromEntries(Array.from({ length: 700 }, (_, i) => [`a${i}`, ''])));
  assert.equal((await send(many.body, many.type)).status, 413);
});

test('17 MiB and no more, and below /api-tools/ alone', async () => {
  const { body, type } = multipart({ csrf, text: 'x'.repeat(18 << 20) });
  const sent = await ada.send('/api-tools/new', { method: 'POST', body, headers: { 'content-type': type } }).catch(() => ({ status: 413 }));
  assert.equal(sent.status, 413);
  const elsewhere = multipart({ csrf, language: 'x'.repeat(100000) });
  assert.equal((await ada.send('/language', { method: 'POST', body: elsewhere.body, headers: { 'content-type': elsewhere.type } })).status, 413);
});

// ---- a description comes in ----

test('pasted, uploaded, fetched: the same is found', async () => {
  const found = [];
  for (const fields of [{ text: api.description() }, { file: file(api.description()) }, { url: `${api.origin}/openapi.yaml` }]) {
    const page = await bring(fields);
    assert.equal(page.status, 303, words(page).slice(0, 300));
    const draft = await ada.get(page.location);
    assert.equal(draft.status, 200);
    found.push([...draft.text.matchAll(/name="seen" value="([^"]*)"/g)].map((m) => m[1]));
  }
  assert.deepEqual(found, [found[0], found[0], found[0]]);
  assert.deepEqual(found[0], ['listPets', 'getPet', 'addPet']);
  assert.equal(api.requests.filter((r) => r.path !== '/openapi.yaml').length, 0, 'nothing else is called');
});

test('none, or several at once: said, and all that was typed is there again', async () => {
  const none = await bring({});
  assert.equal(none.status, 422);
  const both = await bring({ text: 'openapi: <3>', url: 'https://api.example/x?a=1&b=2' });
  assert.equal(both.status, 422);
  const [form] = forms(both).filter((f) => f.upload);
  assert.equal(form.fields.text.trim(), 'openapi: <3>');
  assert.equal(form.fields.url, 'https://api.example/x?a=1&b=2');
});

test('an error has its line, its column and the line itself; the text is there again', async () => {
  const broken = api.description().replace('  version: 1.0.0', '  version: [1.0');
  const page = await bring({ file: file(broken) });
  assert.equal(page.status, 422);
  assert.match(words(page), /line \d+, column \d+/);
  assert.match(page.text, /class="source-line"/);
  assert.equal(forms(page).find((f) => f.upload).fields.text.trim(), broken.trim());
  for (const text of ['{}', '[]', 'hello', '{"openapi":"3.0.0"}', '{"swagger":"1.2","paths":{}}', '\u0001', '<html></html>'])
    assert.equal((await bring({ text })).status, 422, text);
});

test('addresses that may not be fetched, or hold no description: one word for all', async () => {
  const told = new Set();
  for (const url of ['https://127.0.0.1/', 'https://localhost/openapi.json', 'https://10.0.0.1/x', `${api.origin}/page.html`, `${api.origin}/nothing`]) {
    const page = await bring({ url });
    assert.equal(page.status, 422, url);
    told.add(page.text.match(/id="url-error">([^<]*)/)?.[1] ?? words(page));
  }
  assert.ok(told.size <= 2, [...told].join('\n'));
  for (const url of ['http://api.example/x', 'ftp://api.example/x', 'file:///etc/passwd', 'api.example'])
    assert.equal((await bring({ url })).status, 422, url);
});

test('a look while one types answers with a piece of a page and keeps nothing', async () => {
  const still = await db.state();
  const good = await ada.upload('/api-tools/check', { csrf, text: api.description() });
  assert.equal(good.status, 200);
  assert.match(words(good), /3 operations/);
  assert.doesNotMatch(good.text, /<html|<script/);
  const bad = await ada.upload('/api-tools/check', { csrf, text: 'openapi: [' });
  assert.equal(bad.status, 200);
  assert.match(words(bad), /line \d+/);
  assert.equal((await ada.upload('/api-tools/check', { csrf, text: ' ' })).status, 400);
  assert.equal((await ben.upload('/api-tools/check', { csrf: await ben.csrf(), text: 'x' })).status, 403);
  assert.equal(await db.state(), still);
});

// ---- a draft becomes a tool ----

test('boxes are kept with every button; what was typed too', async () => {
  const path = await draftOf();
  const draft = await ada.get(path);
  const [form] = forms(draft).filter((f) => f.upload);
  assert.deepEqual(form.fields.on, ['listPets', 'getPet', 'addPet']);
  assert.equal(form.fields.name, 'Pet store');
  const found = await ada.upload(path, { ...form.fields, on: ['getPet'], name: 'Typed <name>', find: '1', q: '' });
  assert.equal(found.status, 200);
  const [again] = forms(found).filter((f) => f.upload);
  assert.deepEqual([again.fields.on].flat(), ['getPet']);
  assert.equal(again.fields.name, 'Typed <name>');
  const none = await ada.upload(path, { ...again.fields, all: 'off' });
  assert.equal(forms(none).find((f) => f.upload).fields.on, undefined);
  const all = await ada.upload(path, { ...again.fields, all: 'on' });
  assert.equal(forms(all).find((f) => f.upload).fields.on.length, 3);
  assert.equal((await ada.upload(`${path}/discard`, { csrf })).status, 415); // a form without files
  assert.equal((await ada.post(`${path}/discard`, { csrf })).status, 303);
  assert.equal((await ada.get(path)).status, 404);
});

test('many operations have pages; what was unticked on one stays so', async () => {
  const more = Array.from({ length: 120 }, (_, i) => `  /n${i}:\n    get: { operationId: op${i}, responses: {} }\n`).join('');
  const path = await draftOf(api.description({ more }));
  const seen = (page) => forms(page).find((f) => f.upload).fields;
  const first = seen(await ada.get(path));
  assert.equal(first.seen.length, 50);
  const second = await ada.upload(path, { ...first, on: first.on.filter((name) => name !== 'op3'), name: 'Paged', page: '50' });
  assert.deepEqual([seen(second).seen.length, seen(second).seen.includes('op3'), seen(second).name], [50, false, 'Paged']);
  const third = await ada.upload(path, { ...seen(second), page: '100' });
  assert.equal(seen(third).seen.length, 23);
  const found = await ada.upload(path, { ...seen(third), q: 'op11', find: '1' });
  assert.deepEqual(seen(found).seen, ['op11', 'op110', 'op111', 'op112', 'op113', 'op114', 'op115', 'op116', 'op117', 'op118', 'op119']);
  const saved = await ada.upload(path, { ...seen(found), on: ['op11'], save: '1' });
  assert.equal(saved.status, 303);
  const tool = `/api-tools/${idOf(saved.location)}`;
  assert.match(words(await ada.get(tool)), /112 of 123 chosen/);
  const op3 = await ada.get(`${tool}?q=op3`);
  assert.doesNotMatch(op3.text, /value="op3" checked/);
  assert.match(op3.text, /value="op30" checked/);
  assert.equal((await ada.post(`${tool}/operations`, { csrf, seen: ['op30', 'op31'], on: 'op31', offset: '0' })).status, 303);
  assert.match(words(await ada.get(tool)), /111 of 123 chosen/);
  for (const query of ['?offset=-1', '?offset=999999999', '?offset=x', '?q=%01', `?q=${'x'.repeat(200)}`]) assert.equal((await ada.get(tool + query)).status, 200, query);
});

test('saved: the tool, its chosen operations, the method that the description asks for', async () => {
  const path = await tool('Shop', { on: ['listPets', 'getPet'] });
  const page = await ada.get(path);
  assert.match(words(page), /2 of 3 chosen/);
  assert.match(words(page), /enter the key that the API asks for/);
  const auth = await ada.get(`${path}/authorization`);
  assert.match(words(auth), /API key in the header X-Key key Not entered yet/);
  assert.match(words(auth), /User name and password \(Basic\) other/);
  assert.match(words(await ada.get('/api-tools')), /Shop/);
  assert.match(words(await ada.get('/api-tools?q=shop')), /1 match|Shop/);
  assert.match(words(await ada.get('/api-tools?q=zzz')), /No API tool matches/);
});

test('what cannot be saved says why at its field, and nothing typed is lost', async () => {
  await tool('Taken');
  const path = await draftOf(api.description({ server: '' }));
  const draft = await ada.get(path);
  const [form] = forms(draft).filter((f) => f.upload);
  for (const [fields, status, at] of [[{ name: '' }, 422, 'name'], [{ name: 'Taken', server: 'https://api.example' }, 409, 'name'],
    [{ name: 'New', server: '' }, 422, 'server'], [{ name: 'New', server: 'ftp://x' }, 422, 'server'],
    [{ name: 'New', server: 'https://api.example', privacy_policy: 'javascript:alert(1)' }, 422, 'privacy_policy']]) {
    const sent = { ...form.fields, description: 'Typed "here"', labels: 'a b', ...fields, save: '1' };
    const page = await ada.upload(path, sent);
    assert.equal(page.status, status, JSON.stringify(fields));
    const again = forms(page).find((f) => f.upload).fields;
    for (const name of ['name', 'description', 'labels', 'server', 'privacy_policy']) assert.equal(again[name].trim(), sent[name], name);
    const wrong = page.text.match(/<(?:input|select|textarea)[^>]*aria-invalid="true"[^>]*>/)?.[0] ?? '';
    assert.match(wrong, new RegExp(`name="${at}"`), JSON.stringify(fields));
  }
});

// ---- changed ----

test('edited: a change of another person meanwhile is told', async () => {
  const path = await tool('Edited');
  const page = await ada.get(`${path}/edit`);
  assert.equal((await ada.submit(page, { description: 'First' }, '/edit')).status, 303);
  const late = await ada.submit(page, { description: 'Second' }, '/edit');
  assert.equal(late.status, 409);
  assert.match(late.text, /Second/);
  assert.match(words(await ada.get(path)), /First/);
});

test('a key is kept, never shown, and an empty field keeps it', async () => {
  const path = await tool('Keyed');
  const url = (await ada.get(`${path}/authorization`)).text.match(/href="([^"]*\/authorization\/items\/[^"]*)"/)[1];
  assert.equal((await ada.submit(await ada.get(url), {}, url)).status, 422, 'a key is needed');
  assert.equal((await ada.submit(await ada.get(url), { 'a1.value': 's3cret-key' }, url)).status, 303);
  assert.equal((await ada.submit(await ada.get(url), { prefix: 'Key ' }, url)).status, 303);
  for (const one of [url, `${path}/authorization`, path, `${path}/edit`]) {
    const page = await ada.get(one);
    assert.doesNotMatch(page.text, /s3cret-key/, one);
  }
  const sent = await ada.submit(await ada.get(`${path}/operations/listPets`), { 'arg.limit': '5', send: '1' }, '/operations/listPets');
  assert.equal(sent.status, 200, words(sent).slice(0, 300));
  assert.equal(api.requests.at(-1).headers['x-key'], 'Key s3cret-key');
  assert.equal(api.requests.at(-1).path, '/v1/pets?limit=5');
  assert.doesNotMatch(sent.text, /s3cret-key/, 'the API said it');
  assert.match(sent.text, /\n {2}&quot;path&quot;: &quot;\/v1\/pets\?limit=5&quot;,\n/, 'set out in lines');
  assert.match(sent.text, /&lt;script&gt;/, 'as text');
  assert.doesNotMatch(sent.text, /<script>alert/);
});

test('several methods at once, added and removed', async () => {
  const path = await tool('Many');
  const add = await ada.get(`${path}/authorization/add?type=header`);
  assert.equal((await ada.submit(add, { name: 'X-Tenant', 'a2.value': 'acme' }, 'type=header')).status, 303);
  const bad = await ada.submit(await ada.get(`${path}/authorization/add?type=header`), { name: 'Host', 'a3.value': 'x' }, 'type=header');
  assert.equal(bad.status, 422);
  assert.equal((await ada.submit(await ada.get(`${path}/authorization/add?scheme=1`), { 'a3.username': 'u', 'a3.password': 'p' }, 'scheme=1')).status, 303);
  const list = await ada.get(`${path}/authorization`);
  assert.match(words(list), /Header X-Tenant With every request Stored/);
  assert.match(words(list), /User name and password \(Basic\) other Stored/);
  assert.equal((await ada.submit(list, {}, '/items/a2/remove')).status, 303);
  assert.doesNotMatch(words(await ada.get(`${path}/authorization`)), /X-Tenant/);
  for (const query of ['', '?type=nothing', '?scheme=9', '?scheme=x', '?type=oauth2'])
    assert.equal((await ada.get(`${path}/authorization/add${query}`)).status, 404, query);
});

test('OAuth 2.0 by hand: wrong endpoints stand at their fields', async () => {
  const path = await tool('Oauth');
  const page = await ada.get(`${path}/authorization/oauth2`);
  const right = { grant: 'authorization_code', authorization_url: 'https://id.example/authorize', token_url: 'https://id.example/token',
    scopes: 'read\nwrite', params: 'audience=x', send_name: 'Authorization', send_prefix: 'Bearer ' };
  for (const [fields, at] of [[{ token_url: '' }, 'token_url'], [{ token_url: 'http://id.example/token' }, 'token_url'],
    [{ authorization_url: '' }, 'authorization_url'], [{ token_url: 'https://10.0.0.1/' }, 'token_url']]) {
    const wrong = await ada.submit(page, { ...right, ...fields }, '/oauth2');
    assert.equal(wrong.status, 422, JSON.stringify(fields));
    const again = forms(wrong).find((f) => f.action.endsWith('/oauth2')).fields;
    assert.equal(again.scopes.trim(), 'read\nwrite');
    assert.match(wrong.text.match(/<[^>]*aria-invalid="true"[^>]*>/)?.[0] ?? '', new RegExp(`name="${at}"`), JSON.stringify(fields));
  }
  assert.equal((await ada.submit(page, right, '/oauth2')).status, 303);
  const list = await ada.get(`${path}/authorization`);
  assert.match(list.text, new RegExp(`href="/tools/api-tools/${idOf(path)}/oauth2"`));
  assert.equal((await ada.submit(list, {}, '/oauth2/remove')).status, 303);
  assert.doesNotMatch((await ada.get(`${path}/authorization`)).text, /\/tools\/api-tools\//);
});

test('what is no identifier is no tool and no draft', async () => {
  const path = await tool('Malformed');
  for (const id of ['x', 'NEW', idOf(path).toUpperCase(), `${idOf(path)}0`, '0', "' OR 1=1 -- ", '%00', '..%2f'])
    for (const one of [`/api-tools/${encodeURIComponent(id)}`, `/api-tools/${encodeURIComponent(id)}/edit`, `/api-tools/drafts/${encodeURIComponent(id)}`])
      assert.ok([400, 404].includes((await ada.get(one)).status), one);
});

// ---- imported again ----

test('imported again: what changes is shown first, applied by a button', async () => {
  const path = await tool('Again');
  const more = '  /orders:\n    get:\n      operationId: listOrders\n      responses: {}\n';
  const text = api.description({ more, without: ['listPets'] });
  const brought = await ada.upload(`${path}/import`, { csrf, text, url: '', file: file('', '') });
  assert.equal(brought.status, 303);
  const diff = await ada.get(brought.location);
  assert.match(words(diff), /1 added, 0 changed, 1 removed, 2 as before/);
  assert.match(words(await ada.get(path)), /listPets/, 'nothing yet');
  assert.equal((await ada.submit(diff, {}, idOf(brought.location))).status, 303);
  const after = words(await ada.get(path));
  assert.match(after, /listOrders/);
  assert.doesNotMatch(after, /listPets/);
});

// ---- an operation ----

test('a preview is not sent; arguments that do not fit are named', async () => {
  const path = await tool('Called');
  const n = api.requests.length;
  const page = await ada.get(`${path}/operations/getPet`);
  const missing = await ada.submit(page, { preview: '1' }, '/operations/getPet');
  assert.equal(missing.status, 422);
  assert.match(words(missing), /petId/);
  const list = await ada.get(`${path}/operations/listPets`);
  const wrong = await ada.submit(list, { 'arg.limit': '500', preview: '1' }, '/operations/listPets');
  assert.equal(wrong.status, 422);
  assert.match(wrong.text.match(/<input[^>]*aria-invalid="true"[^>]*>/)?.[0] ?? '', /value="500"/);
  assert.equal(api.requests.length, n);
});

test('members see tools and operations; they change, try and import nothing', async () => {
  const path = await tool('Seen');
  const token = await ben.csrf();
  for (const one of ['/api-tools', path, `${path}/operations/getPet`]) assert.equal((await ben.get(one)).status, 200, one);
  for (const one of ['/api-tools/new', `${path}/edit`, `${path}/import`, `${path}/delete`, `${path}/authorization`, `${path}/authorization/oauth2`])
    assert.equal((await ben.get(one)).status, 403, one);
  for (const one of [`${path}/edit`, `${path}/import`, `${path}/operations/getPet`])
    assert.equal((await ben.upload(one, { csrf: token })).status, 403, one);
  for (const one of [`${path}/delete`, `${path}/operations`, `${path}/authorization/oauth2/remove`])
    assert.equal((await ben.post(one, { csrf: token, version: '1' })).status, 403, one);
  assert.doesNotMatch((await ben.get(path)).text, /\/edit|\/delete"|name="seen"/);
});

test('a member does not see an operation that is not offered', async () => {
  const path = await tool('Partly', { on: ['getPet'] });
  assert.equal((await ben.get(`${path}/operations/getPet`)).status, 200);
  assert.equal((await ben.get(`${path}/operations/listPets`)).status, 404);
  assert.equal((await ada.get(`${path}/operations/listPets`)).status, 200);
});

test('deleted: gone, and a stale page deletes nothing', async () => {
  const path = await tool('Gone');
  const page = await ada.get(`${path}/delete`);
  assert.equal((await ada.submit(page, { version: '99' }, '/delete')).status, 409);
  assert.equal((await ada.submit(page, {}, '/delete')).status, 303);
  for (const one of ['', '/edit', '/delete', '/authorization', '/operations/getPet']) assert.equal((await ada.get(path + one)).status, 404, one);
});

// SPDX-License-Identifier: Apache-2.0
// API keys: tried at the provider before they are kept, edited without losing anything, one of them the Default.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { startSandbox } from '../sandbox/sandbox.mjs';
import { startStack } from '../run/stack.mjs';
import { SANDBOX, Visitor, forms, sandbox, signedIn, words } from './visitor.mjs';
import { CANARY, pageHoldsCanary, witness } from './witness.mjs';

const SELFHOSTED = 'grantry/fixture/selfhosted';
const KEY = `${CANARY}-key &=+%é`;
const ROUNDS = 50;

let stack, ada, again, box, away, seen, workers;

before(async () => {
  away = await startSandbox({ orders: { api_keys: { [Buffer.from(KEY).toString('latin1')]: { status: 200, username: 'ada' }, 'sbx-good-key': { status: 200, username: 'ben' } } } });
  stack = await startStack({ providers: ['selfhosted'], conf: `provider_timeout_ms = 2000\negress_allow = ${away.origin}` });
  ada = await signedIn(stack, 'ada@acme.test');
  again = new Visitor(stack); // the same person in another browser
  await again.signIn('ada@acme.test');
  box = sandbox(stack);
  seen = witness(stack);
  workers = await seen.workers();
});
after(async () => {
  await stack?.stop();
  await away?.close();
});
beforeEach(async () => {
  await box.clear();
  await box.ctl({ faults: [] });
  away.control({ faults: [] });
  away.clearRecord();
  for (const provider of [SANDBOX, SELFHOSTED]) {
    for (const id of await ada.credentials(provider)) await remove(id, provider);
  }
});

// --- steps ---

const path = (id, what, provider = SANDBOX) => `/data-sources/${provider}/credentials/${id}/${what}`;
const remove = async (id, provider = SANDBOX, who = ada) => who.submit(await who.get(path(id, 'delete', provider)), {}, '/delete');
const makeDefault = async (id, who = ada) => who.post(path(id, 'default'), { csrf: await who.csrf() });
const form = (provider = SANDBOX) => ada.get(`/data-sources/${provider}/api-key`);
const fieldsOf = (page, where) => forms(page).find(({ action }) => action.endsWith(where)).fields;

// The form of the self-hosted provider, as a person fills it in.
async function addSelfhosted(fields = {}, { name = '', drop = [] } = {}) {
  const page = await form(SELFHOSTED);
  const filled = { ...fieldsOf(page, '/api-key'), name, 'field.base_url': away.origin, 'field.X-Api-Key': 'sbx-good-key', ...fields };
  for (const one of drop) delete filled[one];
  return ada.post(`/data-sources/${SELFHOSTED}/api-key`, filled);
}

async function names(provider = SANDBOX) {
  const rows = await seen.sql(`SELECT name FROM provider_credentials WHERE CONCAT(plugin_id, '/', provider) = '${provider}' ORDER BY created_at, id`);
  return rows.map(([name]) => name);
}

// The id of the authorization with this name.
async function idOf(name, provider = SANDBOX) {
  const [[hex]] = await seen.sql(`SELECT HEX(id) FROM provider_credentials WHERE name = '${name}' AND CONCAT(plugin_id, '/', provider) = '${provider}'`);
  return hex.toLowerCase().replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}

// Names of the Defaults; there must be one where there are authorizations, and none where there are none.
async function defaults(provider = SANDBOX) {
  return (await seen.sql('SELECT c.name FROM provider_credential_defaults d JOIN provider_credentials c ON c.tenant_id = d.tenant_id ' +
    `AND c.id = d.credential_id WHERE CONCAT(d.plugin_id, '/', d.provider) = '${provider}'`)).map(([name]) => name);
}

// So that "the oldest" is not decided within one second.
const age = (name, s) => seen.sql(`UPDATE provider_credentials SET created_at = created_at - ${s} WHERE name = '${name}'`);

// --- the provider's verdict ---

for (const [key, status, says] of [
  ['sbx-unknown', 422, /refused this key.*HTTP 401.*API key not recognised by Sandbox Drive/],
  ['sbx-forbidden-key', 422, /lacks a permission.*HTTP 403.*This key may not use Sandbox Drive/],
  ['sbx-limited-key', 429, /asks for a pause.*HTTP 429.*Too many requests/],
  ['sbx-broken-key', 502, /could not be checked.*the sandbox answered: HTTP 500.*Sandbox Drive has a problem/],
  ['sbx-slow-key', 504, /could not be checked.*did not answer in time/],
]) {
  test(`the provider's verdict on ${key}: ${status}, nothing kept`, async () => {
    const page = await ada.addApiKey(key, 'Mine');
    assert.equal(page.status, status);
    assert.match(words(page), says);
    assert.equal(page.text.includes(key), false, 'the key is shown again');
    assert.equal(fieldsOf(page, '/api-key').name, 'Mine');
    assert.equal((await box.record('/apikey/check')).length, 1);
    assert.deepEqual(await names(), []);
    assert.deepEqual(await defaults(), []);
    if (status === 429) assert.equal(page.headers['retry-after'], '30');
  });
}

for (const [what, fault, status, says] of [
  ['a page of markup', { status: 403, body: '<h1>no</h1>', content_type: 'text/html' }, 422, /lacks a permission\. The answer was HTTP status 403\. The account or the app .* The provider(?!.*answered)/],
  ['plain words', { status: 403, body: 'Not you.', content_type: 'text/plain' }, 422, /Not you\./],
  ['a redirect', { redirect: 'http://127.0.0.1:1/', status: 302 }, 502, /could not be checked/],
  ['a reset', { cut: 'reset', process: false }, 502, /could not be reached/],
  ['silence', { cut: 'silence', process: false }, 504, /did not answer in time/],
  ['too much', { body_repeat: { unit: 'x', endless: true } }, 502, /too large/],
  ['a compressed answer', { encoding: 'gzip' }, 502, /could not be checked/],
  ['a pause of a day', { status: 429, body: '{}', headers: { 'Retry-After': '86400' } }, 429, /asks for a pause/],
  ['a pause without a length', { status: 429, body: '{}' }, 429, /asks for a pause/],
]) {
  test(`instead of a verdict: ${what}`, async () => {
    await box.ctl({ faults: [{ endpoint: 'apikey', ...fault }] });
    const page = await ada.addApiKey();
    assert.equal(page.status, status, words(page));
    assert.match(words(page), says);
    if (status === 429) assert.equal(page.headers['retry-after'], what.includes('day') ? '3600' : '60');
    assert.deepEqual(await names(), []);
  });
}

test('a success without what the provider\'s file requires is a refusal', async () => {
  away.control({ faults: [{ endpoint: 'apikey', merge: { ok: false } }] });
  const page = await addSelfhosted();
  assert.equal(page.status, 422);
  assert.deepEqual(await names(SELFHOSTED), []);
});

test('B35: the key is taken out of the provider\'s words, however it is written', async () => {
  const encoded = new URLSearchParams({ x: KEY }).toString().slice(2);
  for (const echo of [KEY, encoded, encodeURIComponent(KEY), Buffer.from(KEY).toString('base64'), [...KEY].join('\u0007')]) {
    away.control({ faults: [{ endpoint: 'apikey', status: 401, body: JSON.stringify({ error: { message: `No such key: ${echo}!` } }) }] });
    const page = await addSelfhosted({ 'field.X-Api-Key': KEY });
    assert.equal(page.status, 422);
    assert.match(words(page), /No such key: •••.*!/);
    assert.equal(pageHoldsCanary(page), false, echo);
  }
});

test('what a provider says is text', async () => {
  await box.ctl({ faults: [{ endpoint: 'apikey', status: 401, body: JSON.stringify({ error: { message: `<script>alert(1)</script><?cs var:Csrf ?>%s%n\u202e${'x'.repeat(5000)}` } }) }] });
  const page = await ada.addApiKey();
  assert.equal(page.text.includes('<script>alert(1)'), false);
  assert.match(words(page), /<script>alert\(1\)<\/script><\?cs var:Csrf \?>%s%nx{100,250}…/);
});

// --- the address ---

for (const [base, says] of [
  ['http://127.0.0.1:1', /may not be called/],
  ['https://127.0.0.1', /may not be called/],
  ['https://localhost', /may not be called/],
  ['https://[::1]', /may not be called/],
  ['https://10.0.0.1', /may not be called/],
  ['https://169.254.169.254/latest/meta-data', /may not be called/],
  ['https://example.com:8443', /may not be called/],
  ['http://example.com', /may not be called/],
  ['drive.example', /cannot be sent/],
  ['javascript:alert(1)', /cannot be sent/],
  ['file:///etc/passwd', /cannot be sent/],
  ['https://user:password@example.com', /cannot be sent/],
  ['https://example.com/?a=', /cannot be sent/],
  ['https://example.com/#', /cannot be sent/],
]) {
  test(`the address ${base} is refused and keeps what was typed`, async () => {
    const page = await addSelfhosted({ 'field.base_url': base, 'field.note': 'typed' }, { name: 'Mine' });
    assert.equal(page.status, 422, words(page));
    assert.match(words(page), says);
    const fields = fieldsOf(page, '/api-key');
    assert.deepEqual([fields.name, fields['field.base_url'], fields['field.note']], ['Mine', base, 'typed']);
    assert.equal(fields['field.X-Api-Key'], '');
    assert.deepEqual(await names(SELFHOSTED), []);
  });
}

// --- the form ---

test('R73: a field that the provider does not have is refused', async () => {
  for (const field of ['field.tenant_id', 'field.', 'field.access_token', 'field.API_KEY']) {
    const page = await ada.submit(await form(), { 'field.api_key': 'sbx-good-key', [field]: 'x' }, '/api-key');
    assert.ok(page.status === 400 || page.status === 422, `${field}: ${page.status}`);
  }
  assert.deepEqual(await names(), []);
  assert.deepEqual(await box.record('/apikey/check'), []);
});

test('a field given twice is refused', async () => {
  const { csrf } = fieldsOf(await form(), '/api-key');
  const page = await ada.send(`/data-sources/${SANDBOX}/api-key`, { method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `${new URLSearchParams({ csrf, name: '' })}&field.api_key=sbx-good-key&field.api_key=sbx-ben-key` });
  assert.ok(page.status === 400 || page.status === 422, String(page.status));
  assert.deepEqual(await names(), []);
});

test('a required field that is empty, blank or not there', async () => {
  for (const [fields, drop] of [[{ 'field.X-Api-Key': '' }], [{ 'field.X-Api-Key': ' \t\r\n ' }], [{}, ['field.X-Api-Key']], [{ 'field.base_url': '' }]]) {
    const page = await addSelfhosted(fields, { drop });
    assert.equal(page.status, 422);
    assert.match(words(page), /Please fill in this field/);
  }
  assert.deepEqual(away.record(), []);
});

test('a select takes its options and nothing else, and keeps the choice', async () => {
  for (const region of ['mars', 'EU', 'eu,ap']) {
    const page = await addSelfhosted({ 'field.region': region });
    assert.equal(page.status, 422);
    assert.match(words(page), /Please choose one of the options/);
  }
  assert.equal((await addSelfhosted({ 'field.region': 'us"east' })).status, 303);
  assert.equal(away.record('/apikey/check')[0].headers['x-region'], 'us"east');
  const edit = await ada.get(path(await idOf('API KEY 1', SELFHOSTED), 'edit', SELFHOSTED));
  assert.equal(fieldsOf(edit, '/edit')['field.region'], 'us"east');
});

test('a box is on or off', async () => {
  const state = async (name) => fieldsOf(await ada.get(path(await idOf(name, SELFHOSTED), 'edit', SELFHOSTED)), '/edit')['field.strict'];
  await addSelfhosted({ 'field.strict': 'true' }, { name: 'on' });
  await addSelfhosted({}, { name: 'off', drop: ['field.strict'] });
  await addSelfhosted({ 'field.strict': 'neither' }, { name: 'neither' });
  assert.deepEqual([await state('on'), await state('off'), await state('neither')], ['true', undefined, undefined]);
});

test('D31: white space around a key is cut off; inside it, control characters are refused', async () => {
  assert.equal((await addSelfhosted({ 'field.X-Api-Key': ' \tsbx-good-key\r\n' })).status, 303);
  assert.equal(away.record('/apikey/check')[0].headers['x-api-key'], 'sbx-good-key');
  away.clearRecord();
  for (const bad of ['sbx\ngood', 'sbx\r\nX-Evil: 1', 'sbx\tgood', 'sbx\x7fgood', 'sbx\x1bgood']) {
    const page = await addSelfhosted({ 'field.X-Api-Key': bad });
    assert.equal(page.status, 422, JSON.stringify(bad));
    assert.match(words(page), /control character/);
  }
  assert.deepEqual(away.record(), []);
});

test('D31: a no-break space or a zero-width character is part of the key', async () => {
  for (const odd of ['\u00a0', '\u200b']) {
    away.control({ api_keys: { [`odd${odd}`]: null } });
    const page = await addSelfhosted({ 'field.X-Api-Key': `sbx-good-key${odd}` });
    assert.equal(page.status, 422); // the provider's verdict: it got them
    assert.match(words(page), /not recognised/);
  }
});

test('a value of 16 kB is taken to the provider, a longer one is not', async () => {
  assert.match(words(await addSelfhosted({ 'field.note': 'n'.repeat(16385) })), /too long/);
  assert.deepEqual(away.record(), []);
  assert.equal((await addSelfhosted({ 'field.note': 'n'.repeat(16384) })).status, 303);
});

test('invalid UTF-8 and NUL are refused', async () => {
  const { csrf } = fieldsOf(await form(), '/api-key');
  for (const bad of ['%ff%fe', 'a%00b', '%ed%a0%80']) {
    const page = await ada.send(`/data-sources/${SANDBOX}/api-key`, { method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: `csrf=${encodeURIComponent(csrf)}&name=&field.api_key=${bad}` });
    assert.ok(page.status === 400 || page.status === 422, `${bad}: ${page.status}`);
  }
  assert.deepEqual(await box.record('/apikey/check'), []);
});

test('B36: a provider\'s cookie is not sent back', async () => {
  await box.ctl({ faults: [{ endpoint: 'apikey', headers: [['Set-Cookie', 'a=1; Path=/']] }] });
  await ada.addApiKey();
  await ada.addApiKey();
  assert.deepEqual((await box.record('/apikey/check')).map(({ headers }) => headers.cookie), [undefined, undefined]);
});

// --- names ---

test('names are chosen: API KEY and a number that was not used', async () => {
  for (let i = 0; i < 3; i += 1) assert.equal((await ada.addApiKey()).status, 303);
  assert.deepEqual((await names()).sort(), ['API KEY 1', 'API KEY 2', 'API KEY 3']);
  await remove(await idOf('API KEY 2'));
  await ada.addApiKey();
  assert.deepEqual((await names()).sort(), ['API KEY 1', 'API KEY 3', 'API KEY 4']);
});

test('a name that is taken: 409, with what was typed', async () => {
  await ada.addApiKey('sbx-good-key', 'Team');
  const page = await ada.addApiKey('sbx-ben-key', 'Team');
  assert.equal(page.status, 409);
  assert.match(words(page), /This name is taken/);
  assert.equal(fieldsOf(page, '/api-key').name, 'Team');
  assert.deepEqual(await names(), ['Team']);
  assert.equal((await ada.addApiKey('sbx-ben-key', 'team')).status, 303); // another name
});

test('names that no person would type', async () => {
  for (const name of [' x', 'x ', 'a\nb', 'a\u202eb', 'a\u0085b', '\ufeffa', 'x'.repeat(101)]) {
    const page = await ada.addApiKey('sbx-good-key', name);
    assert.equal(page.status, 422, JSON.stringify(name));
    assert.match(words(page), /A name has 1 to 100 characters/);
  }
  assert.equal((await ada.addApiKey('sbx-good-key', '\u{1F511}'.repeat(100))).status, 303);
});

// --- editing ---

test('an edit that leaves the key empty keeps it, and tries it again', async () => {
  await addSelfhosted({ 'field.X-Api-Key': KEY, 'field.note': 'one' }, { name: 'Mine' });
  const id = await idOf('Mine', SELFHOSTED);
  const edit = await ada.get(path(id, 'edit', SELFHOSTED));
  assert.equal(pageHoldsCanary(edit), false);
  away.clearRecord();
  const saved = await ada.submit(edit, { name: 'Ours', 'field.note': 'two' }, '/edit');
  assert.equal(saved.status, 303, words(saved));
  assert.equal(Buffer.from(away.record('/apikey/check')[0].headers['x-api-key'], 'latin1').toString(), KEY);
  const fields = fieldsOf(await ada.get(path(id, 'edit', SELFHOSTED)), '/edit');
  assert.deepEqual([fields.name, fields['field.note'], fields['field.X-Api-Key']], ['Ours', 'two', '']);
});

test('an edit that the provider refuses changes nothing', async () => {
  await addSelfhosted({}, { name: 'Mine' });
  const id = await idOf('Mine', SELFHOSTED);
  const kept = await seen.kept();
  for (const fields of [{ 'field.X-Api-Key': 'sbx-unknown' }, { 'field.base_url': 'https://127.0.0.1' }, { 'field.region': 'mars' }, { name: '' }]) {
    const page = await ada.submit(await ada.get(path(id, 'edit', SELFHOSTED)), fields, '/edit');
    assert.equal(page.status, 422, words(page));
  }
  assert.equal(await seen.kept(), kept);
});

test('two edits of one key: the second is told, and loses nothing', async () => {
  await addSelfhosted({}, { name: 'Mine' });
  const id = await idOf('Mine', SELFHOSTED);
  const [first, second] = [await ada.get(path(id, 'edit', SELFHOSTED)), await again.get(path(id, 'edit', SELFHOSTED))];
  assert.equal((await ada.submit(first, { name: 'Theirs' }, '/edit')).status, 303);
  const kept = await seen.kept();
  const page = await again.submit(second, { name: 'Yours', 'field.note': 'typed', 'field.region': 'ap' }, '/edit');
  assert.equal(page.status, 409);
  assert.match(words(page), /Ada Lovelace changed this while you were typing.*Theirs.*you typed: Yours/);
  const fields = fieldsOf(page, '/edit');
  assert.deepEqual([fields.name, fields['field.note'], fields['field.region']], ['Yours', 'typed', 'ap']);
  assert.equal(await seen.kept(), kept);
  assert.equal((await again.submit(page, {}, '/edit')).status, 303); // Save over it
  assert.deepEqual(await names(SELFHOSTED), ['Yours']);
});

test('an edit into a name that is taken, and of a key that is gone', async () => {
  await ada.addApiKey('sbx-good-key', 'One');
  await ada.addApiKey('sbx-good-key', 'Two');
  const id = await idOf('Two');
  const edit = await ada.get(path(id, 'edit'));
  const page = await ada.submit(edit, { name: 'One' }, '/edit');
  assert.equal(page.status, 409);
  assert.match(words(page), /This name is taken/);
  await remove(id);
  assert.equal((await ada.submit(edit, {}, '/edit')).status, 404);
});

test('a wrong version is refused', async () => {
  await ada.addApiKey();
  const edit = await ada.get(path(await idOf('API KEY 1'), 'edit'));
  for (const version of ['', 'x', '-1', '1e1', '99999999999999999999']) {
    assert.equal((await ada.submit(edit, { version }, '/edit')).status, 400, version);
  }
  assert.equal((await ada.submit(edit, { version: '7' }, '/edit')).status, 409);
});

// --- Default ---

test('the first becomes Default; when it goes, the oldest of the others does', async () => {
  for (const name of ['One', 'Two', 'Three']) await ada.addApiKey('sbx-good-key', name);
  await age('Three', 100);
  assert.deepEqual(await defaults(), ['One']);
  await remove(await idOf('One'));
  assert.deepEqual(await defaults(), ['Three']);
  assert.equal((await makeDefault(await idOf('Two'))).status, 303);
  assert.deepEqual(await defaults(), ['Two']);
  await remove(await idOf('Three'));
  assert.deepEqual(await defaults(), ['Two']);
  await remove(await idOf('Two'));
  assert.deepEqual(await defaults(), []);
  assert.equal((await ada.addApiKey()).status, 303);
  assert.deepEqual(await defaults(), ['API KEY 1']);
});

test('a key that was deleted cannot be made Default, deleted or renamed', async () => {
  await ada.addApiKey('sbx-good-key', 'One');
  await ada.addApiKey('sbx-good-key', 'Two');
  const id = await idOf('Two');
  const [rename, gone] = [await ada.get(path(id, 'rename')), await ada.get(path(id, 'delete'))];
  await remove(id);
  assert.equal((await makeDefault(id)).status, 404);
  assert.equal((await ada.submit(gone, {}, '/delete')).status, 404);
  assert.equal((await ada.submit(rename, { name: 'x' }, '/rename')).status, 404);
  assert.deepEqual(await defaults(), ['One']);
});

test(`two first keys at once: one Default, ${ROUNDS} rounds`, async () => {
  const page = await form(), other = await again.get(`/data-sources/${SANDBOX}/api-key`);
  for (let round = 0; round < ROUNDS; round += 1) {
    const added = await Promise.all([ada.submit(page, { 'field.api_key': 'sbx-good-key' }, '/api-key'),
      again.submit(other, { 'field.api_key': 'sbx-ben-key' }, '/api-key')]);
    assert.deepEqual(added.map(({ status }) => status), [303, 303]);
    assert.deepEqual((await names()).sort(), ['API KEY 1', 'API KEY 2']);
    assert.equal((await defaults()).length, 1);
    await Promise.all([remove(await idOf('API KEY 1')), remove(await idOf('API KEY 2'), SANDBOX, again)]);
    assert.deepEqual([await names(), await defaults()], [[], []]);
  }
});

test(`Set as default and delete at once: always one Default, ${ROUNDS} rounds`, async () => {
  const token = { ada: await ada.csrf(), again: await again.csrf() };
  await ada.addApiKey('sbx-good-key', 'stays');
  const stays = await idOf('stays');
  for (let round = 0; round < ROUNDS; round += 1) {
    await ada.addApiKey('sbx-good-key', 'goes');
    const goes = await idOf('goes');
    if (round % 2) await makeDefault(goes);
    const page = await ada.get(path(goes, 'delete'));
    const [deleted, ...set] = await Promise.all([
      ada.submit(page, {}, '/delete'),
      again.post(path(goes, 'default'), { csrf: token.again }),
      ada.post(path(stays, 'default'), { csrf: token.ada }),
    ]);
    assert.equal(deleted.status, 303, words(deleted));
    for (const { status } of set) assert.ok(status === 303 || status === 404, String(status));
    assert.equal(set[1].status, 303);
    assert.deepEqual([await names(), await defaults()], [['stays'], ['stays']]);
  }
});

// --- after all that ---

test('the workers are the same, and no secret stands in a log, a process or the database', async () => {
  assert.equal(await seen.workers(), workers);
  assert.deepEqual(await seen.leaks(), []);
});

// SPDX-License-Identifier: Apache-2.0
// SIGHUP reads the provider files anew: in every program, while requests and renewals are under way, and without one
// that fails. A file that has become wrong takes nothing away.
import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { openRenewals, until } from './renewing.mjs';
import { exchange, signedIn } from './visitor.mjs';

const BARE = 'grantry/fixture/bare';
const PROGRAMS = ['settings', 'connect', 'api'];
const ROUNDS = 6;

let ground, stack, ada, providers, key, original;

before(async () => {
  ground = await openRenewals({ providers: ['bare'] });
  stack = ground.stack;
  providers = stack.env.PROVIDERS;
  original = await readFile(join(providers, 'bare.yaml'), 'utf8');
  ada = await signedIn(stack, 'ada@acme.test');
  const page = `/data-sources/${BARE}`;
  assert.equal((await ada.submit(await ada.get(`${page}/api-key`), { 'field.api_key': 'k-1' }, '/api-key')).status, 303);
  key = (await stack.operator('key', 'add', 'reload', '--tenant', 'Acme Research')).trim();
});
after(() => ground?.close());

const log = (name) => (name === 'refreshd' ? ground.renewer.log() : readFile(join(stack.var, 'log', `${name}.log`), 'utf8'));
const times = async (name, words) => (await log(name)).split(words).length - 1;
const masterOf = async (name) => (name === 'refreshd' ? ground.renewer.pid
  : Number((await readFile(join(stack.var, 'run', `${name}.pid`), 'utf8')).split(' ')[0]));
const write = (text) => writeFile(join(providers, 'bare.yaml'), text);
const label = (text) => original.replace('{en_US: Bare}', `{en_US: ${text}}`);
const handOut = () => exchange(stack.address, `/api/v1/credentials/${BARE}`, { headers: { authorization: `Bearer ${key}` } });

// Sends the signal and waits until each program has done what it does at it.
async function hangUp(names = [...PROGRAMS, 'refreshd']) {
  await Promise.all(names.map(async (name) => {
    const words = name === 'refreshd' ? '"catalogue.' : 'all workers replaced';
    const before = await times(name, words);
    process.kill(await masterOf(name), 'SIGHUP');
    await until(`${name} has reloaded`, async () => await times(name, words) > before);
  }));
}

test('requests meanwhile: none fails, and each round is seen at its end', async () => {
  const answers = [];
  let over = false;
  const hammer = async (ask) => {
    while (!over) answers.push(await ask().then(({ status }) => status, (error) => String(error)));
  };
  const asks = [handOut, handOut, handOut, () => ada.get(`/data-sources/${BARE}`), () => ada.get('/data-sources'),
    () => exchange(stack.address, '/api/health')];
  const hammers = asks.map(hammer);
  for (let i = 0; i < ROUNDS; i++) {
    await write(label(`Round ${i}`));
    await hangUp();
    assert.match((await ada.get('/data-sources')).text, new RegExp(`Round ${i}`));
  }
  over = true;
  await Promise.all(hammers);
  assert.deepEqual([...new Set(answers)], [200], `of ${answers.length} answers`);
  assert.ok(answers.length > ROUNDS * asks.length, `${answers.length} answers`);
  for (const name of [...PROGRAMS, 'refreshd']) assert.equal(await times(name, '"catalogue.changed"'), ROUNDS, name);
});

test('a renewal under way ends well, whatever is read meanwhile', async () => {
  const id = await ground.connect(ada);
  const before = await ground.row(id);
  await ground.fault({ hold: 'before', gate: 'reload' });
  await ground.due(id);
  await ground.gate('reload');
  const read = () => times('refreshd', '"catalogue.changed"');
  for (let i = 0; i < 9; i++) {
    await write(label(`Renewal ${i}`));
    const seen = await read();
    process.kill(ground.renewer.pid, 'SIGHUP');
    await until('the renewer has reloaded', async () => await read() > seen);
  }
  await ground.release('reload');
  const now = await ground.settled(id, before);
  assert.deepEqual([now.state, now.rev], ['active', before.rev + 1]);
  assert.equal((await ground.renew(id)).state, 'active');
  assert.ok(ground.renewer.lives);
});

for (const [what, text] of [
  ['is no YAML any more', 'identity: {name: [}\n'],
  ['is no definition any more', 'nothing: here\n'],
  ['has a key that nobody knows', () => original.replace('  plugin: fixture', '  plugin: fixture\n  colour: red')],
  ['is empty', ''],
]) {
  test(`a file that ${what} leaves everything as it is, and the log says why`, async () => {
    await write(original);
    await hangUp();
    await write(typeof text === 'function' ? text() : text);
    await writeFile(join(providers, 'new.yaml'), original.replaceAll('bare', 'newcomer').replaceAll('Bare', 'Newcomer'));
    await hangUp();
    assert.equal((await ada.get(`/data-sources/${BARE}`)).status, 200);
    assert.equal((await handOut()).status, 200);
    assert.equal((await ada.get('/data-sources/grantry/fixture/newcomer')).status, 404, 'all of it or nothing');
    for (const name of [...PROGRAMS, 'refreshd']) {
      assert.match(await log(name), /"catalogue\.kept","provider":"grantry\/fixture\/bare","file":"bare\.yaml"/, name);
    }
    await write(original);
    await hangUp();
    assert.equal((await ada.get('/data-sources/grantry/fixture/newcomer')).status, 200);
    await rm(join(providers, 'new.yaml'));
    await hangUp();
    assert.equal((await ada.get('/data-sources/grantry/fixture/newcomer')).status, 404);
  });
}

test('a file that was wrong from the beginning does not stand in the way of others', async () => {
  await writeFile(join(providers, 'wrong.yaml'), 'identity: {}\n');
  await write(label('Others'));
  await hangUp(['settings']);
  assert.match((await ada.get('/data-sources')).text, /Others/);
  await rm(join(providers, 'wrong.yaml'));
});

test('a plugin is there after its import and a SIGHUP', async () => {
  const page = '/data-sources/acme/acme_files/drive';
  assert.equal((await ada.get(page)).status, 404);
  assert.match(await stack.operator('provider', 'import', join(import.meta.dirname, '..', 'fixtures', 'plugins', 'files')), /loaded: datasource drive/);
  assert.equal((await ada.get(page)).status, 404);
  await hangUp();
  assert.equal((await ada.get(page)).status, 200);
  const asks = async () => [...(await ada.get(`${page}/client`)).text.matchAll(/<input [^>]*name="field\.(client_\w+)"[^>]*>/g)]
    .map(([tag, name]) => [name, / required/.test(tag)]);
  await writeFile(join(providers, 'files.yaml'), `identity: {author: acme, name: drive, label: {en_US: Drive}}
provider_type: online_drive
oauth_schema:
  client_schema:
  - {name: client_id, type: text-input, required: true, label: {en_US: Client ID}}
  - {name: client_secret, type: secret-input, label: {en_US: Client secret}}
grantry:
  org: acme
  plugin: acme_files
  oauth: {authorization_url: https://acme.example/authorize, token_url: https://acme.example/token}
`);
  await hangUp(['settings']);
  assert.deepEqual(await asks(), [['client_id', true], ['client_secret', false]], 'the plugin leaves both open, our recipe needs one');
  await rm(join(providers, 'files.yaml'));
  await hangUp(['settings']);
});

test('many signals at once end in the newest files', async () => {
  await write(label('Last'));
  for (const name of PROGRAMS) {
    const pid = await masterOf(name);
    for (let i = 0; i < 20; i++) process.kill(pid, 'SIGHUP');
  }
  await until('the newest', async () => (await ada.get('/data-sources')).text.includes('Last'));
  assert.equal((await handOut()).status, 200);
});

// SPDX-License-Identifier: Apache-2.0
// grantry provider import and lint over plugin folders in the dialects of the wild (tests/fixtures/plugins). No
// database and no program that serves: a configuration and folders.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const bin = process.env.GRANTRY_BIN ?? join(root, 'build', 'start');
const wild = join(root, 'tests', 'fixtures', 'plugins');

// Our own definition of acme/acme_files/drive: other labels than the plugin's, and the recipe.
const OURS = `
identity: {author: acme, name: drive, label: {en_US: Ours}}
provider_type: online_drive
credentials_schema:
- {name: api_key, type: secret-input, required: true}
oauth_schema:
  client_schema:
  - {name: client_id, type: text-input, required: true}
  - {name: client_secret, type: secret-input, required: true}
grantry:
  org: acme
  plugin: acme_files
  api_key:
    check:
      request: {method: GET, url: 'https://api.acme.example/me', headers: {X-Key: '{{credential.api_key}}'}}
  oauth:
    authorization_url: https://acme.example/authorize
    token_url: https://acme.example/token
`;

let dir, providers, kept, plugins, conf;
before(async () => { dir = await mkdtemp(join(tmpdir(), 'grantry-import-')); });
after(() => rm(dir, { recursive: true, force: true }));
beforeEach(async () => {
  [providers, plugins, conf] = ['providers', 'plugins', 'grantry.conf'].map((name) => join(dir, name));
  kept = join(providers, 'imported');
  await mkdir(join(providers, 'datasources'), { recursive: true });
  await writeFile(join(providers, 'datasources', 'files.yaml'), OURS);
  await cp(wild, plugins, { recursive: true });
  await writeFile(conf, ['public_origin = http://127.0.0.1:8080', `db_socket = ${dir}/db.sock`, `db_password_dir = ${dir}`,
    `key_dir = ${dir}`, `provider_dir = ${providers}`, `template_dir = ${dir}`, `message_dir = ${dir}`, `sql_dir = ${dir}`, `refresh_dir = ${dir}`]
    .join('\n') + '\n');
});
afterEach(async () => {
  for (const path of [providers, plugins]) await rm(path, { recursive: true, force: true });
});

const grantry = (...args) => new Promise((resolve) => {
  execFile(join(bin, 'grantry'), ['-c', conf, 'provider', ...args], { cwd: plugins, env: { ...process.env, GRANTRY_CONFIG: '' } },
    (error, out, said) => resolve({ code: error?.code ?? 0, out, said, lines: out.trimEnd().split('\n') }));
});
const edit = async (path, from, to) => {
  const text = await readFile(join(plugins, path), 'utf8');
  assert.notEqual(text.replace(from, to), text, `nothing to edit in ${path}`);
  await writeFile(join(plugins, path), text.replace(from, to));
};

// --- what is loaded ---

test('plugins of every kind are kept, joined with a recipe where we have one', async () => {
  const { code, lines } = await grantry('import', 'agent', 'bot', 'files', 'hook', 'lm', 'plain', 'search');
  assert.deepEqual(lines, [
    'acme/agent: nothing to connect: agent strategies have no credentials of their own',
    'acme/bot 0.1.2: loaded: tool bot_tool (api-key; without a recipe keys are kept unchecked), '
      + 'extension bot (api-key; without a recipe keys are kept unchecked)',
    'acme/acme_files 0.1.2: loaded: datasource drive (api-key, oauth2; with the recipe of datasources/files.yaml)',
    'acme/hook 0.1.2: loaded: trigger hook (api-key; without a recipe keys are kept unchecked)',
    'acme/lm 0.1.2: loaded: model acme_lm (api-key; without a recipe keys are kept unchecked)',
    'acme/plain: nothing to connect: it asks for no credentials',
    'acme/search 0.1.2: loaded: tool acme-search (api-key; without a recipe keys are kept unchecked)',
    '5 loaded, 0 replaced, 0 unchanged, 2 with nothing to connect, 0 refused',
    'Programs that run read them after SIGHUP (systemctl reload).',
  ]);
  assert.equal(code, 0);
  assert.deepEqual((await readdir(join(kept, 'acme'))).sort(), ['acme_files', 'bot', 'hook', 'lm', 'search']);
  assert.deepEqual((await readdir(join(kept, 'acme', 'bot'), { recursive: true })).sort(),
    ['group', 'group/bot.yaml', 'manifest.yaml', 'provider', 'provider/bot.yaml']);
  for (const path of ['manifest.yaml', 'provider/search.yaml']) {
    assert.deepEqual(await readFile(join(kept, 'acme', 'search', path)), await readFile(join(wild, 'search', path)), path);
  }
  const list = (await grantry('list')).lines;
  assert.deepEqual(list, [
    'datasource\tacme/acme_files/drive\tAcme Files\tapi-key,oauth2', // the plugin's words, in the place of ours
    'tool\tacme/bot/bot_tool\tAcme Bot\tapi-key',
    'extension\tacme/bot/bot\tAcme Bot\tapi-key',
    'trigger\tacme/hook/hook\tAcme Hook\tapi-key',
    'model\tacme/lm/acme_lm\tAcme LM\tapi-key',
    'tool\tacme/search/acme-search\tAcme Search\tapi-key',
  ]);
});

test('a recipe of ours stands the order in which a plugin has its fields', async () => {
  const schema = "- {name: api_key, type: secret-input, required: true}\n";
  const region = "- {name: region, type: select, options: [{value: eu}, {value: us}]}\n";
  const when = OURS.replace('  plugin: acme_files\n', '  plugin: acme_files\n  fields: {api_key: {when: {region: eu}}}\n');
  await writeFile(join(providers, 'datasources', 'files.yaml'), when.replace(schema, schema + region)); // ours: in that order
  const ours = await grantry('lint', providers);
  assert.match(ours.out + ours.said, /"when" names "region", which must come before it/);
  await writeFile(join(providers, 'datasources', 'files.yaml'), when.replace(schema, region + schema));
  const { lines } = await grantry('import', 'files'); // the plugin: api_key before region
  assert.equal(lines[0], 'acme/acme_files 0.1.2: loaded: datasource drive (api-key, oauth2; with the recipe of datasources/files.yaml)');
});

test('without a definition of ours OAuth is offered with the reason why it cannot be used', async () => {
  await rm(join(providers, 'datasources', 'files.yaml'));
  const { code, lines } = await grantry('import', 'files/');
  assert.equal(code, 0);
  assert.equal(lines[0], 'acme/acme_files 0.1.2: loaded: datasource drive (api-key, oauth2; without a recipe keys are kept '
    + 'unchecked; oauth2 can be set up, not used: no grantry.oauth section)');
});

test('the client is asked for what our recipe needs beyond the plugin', async () => {
  await writeFile(join(providers, 'datasources', 'files.yaml'), OURS.replace('type: secret-input, required: true}\ngrantry',
    'type: secret-input, required: true}\n  - {name: site, type: text-input, required: true}\ngrantry')
    .replace('https://acme.example/token', 'https://acme.example/{{client.site}}/token'));
  const { code, out } = await grantry('import', 'files');
  assert.equal(code, 0, out);
  assert.match(out, /with the recipe of datasources\/files\.yaml/);
});

test('another folder may be named; it is not read unless the configuration names it', async () => {
  const other = join(dir, 'providers', 'elsewhere');
  assert.equal((await grantry('import', 'search', '--to', other)).code, 0);
  assert.deepEqual(await readdir(other), ['acme']);
  assert.equal((await grantry('list')).lines.length, 1);
  await writeFile(conf, `${await readFile(conf, 'utf8')}import_dir = ${other}\n`);
  assert.equal((await grantry('list')).lines.length, 2);
});

// --- again ---

test('a plugin that is imported again is unchanged, or replaced with what changed', async () => {
  await grantry('import', 'search');
  assert.match((await grantry('import', 'search')).out, /^acme\/search 0\.1\.2: unchanged: .*\n0 loaded, 0 replaced, 1 unchanged,.*\n$/);
  await edit('search/manifest.yaml', '0.1.2', '0.2.0');
  await edit('search/provider/search.yaml', '  tls:\n    type: boolean\n    default: true', '  proxy:\n    type: text-input');
  await edit('search/provider/search.yaml', 'required: false', 'required: true');
  const { code, lines } = await grantry('import', 'search');
  assert.equal(code, 0);
  assert.match(lines[0], /^acme\/search 0\.2\.0: replaced: tool acme-search/);
  assert.deepEqual(lines.slice(1, 4), ['  acme-search: api-key: -tls', '  acme-search: api-key: ~x-acme-host',
    '  acme-search: api-key: +proxy']);
  assert.deepEqual(await readdir(join(kept, 'acme')), ['search'], 'nothing else is left behind');
  assert.match(await readFile(join(kept, 'acme', 'search', 'provider', 'search.yaml'), 'utf8'), /proxy/);
});

test('documents that a newer version no longer names are gone', async () => {
  await grantry('import', 'bot');
  await edit('bot/manifest.yaml', '  tools:\n  - provider/bot.yaml\n', '');
  assert.match((await grantry('import', 'bot')).lines[0], /replaced: extension bot \(/);
  assert.deepEqual((await readdir(join(kept, 'acme', 'bot'), { recursive: true })).sort(), ['group', 'group/bot.yaml', 'manifest.yaml']);
});

test('a newer version that is refused leaves the one before', async () => {
  await grantry('import', 'hook');
  await edit('hook/provider/hook.yaml', 'type: secret-input', 'type: file');
  const { code, out } = await grantry('import', 'hook');
  assert.equal(code, 1);
  assert.match(out, /^hook: refused\n {2}hook\/provider\/hook\.yaml:3: type: must be one of: /);
  assert.match((await grantry('list')).out, /acme\/hook\/hook/);
});

test('a newer version without credentials takes the one before away', async () => {
  await grantry('import', 'hook');
  await writeFile(join(plugins, 'hook', 'provider', 'hook.yaml'), 'identity: {author: acme, name: hook}\nsubscription_schema: []\n');
  assert.match((await grantry('import', 'hook')).lines[0],
    /^acme\/hook: nothing to connect: it asks for no credentials; the one imported before is removed$/);
  assert.deepEqual(await readdir(join(kept, 'acme')), []);
});

test('what an import left unfinished is in nobody\'s way', async () => {
  await mkdir(join(kept, 'acme', '.search.new', 'provider'), { recursive: true });
  await writeFile(join(kept, 'acme', '.search.new', 'provider', 'old.yaml'), 'half');
  assert.equal((await grantry('import', 'search')).code, 0);
  assert.deepEqual(await readdir(join(kept, 'acme')), ['search']);
  assert.deepEqual((await readdir(join(kept, 'acme', 'search'), { recursive: true })).sort(), ['manifest.yaml', 'provider', 'provider/search.yaml']);
});

// --- what is refused ---

test('bad YAML is told with file, line and column, and does not hold up the others', async () => {
  const { code, lines } = await grantry('import', 'broken', 'search');
  assert.equal(code, 1);
  assert.match(lines[0], /^broken: refused$/);
  assert.match(lines[1], /^ {2}broken\/provider\/broken\.yaml:4:17: while parsing a block mapping/);
  assert.match(lines[2], /^acme\/search 0\.1\.2: loaded/);
  assert.match(lines[3], /^1 loaded, .* 1 refused$/);
});

for (const [what, path, from, to, reason] of [
  ['a manifest without an author', 'search/manifest.yaml', 'author: acme\n', '', /manifest\.yaml:1: "author" or "name" is missing/],
  ['an author that is no id', 'search/manifest.yaml', 'author: acme', 'author: Acme Inc.', /author: must be 1 to 64 of/],
  ['an author that is a path', 'search/manifest.yaml', 'author: acme', 'author: ..', /author: must be 1 to 64 of/],
  ['a bundle', 'search/manifest.yaml', 'type: plugin', 'type: bundle', /type: is no plugin, but a bundle/],
  ['a manifest without plugins', 'search/manifest.yaml', 'plugins:', 'others:', /is no manifest of a plugin/],
  ['a manifest that names nothing', 'search/manifest.yaml', '  - provider/search.yaml\n', '', /plugins: names no provider/],
  ['a list that is none', 'search/manifest.yaml', '  tools:\n  - provider/search.yaml', '  tools: provider/search.yaml', /tools: must be a list of files/],
  ['a path upwards', 'search/manifest.yaml', 'provider/search.yaml', '../search/provider/search.yaml', /is no path inside the plugin/],
  ['a path upwards in the middle', 'search/manifest.yaml', 'provider/search.yaml', 'provider/../provider/search.yaml', /is no path inside/],
  ['an absolute path', 'search/manifest.yaml', 'provider/search.yaml', '/etc/passwd', /is no path inside the plugin/],
  ['an empty part of a path', 'search/manifest.yaml', 'provider/search.yaml', 'provider//search.yaml', /is no path inside the plugin/],
  ['a document that is not there', 'search/manifest.yaml', 'provider/search.yaml', 'provider/none.yaml', /none\.yaml:0: No such file/],
  ['a document that is a folder', 'search/manifest.yaml', 'provider/search.yaml', 'provider', /provider:0: is not a file/],
  ['one provider twice', 'search/manifest.yaml', '  - provider/search.yaml', '  - provider/search.yaml\n  - ./provider/search.yaml',
    /acme\/search\/acme-search is defined in search\/provider\/search\.yaml already/],
  ['a provider without a name', 'search/provider/search.yaml', '  name: acme-search\n', '', /"identity" with a "name" is missing/],
  ['a select without options', 'search/provider/search.yaml', /options:\n.*\n.*\n/, '\n', /select "strict" has no options/],
  ['a default that is no option', 'search/provider/search.yaml', 'default: "false"', 'default: maybe', /default: is none of the options/],
  ['a condition without a value', 'lm/provider/lm.yaml', 'value: llm}', 'valve: llm}', /a condition needs "variable" and "value"/],
  ['a field twice without a condition', 'lm/provider/lm.yaml', /    show_on: \[\{variable: __model_type, value: text-embedding\}\]\n/, '',
    /field "context_size" is there twice/],
  ['a link for a script', 'lm/provider/lm.yaml', 'https://acme.example/keys', 'javascript:alert(1)', /must be an absolute https URL/],
  ['an alias', 'search/provider/search.yaml', 'tags: [search]', 'tags: *id001', /aliases are not allowed/],
  ['a duplicate key', 'search/provider/search.yaml', 'tags: [search]', 'tags: [search]\n  tags: [other]', /duplicate key/],
  ['a recipe that does not fit', 'files/provider/files.yaml', 'name: api_key', 'name: other_key',
    /the recipe of datasources\/files\.yaml does not fit, line \d+: X-Key: there is no credential field "api_key"/],
]) {
  test(`refused: ${what}`, async () => {
    await edit(path, from, to);
    const { code, out, said } = await grantry('import', path.split('/')[0]);
    assert.equal(code, 1);
    assert.match(out, reason);
    assert.equal(said, '');
    assert.match(out, /^0 loaded, .* 1 refused$/m);
    assert.equal((await grantry('list')).lines.length, 1, 'nothing is kept, and ours is still there');
  });
}

test('refused: documents behind links, which would show what only the operator may read', async () => {
  await writeFile(join(dir, 'secret.yaml'), await readFile(join(wild, 'plain', 'provider', 'plain.yaml')));
  await rm(join(plugins, 'search', 'provider', 'search.yaml'));
  await symlink(join(dir, 'secret.yaml'), join(plugins, 'search', 'provider', 'search.yaml'));
  assert.match((await grantry('import', 'search')).out, /search\.yaml:0: Too many levels of symbolic links/);
  await rename(join(plugins, 'hook', 'provider'), join(dir, 'providers', 'away'));
  await symlink(join(dir, 'providers', 'away'), join(plugins, 'hook', 'provider'));
  assert.match((await grantry('import', 'hook')).out, /hook\.yaml:0: /);
  await rm(join(plugins, 'lm', 'manifest.yaml'));
  await symlink(join(wild, 'lm', 'manifest.yaml'), join(plugins, 'lm', 'manifest.yaml'));
  assert.match((await grantry('import', 'lm')).out, /manifest\.yaml:0: Too many levels/);
});

test('refused: no folder, no manifest, an empty file, a huge one', async () => {
  assert.match((await grantry('import', 'nowhere')).out, /^nowhere: refused\n {2}is no folder\n/);
  assert.match((await grantry('import', '.')).out, /\.\/manifest\.yaml:0: No such file/);
  await writeFile(join(plugins, 'search', 'manifest.yaml'), '');
  assert.match((await grantry('import', 'search')).out, /manifest\.yaml:0: is empty/);
  await writeFile(join(plugins, 'hook', 'provider', 'hook.yaml'), 'x'.repeat(10 << 20));
  assert.match((await grantry('import', 'hook')).out, /hook\.yaml:0: larger than 1 MiB/);
  assert.equal((await grantry('import')).code, 2);
});

// Small files that others would unfold into gigabytes, or follow into the depth.
test('refused: bombs of aliases, of depth and of size', async () => {
  const laughs = ['a: &a [x, x]'];
  for (let i = 1; i < 30; i++) laughs.push(`${'a'.repeat(i + 1)}: &b${i} [*${i > 1 ? `b${i - 1}` : 'a'}, *${i > 1 ? `b${i - 1}` : 'a'}]`);
  for (const [text, reason] of [
    [`${laughs.join('\n')}\n`, /:2: aliases are not allowed/],
    [`a: ${'['.repeat(100000)}\n`, /nested too deep/],
    [`a: ${'{a: '.repeat(100000)}\n`, /nested too deep/],
    [Array.from({ length: 100000 }, (_, i) => `${' '.repeat(Math.min(i, 40))}a:`).join('\n'), /nested too deep|larger than/],
    [`a: ${'x'.repeat(10 << 20)}\n`, /larger than 1 MiB/],
    [`a: "${'\\u4e00'.repeat(170000)}"\nb: [${'x, '.repeat(1000)}]\n`, /is no manifest of a plugin/],
    [`plugins: {tools: [${'x.yaml, '.repeat(65)}]}\nauthor: acme\nname: many\n`, /has more than 64 items/],
  ]) {
    await writeFile(join(plugins, 'search', 'manifest.yaml'), text);
    const { code, out } = await grantry('import', 'search');
    assert.equal(code, 1);
    assert.match(out, reason);
  }
});

// --- lint ---

test('lint of a plugin folder tells what is passed over, and counts', async () => {
  const { code, lines } = await grantry('lint', 'search');
  assert.equal(code, 0);
  assert.deepEqual(lines, [
    'search/manifest.yaml:20: note: sponsor: unknown key',
    'search/provider/search.yaml:6: note: ja_Jp: unknown language',
    'search/provider/search.yaml:17: note: placeholder: is no text in a language such as en_US',
    'search/provider/search.yaml:19: note: url: is no text in a language such as en_US',
    'search/provider/search.yaml:20: note: description: unknown key',
    'search/provider/search.yaml:30: note: url: is no page that a browser may be sent to',
    'datasource 0, tool 1, trigger 0, model 0, extension 0',
    'oauth2 0, api-key 1, both 0, none 0',
    '1 providers, 0 errors, 6 notes',
  ]);
});

test('lint counts kinds and ways to connect; errors make it fail', async () => {
  const { code, lines } = await grantry('lint', 'files', 'lm', 'hook', 'bot', 'broken', join(providers, 'datasources', 'files.yaml'));
  assert.equal(code, 1);
  assert.deepEqual(lines.slice(-3), ['datasource 2, tool 1, trigger 1, model 1, extension 1', 'oauth2 0, api-key 4, both 2, none 0',
    '6 providers, 1 errors, 0 notes']);
  assert.equal((await grantry('lint')).lines.at(-1), '1 providers, 0 errors, 0 notes');
  await grantry('import', 'search');
  assert.equal((await grantry('lint')).lines.at(-1), '2 providers, 0 errors, 6 notes');
  assert.equal((await grantry('lint', join(providers, 'datasources'))).lines.at(-1), '1 providers, 0 errors, 0 notes');
  assert.equal((await grantry('lint', 'nowhere.yaml')).code, 1);
});

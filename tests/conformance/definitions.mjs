// SPDX-License-Identifier: Apache-2.0
// Provider definitions as a test reads them, past the product's reader of their meaning: what each declares of OAuth, and
// copies whose services are all behind one address of ours.
//
//   const all = await readAll();                [definition], shared parts joined
//   await readDefinitions()                     those with a recipe for OAuth
//   definition.id, .kind, .clientFields, .credentialFields, .oauth, .derive, .document
//   await writeCopies(dir, all);                a provider folder in which https://HOST/… is
//                                               {{operator.provider_origin}}/HOST/…; all else is as it was
//   expand('https://{{client.host}}/x', definition, values, 'url')
import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const bin = process.env.GRANTRY_BIN ?? join(root, 'build', 'start');
const SECTIONS = ['token_request', 'token_response', 'exchange', 'refresh', 'redirect', 'revocation', 'identity', 'check', 'setup'];
const isMap = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

// YAML files as the product's reader reads YAML.
export async function readYaml(files) {
  const { stdout } = await run(join(bin, 'tests', 'cgi', 'print_yaml'), files, { maxBuffer: 1 << 26 });
  return stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
}

async function folder(name) {
  const files = (await readdir(join(root, 'providers', name))).filter((file) => file.endsWith('.yaml')).sort();
  return files.map((file) => join(name, file));
}

// docs/providers.md, "Shared parts": whole members, and sections member by member.
function join2(base, own) {
  const out = { ...base, ...own };
  for (const name of SECTIONS) if (isMap(base[name]) && isMap(own[name])) out[name] = { ...base[name], ...own[name] };
  return out;
}

function kindOf(name, { grantry }) {
  if (grantry.kind) return grantry.kind;
  return { datasources: 'datasource', tools: 'tool', triggers: 'trigger', models: 'model', extensions: 'extension' }[dirname(name)];
}

function definitionOf(name, document, shared) {
  const { grantry, identity } = document;
  const schema = document.oauth_schema ?? document.subscription_constructor?.oauth_schema ?? {};
  const oauth = grantry.oauth?.base ? join2(shared[grantry.oauth.base], grantry.oauth) : grantry.oauth;
  const called = identity?.name ?? document.provider ?? grantry.plugin; // models, extensions
  return { name, document, oauth, kind: kindOf(name, document), id: `${grantry.org}/${grantry.plugin}/${called}`, clientFields: schema.client_schema ?? [],
    credentialFields: (schema.credentials_schema ?? []).map((field) => field.name), derive: grantry.derive ?? {} };
}

export async function readAll() {
  const names = (await Promise.all(['datasources', 'tools', 'triggers', 'models', 'extensions'].map(folder))).flat();
  const parts = await folder('shared');
  const documents = await readYaml([...parts, ...names].map((name) => join(root, 'providers', name)));
  const shared = Object.fromEntries(parts.map((name, i) => [name.slice('shared/'.length, -'.yaml'.length), documents[i].oauth]));
  return names.map((name, i) => definitionOf(name, documents[parts.length + i], shared))
    .filter(({ id }) => !id.startsWith('grantry/sandbox/')); // the practice provider: tests/cgi
}

export const readDefinitions = async () => (await readAll()).filter(({ oauth }) => oauth);

// --- copies ---

// Members that hold an address which is asked; what is shown to people or only compared stays.
const ASKED = ['authorization_url', 'token_url', 'url'];

function behind(value, key) {
  if (typeof value === 'string') {
    if (!ASKED.includes(key)) return value;
    return `{{operator.provider_origin}}/${value.replace(/^https:\/\//, '')}`;
  }
  if (Array.isArray(value)) return value.map((item) => behind(item));
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, name === 'setup' ? item : behind(item, name)]));
}

// JSON is YAML. The shared parts are joined already.
export async function writeCopies(dir, definitions) {
  for (const definition of definitions) {
    const { document, oauth, name } = definition;
    const [org, plugin] = definition.id.split('/');
    const { api_key: key } = document.grantry;
    const grantry = { ...document.grantry, org, plugin, ...(key ? { api_key: behind(key) } : {}),
      ...(oauth ? { oauth: { ...behind(oauth), base: undefined } } : {}) };
    await mkdir(join(dir, dirname(name)), { recursive: true });
    await writeFile(join(dir, dirname(name), `${definition.id.replaceAll('/', '.')}.yaml`), JSON.stringify({ ...document, grantry }, null, 1));
  }
}

// --- templates ---

const tokenOf = (place, document) => place.split('/').slice(1).reduce((at, key) => at?.[key], document);

function derived({ from, map, ends, pointer, strip_suffix: suffixes, default: fallback }, definition, values) {
  const value = expand(from, definition, values);
  if (map) return map[value] ?? fallback;
  if (ends) return ends[Object.keys(ends).find((end) => value?.endsWith(end))] ?? fallback;
  if (pointer) return [pointer].flat().map((place) => tokenOf(place, JSON.parse(value))).find((found) => found !== undefined);
  const plain = value.replace(/\/+$/, '');
  return plain.slice(0, plain.length - (suffixes.find((end) => plain.endsWith(end)) ?? '').length);
}

// undefined: a value is missing, and there is no default. mode 'url': values are encoded, but for one that begins it.
export function expand(template, definition, values, mode = 'raw') {
  let missing = false;
  const text = String(template).replace(/\{\{(\w+)\.([\w-]+)(?:\|([^{}]*))?\}\}/g, (_, space, name, fallback, at) => {
    const rule = definition.derive[space]?.[name];
    const value = (rule ? derived(rule, definition, values) : values[space]?.[name]) || fallback;
    if (value === undefined) missing = true;
    return mode === 'url' && at > 0 ? encodeURIComponent(value) : value;
  });
  return missing ? undefined : text;
}

// Is a value missing that may be, so that what it stands in is left out?
export const isBlank = (template, definition, values) => [...String(template).matchAll(/\{\{\w+\.[\w-]+(?:\|[^{}]*)?\}\}/g)]
  .some(([one]) => expand(one, definition, values) === '');

// SPDX-License-Identifier: Apache-2.0
// docs/provider.schema.json, for editors: node tests/run/schema.mjs > docs/provider.schema.json. It is made of the
// tables by which the loader reads (struct member, words[]), so that keys, what is required and fixed words cannot be
// others; below stands only what a reader without a table takes. A reader that is not known here stops it.
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const domain = join(root, 'cgi-src', 'domain');

// --- what takes no table ---

const text = { type: ['string', 'number', 'boolean'] };
const map = (values) => ({ type: 'object', additionalProperties: values });
const list = (items) => ({ type: 'array', items, maxItems: 64 });
const either = (...anyOf) => ({ anyOf });
const id = { type: 'string', pattern: '^[a-z0-9_-]{1,64}$' };
const name = { type: 'string', pattern: '^[A-Za-z0-9_-]{1,127}$' };
const words = either(text, map(either(text, { type: 'null' })));
const pointer = { type: 'string', pattern: '^(/|$)' };
const pointers = either(pointer, list(pointer));
const seconds = { type: 'integer', minimum: 0 };
const status = either({ type: 'integer', minimum: 200, maximum: 599 }, { type: 'string', pattern: '^([2345]xx|<[0-9]{3}|[2345][0-9]{2})$' });
const statuses = either(status, list(status));
const require = { type: 'object', propertyNames: { pattern: '^/' }, additionalProperties: text };
const conditions = map(either(text, list(text)));
const url = { type: 'string', pattern: '^(https://|\\{\\{)' };
const anything = {};

const TAKES = {
  read_text: text, read_template: text, read_template_lines: text, read_plain: text, read_id: id, read_bool: { type: 'boolean' },
  read_number: { type: 'integer' }, read_words: words, read_pointer: pointer, read_pointers: pointers, read_seconds: seconds,
  read_url: url, read_early_url: url, read_late_url: url, read_token_url: url, read_help_url: url, read_base: id,
  read_headers: map(text), read_token_headers: map(text), read_query: map(text),
  read_early_params: map(text), read_late_params: map(text), read_authorize_params: map(text), read_names: map(text),
  read_texts: map(text), read_claims: map(text), read_credential: map(text), read_mint_credential: map(text),
  read_basic: { type: 'array', items: text, minItems: 2, maxItems: 2 }, read_content_type: text,
  read_errors: map({ enum: ['reauthorize', 'revoked', 'client', 'rate_limited', 'transient'] }),
  read_conditions: conditions, read_statuses: statuses, read_success: statuses, read_require: require,
  read_status: { type: 'integer', minimum: 100, maximum: 599 },
  read_token_members: map(pointers), read_keeps: map(pointers), read_default_expires: either(seconds, { const: 'never' }),
  read_pkce: either({ type: 'boolean' }, { const: 'required' }), read_separator: { type: 'string', minLength: 1, maxLength: 1 },
  read_scope_param: text, read_scope_name: text, read_param_name: text, read_code_name: text, read_grant_type: text,
  read_at_once: { type: 'integer', minimum: 1 }, read_lifetime: { type: 'integer', minimum: 1 },
  read_hosts: list(text), read_suffixes: list(text), read_pattern: text, read_sources: list(text), read_steps: list(words),
  read_sign_header: { type: 'object', properties: { 'WWW-Authenticate': text }, required: ['WWW-Authenticate'], additionalProperties: false },
  read_letter: text, read_day: text, read_kept_name: text,
};

// What stands behind a reader whose key is read elsewhere, or that hands on to others: (reader of) → schema.
const behind = (of) => ({
  'recipe_read.org': id, 'recipe_read.plugin': id,
  'recipe_read.kind': { enum: ['datasource', 'tool', 'trigger', 'model', 'extension'] },
  'recipe_read.fields': map(of('provider_fields.c', 'read_rule')),
  'recipe_read.derive': { type: 'object', additionalProperties: false,
    properties: { client: map(of('provider_fields.c', 'read_derived')), credential: map(of('provider_fields.c', 'read_derived')) } },
  'recipe_read.verified': either({ const: false }, of('provider_recipe.c', 'read_verified')),
  'recipe_read.oauth': of('provider_oauth.c', 'recipe_read_oauth'),
  'read_api_key.check': either(of('provider_check.c', 'read_check'), list(of('provider_check.c', 'read_check'))),
  'read_check.refused': list(of('provider_check.c', 'read_rule')), 'read_check.limited': list(of('provider_check.c', 'read_rule')),
  'read_request.body': anything,
  'read_mint.token_url': url,
  'read_mint.token_request': of('provider_token.c', 'read_token_request'),
  'read_mint.token_response': of('provider_token.c', 'read_token_response'),
  'read_mint.errors': TAKES.read_errors,
  'recipe_read_oauth.scopes': list(either(text, of('provider_scopes.c', 'read_scope'))),
  'recipe_read_oauth.user_scopes': list(either(text, of('provider_scopes.c', 'read_scope'))),
  'recipe_read_oauth.lookups': list(of('provider_kept.c', 'read_lookup')),
  'recipe_read_oauth.token_expired': list(of('provider_signs.c', 'read_sign')),
  'recipe_read_oauth.diagnosis': list(of('provider_signs.c', 'read_rule')),
  'recipe_read_oauth.revocation': of('provider_oauth.c', 'read_revocation_members'),
  'recipe_read_oauth.identity': of('provider_check.c', 'read_identity_recipe'),
  'recipe_read_oauth.check': either(of('provider_check.c', 'read_check'), list(of('provider_check.c', 'read_check'))),
  'read_redirect.values': map(of('provider_kept.c', 'read_value')),
  'read_token_response.parts': map(of('provider_kept.c', 'read_part')),
});
// A shared part may say what these lack.
const WITH_BASE = ['revocation', 'check'];

// --- the loader's tables ---

const quoted = (source) => [...source.matchAll(/"([^"\\]*)"/g)].map(([, word]) => word);

async function readers() {
  const found = new Map(); // "file reader" → { members: Map key → { reader, required }, words }
  for (const file of (await readdir(domain)).filter((one) => /^provider_.*\.c$/.test(one))) {
    const source = (await readFile(join(domain, file), 'utf8')).replace(/^static const struct member members\[\] = \{\n([\s\S]*?)\n\};/m,
      (_, table) => `void recipe_read_oauth(table)\n{\n\tstatic const struct member members[] = {\n${table}\n\t};\n}`);
    for (const [, reader, body] of source.matchAll(/^(?:static )?(?:void|bool) (\w+)\([^;{]*\)\n\{\n([\s\S]*?)\n\}/gm)) {
      const members = new Map();
      for (const [, table] of body.matchAll(/static const struct member \w+\[\] = \{\n([\s\S]*?)\n\t\};/g)) {
        const entries = [...table.matchAll(/(MEMBER_REQUIRED|MEMBER|SECTION)\(\s*"(\w+)",\s*(\w+)/g)].map(([, how, key, by]) => ({ key, by, must: how === 'MEMBER_REQUIRED' }));
        const plain = [...table.matchAll(/\{\s*"(\w+)",\s*(\w+),[^}]*?(true|false)\s*\}/g)].map(([, key, by, must]) => ({ key, by, must: must === 'true' }));
        for (const { key, by, must } of [...entries, ...plain]) {
          if (by !== 'read_nothing' || !members.has(key)) members.set(key, { reader: by, required: must });
        }
      }
      const fixed = body.match(/words\[\] =\s*\{([\s\S]*?)\};/);
      if (members.size > 0 || fixed) found.set(`${file} ${reader}`, { members, words: fixed && quoted(fixed[1]) });
    }
  }
  return found;
}

// --- the schema ---

export async function schema() {
  const tables = await readers(), definitions = {};
  const find = (file, reader) => {
    if (tables.has(`${file} ${reader}`)) return `${file} ${reader}`;
    return [...tables.keys()].find((key) => key.endsWith(` ${reader}`));
  };
  const define = (file, reader, lenient) => {
    const key = find(file, reader), { members } = tables.get(key);
    const label = key.replace('provider_', '').replace('.c read_', '_').replace('.c ', '_') + (lenient ? '_with_base' : '');
    if (!definitions[label]) {
      const made = definitions[label] = { type: 'object', additionalProperties: false, properties: {} };
      for (const [name_, member] of members) made.properties[name_] = nullable(take(key.split(' ')[0], reader, name_, member.reader));
      const required = [...members].filter(([, member]) => member.required).map(([one]) => one);
      if (required.length > 0 && !lenient) made.required = required;
    }
    return { $ref: `#/definitions/${label}` };
  };
  const nullable = (one) => (Object.keys(one).length === 0 ? one : either(one, { type: 'null' }));
  const take = (file, reader, key, by) => {
    const lenient = reader === 'recipe_read_oauth' && WITH_BASE.includes(key);
    const special = behind((...at) => ({ lazy: [...at, lenient] }));
    const known = special[`${reader}.${key}`];
    if (known) return resolve(known);
    if (TAKES[by]) {
      definitions[by.replace('read_', '')] = TAKES[by];
      return { $ref: `#/definitions/${by.replace('read_', '')}` };
    }
    const found = find(file, by);
    if (!found) throw new Error(`${file}: ${reader}: "${key}": nothing is known of ${by}`);
    if (tables.get(found).members.size > 0) return define(file, by);
    return { enum: tables.get(found).words };
  };
  const resolve = (one) => {
    if (Array.isArray(one)) return one.map(resolve);
    if (typeof one !== 'object' || one === null) return one;
    if (one.lazy) return define(...one.lazy);
    return Object.fromEntries(Object.entries(one).map(([key, value]) => [key, resolve(value)]));
  };

  const grantry = define('provider_recipe.c', 'recipe_read');
  definitions.recipe_recipe_read.required = ['org', 'plugin'];
  const oauth = definitions.oauth_recipe_read_oauth;
  oauth.anyOf = [{ required: ['base'] }, { required: oauth.required }]; // the base may have them
  delete oauth.required;

  const types = quoted((await readFile(join(domain, 'provider_schema.c'), 'utf8')).match(/field_words\[\] = \{([\s\S]*?)\};/)[1]);
  definitions.field = {
    type: 'object', required: ['type'],
    properties: { name, variable: name, type: { enum: types }, required: { type: 'boolean' }, label: words, help: words, placeholder: words,
      default: anything, url: { type: 'string' }, multiple: { type: 'boolean' }, scope: text,
      options: list({ type: 'object', required: ['value'], properties: { value: text, label: words } }),
      show_on: list({ type: 'object', required: ['variable', 'value'], properties: { variable: name, value: text } }) },
  };
  const field = { $ref: '#/definitions/field' };
  const fields = either(list({ allOf: [field, either({ required: ['name'] }, { required: ['variable'] })] }),
    { ...map(field), propertyNames: name }, { type: 'null' });
  const oauthSchema = nullable({ type: 'object', properties: { client_schema: fields, credentials_schema: fields } });
  const ways = { credentials_schema: fields, credentials_for_provider: fields, oauth_schema: oauthSchema };
  const form = nullable({ type: 'object', properties: { credential_form_schemas: fields } });
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Provider definition of Grantry',
    description: 'Made by tests/run/schema.mjs of the tables by which the loader reads.',
    type: 'object',
    anyOf: [{ required: ['identity'] }, { required: ['provider'] }],
    properties: {
      identity: { type: 'object', required: ['name'], properties: { name: id, author: text, label: words, description: words } },
      provider: id, label: words, description: words, ...ways,
      subscription_constructor: nullable({ type: 'object', properties: ways }), subscription_schema: fields,
      provider_credential_schema: form, model_credential_schema: form, supported_model_types: list(text), settings: fields,
      grantry,
    },
    definitions,
  };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) console.log(JSON.stringify(await schema(), null, 1));

// SPDX-License-Identifier: Apache-2.0
// Every route × every role × every id, generated from the route tables (security E1, R57, R75, R84-R86, D1, D15, D22):
// own ids answer as the policy says; a foreign, deleted or malformed id answers byte for byte as one that never was;
// nothing of the other tenant changes. A route or a parameter that is not described below fails the first test.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { database, hexOf, uuidOf } from '../run/database.mjs';
import { startStack } from '../run/stack.mjs';
import { PASSWORD, SANDBOX, Visitor, exchange, multipart, sandbox, signedIn } from './visitor.mjs';

const LINK = '/connect/:org/:plugin/:provider'; // also of four segments that nobody meant so
const DESCRIPTION = JSON.stringify({ openapi: '3.0.3', info: { title: 'Shop', version: '1' }, servers: [{ url: 'https://api.example' }],
  paths: { '/orders': { get: { operationId: 'listOrders', responses: {} } } }, security: [{ key: [] }],
  components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-Key' } } } });
const RETURN_TO = 'https://editor.example/pipelines/7';
const OTHER_PROVIDER = 'grantry/notion_datasource/notion_datasource';

// What a segment of a pattern stands for; "provider" is three of them.
const PATH_IDS = { section: 'section', org: 'provider', plugin: 'provider', provider: 'provider', credential: 'credential', flow: 'flow',
  key: 'key', webhook: 'webhook', delivery: 'delivery', request: 'request',
  kind: 'kind', context: 'context', before: 'before', app: 'app', tool: 'tool', draft: 'draft', operation: 'operation', item: 'item' };

// Each route: the status for one's own ids with a role that may; ids outside of the path; the rest of the form.
// fresh: the own case uses up its session, so it gets one. needs: what the own case has to find.
const version = (target) => ({ version: target.version ?? '1' });
const ROUTES = {
  'GET /sign-in': { own: 303, nobody: 200 },
  'POST /sign-in': { own: 303, nobody: 303, fresh: true, form: (t) => ({ email: t.email, password: PASSWORD }) },
  'POST /csp-report': { own: 204, nobody: 204 },
  'POST /sign-out': { own: 303, fresh: true },
  'GET /password': { own: 200 },
  'POST /password': { own: 403, form: () => ({ password: 'a whole new long one', password_again: 'a whole new long one' }) },
  'POST /workspace': { own: 303, fresh: true, formIds: { workspace: 'workspace' } },
  'POST /language': { own: 303, form: () => ({ language: 'en_US', next: '/members' }) },
  'GET /': { own: 303 },
  'GET /data-sources': { own: 200 },
  'GET /tools': { own: 200 },
  'GET /members': { own: 200 },
  'GET /system': { own: 200 },
  'POST /system': { own: [200, 429] },
  'GET /self-test': { own: 404, nobody: 404 },
  'GET /:before/connect/self-test': { own: 404, nobody: 404 },
  'GET /connect/self-test': { own: 404, nobody: 404 },
  'GET /runtime-keys': { own: 200 },
  'GET /runtime-keys/add': { own: 200 },
  'POST /runtime-keys/add': { own: 200, form: () => ({ name: `key ${randomUUID()}`, scope: 'all', verb: 'list' }) },
  'GET /runtime-keys/:key/revoke': { own: 200 },
  'POST /runtime-keys/:key/revoke': { own: 303 },
  'GET /webhooks': { own: 200 },
  'GET /webhooks/add': { own: 200 },
  'POST /webhooks/add': { own: 200, form: () => ({ url: `https://receiver.example/${randomUUID()}` }) },
  'GET /webhooks/:webhook/remove': { own: 200 },
  'POST /webhooks/:webhook/remove': { own: 303 },
  'POST /webhooks/:webhook/test': { own: 303 },
  'POST /webhooks/deliveries/:delivery/send-again': { own: 303 },
  'GET /api-tools': { own: 200 },
  'GET /api-tools/new': { own: 200 },
  'POST /api-tools/new': { own: 303, form: () => ({ text: DESCRIPTION }) },
  'POST /api-tools/check': { own: 200, form: () => ({ text: DESCRIPTION }) },
  'GET /api-tools/drafts/:draft=UUID': { own: 200 },
  'POST /api-tools/drafts/:draft=UUID': { own: 303, form: () => ({ name: `tool ${randomUUID()}`, server: 'https://api.example', save: '1' }) },
  'POST /api-tools/drafts/:draft=UUID/discard': { own: 303 },
  'GET /api-tools/:tool=UUID': { own: 200 },
  'POST /api-tools/:tool=UUID/operations': { own: 303, form: () => ({ all: 'on' }) },
  'GET /api-tools/:tool=UUID/operations/:operation': { own: 200 },
  'POST /api-tools/:tool=UUID/operations/:operation': { own: [200, 422], form: () => ({ preview: '1' }) },
  'GET /api-tools/:tool=UUID/edit': { own: 200 },
  'POST /api-tools/:tool=UUID/edit': { own: 303, form: (t) => ({ ...version(t), name: `tool ${randomUUID()}`, server: 'https://api.example' }) },
  'GET /api-tools/:tool=UUID/import': { own: 200 },
  'POST /api-tools/:tool=UUID/import': { own: 303, form: () => ({ text: DESCRIPTION }) },
  'GET /api-tools/:tool=UUID/delete': { own: 200 },
  'POST /api-tools/:tool=UUID/delete': { own: 303, form: version },
  'GET /api-tools/:tool=UUID/authorization': { own: 200 },
  'GET /api-tools/:tool=UUID/authorization/add': { own: 200, query: { type: 'authType' } },
  'POST /api-tools/:tool=UUID/authorization/add': { own: 303, query: { type: 'authType' }, form: (t) => ({ ...version(t), name: 'X-Tenant', 'a2.value': 'v' }) },
  'GET /api-tools/:tool=UUID/authorization/items/:item': { own: 200 },
  'POST /api-tools/:tool=UUID/authorization/items/:item': { own: 303, form: (t) => ({ ...version(t), in: 'header', name: 'X-Key', prefix: '', 'a1.value': 'v' }) },
  'POST /api-tools/:tool=UUID/authorization/items/:item/remove': { own: 303, form: version },
  'GET /api-tools/:tool=UUID/authorization/oauth2': { own: 200 },
  'POST /api-tools/:tool=UUID/authorization/oauth2': { own: 303, form: (t) => ({ ...version(t), grant: 'client_credentials',
    token_url: 'https://id.example/token', send_name: 'Authorization', send_prefix: 'Bearer ' }) },
  'POST /api-tools/:tool=UUID/authorization/oauth2/remove': { own: 303, form: version },
  'GET /:section=data-sources|tools/:org/:plugin/:provider': { own: 200 },
  'GET /:section=data-sources|tools/:org/:plugin/:provider/api-key': { own: 200 },
  'POST /:section=data-sources|tools/:org/:plugin/:provider/api-key': { own: 303, form: () => ({ name: '', 'field.api_key': 'sbx-good-key' }) },
  'GET /:section=data-sources|tools/:org/:plugin/:provider/client': { own: 200 },
  'POST /:section=data-sources|tools/:org/:plugin/:provider/client': { own: 303, needs: 'no client',
    form: () => ({ client: 'custom', then: 'save', version: '0', 'field.client_id': 'c', 'field.client_secret': 's' }) },
  'GET /:section=data-sources|tools/:org/:plugin/:provider/client/remove': { own: 200, needs: 'client' },
  'POST /:section=data-sources|tools/:org/:plugin/:provider/client/remove': { own: 303, needs: 'client', form: version },
  'GET /:section=data-sources|tools/:org/:plugin/:provider/credentials/:credential/edit': { own: 200, needs: 'api key' },
  'POST /:section=data-sources|tools/:org/:plugin/:provider/credentials/:credential/edit': { own: 303, needs: 'api key',
    form: (t) => ({ ...version(t), name: `edited ${randomUUID()}`, 'field.api_key': 'sbx-ben-key' }) },
  'POST /:section=data-sources|tools/:org/:plugin/:provider/credentials/:credential/default': { own: 303 },
  'GET /:section=data-sources|tools/:org/:plugin/:provider/credentials/:credential/rename': { own: 200 },
  'POST /:section=data-sources|tools/:org/:plugin/:provider/credentials/:credential/rename': { own: 303,
    form: (t) => ({ ...version(t), name: `renamed ${randomUUID()}` }) },
  'GET /:section=data-sources|tools/:org/:plugin/:provider/credentials/:credential/delete': { own: 200 },
  'POST /:section=data-sources|tools/:org/:plugin/:provider/credentials/:credential/delete': { own: 303, form: version },
  'POST /:section=data-sources|tools/:org/:plugin/:provider/credentials/:credential/test': { own: 200 },
  'GET /:section=data-sources|tools/:org/:plugin/:provider/credentials/:credential/scopes': { own: 200 },
  'GET /:section=data-sources|tools/:org/:plugin/:provider/credentials/:credential/disable': { own: 200 },
  'POST /:section=data-sources|tools/:org/:plugin/:provider/credentials/:credential/disable': { own: 303, form: version },
  'POST /:section=data-sources|tools/:org/:plugin/:provider/credentials/:credential/enable': { own: 303, needs: 'disabled', form: version },
  'GET /connect/:section=data-sources|tools/:org/:plugin/:provider': { own: 200, queryIds: { credential: 'credential' } },
  'POST /connect/:section=data-sources|tools/:org/:plugin/:provider': { own: 200, queryIds: { credential: 'credential' } },
  'GET /connect/:org/:plugin/:provider': { own: 303, query: { return_to: 'returnTo' } },
  'GET /connect/returns/:request': { own: 200 },
  'GET /connect/flows/:flow': { own: 200 },
  'POST /connect/flows/:flow': { own: 303, needs: 'two accounts', form: (t) => ({ ...version(t), old_version: t.oldVersion ?? '1' }) },
  'GET /console/api/oauth/plugin/:org/:plugin/:provider/:kind/callback': { own: 303, nobody: 400, queryIds: { state: 'state' },
    query: { code: 'code', iss: 'iss' } },
  // The providers of this stack have no context, so nothing is right here; tried with an own state all the same.
  'GET /console/api/oauth/plugin/:org/:plugin/:provider/:kind/callback/:context': { own: 400, nobody: 400,
    queryIds: { state: 'state' }, query: { code: 'code', iss: 'iss' } },
  // These ask for a runtime key, which no person here has; with keys: handout.test.mjs and runtime-*.test.mjs.
  'GET /api/v1/credentials': { own: 401, nobody: 401 },
  'GET /api/v1/credentials/:credential': { own: 401, nobody: 401 },
  'GET /api/v1/credential': { own: 401, nobody: 401, queryIds: { reference: 'provider' } },
  'POST /api/v1/credentials/:credential/rejected': { own: 401, nobody: 401 },
  'GET /api/v1/credentials/:org/:plugin/:provider': { own: 401, nobody: 401, queryIds: { credential: 'credential' } },
  'POST /api/v1/api-tools/:tool/operations/:operation': { own: 401, nobody: 401 },
  'GET /api/v1/registry': { own: 401, nobody: 401 },
  'PUT /api/v1/registry': { own: 401, nobody: 401 },
  'GET /api/v1/apps/:app/tools': { own: 401, nobody: 401 },
  'PUT /api/v1/apps/:app/tools': { own: 401, nobody: 401 },
  'GET /api/v1/api-tools': { own: 401, nobody: 401 },
  'GET /api/v1/api-tools/:tool': { own: 401, nobody: 401 },
  'GET /api/v1/workspace': { own: 401, nobody: 401 },
  'GET /api/v1/connect-requests/:request': { own: 401, nobody: 401 },
  'GET /api/health': { own: 200, nobody: 200 },
  'GET /api/ready': { own: 200, nobody: 200 },
};

// The ids of each kind that must answer as one that never was. "other": another person's in the same tenant.
const HIDDEN = {
  provider: ['unknown', 'malformed'], // a tenant owns those of its API tools alone: below
  section: ['elsewhere'], // any other word is no route
  credential: ['unknown', 'foreign', 'deleted', 'malformed', 'elsewhere'],
  flow: ['unknown', 'foreign', 'deleted', 'malformed', 'other'],
  key: ['unknown', 'foreign', 'deleted', 'malformed'],
  webhook: ['unknown', 'foreign', 'deleted', 'malformed'],
  request: ['unknown', 'foreign', 'deleted', 'malformed', 'other'],
  delivery: ['unknown', 'foreign', 'deleted', 'malformed'],
  workspace: ['unknown', 'foreign', 'deleted', 'malformed'],
  state: ['unknown', 'foreign', 'deleted', 'malformed', 'other'],
  kind: ['unknown', 'malformed'],
  context: ['unknown', 'foreign', 'malformed'],
  before: [], // whatever stands there
  // what has not the form of an identifier is no route
  tool: ['unknown', 'foreign', 'deleted'],
  draft: ['unknown', 'foreign', 'deleted', 'other'],
  operation: ['unknown', 'malformed'],
  item: ['unknown', 'malformed'],
  app: [], // a runtime's own word; whose it is, its key says: app-tools.test.mjs
};
const MALFORMED = ['x', 'ffffffff-ffff-4fff-8fff-fffffffffff', 'ffffffff-ffff-4fff-8fff-ffffffffffffff', "' OR 1=1 -- ",
  'Ã¼', 'null', '0', '-1', '$%7B1%7D'];

const ROLES = ['owner', 'admin', 'editor', 'member'];
const EMAILS = { owner: 'ada@acme.test', admin: 'amy@acme.test', editor: 'edi@acme.test', member: 'ben@acme.test' };

let stack, db, routes, foreignTenant, foreignBefore;
const people = {}; // role → Visitor
let olga, eve;     // another owner of the same workspace; the owner of another one
const shared = {}; // ids that several tests use and none may change

const keyOf = (route) => `${route.method} ${route.path}`;
const entryOf = (route) => ROUTES[keyOf(route)];
const segments = (path) => path.split('/').filter((s) => s.startsWith(':')).map((s) => s.slice(1).split('=')[0]);

function idsOf(route) {
  const entry = entryOf(route);
  const kinds = [...segments(route.path).map((name) => PATH_IDS[name]), ...Object.values(entry.queryIds ?? {}),
    ...Object.values(entry.formIds ?? {})];
  return [...new Set(kinds)];
}

// A route with every id filled in: what to send.
function fill(route, target) {
  const entry = entryOf(route);
  const [org, plugin, provider] = target.provider.split('/');
  const values = { ...target, org, plugin, provider };
  const path = route.path.replace(/:([a-z]+)(=[^/]*)?/g, (_, name) => encodeURIComponent(values[name]).replaceAll('%24%257B1%257D', '$%7B1%7D'));
  const query = new URLSearchParams();
  for (const [name, kind] of Object.entries({ ...entry.queryIds, ...entry.query })) if (target[kind]) query.set(name, target[kind]);
  const form = { ...entry.form?.(target) };
  for (const [name, kind] of Object.entries(entry.formIds ?? {})) form[name] = target[kind];
  return { path: query.size ? `${path}?${query}` : path, form };
}

async function call(visitor, route, target, { form: more, headers = {}, path: other } = {}) {
  const { path, form } = fill(route, target);
  if (route.method === 'GET') return visitor.get(other ?? path, { headers });
  if (route.body === 'csp-report')
    return visitor.send(path, { method: 'POST', body: '{}', headers: { 'content-type': 'application/csp-report', ...headers } });
  if (route.body === 'json')
    return visitor.send(path, { method: route.method, body: '{}', headers: { 'content-type': 'application/json', 'content-length': '2', ...headers } });
  return sendForm(visitor, route, other ?? path, { csrf: visitor.token, ...form, ...more }, { headers });
}

// As the route takes it: with files or without.
const sendForm = (visitor, route, path, form, options) =>
  route.body === 'upload' ? visitor.upload(path, form, options) : visitor.post(path, form, options);

// All that the reader of an answer can compare. The web server closes a connection after so many requests.
const bytes = (page) =>
  [page.status, page.rawHeaders.join('\n').replace(/^Date\n.*$/m, 'Date').replace(/^Connection\nclose\n/m, ''), page.raw.toString('latin1')].join('\n');

async function signInAgain(email) {
  const visitor = new Visitor(stack);
  await visitor.signIn(email);
  visitor.token = await visitor.csrf();
  return visitor;
}

async function newcomer(email, name, role, ...tenants) {
  for (const tenant of tenants) await stack.operator('user', 'add', email, '--name', name, '--tenant', tenant, '--role', role);
  return email;
}

// A stranger without a session; the form cookie is fixed, so that answers can be compared.
async function stranger() {
  const visitor = new Visitor(stack);
  const page = await visitor.get('/sign-in');
  visitor.token = page.text.match(/name="csrf" value="([^"]*)"/)[1];
  return visitor;
}

// What connecting leaves: a credential and the flow that brought it.
async function connected(visitor) {
  const { callback } = await visitor.connect();
  assert.equal(callback.status, 303);
  const flow = callback.location.split('/').pop();
  const [[credential]] = await db.rows(`SELECT HEX(result_id) FROM oauth_flows WHERE id = X'${hexOf(flow)}'`);
  return { flow, credential: uuidOf(credential) };
}

// The flow of a renewal that another account answered.
async function otherAccount(visitor) {
  const { credential } = await connected(visitor);
  const { callback } = await visitor.connect('mei', SANDBOX, `?credential=${credential}`);
  return callback.location.split('/').pop();
}

async function apiKey(visitor) {
  const known = await visitor.credentials();
  assert.equal((await visitor.addApiKey()).status, 303);
  return (await visitor.credentials()).find((id) => !known.includes(id));
}

// A runtime key, a webhook and a dead letter of it, of that visitor's workspace. What is dead waits for a person.
async function runtimeThings(visitor) {
  const csrf = visitor.token, url = `https://receiver.example/${randomUUID()}`, name = `key ${randomUUID()}`;
  assert.equal((await visitor.post('/runtime-keys/add', { csrf, name, scope: 'all', verb: 'list' })).status, 200);
  assert.equal((await visitor.post('/webhooks/add', { csrf, url })).status, 200);
  const [[key]] = await db.rows(`SELECT HEX(id) FROM runtime_keys WHERE name = '${name}'`);
  const [[tenant, webhook]] = await db.rows(`SELECT HEX(tenant_id), HEX(id) FROM webhooks WHERE url = '${url}'`);
  const delivery = randomUUID();
  await db.run(`INSERT INTO webhook_deliveries (tenant_id, id, webhook_id, event_id, body, state, created_at, finished_at)
    VALUES (X'${tenant}', X'${hexOf(delivery)}', X'${webhook}', X'${hexOf(randomUUID())}', '{}', 'dead', UNIX_TIMESTAMP(), UNIX_TIMESTAMP())`);
  return { key: uuidOf(key), webhook: uuidOf(webhook), delivery };
}

// What an import leaves; and the API tool that is made of it, with one authorization method.
async function apiDraft(visitor) {
  const page = await visitor.upload('/api-tools/new', { csrf: visitor.token, text: DESCRIPTION });
  assert.equal(page.status, 303);
  return page.location.split('/').pop();
}
async function apiTool(visitor) {
  const draft = await apiDraft(visitor);
  const page = await visitor.upload(`/api-tools/drafts/${draft}`, { csrf: visitor.token, name: `tool ${randomUUID()}`, server: 'https://api.example', scheme0: '1', save: '1' });
  assert.equal(page.status, 303);
  return draft; // its id is the tool's
}

// A request to connect that an editor made of a visitor.
async function connectRequest(visitor) {
  const { location } = await visitor.get(`/connect/${SANDBOX}?${new URLSearchParams({ return_to: RETURN_TO })}`);
  return new URL(location, stack.address).searchParams.get('request');
}

// The OAuth 2.0 of an API tool is a provider of its workspace.
async function apiToolDefinition(tenant) {
  const id = randomUUID(), at = `https://${id}.example`;
  const definition = { identity: { author: 'api-tools', name: 'oauth2', label: { en_US: 'Tool' } },
    oauth_schema: { client_schema: [{ name: 'client_id', type: 'text-input', required: true, label: { en_US: 'Client ID' } }] },
    grantry: { org: 'api-tools', plugin: id, oauth: { authorization_url: at, token_url: at, token_request: { client_auth: 'none' } } } };
  await db.run(`INSERT INTO tool_api_providers (id, name, tenant_id, user_id, icon, \`schema\`, schema_type_str, tools_str, credentials_str,
    description, auth_definition, secret_rev, version, created_at, updated_at) VALUES (X'${hexOf(id)}', 'Tool ${id}', X'${tenant}', X'${hexOf(id)}',
    '{}', '{}', 'openapi', '[]', '', '', '${JSON.stringify(definition)}', 1, 1, 1, 1)`);
  return `api-tools/${id}/oauth2`;
}

// An authorization response that waits to be brought: { state, code, iss }.
async function response(visitor) {
  const { url } = await visitor.allowAccess();
  return Object.fromEntries(new URL(await visitor.authorize(url)).searchParams);
}

async function dropClient() {
  await db.run('DELETE FROM datasource_oauth_tenant_params');
}

// A target whose ids are all the actor's own, made for one request.
async function ownTarget(role, visitor, route) {
  const target = { section: 'data-sources', returnTo: RETURN_TO, provider: SANDBOX, email: EMAILS[role], kind: 'datasource', context: shared.context, workspace: shared.labs,
    operation: 'listOrders', item: 'a1', authType: 'header' };
  const kinds = idsOf(route), { needs } = entryOf(route), may = route.roles.includes(role);
  if (needs === 'client' && may) await people.owner.useCustomClient();
  if (needs === 'no client') await dropClient();
  if (kinds.includes('credential'))
    target.credential = needs === 'api key' ? await apiKey(may ? visitor : people.owner) : (await connected(visitor)).credential;
  if (kinds.includes('flow')) target.flow = needs === 'two accounts' ? await otherAccount(visitor) : (await connected(visitor)).flow;
  if (needs === 'disabled') await db.run(`UPDATE provider_credentials SET state = 'disabled' WHERE id = X'${hexOf(target.credential)}'`);
  if (kinds.includes('state')) Object.assign(target, await response(visitor));
  if (kinds.some((kind) => ['key', 'webhook', 'delivery'].includes(kind))) Object.assign(target, await runtimeThings(people.owner));
  if (kinds.includes('request')) target.request = await connectRequest(visitor);
  if (kinds.includes('draft')) target.draft = await apiDraft(may ? visitor : people.owner);
  if (kinds.includes('tool')) {
    target.tool = await apiTool(people.owner);
    target.version = String((await db.rows(`SELECT version FROM tool_api_providers WHERE id = X'${hexOf(target.tool)}'`))[0][0]);
  }
  return target;
}

// What the own ids of one route left: its client, and messages that would change while the next is looked at.
async function tidy() {
  await dropClient();
  await db.run(`DELETE FROM webhooks WHERE id NOT IN (X'${hexOf(shared.own.webhook)}', X'${hexOf(shared.foreign.webhook)}')`);
  await db.run("DELETE FROM webhook_deliveries WHERE state <> 'dead'");
}

// As own, but nothing is made: good enough where the request is to be refused anyway.
const plainTarget = (role) => ({ section: 'data-sources', provider: SANDBOX, email: EMAILS[role] ?? '', kind: 'datasource', context: shared.context,
  workspace: shared.labs, credential: shared.own.credential, flow: shared.own.flow, key: shared.own.key, webhook: shared.own.webhook,
  delivery: shared.own.delivery, request: shared.own.request, returnTo: RETURN_TO, state: shared.used, code: 'c', iss: stack.sandbox,
  tool: shared.own.tool, draft: shared.own.draft, operation: 'listOrders', item: 'a1', authType: 'header' });

// One id replaced; several targets, as there are several ways to be malformed.
function hiddenTargets(role, kind, variant) {
  const base = plainTarget(role);
  // a good credential beside, so that only the id in question is wrong
  if (kind !== 'credential') base.credential = shared.byRole[role].credential;
  if (variant === 'malformed') return MALFORMED.map((text) => ({ ...base, [kind]: kind === 'provider' ? `grantry/sandbox/${text}` : text }));
  if (kind === 'credential' && variant === 'elsewhere') return [{ ...base, provider: OTHER_PROVIDER, credential: base.credential }];
  const values = {
    section: { elsewhere: 'tools' },
    provider: { unknown: 'grantry/sandbox/nothing' },
    credential: { unknown: randomUUID(), foreign: shared.foreign.credential, deleted: shared.deleted.credential },
    flow: { unknown: randomUUID(), foreign: shared.foreign.flow, deleted: shared.deleted.flow, other: shared.other.flow },
    ...Object.fromEntries(['key', 'webhook', 'delivery'].map((one) =>
      [one, { unknown: randomUUID(), foreign: shared.foreign[one], deleted: shared.deleted[one] }])),
    request: { unknown: randomUUID(), foreign: shared.foreign.request, deleted: shared.deleted.request, other: shared.other.request },
    workspace: { unknown: randomUUID(), foreign: uuidOf(foreignTenant), deleted: shared.left },
    state: { unknown: Buffer.from(randomUUID().slice(0, 32)).toString('base64url'), foreign: shared.foreign.state,
      deleted: shared.used, other: shared.other.state },
    kind: { unknown: 'tool' },
    tool: { unknown: randomUUID(), foreign: shared.foreign.tool, deleted: shared.deleted.tool },
    draft: { unknown: randomUUID(), foreign: shared.foreign.draft, deleted: shared.deleted.draft, other: shared.other.draft },
    operation: { unknown: 'nothing' },
    item: { unknown: 'a9' },
    context: { unknown: 'ffffffffffffffffffffffffffffffff', foreign: hexOf(uuidOf(foreignTenant)).toLowerCase() },
  };
  return [{ ...base, [kind]: values[kind][variant] }];
}

before(async () => {
  stack = await startStack({ conf: `connect_return = ${new URL(RETURN_TO).origin}` });
  db = database(stack);
  await sandbox(stack).ctl({ settings: { code_ttl_s: 3600 } }); // what is begun first is finished last
  const run = promisify(execFile), program = 'tests/cgi/print_routes';
  await run('make', ['-s', '-C', stack.bin, program]);
  routes = (await run(join(stack.bin, program), [], { env: { ...process.env, ASAN_OPTIONS: 'detect_leaks=0' } })).stdout
    .trim().split('\n').map((line) => JSON.parse(line));

  await stack.operator('tenant', 'add', 'Globex');
  await stack.operator('tenant', 'add', 'Left behind');
  await newcomer(EMAILS.admin, 'Amy', 'admin', 'Acme Research', 'Acme Labs', 'Left behind');
  await newcomer(EMAILS.editor, 'Edi', 'editor', 'Acme Research', 'Acme Labs', 'Left behind');
  await newcomer(EMAILS.member, 'Ben', 'member', 'Acme Labs', 'Left behind');
  await newcomer(EMAILS.owner, 'Ada', 'owner', 'Left behind');
  for (const email of Object.values(EMAILS)) await stack.operator('user', 'remove', email, '--tenant', 'Left behind');
  await newcomer('olga@acme.test', 'Olga', 'owner', 'Acme Research');
  await newcomer('eve@globex.test', 'Eve', 'owner', 'Globex');
  [[foreignTenant]] = await db.rows("SELECT HEX(id) FROM tenants WHERE name = 'Globex'");
  shared.labs = uuidOf((await db.rows("SELECT HEX(id) FROM tenants WHERE name = 'Acme Labs'"))[0][0]);
  shared.left = uuidOf((await db.rows("SELECT HEX(id) FROM tenants WHERE name = 'Left behind'"))[0][0]);
  shared.context = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';

  // who signs in enters the workspace that they joined first
  await db.run("UPDATE tenant_members SET created_at = 1 WHERE tenant_id = (SELECT id FROM tenants WHERE name = 'Acme Research')");

  for (const role of ROLES) people[role] = await signedIn(stack, EMAILS[role]);
  olga = await signedIn(stack, 'olga@acme.test');
  eve = await signedIn(stack, 'eve@globex.test');
  for (const visitor of [...Object.values(people), olga, eve]) visitor.token = await visitor.csrf();

  shared.own = { ...(await connected(people.owner)), ...(await runtimeThings(people.owner)), request: await connectRequest(people.owner) };
  shared.byRole = {};
  for (const role of ROLES) shared.byRole[role] = await connected(people[role]);
  shared.other = { ...(await connected(olga)), ...(await response(olga)), request: await connectRequest(olga) };
  shared.foreign = { ...(await connected(eve)), ...(await response(eve)), ...(await runtimeThings(eve)), request: await connectRequest(eve) };
  await apiKey(eve);
  for (const [whose, visitor] of [['own', people.owner], ['foreign', eve], ['deleted', people.owner]])
    Object.assign(shared[whose] ??= {}, { tool: await apiTool(visitor), draft: await apiDraft(visitor) });
  shared.other.draft = await apiDraft(olga);
  const used = await response(people.owner);
  await people.owner.get(`/console/api/oauth/plugin/${SANDBOX}/datasource/callback?${new URLSearchParams(used)}`);
  shared.used = used.state;
  shared.deleted = { ...shared.deleted, ...(await connected(people.owner)), ...(await runtimeThings(people.owner)), request: await connectRequest(people.owner) };
  await db.run(`DELETE FROM connect_requests WHERE id = X'${hexOf(shared.deleted.request)}'`);
  await people.owner.post(`/runtime-keys/${shared.deleted.key}/revoke`, { csrf: people.owner.token });
  await people.owner.post(`/webhooks/${shared.deleted.webhook}/remove`, { csrf: people.owner.token });
  await db.run(`DELETE FROM oauth_flows WHERE id = X'${hexOf(shared.deleted.flow)}'`);
  await people.owner.submit(await people.owner.get(`/api-tools/${shared.deleted.tool}/delete`), {}, '/delete');
  await people.owner.post(`/api-tools/drafts/${shared.deleted.draft}/discard`, { csrf: people.owner.token });
  await people.owner.submit(await people.owner.get(`/data-sources/${SANDBOX}/credentials/${shared.deleted.credential}/delete`), {}, '/delete');
  shared.foreign.definition = await apiToolDefinition(foreignTenant);
  shared.own.definition = await apiToolDefinition((await db.rows("SELECT HEX(id) FROM tenants WHERE name = 'Acme Research'"))[0][0]);
  foreignBefore = await db.of(foreignTenant);
});
after(() => stack?.stop());

test('every route is described here, and nothing else is', () => {
  assert.deepEqual(routes.map(keyOf).sort(), Object.keys(ROUTES).sort());
  for (const route of routes)
    for (const name of segments(route.path)) assert.ok(PATH_IDS[name], `${route.path}: how is :${name} filled?`);
});

test('without a session: 401, whatever the id', async () => {
  const nobody = await stranger();
  const still = await db.state();
  for (const route of routes) {
    const { nobody: wanted } = entryOf(route);
    if (wanted === 303) continue; // signing in changes things; see the own ids
    const seen = new Map();
    for (const kind of [null, ...idsOf(route)]) {
      for (const variant of kind ? ['own', ...HIDDEN[kind]] : ['own']) {
        for (const target of variant === 'own' ? [plainTarget('owner')] : hiddenTargets('owner', kind, variant)) {
          const page = await call(nobody, route, target);
          assert.equal(page.status, wanted ?? 401, `${keyOf(route)} ${kind} ${variant}`);
          // the sign-in page remembers the address that was asked for, which is the asker's own
          seen.set(bytes(page).replace(/name="next" value="[^"]*"/, '').replace(/^Content-Length\n\d+$/m, ''), `${kind} ${variant}`);
        }
      }
    }
    assert.equal(seen.size, 1, `${keyOf(route)} tells ids apart: ${[...seen.values()]}`);
  }
  assert.equal(await db.state(), still);
});

for (const role of ROLES) {
  test(`${role}: an id that is not theirs answers as one that never was, and changes nothing`, async () => {
    for (const route of routes) {
      const may = route.gate !== 'session' || route.roles.includes(role);
      const still = await db.state();
      for (const kind of idsOf(route)) {
        let unknown;
        for (const variant of HIDDEN[kind]) {
          for (const target of hiddenTargets(role, kind, variant)) {
            const page = await call(people[role], route, target);
            const what = `${keyOf(route)} as ${role}: ${kind} ${variant} ${target[kind]}`;
            assert.equal(page.status, !may ? 403 : ({ callback: 400, key: 401 })[route.gate] ?? 404, what);
            unknown ??= bytes(page);
            assert.equal(bytes(page), unknown, what);
          }
        }
      }
      assert.equal(await db.state(), still, `${keyOf(route)} as ${role} changed something`);
    }
  });

  test(`${role}: an API tool of another workspace answers as one that never was`, async () => {
    for (const route of routes.filter((one) => idsOf(one).includes('provider'))) {
      const of = (provider) => call(people[role], route, { ...plainTarget(role), section: 'tools', kind: 'tool', provider });
      const still = await db.state();
      const foreign = await of(shared.foreign.definition);
      assert.equal(bytes(foreign), bytes(await of(`api-tools/${randomUUID()}/oauth2`)), `${keyOf(route)} as ${role}`);
      assert.ok([400, 401, 403, 404].includes(foreign.status), `${keyOf(route)} as ${role}`);
      assert.equal(await db.state(), still, `${keyOf(route)} as ${role} changed something`);
    }
    assert.equal((await people[role].get(`/tools/${shared.own.definition}`)).status, 200);
  });

  test(`${role}: own ids answer as the policy says`, async () => {
    for (const route of routes) {
      const entry = entryOf(route);
      const visitor = entry.fresh ? await signInAgain(EMAILS[role]) : people[role];
      const target = await ownTarget(role, visitor, route);
      const may = route.gate !== 'session' || route.roles.includes(role);
      const still = may ? '' : await db.state();
      const page = await call(visitor, route, target);
      assert.ok([may ? entry.own : 403].flat().includes(page.status), `${keyOf(route)} as ${role}: ${page.status}`);
      if (!may) assert.equal(await db.state(), still, `${keyOf(route)} as ${role} changed something`);
      await tidy();
    }
  });

  test(`${role}: another person's authorization, in the same workspace`, async () => {
    const manages = role !== 'member';
    for (const route of routes) {
      if (!idsOf(route).includes('credential') || entryOf(route).needs) continue;
      const { credential } = await connected(olga);
      const still = await db.state();
      const page = await call(people[role], route, { ...plainTarget(role), credential });
      const may = manages && (route.gate !== 'session' || route.roles.includes(role));
      const right = [may || route.gate === 'key' ? entryOf(route).own : 403].flat();
      assert.ok(right.includes(page.status), `${keyOf(route)} as ${role}: ${page.status}`);
      if (!may) assert.equal(await db.state(), still, `${keyOf(route)} as ${role} changed something`);
      await tidy();
    }
  });
}

test('every POST without its own CSRF token: 403, nothing changed (D1)', async () => {
  const strange = await stranger();
  for (const route of routes.filter((r) => r.method === 'POST' && r.gate !== 'report' && r.gate !== 'key')) {
    for (const role of [...ROLES, 'nobody']) {
      if (role === 'nobody' && route.gate === 'session') continue; // 401, above
      const visitor = people[role] ?? strange;
      const target = plainTarget(role), { form, path } = fill(route, target);
      const join_ = path.includes('?') ? '&' : '?';
      const still = await db.state();
      const tries = {
        none: { form },
        empty: { form: { ...form, csrf: '' } },
        truncated: { form: { ...form, csrf: visitor.token.slice(0, -1) } },
        longer: { form: { ...form, csrf: `${visitor.token}A` } },
        'of another session': { form: { ...form, csrf: olga.token } },
        'in the query': { form, path: `${path}${join_}csrf=${visitor.token}` },
        'in a cookie': { form, headers: { cookie: `${Object.entries(visitor.cookies).map(([k, v]) => `${k}=${v}`).join('; ')}; csrf=${visitor.token}` } },
        'in a header': { form, headers: { 'x-csrf-token': visitor.token } },
        'in another case': { form: { ...form, CSRF: visitor.token } },
      };
      for (const [what, { form: sent, path: where = path, headers }] of Object.entries(tries)) {
        const page = await sendForm(visitor, route, where, sent, { headers });
        assert.equal(page.status, 403, `${keyOf(route)} as ${role}, token ${what}`);
      }
      const twice = new URLSearchParams({ ...form, csrf: visitor.token });
      twice.append('csrf', visitor.token);
      const page = route.body === 'upload' ? await visitor.upload(path, { ...form, csrf: [visitor.token, visitor.token] })
        : await visitor.send(path, { method: 'POST', body: twice.toString(), headers: { 'content-type': 'application/x-www-form-urlencoded' } });
      assert.equal(page.status, 403, `${keyOf(route)} as ${role}, token twice`);
      assert.equal(await db.state(), still, `${keyOf(route)} as ${role} changed something`);
    }
  }
});

test('every POST from elsewhere: 403, nothing changed (D2, D4)', async () => {
  const strange = await stranger();
  for (const route of routes.filter((r) => r.method !== 'GET')) {
    const visitor = route.gate === 'session' ? people.owner : strange;
    const still = await db.state();
    const refused = [
      { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { 'sec-fetch-site': 'none' },
      { 'sec-fetch-site': 'cross-site', origin: 'null' }, { origin: 'https://evil.example' },
      { origin: stack.address.replace('http:', 'https:') }, { origin: `${stack.address}.evil.example` },
      { origin: 'null', 'sec-fetch-site': undefined }, { origin: undefined, 'sec-fetch-site': undefined },
    ];
    for (const headers of refused) {
      // browsers send reports without either field, and without an origin; runtimes are no browsers
      if (['report', 'key'].includes(route.gate) && !headers['sec-fetch-site'] && (headers.origin ?? 'null') === 'null') continue;
      const target = plainTarget('owner'), { path, form } = fill(route, target);
      const upload = multipart({ ...form, csrf: visitor.token });
      const body = { form: new URLSearchParams({ ...form, csrf: visitor.token }).toString(), upload: upload.body }[route.body] ?? '{}';
      const own = { cookie: Object.entries(visitor.cookies).map(([k, v]) => `${k}=${v}`).join('; '), origin: stack.address,
        'sec-fetch-site': 'same-origin', 'content-length': Buffer.byteLength(body), ...headers,
        'content-type': { form: 'application/x-www-form-urlencoded', json: 'application/json', upload: upload.type }[route.body] ?? 'application/csp-report' };
      for (const name of Object.keys(own)) if (own[name] === undefined) delete own[name];
      const page = await exchange(stack.address, path, { method: route.method, headers: own, body });
      assert.equal(page.status, 403, `${keyOf(route)} with ${JSON.stringify(headers)}`);
    }
    assert.equal(await db.state(), still, `${keyOf(route)} changed something`);
  }
});

test('nothing of ours loads as an image, a script or a frame (D3)', async () => {
  for (const route of routes.filter((r) => r.method === 'GET' && r.gate !== 'probe')) {
    for (const dest of ['image', 'script', 'iframe', 'style', 'object', 'embed']) {
      const { path } = fill(route, plainTarget('owner'));
      const page = await people.owner.get(path, { headers: { 'sec-fetch-dest': dest, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'no-cors' } });
      assert.equal(page.status, 403, `${keyOf(route)} as ${dest}`);
    }
  }
});

test('another kind of body: 415, nothing changed (D22)', async () => {
  const still = await db.state();
  for (const route of routes.filter((r) => r.method !== 'GET')) {
    const { path, form } = fill(route, plainTarget('owner'));
    const text = new URLSearchParams({ ...form, csrf: people.owner.token }).toString();
    for (const [type, body] of [['application/json', JSON.stringify({ ...form, csrf: people.owner.token })], ['text/plain', text],
      ['multipart/form-data', text], ['multipart/form-data; boundary=x', '--x--'], ['', text],
      ['application/x-www-form-urlencoded; charset=utf-16', text], ['application/json; charset=utf-16', '{}']]) {
      if (route.body === 'json' && type === 'application/json') continue;
      if (route.body === 'upload' && type.endsWith('boundary=x')) continue;
      const headers = { 'content-length': Buffer.byteLength(body), ...(type ? { 'content-type': type } : {}) };
      const page = await people.owner.send(path, { method: route.method, body, headers });
      assert.equal(page.status, 415, `${keyOf(route)} with "${type}"`);
    }
  }
  assert.equal(await db.state(), still);
});

test('a method that a path does not take: 405 and what it takes (R75, D23)', async () => {
  const still = await db.state();
  for (const path of new Set(routes.map((r) => r.path))) {
    const here = routes.filter((r) => r.path === path), taken = here.map((r) => r.method);
    if (taken.includes('GET') && here[0].gate !== 'callback') taken.push('HEAD');
    const target = fill(here[0], plainTarget('owner')).path;
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY', 'PROPFIND']) {
      if (taken.includes(method)) continue;
      const page = await people.owner.send(target, { method, headers: method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded' } : {} });
      assert.equal(page.status, 405, `${method} ${target}`);
      assert.deepEqual(page.headers.allow.split(', ').sort(), [...taken].sort(), `${method} ${target}`);
    }
    for (const headers of [{ 'x-http-method-override': 'POST' }, { 'x-http-method': 'DELETE' }, { 'x-method-override': 'PUT' }]) {
      if (!taken.includes('GET') || taken.includes('POST') || path === LINK) continue; // the link notes that somebody came
      assert.ok((await people.owner.get(`${target}${target.includes('?') ? '&' : '?'}_method=POST`, { headers })).status < 500);
    }
  }
  assert.equal(await db.state(), still);
});

test('a path that only looks like a route is none (D15, D27)', async () => {
  const nobody = await stranger();
  for (const route of routes.filter((r) => r.method === 'GET' && r.path !== '/')) {
    const [path, query = ''] = fill(route, plainTarget('owner')).path.split('?');
    const bent = [`${path}/`, path.replace('/', '//'), `${path}.json`, `${path};x=1`, `${path}%20`, `${path}/x.css`, `${path}%00`, `${path}/..`,
      `${path}/%2e%2e`, `${path}/.`, path.replace(/^\/[a-z]/, (start) => start.toUpperCase()), `${path}%2f`, `${path}%5c`, `${path}\\`];
    for (const one of bent) {
      for (const visitor of [people.owner, nobody]) {
        const page = await visitor.get(query ? `${one}?${query}` : one);
        // what still is a route by the pattern must be as closed as any other unknown id
        const linked = /^\/connect\/[^/]+\/[^/]+\/[^/]+$/.test(one);
        const wanted = (one.endsWith('/x.css') && route.gate !== 'key' && !linked) || route.gate === 'callback' ? [400, 404] : visitor === nobody || route.gate === 'key' ? [400, 401, 404] : [400, 404];
        assert.ok(wanted.includes(page.status), `${one}: ${page.status}`);
        assert.match(page.headers['cache-control'] ?? 'no-store', /no-store/, one);
      }
    }
  }
});

test('nothing of the other tenant changed, and what it had begun it can finish', async () => {
  assert.equal(await db.of(foreignTenant), foreignBefore);
  const { code, state, iss } = shared.foreign;
  const page = await eve.get(`/console/api/oauth/plugin/${SANDBOX}/datasource/callback?${new URLSearchParams({ code, state, iss })}`);
  assert.equal(page.status, 303);
  assert.equal((await eve.get(page.location)).status, 200);
});

// What the sandbox knows: its people, clients, grants and tokens, and the settings that shape its manners.
import { randomBytes } from 'node:crypto';

export const SCOPES = {
  profile: 'See your name, e-mail address and picture',
  'files.read': 'Read the files in your drive',
  'files.write': 'Add and change files in your drive',
  offline: 'Keep this access while you are away',
};

/** Every setting may also be given to one client alone, in its `settings`. */
export const DEFAULT_SETTINGS = {
  issuer: null,                 // null: the origin
  iss: true,                    // in authorization responses: true, false, or any literal text
  iss_supported: true,          // what the metadata promises
  pkce: 'required',             // required | optional | off (accepted, never verified) | refuse_s256
  auto_consent: false,          // false | true (as ada) | a user's name | 'deny'
  any_scope: false,             // true: unknown scopes are granted too
  granted_scope: null,          // text: granted whatever was asked for
  rotation: 'rotate',           // rotate | grace | same | omit
  grace_s: 30,
  offline_required: true,       // false: a refresh token without the scope `offline`
  expires_in: 3600,
  refresh_expires_in: null,     // seconds; null: never
  code_ttl_s: 60,
  code_chars: 32,
  code_suffix: '',              // e.g. '+%& é': the code stays redeemable
  access_token_chars: 43,
  refresh_token_chars: 43,
};

const USERS = [
  { username: 'ada', password: 'sandbox', sub: 'u-ada', name: 'Ada Lovelace', email: 'ada@sandbox.example' },
  { username: 'ben', password: 'sandbox', sub: 'u-ben', name: 'Ben Okri', email: 'ben@sandbox.example' },
  { username: 'mei', password: 'sandbox', sub: 'u-mei', name: 'Mei Tanaka', email: 'mei@sandbox.example' },
];

const CLIENTS = [
  { client_id: 'sandbox-client', client_secret: 'sandbox-secret', name: 'Sandbox Client' },
  { client_id: 'sandbox-client-2', client_secret: 'sandbox-secret-2', name: 'Second Sandbox Client' },
];

const API_KEYS = {
  'sbx-good-key': { status: 200, username: 'ada' },
  'sbx-ben-key': { status: 200, username: 'ben' },
  'sbx-forbidden-key': { status: 403, message: 'This key may not use Sandbox Drive' },
  'sbx-limited-key': { status: 429, message: 'Too many requests', retry_after: 30 },
  'sbx-broken-key': { status: 500, message: 'Sandbox Drive has a problem' },
  'sbx-slow-key': { status: 200, username: 'ada', delay_ms: 10_000 },
};

const TOKENS_MAX = 200_000;

/** A map that forgets its oldest entries, so that a long load test cannot fill the memory. */
export class BoundedMap extends Map {
  set(key, value) {
    if (this.size >= TOKENS_MAX && !this.has(key)) this.delete(this.keys().next().value);
    return super.set(key, value);
  }
}

const CLIENT_DEFAULTS = { client_secret: '', name: null, redirect_uris: null, auth: 'any', settings: {} };
const AUTH_METHODS = ['any', 'post', 'basic', 'none'];

/** People, clients, settings and tokens as on the first day. */
export function newModel() {
  const model = {
    settings: { ...DEFAULT_SETTINGS },
    users: new Map(USERS.map((user) => [user.username, user])),
    clients: new Map(),
    apiKeys: new Map(Object.entries(API_KEYS)),
    sessions: new BoundedMap(), // cookie -> username
    codes: new BoundedMap(),    // code -> what it stands for
    grants: new BoundedMap(),   // id -> one person's yes to one client
    access: new BoundedMap(),   // token -> { grant_id, scope, expires_at }
    refresh: new BoundedMap(),  // token -> { grant_id, scope, expires_at, spent_at }
    reuses: 0,                  // refresh tokens seen again after rotation
    replays: 0,                 // codes seen again
  };
  for (const client of CLIENTS) putClient(model, client);
  return model;
}

export function putClient(model, given) {
  if (typeof given.client_id !== 'string' || given.client_id === '') throw new TypeError('client_id is missing');
  const client = { ...CLIENT_DEFAULTS, ...given };
  if (!AUTH_METHODS.includes(client.auth)) throw new TypeError(`auth is one of ${AUTH_METHODS.join(', ')}`);
  checkKeys(client, ['client_id', ...Object.keys(CLIENT_DEFAULTS)], 'client');
  checkKeys(client.settings, Object.keys(DEFAULT_SETTINGS), 'setting');
  client.name ??= client.client_id;
  model.clients.set(client.client_id, client);
}

/** A misspelt knob must not pass silently: the test that set it would prove nothing. */
export function checkKeys(object, known, what) {
  for (const key of Object.keys(object ?? {})) {
    if (!known.includes(key)) throw new TypeError(`no such ${what}: ${key}`);
  }
}

export const settingsFor = (model, client) => ({ ...model.settings, ...client?.settings });

/** Random text of the base64url alphabet; long ones repeat, as only their length matters. */
export function randomText(chars) {
  const text = randomBytes(32).toString('base64url');
  return chars <= text.length ? text.slice(0, Math.max(chars, 16)) : text.repeat(Math.ceil(chars / text.length)).slice(0, chars);
}

export function newGrant(model, { client_id, username, scope }) {
  const grant = { id: randomText(16), client_id, username, scope, refreshes: 0, revoked: false };
  model.grants.set(grant.id, grant);
  return grant;
}

export function issueAccess(model, grant, scope, settings) {
  const token = `sbx_at_${randomText(settings.access_token_chars)}`;
  model.access.set(token, { grant_id: grant.id, scope, expires_at: Date.now() + settings.expires_in * 1000 });
  return token;
}

export function issueRefresh(model, grant, scope, settings) {
  const token = `sbx_rt_${randomText(settings.refresh_token_chars)}`;
  const life = settings.refresh_expires_in;
  model.refresh.set(token, {
    grant_id: grant.id, scope, expires_at: life === null ? null : Date.now() + life * 1000, spent_at: null,
  });
  return token;
}

/** The grant behind a token record, if it still stands. */
export function liveGrant(model, record) {
  const grant = record && model.grants.get(record.grant_id);
  if (!grant || grant.revoked) return null;
  if (record.expires_at !== null && record.expires_at <= Date.now()) return null;
  return grant;
}

/** Resolves a bearer token to { grant, scope, user }, or null. */
export function bearerGrant(model, token) {
  const record = model.access.get(token);
  const grant = liveGrant(model, record);
  return grant && { grant, record, scopes: record.scope.split(' '), user: model.users.get(grant.username) };
}

const MAPS = ['clients', 'sessions', 'grants', 'access', 'refresh'];

/** The part that survives a restart, as JSON text; and back again. Codes live a minute and are left out. */
export const dumpModel = (model) => JSON.stringify(Object.fromEntries(MAPS.map((name) => [name, [...model[name]]])));

export function loadModel(model, text) {
  const saved = JSON.parse(text);
  for (const name of MAPS) for (const [key, value] of saved[name] ?? []) model[name].set(key, value);
}

// SPDX-License-Identifier: Apache-2.0
// Answers in the shape of the service, made from where a definition says that things stand, and from nothing else.
const isIndex = (key) => /^\d+$/.test(key);
const keysOf = (pointer) => pointer.split('/').slice(1).map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
const first = (pointers) => [pointers].flat()[0];
export const nowS = () => Math.floor(Date.now() / 1000);

// A document that holds value where the pointer (the first of a list) says. What stands there already stays.
export function put(document, pointers, value) {
  const keys = keysOf(first(pointers));
  let at = document ?? (isIndex(keys[0]) ? [] : {});
  const whole = at;
  keys.forEach((key, i) => {
    if (i === keys.length - 1) at[key] ??= value;
    else at = at[key] ??= isIndex(keys[i + 1]) ? [] : {};
  });
  return whole;
}

export function find(document, pointers) {
  for (const pointer of [pointers].flat()) {
    const found = keysOf(pointer).reduce((at, key) => at?.[key], document);
    if (found !== undefined && found !== null) return found;
  }
  return undefined;
}

// A text of a file as the service would write it: "true" and "0" are no texts there.
const native = (text) => (/^(true|false|-?\d+)$/.test(text) ? JSON.parse(text) : String(text));
const required = (rules, document = {}) => {
  for (const [pointer, text] of Object.entries(rules ?? {})) put(document, pointer, native(String(text)));
  return document;
};

const jwt = (claims, text) => ['{"alg":"none"}', JSON.stringify(claims), text].map((part) => Buffer.from(part).toString('base64url')).join('.');

// The access token itself, where it tells its own end.
export const accessToken = ({ token_response: at = {} }, text, lifetime) =>
  (at.expires_from === 'jwt' ? jwt({ exp: nowS() + lifetime }, text) : text);

const PER_UNIT = { s: 1, ms: 1000, min: 1 / 60 };

// tokens: { access_token, refresh_token?, lifetime?, scope? }, of each part likewise under its name; members: of the answer.
export function tokenAnswer({ token_response: at = {}, identity }, tokens, { members = {}, parts = {}, person, separator = ' ' } = {}) {
  const document = required(at.require);
  put(document, at.access_token ?? '/access_token', tokens.access_token);
  put(document, at.token_type ?? '/token_type', 'Bearer');
  if (tokens.refresh_token) put(document, at.refresh_token ?? '/refresh_token', tokens.refresh_token);
  if (tokens.scope) put(document, at.scope ?? '/scope', tokens.scope.replaceAll(' ', separator));
  if (tokens.lifetime && at.expires_at) put(document, at.expires_at, nowS() + tokens.lifetime);
  else if (tokens.lifetime && (at.expires_from ?? 'response') === 'response')
    put(document, at.expires_in ?? '/expires_in', tokens.lifetime * PER_UNIT[at.expires_in_unit ?? 's']);
  if (tokens.lifetime && at.issued_at) put(document, at.issued_at, nowS());
  if (tokens.refresh_token && at.refresh_expires_in) put(document, at.refresh_expires_in, 8640000 * PER_UNIT[at.expires_in_unit ?? 's']);
  if (tokens.refresh_token && at.refresh_expires_at) put(document, at.refresh_expires_at, nowS() + 8640000);
  for (const [name, value] of Object.entries(members)) put(document, at.members[name], value);
  for (const [name, part] of Object.entries(parts)) {
    const places = at.parts[name];
    for (const key of ['access_token', 'refresh_token', 'scope']) if (part[key] && places[key]) put(document, places[key], part[key]);
    if (part.lifetime && places.expires_in) put(document, places.expires_in, part.lifetime * PER_UNIT[at.expires_in_unit ?? 's']);
  }
  if (person) identityInto(document, identity, person);
  return document;
}

function identityInto(document, identity, person) {
  let whole = document;
  for (const name of ['subject', 'name', 'account', 'avatar']) if (identity[name]) whole = put(whole, identity[name], person[name]);
  return whole;
}

export const identityAnswer = (identity, person) => identityInto(undefined, identity, person) ?? {};

// Where the definition looks for it, as the product must see it.
export const identityIn = (identity, document) =>
  Object.fromEntries(['subject', 'name', 'account'].map((name) => [name, identity[name] && find(document, identity[name])]));

// What an error of the token endpoint looks like: not what a good answer holds, and with status 200 where that is told by
// the answer alone.
export function errorAnswer({ token_response: at = {} }, code, words) {
  const document = {};
  put(document, at.error ?? '/error', native(code));
  for (const [pointer, text] of Object.entries(at.require ?? {})) put(document, pointer, text === 'true' || text === true ? false : `not ${text}`);
  put(document, at.error_description ?? '/error_description', words);
  return { status: at.require ? 200 : 400, body: document };
}

export function checkAnswer(check, person) {
  let document = required(check.require, undefined);
  for (const pointer of [check.present ?? []].flat()) document = put(document, pointer, person.subject);
  const [status] = [check.success_status ?? 200].flat();
  return { status: Number.isInteger(status) ? status : 200, body: document ?? {} };
}

export function lookupAnswer({ keep }, values) {
  let document;
  for (const [name, pointers] of Object.entries(keep)) document = put(document, pointers, values[name]);
  return document;
}

// An answer of the API that means: the access token is over.
export const expiredAnswer = ({ status = 400, require, header = {}, text }) =>
  ({ status, headers: header, ...(text ? { type: 'text/plain', body: text } : { body: required(require) }) });

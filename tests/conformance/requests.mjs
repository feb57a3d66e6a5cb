// SPDX-License-Identifier: Apache-2.0
// The requests that a definition declares, to the letter, and the difference between one of them and one that came.
//
//   const want = tokenRequest(definition, 'refresh', values, { grant_type: 'refresh_token', refresh_token: 'r' });
//   const want = plainRequest(definition, definition.oauth.identity.request, values);
//   differences(want, got)       texts; none: it is exactly as declared
//
// A request: { method, url, headers, type, body }: url as the service itself has it (https://…), headers by lower-case name.
import { expand, isBlank } from './definitions.mjs';

const FORM = 'application/x-www-form-urlencoded', JSON_TYPE = 'application/json';
// What any client may send; all else is declared, or a fault.
const COMMON = ['host', 'user-agent', 'content-length', 'connection'];

const formText = (value) => new URLSearchParams([['', value]]).toString().slice(1);
const base64 = (text) => Buffer.from(text).toString('base64');

function filled(pairs, definition, values) {
  const out = [];
  for (const [name, template] of Object.entries(pairs ?? {}))
    if (!isBlank(template, definition, values)) out.push([name, expand(template, definition, values)]);
  return out;
}

const lowered = (pairs) => Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value]));

// --- token endpoint (RFC 6749 §4.1.3, §6) ---

function grantOf(step, grant) {
  const { grant_type: type, ...rest } = grant;
  if (step.grant_type === 'none') return rest;
  return type || step.grant_type ? { grant_type: step.grant_type ?? type, ...rest } : rest;
}

// step: of the definition ("exchange", "refresh"), or one itself (exchange.then).
export function tokenRequest(definition, step, values, grant) {
  const { oauth } = definition, { client_auth: auth = 'post', ...request } = oauth.token_request ?? {};
  const own = typeof step === 'string' ? oauth[step] ?? {} : step;
  const called = (name) => own.names?.[name] ?? name;
  const client = auth === 'basic' ? {} : { client_id: values.client.client_id, ...(auth === 'post' ? { client_secret: values.client.client_secret } : {}) };
  const pairs = Object.entries({ ...grantOf(own, grant), ...client }).map(([name, value]) => [called(name), value])
    .filter(([name]) => name !== 'none')
    .concat(filled(request.params, definition, values), filled(own.params, definition, values));
  const method = own.method ?? 'POST';
  const format = method === 'GET' ? 'query' : request.format ?? 'form';
  const headers = { accept: JSON_TYPE, ...lowered(filled(request.headers, definition, values)) };
  if (auth === 'basic') headers.authorization = `Basic ${base64(`${formText(values.client.client_id)}:${formText(values.client.client_secret)}`)}`;
  const url = expand(own.url ?? oauth.token_url, definition, values, 'url');
  if (format === 'query') return { method, url, query: pairs, headers };
  return { method, url, headers, type: format === 'json' ? JSON_TYPE : FORM, body: format === 'json' ? Object.fromEntries(pairs) : pairs };
}

// One parameter by form, with the client's authentication: RFC 7009, RFC 7662.
export function endpointRequest(definition, url, values, params) {
  const plain = { ...definition, oauth: { token_url: url, token_request: { client_auth: definition.oauth.token_request?.client_auth } } };
  return tokenRequest(plain, 'none', values, params);
}

// --- all others ---

function bodyOf(body, definition, values) {
  if (typeof body === 'string') return expand(body, definition, values);
  if (Array.isArray(body)) return body.map((item) => bodyOf(item, definition, values));
  if (body === null || typeof body !== 'object') return body;
  return Object.fromEntries(Object.entries(body).filter(([, item]) => typeof item !== 'string' || !isBlank(item, definition, values))
    .map(([name, item]) => [name, bodyOf(item, definition, values)]));
}

export function plainRequest(definition, recipe, values) {
  const headers = { accept: JSON_TYPE, ...lowered(filled(recipe.headers, definition, values)) };
  if (recipe.basic) headers.authorization = `Basic ${base64(recipe.basic.map((part) => expand(part, definition, values)).join(':'))}`;
  const want = { method: recipe.method, url: expand(recipe.url, definition, values, 'url'), query: filled(recipe.query, definition, values), headers };
  if (recipe.format === 'form') return { ...want, type: FORM, body: filled(recipe.body, definition, values) };
  if (recipe.format === 'json') return { ...want, type: JSON_TYPE, body: bodyOf(recipe.body ?? {}, definition, values) };
  return want;
}

// --- comparison ---

export function pairsOf(text) {
  if (!text) return [];
  return text.split('&').map((pair) => {
    const [name, value = ''] = pair.split(/=(.*)/s).map((part) => decodeURIComponent(part.replaceAll('+', ' ')));
    return [name, value];
  });
}

// Names of parameters that are missing, too many or different.
export function pairDifferences(what, want, got) {
  const all = (pairs, name) => JSON.stringify(pairs.filter(([n]) => n === name).map(([, value]) => value).sort());
  const names = [...new Set([...want, ...got].map(([name]) => name))];
  return names.filter((name) => all(want, name) !== all(got, name))
    .map((name) => `${what} "${name}" is ${all(got, name)}, declared ${all(want, name)}`);
}

function bodyDifferences(want, got) {
  if ((want.type ?? undefined) !== got.headers['content-type']) return [`content type ${got.headers['content-type']}, declared ${want.type}`];
  if (want.type === FORM) return pairDifferences('parameter', want.body, pairsOf(got.body));
  if (want.type !== JSON_TYPE) return got.body ? [`a body of ${got.body.length} characters, none declared`] : [];
  let body;
  try { body = JSON.parse(got.body); } catch { return ['the body is no JSON']; }
  const flat = (document) => Object.entries(document).map(([name, value]) => [name, JSON.stringify(value)]);
  const twice = Object.keys(body).filter((name) => got.body.split(`${JSON.stringify(name)}:`).length > 2 && typeof want.body[name] === 'string');
  return [...pairDifferences('member', flat(want.body), flat(body)), ...twice.map((name) => `member "${name}" comes twice`)];
}

// The verifier of PKCE is known by its hash alone: one that fits is the declared one.
function withVerifier(want, got) {
  if (!want.verifier) return want;
  const { name, fits } = want.verifier;
  const sent = got.headers['content-type'] === JSON_TYPE ? Object.entries(JSON.parse(got.body)) : pairsOf(want.query ? got.url.split('?')[1] : got.body);
  const [, value] = sent.find(([n]) => n === name) ?? [];
  if (!value || !fits(value)) return want;
  const filled = (pairs) => pairs.map(([n, old]) => [n, n === name ? value : old]);
  if (want.query) return { ...want, query: filled(want.query) };
  return { ...want, body: Array.isArray(want.body) ? filled(want.body) : { ...want.body, [name]: value } };
}

export function differences(declared, got) {
  const want = withVerifier(declared, got);
  const [wantPath, wantQuery] = want.url.split(/\?(.*)/s), [path, query] = got.url.split(/\?(.*)/s);
  const found = [];
  if (got.method !== want.method) found.push(`method ${got.method}, declared ${want.method}`);
  if (path !== wantPath) found.push(`address ${path}, declared ${wantPath}`);
  found.push(...pairDifferences('query', [...pairsOf(wantQuery), ...(want.query ?? [])], pairsOf(query)));
  const { 'content-type': _, ...rest } = got.headers;
  const sent = Object.entries(rest).filter(([name]) => !COMMON.includes(name) || want.headers[name] !== undefined);
  return [...found, ...pairDifferences('header', Object.entries(want.headers), sent), ...bodyDifferences(want, got)];
}

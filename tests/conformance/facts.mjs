// SPDX-License-Identifier: Apache-2.0
// What a definition declares, in the words of tests/fixtures/oauth_facts.yaml, and where the two disagree.
//
//   const facts = await readFacts();             by id
//   disagreements(definition, facts[id])         texts: unexplained differences, and explanations that explain nothing
import { join } from 'node:path';

import { expand, readYaml, root } from './definitions.mjs';

export async function readFacts() {
  return (await readYaml([join(root, 'tests', 'fixtures', 'oauth_facts.yaml')]))[0];
}

export const sampleClient = (definition, fact) => ({
  ...Object.fromEntries(definition.clientFields.filter((field) => field.default !== undefined).map((field) => [field.name, String(field.default)])),
  client_id: `client-${definition.id.split('/')[2]}`, client_secret: 'secret', ...fact.client });

const names = (list) => (list ?? []).map((scope) => (typeof scope === 'string' ? scope : scope.name));
const sorted = (list) => [...list].sort();

// A value that is kept stands for itself, in capitals; a token is TOKEN.
const symbols = (brought) => new Proxy({ ...brought }, { get: (known, name) => known[name] ?? (/_token$/.test(name) ? 'TOKEN' : name.toUpperCase()) });

function declared(definition, fact) {
  const { oauth } = definition, values = { client: sampleClient(definition, fact), token: symbols(fact.redirect), credential: symbols({}) };
  const { token_request: request = {}, token_response: answer = {}, refresh = {}, exchange = {}, revocation = {}, identity } = oauth;
  const url = (template) => expand(template, definition, values, 'url');
  const call = (recipe) => `${recipe.method} ${url(recipe.url)}`;
  const check = [oauth.check ?? []].flat()[0]?.request ?? identity?.request;
  const own = values.client[oauth.scope_override];
  const kept = [...Object.values(answer.members ?? {}), ...(oauth.lookups ?? []).flatMap(({ keep }) => Object.values(keep).flat())];
  return {
    authorize_url: url(oauth.authorization_url),
    token_url: url(oauth.token_url),
    scopes: sorted(own ? own.split(' ') : [...names(oauth.scopes)]),
    separator: oauth.scope_separator ?? ' ',
    authorize_params: Object.fromEntries(sorted(Object.entries(oauth.authorize_params ?? {})).map(([name, value]) => [name, expand(value, definition, values)])),
    client_auth: request.client_auth ?? 'post',
    format: request.format ?? 'form',
    token_params: sorted(Object.keys({ ...request.params, ...exchange.params })),
    pkce: { false: 'off', required: 'required' }[oauth.pkce] ?? 'sent',
    refresh: refresh.supported !== false,
    rotation: refresh.rotation ?? 'optional',
    refresh_url: refresh.url && url(refresh.url),
    refresh_method: refresh.method ?? 'POST',
    refresh_with: refresh.token ?? 'refresh_token',
    refresh_redirect_uri: refresh.redirect_uri === true,
    window: refresh.window_s,
    idle_limit: refresh.idle_limit_s,
    revoke: { rfc7009: () => `POST ${url(revocation.url)}`, request: () => call(revocation.request) }[revocation.style]?.() ?? 'none',
    identity: identity?.from === 'token_response' ? 'token answer' : identity?.request ? call(identity.request) : 'none',
    check: check ? call(check) : 'none',
    lifetime: answer.default_expires_in_s ?? 3600,
    expires_from: answer.expires_from ?? 'response',
    introspection: oauth.introspection && url(oauth.introspection.url),
    kept: (fact.kept ?? []).filter((pointer) => kept.includes(pointer)),
    parts: Object.values(answer.parts ?? {}).map((part) => part.access_token),
    require: Object.fromEntries(Object.entries(answer.require ?? {}).map(([pointer, text]) => [pointer, String(text)])),
    code_param: oauth.redirect?.code ?? 'code',
    redirect_params: sorted(Object.values(oauth.redirect?.values ?? {}).map(({ param }) => param)),
    optional_scope_param: oauth.optional_scope_param,
    user_scope_param: oauth.user_scope_param,
    names: exchange.names ?? {},
  };
}

const plain = (value) => (Array.isArray(value) ? sorted(value) : value !== null && typeof value === 'object'
  ? Object.fromEntries(sorted(Object.entries(value)).map(([name, item]) => [name, String(item)])) : value);

export function disagreements(definition, fact) {
  if (!fact) return ['there are no facts to hold it against'];
  const { from, client: _, redirect: __, differs = [], ...known } = fact, told = declared(definition, fact);
  const found = from ? [] : ['the facts do not tell where they are from'];
  for (const [what, value] of Object.entries(known)) {
    const same = JSON.stringify(plain(value)) === JSON.stringify(plain(told[what]));
    const reasons = differs.filter((one) => one.what === what);
    if (!(what in told)) found.push(`${what}: nobody knows what that is`);
    else if (!same && reasons.length !== 1)
      found.push(`${what}: the definition says ${JSON.stringify(told[what])}, the facts ${JSON.stringify(value)}, and nobody says why`);
    else if (same && reasons.length > 0) found.push(`${what}: there is a reason for a difference that is none`);
  }
  for (const { what, why } of differs) {
    if (!(what in known)) found.push(`${what}: there is a reason for a difference to nothing`);
    if (!/^\S.{20,}\.$/.test(why ?? '')) found.push(`${what}: this is no reason: ${why}`);
  }
  return found;
}

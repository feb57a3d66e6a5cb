// SPDX-License-Identifier: Apache-2.0
// One definition on its whole way: consent, exchange, hand-out, test, renewals, errors, the end. Expectations come from the
// definition alone; whether it tells the truth is what facts.mjs asks.
//
//   const results = await walk(world, definition, { asks, client, redirect });   [{ step, faults }]
//
// definition is what is expected; asks names another one that the product is asked for (a copy of it that was broken), and
// stop ends the walk at the first fault.
import { createHash, createHmac } from 'node:crypto';

import { expand } from './definitions.mjs';
import { accessToken, checkAnswer, errorAnswer, expiredAnswer, find, identityAnswer, identityIn, lookupAnswer, nowS, tokenAnswer } from './answers.mjs';
import { endpointRequest, pairDifferences, pairsOf, plainRequest, tokenRequest } from './requests.mjs';
import { realUrl } from './service.mjs';
import { until } from '../cgi/renewing.mjs';
import { unescapeHtml, words } from '../cgi/visitor.mjs';

const LIFE = 5400; // of an access token; not what any definition assumes
const ODD = '/+=%&'; // in every secret: what must be encoded once, where it must

class Fault extends Error {}
const fault = (text) => { throw new Fault(text); };
const must = (condition, text) => { if (!condition) fault(text); };
const same = (what, got, want) => {
  if (JSON.stringify(got) !== JSON.stringify(want)) fault(`${what} is ${JSON.stringify(got)}, declared ${JSON.stringify(want)}`);
};
const near = (what, got, want) => {
  if (want === null ? got !== null : !(Math.abs(got - want) < 90)) fault(`${what} is ${got}, declared ${want}`);
};

// What is left of it would be renewed while others walk.
export async function walk(world, definition, options) {
  try {
    return await walkAlong(world, definition, options);
  } finally {
    await world.ground.db.run('DELETE FROM provider_credential_defaults; DELETE FROM provider_credentials; DELETE FROM oauth_flows');
  }
}

async function walkAlong({ ground, service }, definition, { asks = definition.id, client = {}, redirect = {}, stop = false } = {}) {
  const { ada, stack, db } = ground;
  const { oauth, kind } = definition, { token_response: at = {}, refresh = {} } = oauth;
  const name = asks.split('/')[2];
  const page = `/${kind === 'datasource' ? 'data-sources' : 'tools'}/${asks}`;
  const redirectUri = `${stack.address}/console/api/oauth/plugin/${asks}/${kind}/callback`;
  const renews = refresh.supported !== false, { rotation = 'optional' } = refresh;
  const separator = oauth.scope_separator ?? ' ';
  const results = [];
  const person = { subject: `sub-${name}`, name: `Person of ${name}`, account: `person@${name.replaceAll('_', '-')}.example`,
    avatar: `https://pictures.example/${name}.png` };
  const ends = new Map(); // of the tokens of a grant, in seconds from the consent: "" is the main one
  let issued = 0, values, credential, pending;

  async function step(what, action) {
    if (stop && results.some(({ faults }) => faults.length > 0)) return false;
    let faults = [];
    try {
      await action();
    } catch (error) {
      if (!(error instanceof Fault)) error.message = `${error.message}\n${error.stack?.split('\n').slice(1, 4).join('\n')}`;
      faults = [error.message];
    }
    results.push({ step: what, faults: [...service.settle(), ...faults] });
    return results.at(-1).faults.length === 0;
  }

  const lifetimeOf = (lifetime) => (lifetime ?? (at.default_expires_in_s === 'never' ? null : at.default_expires_in_s ?? 3600));
  const endOf = (lifetime) => (lifetimeOf(lifetime) === null ? null : nowS() + lifetimeOf(lifetime));
  const scopeNames = (list) => (list ?? []).map((scope) => (typeof scope === 'string' ? scope : scope.name));
  const isOptional = (scope) => scope.optional === true;
  const names = scopeNames(oauth.scopes), userNames = scopeNames(oauth.user_scopes);
  const optional = [...oauth.scopes ?? [], ...oauth.user_scopes ?? []].filter(isOptional).map((scope) => scope.name);

  // --- tokens ---

  function newToken(prefix, lifetime) {
    issued += 1;
    return accessToken(oauth, `${prefix}-${issued}${ODD}`, lifetime);
  }

  // Tokens as the exchange brings them, and what templates see of them. The main one ends last.
  function grant() {
    const ends = renews || lifetimeOf() !== null;
    const tokens = { access_token: newToken('access', LIFE), lifetime: ends ? LIFE : undefined, scope: names.join(' ') || undefined };
    if (renews && refresh.token !== 'access_token') tokens.refresh_token = newToken('refresh');
    const parts = Object.fromEntries(Object.keys(at.parts ?? {}).map((part) => [part, { access_token: newToken(part, LIFE),
      refresh_token: renews ? newToken(`${part}-refresh`) : undefined, lifetime: LIFE - 1800, scope: userNames.join(' ') }]));
    const members = Object.fromEntries(Object.keys(at.members ?? {}).map((member) => [member, `kept-${member}-${name}`]));
    return { tokens, parts, members };
  }

  function take({ tokens, parts = {}, members = {} }) {
    const { lifetime: _, ...own } = tokens;
    ends.clear();
    ends.set('', tokens.lifetime ?? Infinity);
    for (const [part, { lifetime }] of Object.entries(parts)) ends.set(part, lifetime);
    Object.assign(values.token, own, members, { token_type: 'Bearer', expires_in: /^\d+$/, expires_at: /^\d+$/ });
    for (const [part, { lifetime: __, ...one }] of Object.entries(parts))
      for (const [key, value] of Object.entries(one)) if (value) values.token[`${part}_${key}`] = value;
  }

  // --- the authorization request ---

  async function leave(ticked) {
    const review = await ada.get(`/connect${page}`);
    must(review.status === 200, `the page Allow Access answers ${review.status}`);
    const left = await ada.submit(review, ticked.length > 0 ? { scope: ticked } : {}, asks);
    const url = unescapeHtml(left.text.match(/http-equiv="refresh" content="0;\s*url=([^"]*)"/)?.[1] ?? '');
    must(url.startsWith(`${service.origin}/`), `nobody is sent to the service: ${left.status} ${words(left).slice(0, 300)}`);
    return realUrl(url.slice(service.origin.length));
  }

  function checkAuthorization(url, ticked) {
    const [address, query] = url.split(/\?(.*)/s), got = pairsOf(query);
    const [wantAddress, wantQuery] = expand(oauth.authorization_url, definition, values, 'url').split(/\?(.*)/s);
    same('the address', address, wantAddress);
    const value = (param) => got.find(([n]) => n === param)?.[1];
    const chosen = (list) => (list ?? []).filter((scope) => !isOptional(scope) || ticked.includes(scope.name));
    const want = [...pairsOf(wantQuery), ['response_type', 'code'], ['client_id', values.client.client_id], ['redirect_uri', redirectUri],
      ['state', value('state')]];
    for (const [param, template] of Object.entries(oauth.authorize_params ?? {})) want.push([param, expand(template, definition, values)]);
    const add = (param, list) => { if (list.length > 0) want.push([param, list.join(separator)]); };
    const own = values.client[oauth.scope_override];
    const asked = own ? own.split(/[ ,]+/).map((n) => ({ name: n })) : chosen(oauth.scopes);
    const apart = oauth.optional_scope_param;
    add(oauth.scope_param ?? 'scope', scopeNames(apart ? asked.filter((scope) => !isOptional(scope)) : asked));
    if (apart) add(apart, scopeNames(asked.filter(isOptional)));
    if (oauth.user_scope_param) add(oauth.user_scope_param, scopeNames(chosen(oauth.user_scopes)));
    if (oauth.pkce !== false) want.push(['code_challenge', value('code_challenge')], ['code_challenge_method', 'S256']);
    const found = pairDifferences('parameter', want, got);
    must(found.length === 0, found.join('; '));
    must(/^[\w-]{43}$/.test(value('state')), 'the state is no 32 random octets');
    if (oauth.pkce !== false) must(/^[\w-]{43}$/.test(value('code_challenge')), 'the challenge is no SHA-256');
    return { state: value('state'), challenge: value('code_challenge') };
  }

  // What the browser is sent back with.
  function back(params) {
    const all = { ...params, ...(oauth.issuer ? { iss: expand(oauth.issuer, definition, values) } : {}) };
    for (const [key, { param }] of Object.entries(oauth.redirect?.values ?? {})) all[param] = redirect[key] ?? fault(`there is no sample of ${key}`);
    const signature = oauth.redirect?.signature;
    if (signature) {
      const text = Object.keys(all).sort().map((param) => `${param}=${all[param]}`).join('&');
      all[signature.param] = createHmac('sha256', values.client.client_secret).update(text).digest('hex');
    }
    return `${redirectUri}?${new URLSearchParams(all)}`;
  }

  async function authorize(ticked) {
    values.token = {};
    const way = checkAuthorization(await leave(ticked), ticked);
    return { ...way, code: newToken('code') };
  }
  const withCode = ({ state, code }) => back({ [oauth.redirect?.code ?? 'code']: code, state });

  // --- the exchange and what follows it ---

  const expectExchange = ({ code, challenge }, answer) => {
    const request = tokenRequest(definition, 'exchange', { ...values, token: { ...redirect } },
      { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...(oauth.pkce === false ? {} : { code_verifier: 'given' }) });
    service.expect({ what: 'exchange', request: withVerifier(request, definition, challenge), answer });
  };

  function expectGrant(way) {
    const given = grant(), then = oauth.exchange?.then;
    const told = { members: given.members, parts: given.parts, separator, ...(oauth.identity?.from === 'token_response' ? { person } : {}) };
    const document = tokenAnswer(oauth, { ...given.tokens, ...(then ? { lifetime: 3600 } : {}) }, told);
    expectExchange(way, { status: 200, body: document });
    if (then) {
      const long = { ...given.tokens, access_token: newToken('long', LIFE), refresh_token: undefined };
      service.expect({ what: 'second exchange', answer: { status: 200, body: tokenAnswer(oauth, { ...long, scope: undefined }) },
        request: tokenRequest(definition, then, { ...values, token: { ...redirect } },
          { grant_type: then.grant_type, [then.token_param ?? 'access_token']: given.tokens.access_token }) });
      given.tokens = long;
    }
    take(given);
    Object.assign(values.token, redirect);
    if (at.expires_from === 'introspection')
      service.expect({ what: 'introspection', answer: { status: 200, body: { active: true, exp: nowS() + LIFE } },
        request: endpointRequest(definition, oauth.introspection.url, values, { token: values.token.access_token }) });
    for (const lookup of oauth.lookups ?? []) expectLookup(lookup);
    const seen = oauth.identity?.request ? expectIdentity() : identityIn(oauth.identity ?? {}, document);
    for (const [key, kept] of Object.entries(oauth.identity?.kept ?? {})) seen[key] = values.token[kept];
    return { ...seen, life: given.tokens.lifetime ?? null, parts: given.parts };
  }

  function expectLookup(lookup) {
    const kept = Object.fromEntries(Object.keys(lookup.keep).map((key) => [key, `found-${key}-${name}`]));
    const answer = { status: 200, body: lookupAnswer(lookup, kept) };
    service.expect({ what: 'look-up', request: plainRequest(definition, lookup.request, values), answer });
    for (const key of Object.keys(kept)) values.token[key] = String(find(answer.body, lookup.keep[key]));
  }

  function expectIdentity() {
    const body = identityAnswer(oauth.identity, person);
    service.expect({ what: 'identity', request: plainRequest(definition, oauth.identity.request, values), answer: { status: 200, body } });
    return identityIn(oauth.identity, body);
  }

  const ids = async () => (await db.rows('SELECT LOWER(HEX(id)) FROM provider_credentials')).map(([id]) =>
    id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));

  async function connect(ticked) {
    const before = new Set(await ids());
    const way = await authorize(ticked);
    const seen = expectGrant(way);
    const { result } = await ada.follow(withCode(way));
    must(result.status === 200 && /is ready to use/.test(words(result)), `not connected: ${result.status} ${words(result).slice(0, 400)}`);
    credential = (await ids()).find((id) => !before.has(id));
    must(credential, 'nothing was stored');
    return seen;
  }

  async function handOut() {
    const { status, body } = await ground.ask(credential, { where: asks });
    must(status === 200, `status ${status} ${JSON.stringify(body).slice(0, 200)}`);
    const fields = body.fields;
    const want = oauth.credential ?? { access_token: '{{token.access_token}}' };
    for (const field of new Set([...Object.keys(want), ...Object.keys(fields)])) {
      if (/\{\{token\.expires_(in|at)/.test(want[field])) must(/^\d+$/.test(fields[field]), `the field ${field} is ${fields[field]}`);
      else same(`the field ${field}`, fields[field], want[field] && expand(want[field], definition, { ...values, token: { ...values.token, scope: values.token.scope ?? '' } }));
      must(definition.credentialFields.length === 0 || definition.credentialFields.includes(field), `the field ${field} is in no form`);
    }
  }

  // --- renewals ---

  // Whichever ends first is renewed; it is sent what is held of it.
  const nextPart = () => [...ends].sort(([, a], [, b]) => a - b)[0][0];
  const keyOf = (part, key) => (part ? `${part}_${key}` : key);

  function expectRenewal(answer, part) {
    const held = values.token[keyOf(part, refresh.token === 'access_token' ? 'access_token' : 'refresh_token')];
    const again = { grant_type: 'refresh_token', refresh_token: held, ...(refresh.redirect_uri ? { redirect_uri: redirectUri } : {}),
      ...(refresh.scope ? { scope: names.join(separator) } : {}) };
    service.expect({ what: 'renewal', request: tokenRequest(definition, 'refresh', values, again), answer });
  }

  async function renew({ rotates, lifetime }, begin = makeDue) {
    const part = nextPart();
    const token = { access_token: newToken('renewed', lifetime ?? LIFE), lifetime, refresh_token: rotates ? newToken('next') : undefined };
    expectRenewal({ status: 200, body: tokenAnswer(oauth, token) }, part);
    const row = await settle(begin);
    const { lifetime: _, ...kept } = token;
    for (const [key, value] of Object.entries(kept)) if (value) values.token[keyOf(part, key)] = value;
    ends.set(part, lifetime ?? 0);
    same('the state', [row.state, row.reason, row.failures], ['active', '', 0]);
    return row;
  }

  async function makeDue() {
    const over = nowS() - 10;
    await ground.set(`expires_at = ${over}, refreshed_at = ${over - LIFE}, refresh_due_at = 1`, credential);
    await ground.wake();
  }

  async function settle(begin = makeDue) {
    const before = await ground.row(credential);
    await begin();
    return until('a renewal', async () => {
      const row = await ground.row(credential);
      return row && row.fence > before.fence && !row.held && row;
    }, 30);
  }

  // The token has half a minute left, which no provider refuses to renew in, and nobody has tested or refused it lately (what
  // was renewed after a refusal and is refused again is given up).
  async function press() {
    const soon = nowS() + 25;
    if (renews) await ground.set(`expires_at = ${soon}, refreshed_at = ${soon - LIFE}, refresh_due_at = ${soon + 3600}, tested_at = 0, forced_rev = 0`, credential);
    const tested = await ada.submit(await ada.get(page), {}, `${credential}/test`);
    return words(tested.status === 303 ? await ada.get(tested.location) : tested);
  }

  function expectTest(answer) {
    const fields = Object.fromEntries(Object.entries(oauth.credential ?? { access_token: '{{token.access_token}}' })
      .map(([field, template]) => [field, expand(template, definition, values)]));
    service.expect({ what: 'test', request: plainRequest(definition, check.request, { ...values, credential: fields }), answer });
  }

  // Introspection is not asked again: the new one is taken to live as long as the old one.
  const endOfRenewed = (lifetime) => endOf(at.expires_from === 'introspection' ? LIFE : lifetime);

  // --- the walk ---

  const authorized = await step('authorize', async () => {
    const filled = { client_id: `client-${name}`, client_secret: `secret${ODD}${name}`, ...client };
    const defaults = definition.clientFields.filter((field) => field.default !== undefined).map((field) => [field.name, String(field.default)]);
    values = { client: { ...Object.fromEntries(defaults), ...filled }, token: {} };
    const saved = await ada.submit(await ada.get(`${page}/client`), { client: 'custom', then: 'save',
      ...Object.fromEntries(Object.entries(filled).map(([field, value]) => [`field.${field}`, value])) }, '/client');
    must(saved.status === 303, `the client is not saved: ${saved.status} ${words(saved).slice(0, 300)}`);
    if (optional.length > 0) await authorize([]);
    pending = await authorize(optional);
  });
  if (!authorized) return results;

  await step('refusal', async () => {
    const { result } = await ada.follow(back({ error: 'access_denied', state: pending.state }));
    must(/Nothing was connected/.test(words(result)), `the page says: ${words(result).slice(0, 300)}`);
  });

  await step('exchange error', async () => {
    const before = await ids(), way = await authorize(optional), [code] = codesOf(oauth, ['reauthorize', 'revoked']);
    expectExchange(way, errorAnswer(oauth, code, 'The code is over'));
    const { result } = await ada.follow(withCode(way));
    must(result.status !== 200, 'it counts as connected');
    must(words(result).includes(code), `the page does not tell ${code}: ${words(result).slice(0, 300)}`);
    same('what is stored', await ids(), before);
  });

  let seen;
  if (!await step('exchange', async () => { seen = await connect(optional); })) return results;

  await step('life', async () => {
    const row = await ground.row(credential);
    const ends = [seen.life, ...Object.values(seen.parts).map(({ lifetime }) => lifetime)].filter(Boolean);
    near('the end', row.expires_at, ends.length > 0 ? nowS() + Math.min(...ends) : endOf());
    if (!renews) same('the next renewal', row.due_at, null);
    else must(row.due_at > nowS() - 60, 'there is no next renewal');
  });

  await step('hand-out', handOut);

  if (oauth.identity) await step('identity', async () => {
    const shown = words(await ada.get(page));
    const account = seen.account ?? seen.name;
    must(seen.subject, 'no lasting id is declared, or none comes');
    for (const text of [seen.name ?? account, account]) must(!text || shown.includes(String(text)), `the page does not tell ${text}`);
  });

  const check = [oauth.check ?? []].flat()[0] ?? (oauth.identity?.request
    && { request: oauth.identity.request, present: [oauth.identity.subject ?? []].flat().slice(0, 1) }); // says whose it is
  if (check) {
    await step('test', async () => {
      expectTest(checkAnswer(check, person));
      const shown = await press();
      must(/ works /.test(shown), `the page says: ${shown.slice(0, 300)}`);
    });
  }

  const rotates = rotation === 'always' || (rotation === 'optional' && refresh.token !== 'access_token');
  for (const [i, sign] of check && renews ? [{ status: 401 }, ...oauth.token_expired ?? []].entries() : []) {
    await step(`over, says the API (${i})`, async () => {
      expectTest(expiredAnswer(sign));
      await renew({ rotates, lifetime: LIFE + 60 * (i + 1) }, press);
    });
  }

  if (renews) {
    for (const [i, part] of [...ends.keys()].sort((a, b) => ends.get(a) - ends.get(b)).entries()) {
      await step(part ? `refresh of ${part}` : 'refresh', async () => {
        const row = await renew({ rotates, lifetime: LIFE + 3600 * (i + 1) });
        if (ends.size === 1) near('the end', row.expires_at, endOfRenewed(LIFE + 3600 * (i + 1)));
        await handOut();
      });
    }
    // What "optional" and "never" mean: the old one is kept. Nothing tells how long the new token lasts.
    await step('refresh again', async () => {
      const row = await renew({ rotates: rotation === 'always' });
      if (ends.size === 1) near('the end', row.expires_at, endOfRenewed());
      await handOut();
    });
  }

  await step('revoke', async () => {
    for (const { request } of revocations(definition, values)) service.expect({ what: 'revocation', request, answer: { status: 200, body: {} } });
    const asked = await ada.submit(await ada.get(`${page}/credentials/${credential}/delete`), {}, '/delete');
    must(asked.status === 303, `status ${asked.status}`);
    await until('the end of the revocation', async () => {
      await ground.wake();
      return (await db.rows(`SELECT 1 FROM revocations WHERE provider = '${name}' AND state = 'queued'`)).length === 0;
    }, 30);
  });

  if (renews) {
    if (!await step('connect again', async () => { await connect(optional); })) return results;
    for (const [code, state] of codesOf(oauth, ['reauthorize', 'revoked', 'client']).map((one) => [one, stateAfter(oauth, one)])) {
      await step(`refresh error ${code}`, async () => {
        await ground.set("state = 'active', state_reason = '', failures = 0", credential);
        const old = await ground.row(credential);
        expectRenewal(errorAnswer(oauth, code, 'The grant is over'), nextPart());
        const row = await settle();
        same('the state', [row.state, row.reason, row.rev], [state, code, old.rev]);
      });
    }
  }
  return results;
}

function withVerifier(request, definition, challenge) {
  if (!challenge) return request;
  const name = definition.oauth.exchange?.names?.code_verifier ?? 'code_verifier';
  const fits = (value) => createHash('sha256').update(value).digest('base64url') === challenge;
  return { ...request, verifier: { name, fits } };
}

const REGISTERED = { invalid_grant: 'reauthorize', invalid_client: 'client' };
const classOf = (oauth, code) => oauth.errors?.[code] ?? REGISTERED[code];
const stateAfter = (oauth, code) => ({ reauthorize: 'needs_reauth', revoked: 'revoked', client: 'client_error' })[classOf(oauth, code)];

// Its own codes of these classes, in their order; those of the standard where they count: the worst last.
function codesOf(oauth, classes) {
  const own = Object.keys(oauth.errors ?? {});
  const codes = own.some((code) => /^\d+$/.test(code)) ? own : [...own, ...Object.keys(REGISTERED).filter((code) => !own.includes(code))];
  return classes.flatMap((one) => codes.filter((code) => classOf(oauth, code) === one));
}

// Each token that is given up, in the order of the product.
function revocations(definition, values) {
  const { oauth } = definition, { style = 'none', token: which, url, request } = oauth.revocation ?? {};
  if (style === 'none') return [];
  if (style === 'request') return [{ request: plainRequest(definition, request, { ...values, credential: values.token }) }];
  return ['', ...Object.keys(oauth.token_response?.parts ?? {}).map((part) => `${part}_`)].flatMap((prefix) => {
    const refresh = values.token[`${prefix}refresh_token`], access = values.token[`${prefix}access_token`];
    if (which === 'access_token') return [access];
    return which === 'both' || !refresh ? [refresh, access] : [refresh];
  }).filter(Boolean).map((token) => ({ request: endpointRequest(definition, url, values, { token }) }));
}

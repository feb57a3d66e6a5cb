// The authorization endpoint, its metadata, and the sign-in that stands before it (RFC 6749 §4.1, 8414, 9207).
import { json, notAllowed, page, redirect } from './answers.mjs';
import { randomText, SCOPES, settingsFor } from './model.mjs';
import { fill } from './faults.mjs';
import { consentPage, errorPage, loginPage } from './pages.mjs';

const cookieName = (ctx) => `sandbox_session_${new URL(ctx.origin).port || 'default'}`; // cookies ignore the port

export function metadata(ctx) {
  const { origin } = ctx;
  const { issuer, iss_supported } = ctx.model.settings;
  return json({
    issuer: issuer ?? origin,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    revocation_endpoint: `${origin}/revoke`,
    introspection_endpoint: `${origin}/introspect`,
    userinfo_endpoint: `${origin}/userinfo`,
    scopes_supported: Object.keys(SCOPES),
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: iss_supported,
  });
}

export function authorize(ctx) {
  if (ctx.method !== 'GET' && ctx.method !== 'POST') return notAllowed('GET, POST');
  const request = readRequest(ctx);
  if (request.refusal) return page(errorPage(request.refusal), 400);
  ctx.client = request.client;
  const early = ctx.box.faults.take(ctx, 'callback', (fault) => !fault.after_consent && (fault.error || fault.redirect_to));
  if (early) return respond(ctx, request, {}, early);
  const problem = checkRequest(request);
  if (problem) return respond(ctx, request, problem);
  return ctx.method === 'POST' ? act(ctx, request) : ask(ctx, request);
}

/** Client and redirect URI first: until both are known nothing may be redirected anywhere. */
function readRequest(ctx) {
  const { params, model } = ctx;
  const client = model.clients.get(params.get('client_id') ?? '');
  if (!client) return { refusal: 'There is no client with this client_id.' };
  const redirectUri = params.get('redirect_uri');
  if (!redirectUri || !mayReturnTo(client, redirectUri)) {
    return { refusal: `The redirect URI is not registered for this client: ${redirectUri || '(none)'}` };
  }
  return { client, redirectUri, params, state: params.get('state'), settings: settingsFor(model, client) };
}

function mayReturnTo(client, uri) {
  if (client.redirect_uris) return client.redirect_uris.includes(uri);
  if (!parses(uri)) return false;
  const { protocol, hostname, hash } = new URL(uri);
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  return hash === '' && (protocol === 'https:' || (protocol === 'http:' && loopback));
}

function parses(uri) {
  try { return Boolean(new URL(uri)); } catch { return false; }
}

function checkRequest({ params, settings }) {
  const problem = (error, error_description) => ({ error, error_description });
  const names = [...params.keys()];
  if (new Set(names).size !== names.length) return problem('invalid_request', 'a parameter is given twice');
  if (params.get('response_type') !== 'code') return problem('unsupported_response_type', 'response_type must be code');
  if (!settings.any_scope && !scopesOf(params).every((scope) => Object.hasOwn(SCOPES, scope))) {
    return problem('invalid_scope', 'an unknown scope is asked for');
  }
  return checkPkce(params, settings.pkce, problem);
}

function checkPkce(params, rule, problem) {
  const challenge = params.get('code_challenge');
  if (!challenge) return rule === 'required' ? problem('invalid_request', 'code_challenge is missing') : null;
  if (rule === 'off') return null;
  if (rule === 'refuse_s256') return problem('invalid_request', 'code_challenge_method S256 is not supported');
  if (params.get('code_challenge_method') !== 'S256') return problem('invalid_request', 'code_challenge_method must be S256');
  return /^[A-Za-z0-9_-]{43}$/.test(challenge) ? null : problem('invalid_request', 'code_challenge is malformed');
}

const scopesOf = (params) => (params.get('scope') || 'profile').split(' ').filter(Boolean);

/** GET: whoever is signed in is asked for consent, everybody else to sign in first. */
function ask(ctx, request) {
  const auto = request.params.get('auto') ?? request.settings.auto_consent;
  if (auto) return decide(ctx, request, auto === 'deny' ? null : autoUser(ctx, auto));
  const user = signedIn(ctx);
  return user ? showConsent(ctx, request, user) : page(loginPage(ctx.model, request.client, action(ctx)));
}

const autoUser = (ctx, name) => ctx.model.users.get(name) ?? ctx.model.users.get('ada');
const action = (ctx) => `/authorize?${ctx.query}`;
const showConsent = (ctx, { client, redirectUri, params }, user, headers = []) =>
  page(consentPage({ user, client, redirectUri, scopes: scopesOf(params), action: action(ctx) }), 200, headers);

/** POST: one of the buttons of the two pages. */
function act(ctx, request) {
  const form = new URLSearchParams(ctx.body);
  if (form.get('action') === 'login') return signIn(ctx, request, form);
  if (form.get('action') === 'switch') return signOut(ctx);
  const user = signedIn(ctx);
  if (!user) return page(loginPage(ctx.model, request.client, action(ctx)), 403);
  if (form.get('action') === 'allow') return decide(ctx, request, user);
  if (form.get('action') === 'deny') return decide(ctx, request, null);
  return page(errorPage('This form has no such button.'), 400);
}

function signIn(ctx, request, form) {
  const username = (form.get('username') ?? '').trim().toLowerCase();
  const user = ctx.model.users.get(username);
  if (!user || user.password !== form.get('password')) {
    return page(loginPage(ctx.model, request.client, action(ctx), { wrong: true, username }), 401);
  }
  const session = randomText(32);
  ctx.model.sessions.set(session, username);
  return redirect(action(ctx), 303, [['Set-Cookie', `${cookieName(ctx)}=${session}; Path=/; HttpOnly; SameSite=Lax`]]);
}

function signOut(ctx) {
  ctx.model.sessions.delete(sessionId(ctx));
  return redirect(action(ctx), 303, [['Set-Cookie', `${cookieName(ctx)}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`]]);
}

function sessionId(ctx) {
  const pairs = (ctx.req.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([name]) => name === cookieName(ctx))?.[1];
}

const signedIn = (ctx) => ctx.model.users.get(ctx.model.sessions.get(sessionId(ctx)));

/** A person said yes, or (no user) no. */
function decide(ctx, request, user) {
  const fault = ctx.box.faults.take(ctx, 'callback');
  if (!user) return respond(ctx, request, { error: 'access_denied', error_description: 'The person declined.' }, fault);
  return respond(ctx, request, { code: issueCode(ctx, request, user) }, fault, user);
}

function issueCode(ctx, { client, redirectUri, params, settings }, user) {
  const code = `sbx_code_${randomText(settings.code_chars)}${settings.code_suffix}`;
  ctx.model.codes.set(code, {
    client_id: client.client_id,
    username: user.username,
    redirect_uri: redirectUri,
    scope: settings.granted_scope ?? scopesOf(params).join(' '),
    challenge: params.get('code_challenge'),
    expires_at: Date.now() + settings.code_ttl_s * 1000,
    grant: null,
  });
  return code;
}

/** Sends the browser back to the client with `params`, bent by a `callback` fault if there is one. */
function respond(ctx, request, params, fault = null, user = null) {
  const list = Object.entries(params);
  if (request.state !== null) list.push(['state', request.state]);
  const iss = request.settings.iss === true ? request.settings.issuer ?? ctx.origin : request.settings.iss;
  if (iss !== false) list.push(['iss', iss]);
  const status = ctx.method === 'POST' ? 303 : 302;
  if (!fault) return redirect(join(request.redirectUri, encode(list)), status);

  const values = { ...Object.fromEntries(request.params), ...Object.fromEntries(list) };
  if (fault.redirect_to) return redirect(fill(fault.redirect_to, values, encodeURIComponent), fault.status ?? status);
  if (fault.query !== undefined) return redirect(join(request.redirectUri, fill(fault.query, values, encodeURIComponent)), status);
  const bent = bend(list, fault, () => issueCode(ctx, request, user ?? autoUser(ctx)));
  return redirect(join(request.redirectUri, encode(bent) + '&x'.repeat(fault.extra_params ?? 0)), status);
}

const ERROR_FIELDS = ['error', 'error_description', 'error_uri'];

function bend(list, fault, newCode) {
  const errors = ERROR_FIELDS.filter((name) => fault[name] !== undefined).map((name) => [name, fault[name]]);
  const omit = new Set([...(fault.omit ?? []), ...Object.keys(fault.set ?? {}), ...errors.map(([name]) => name)]);
  if (fault.error && !fault.with_code) omit.add('code');
  const bent = [...errors, ...list.filter(([name]) => !omit.has(name)), ...Object.entries(fault.set ?? {})];
  if (fault.with_code && !bent.some(([name]) => name === 'code')) bent.push(['code', newCode()]);
  if (fault.second_code) bent.push(['code', newCode()]);
  return [...bent, ...(fault.add ?? [])];
}

const encode = (list) => new URLSearchParams(list).toString();
const join = (uri, query) => `${uri}${uri.includes('?') ? '&' : '?'}${query}`;

// The endpoints that clients talk to directly: token, revocation, introspection (RFC 6749, 7636, 7009, 7662).
import { createHash, timingSafeEqual } from 'node:crypto';
import { json, notAllowed, oauthError } from './answers.mjs';
import { bearerGrant, issueAccess, issueRefresh, liveGrant, newGrant, settingsFor } from './model.mjs';

class OAuthError extends Error {
  constructor(error, description, status = 400, headers = []) {
    super(description);
    this.answer = oauthError(error, description, status, headers);
  }
}

const invalidGrant = (why) => new OAuthError('invalid_grant', why);
const invalidRequest = (why) => new OAuthError('invalid_request', why);
const invalidClient = (why) =>
  new OAuthError('invalid_client', why, 401, [['WWW-Authenticate', 'Basic realm="sandbox"']]);

const GRANTS = { authorization_code: exchangeCode, refresh_token: refreshTokens };

export const token = (ctx) => answering(ctx, (form, client) => {
  const grantType = form.get('grant_type');
  if (!grantType) throw invalidRequest('grant_type is missing');
  if (!Object.hasOwn(GRANTS, grantType)) throw new OAuthError('unsupported_grant_type', `not offered: ${grantType}`);
  return json(GRANTS[grantType](ctx.model, client, form));
});

export const revoke = (ctx) => answering(ctx, (form, client) => {
  const text = need(form, 'token');
  const { model } = ctx;
  const record = model.refresh.get(text) ?? model.access.get(text);
  const grant = record && model.grants.get(record.grant_id);
  if (grant && grant.client_id !== client.client_id) throw invalidRequest('the token belongs to another client');
  if (model.refresh.has(text)) revokeGrant(grant);
  else model.access.delete(text);
  return { status: 200, headers: [['Cache-Control', 'no-store']], body: '' };
});

export const introspect = (ctx) => answering(ctx, (form, client) => {
  const text = need(form, 'token');
  const found = bearerGrant(ctx.model, text) ?? refreshView(ctx.model, text);
  if (!found || found.grant.client_id !== client.client_id) return json({ active: false });
  const { grant, record } = found;
  const exp = record.expires_at === null ? undefined : Math.floor(record.expires_at / 1000);
  return json({ active: true, scope: record.scope, client_id: grant.client_id, username: grant.username, exp });
});

function refreshView(model, text) {
  const record = model.refresh.get(text);
  const grant = record && record.spent_at === null ? liveGrant(model, record) : null;
  return grant && { grant, record };
}

/** What the three endpoints share: POST, a form without duplicates, an authenticated client, one error format. */
function answering(ctx, work) {
  if (ctx.method !== 'POST') return notAllowed('POST');
  try {
    const form = parseForm(ctx);
    return work(form, authenticate(ctx, form));
  } catch (error) {
    if (error instanceof OAuthError) return error.answer;
    throw error;
  }
}

function parseForm({ req, body }) {
  const type = (req.headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') throw invalidRequest('the body must be application/x-www-form-urlencoded');
  const form = new URLSearchParams(body);
  const names = [...form.keys()];
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice) throw invalidRequest(`${twice} is given twice`);
  return form;
}

function need(form, name) {
  const value = form.get(name);
  if (!value) throw invalidRequest(`${name} is missing`);
  return value;
}

/** One client authentication method per request, and the one the client is registered for (RFC 6749 §2.3). */
function authenticate(ctx, form) {
  const basic = basicCredentials(ctx.req.headers.authorization);
  if (basic && form.has('client_secret')) throw invalidRequest('the client secret is sent in two ways at once');
  if (basic && form.has('client_id') && form.get('client_id') !== basic.id) throw invalidRequest('two different clients are named');
  const id = basic ? basic.id : form.get('client_id');
  const secret = basic ? basic.secret : form.get('client_secret');
  const method = basic ? 'basic' : secret === null ? 'none' : 'post';

  const client = ctx.model.clients.get(id ?? '');
  if (!client) throw invalidClient('no such client');
  const fits = client.auth === 'any' ? method !== 'none' : client.auth === method;
  if (!fits) throw invalidClient(`this client does not authenticate by ${method}`);
  if (method !== 'none' && !sameText(secret, client.client_secret)) throw invalidClient('the client secret is wrong');
  ctx.client = client;
  return client;
}

function basicCredentials(header) {
  if (!/^basic /i.test(header ?? '')) return null;
  const text = Buffer.from(header.slice(6).trim(), 'base64').toString();
  const colon = text.indexOf(':');
  if (colon < 0) throw invalidClient('the Authorization header has no colon');
  return { id: formDecode(text.slice(0, colon)), secret: formDecode(text.slice(colon + 1)) };
}

/** RFC 6749 §2.3.1: id and secret are form-encoded before they are joined. */
function formDecode(text) {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw invalidClient('the Authorization header is not form-encoded');
  }
}

const digest = (text) => createHash('sha256').update(text).digest();
const sameText = (a, b) => timingSafeEqual(digest(a), digest(b));

function exchangeCode(model, client, form) {
  const code = model.codes.get(need(form, 'code'));
  if (!code || code.client_id !== client.client_id) throw invalidGrant('no such code');
  if (code.grant) {
    model.replays += 1;
    revokeGrant(code.grant); // RFC 6749 §4.1.2: what was issued from a replayed code falls with it
    throw invalidGrant('the code was used before');
  }
  if (code.expires_at <= Date.now()) throw invalidGrant('the code has expired');
  if (form.get('redirect_uri') !== code.redirect_uri) throw invalidGrant('redirect_uri differs from the one of the request');
  const settings = settingsFor(model, client);
  if (settings.pkce !== 'off') checkVerifier(code.challenge, form.get('code_verifier'));

  const grant = code.grant = newGrant(model, code);
  const answer = tokenAnswer(model, grant, grant.scope, settings);
  const mayRefresh = !settings.offline_required || grant.scope.split(' ').includes('offline');
  if (mayRefresh) answer.refresh_token = issueRefresh(model, grant, grant.scope, settings);
  return answer;
}

function checkVerifier(challenge, verifier) {
  if (!challenge && verifier === null) return;
  if (!challenge) throw invalidGrant('code_verifier without a code_challenge');
  if (!/^[A-Za-z0-9._~-]{43,128}$/.test(verifier ?? '')) throw invalidGrant('code_verifier is missing or malformed');
  if (digest(verifier).toString('base64url') !== challenge) throw invalidGrant('code_verifier does not fit');
}

const tokenAnswer = (model, grant, scope, settings) => ({
  access_token: issueAccess(model, grant, scope, settings),
  token_type: 'Bearer',
  expires_in: settings.expires_in,
  scope,
});

function refreshTokens(model, client, form) {
  const text = need(form, 'refresh_token');
  const record = model.refresh.get(text);
  const grant = liveGrant(model, record);
  if (!grant || grant.client_id !== client.client_id) throw invalidGrant('no such refresh token, or it was revoked');
  const settings = settingsFor(model, client);
  refuseReuse(model, grant, record, settings);

  const scope = narrowed(record.scope, form.get('scope'));
  const answer = tokenAnswer(model, grant, scope, settings);
  const next = nextRefresh(model, grant, record, text, settings);
  if (next) answer.refresh_token = next;
  grant.refreshes += 1;
  return answer;
}

/** A spent refresh token is a sign of theft: unless grace is left, the whole family falls (RFC 9700 §4.14.2). */
function refuseReuse(model, grant, record, settings) {
  if (record.spent_at === null) return;
  model.reuses += 1;
  if (settings.rotation === 'grace' && Date.now() - record.spent_at < settings.grace_s * 1000) return;
  revokeGrant(grant);
  throw invalidGrant('the refresh token was used before; the grant is revoked');
}

function nextRefresh(model, grant, record, text, { rotation, ...settings }) {
  if (rotation === 'omit') return null;
  if (rotation === 'same') return text;
  record.spent_at ??= Date.now();
  return issueRefresh(model, grant, record.scope, settings);
}

function narrowed(granted, asked) {
  if (!asked) return granted;
  const held = granted.split(' ');
  if (!asked.split(' ').every((scope) => held.includes(scope))) throw new OAuthError('invalid_scope', 'more than was granted');
  return asked;
}

function revokeGrant(grant) {
  if (grant) grant.revoked = true;
}

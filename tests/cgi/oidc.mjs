// SPDX-License-Identifier: Apache-2.0
// An authorization server that we did not write (oidc-provider from npm) with an API behind it, for API tools. Its person
// says yes to everything.
//
//   const oidc = await startOidc();
//   oidc.serve(redirectUris)                 once the stack is known; then
//   oidc.origin, oidc.client, oidc.grants    ['authorization_code', 'refresh_token', …] as they were made
//   oidc.life = 5                            seconds that the access tokens of the next grants live
//   await oidc.walk(url)                     a browser there; answers where it is sent back to
//   GET /api/pets                            200 with a token that is good, else 401; oidc.calls: its answers' statuses
//   await oidc.close()
import assert from 'node:assert/strict';
import { generateKeyPairSync, webcrypto } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

import { Visitor } from './visitor.mjs';

globalThis.crypto ??= webcrypto; // Node 18 keeps it out of reach
const { Provider } = await import('oidc-provider');

// Characters that RFC 6749 §2.3.1 wants encoded before they are joined by ":" and put into base64.
const CLIENT = { client_id: 'grantry:tools', client_secret: 'a+b/c%d:e f&g=h "i"' };

function configuration(oidc, redirectUris) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const life = () => oidc.life;
  return {
    clients: [{ ...CLIENT, token_endpoint_auth_method: 'client_secret_basic', redirect_uris: redirectUris,
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'], response_types: ['code'] }],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' }] },
    cookies: { keys: ['for tests'] },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    scopes: ['openid', 'offline_access', 'pets.read'],
    features: { devInteractions: { enabled: false }, clientCredentials: { enabled: true } },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    ttl: { AccessToken: life, ClientCredentials: life, AuthorizationCode: 60, Grant: 86400, Interaction: 600, RefreshToken: 86400,
      Session: 86400, IdToken: 3600 },
  };
}

// The login and the consent page in one, and the person before them.
async function interact(provider, req, res) {
  const { params } = await provider.interactionDetails(req, res);
  const grant = new provider.Grant({ accountId: 'u-1', clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  return provider.interactionFinished(req, res, { login: { accountId: 'u-1' }, consent: { grantId: await grant.save() } },
    { mergeWithLastSubmission: false });
}

async function answerApi(provider, oidc, req, res) {
  const text = req.headers.authorization?.match(/^Bearer (.+)$/)?.[1] ?? '';
  const token = await provider.AccessToken.find(text) ?? await provider.ClientCredentials.find(text);
  const good = Boolean(token) && !token.isExpired;
  oidc.calls.push(good ? 200 : 401);
  if (good) res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify([{ id: 1, name: 'Rex' }]));
  else res.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end();
}

export async function startOidc() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${server.address().port}`;
  const oidc = { origin, client: CLIENT, grants: [], errors: [], calls: [], life: 3600 };

  oidc.serve = (redirectUris) => {
    const provider = new Provider(origin, configuration(oidc, redirectUris));
    provider.on('grant.success', (ctx) => oidc.grants.push(ctx.oidc.params.grant_type));
    for (const event of ['grant.error', 'authorization.error', 'server_error'])
      provider.on(event, (ctx, error) => oidc.errors.push(`${event}: ${error.error_description ?? error.message}`));
    const rest = provider.callback();
    server.on('request', (req, res) => {
      const fail = (error) => res.writeHead(500).end(error.stack);
      if (req.url.startsWith('/interaction/')) interact(provider, req, res).catch(fail);
      else if (req.url.startsWith('/api/')) answerApi(provider, oidc, req, res).catch(fail);
      else rest(req, res);
    });
  };
  // Follows until it is sent away.
  oidc.walk = async (url) => {
    const browser = new Visitor({ address: origin });
    for (let hops = 0; url.startsWith(origin) && hops < 10; hops++) {
      const { status, location, text } = await browser.get(url);
      assert.ok(location, `the authorization server stops at ${new URL(url).pathname} with ${status}: ${text.slice(0, 500)}`);
      url = new URL(location, origin).href;
    }
    return url;
  };
  oidc.close = () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); });
  return oidc;
}

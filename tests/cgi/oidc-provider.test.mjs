// SPDX-License-Identifier: Apache-2.0
// The main job against an authorization server that we did not write: oidc-provider from npm, with PKCE required,
// iss in its answers (RFC 9207), rotating refresh tokens and both ways of client authentication; behind lighttpd
// and behind Apache.
import assert from 'node:assert/strict';
import { generateKeyPairSync, webcrypto } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';

import { startStack } from '../run/stack.mjs';
import { Visitor, signedIn, words } from './visitor.mjs';

globalThis.crypto ??= webcrypto; // Node 18 keeps it out of reach
const { Provider } = await import('oidc-provider');

// Characters that RFC 6749 §2.3.1 wants encoded before they are joined by ":" and put into base64.
const CLIENTS = {
  basic: { id: 'grantry:basic', secret: 'a+b/c%d:e f&g=h "i"' },
  post: { id: 'grantry post', secret: 'x+y/z%2B:&=\'"' },
};
const PEOPLE = {
  'u-1': { name: 'Grace Hopper', email: 'grace@independent.test' },
  'u-2': { name: 'Alan Turing', email: 'alan@independent.test' },
};
const idOf = (kind) => `grantry/independent/oidc_${kind}`;

// The server; who answers its questions, and how, is told by setting answer.
async function startIndependent() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${server.address().port}`;
  const independent = { origin, server, answer: {}, grants: [], errors: [] };

  // After the stack is known: its redirect URIs are registered exactly.
  independent.serve = (address) => {
    const provider = new Provider(origin, configuration(address));
    provider.on('grant.success', (ctx) => independent.grants.push(`${ctx.oidc.params.grant_type} by `
      + `${ctx.oidc.client.tokenEndpointAuthMethod} in the ${ctx.headers.authorization ? 'header' : 'body'}`));
    for (const event of ['grant.error', 'authorization.error', 'server_error', 'revocation.error', 'userinfo.error'])
      provider.on(event, (ctx, error) => independent.errors.push(`${event}: ${error.error_description ?? error.message}`));
    const rest = provider.callback();
    server.on('request', (req, res) => {
      if (!req.url.startsWith('/interaction/')) rest(req, res);
      else interact(provider, independent, req, res).catch((error) => res.writeHead(500).end(error.stack));
    });
  };
  independent.close = () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); });
  return independent;
}

function configuration(address) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    clients: Object.entries(CLIENTS).map(([kind, { id, secret }]) => ({
      client_id: id, client_secret: secret, token_endpoint_auth_method: `client_secret_${kind}`,
      redirect_uris: [`${address}/console/api/oauth/plugin/${idOf(kind)}/datasource/callback`],
      grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'],
    })),
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' }] },
    cookies: { keys: ['for tests'] },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    features: { devInteractions: { enabled: false }, revocation: { enabled: true } },
    claims: { openid: ['sub'], email: ['email'], profile: ['name'] },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...PEOPLE[sub] }) }),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    ttl: { AccessToken: 3600, AuthorizationCode: 60, Grant: 86400, Interaction: 600, RefreshToken: 86400, Session: 86400, IdToken: 3600 },
  };
}

// The login and the consent page in one, and the person before them.
async function interact(provider, { answer }, req, res) {
  const { params } = await provider.interactionDetails(req, res);
  if (answer.denied) {
    const refusal = { error: 'access_denied', error_description: 'The person said no.' };
    return provider.interactionFinished(req, res, refusal, { mergeWithLastSubmission: false });
  }
  const accountId = answer.who ?? 'u-1';
  const grant = new provider.Grant({ accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope.split(' ').filter((scope) => scope !== answer.without).join(' '));
  if (answer.without) grant.rejectOIDCScope(answer.without);
  return provider.interactionFinished(req, res, { login: { accountId }, consent: { grantId: await grant.save() } },
    { mergeWithLastSubmission: false });
}

// A browser at the server: follows until it is sent back to us.
async function walk(independent, url) {
  const browser = new Visitor({ address: independent.origin });
  for (let hops = 0; url.startsWith(independent.origin) && hops < 10; hops++) {
    const { status, location, text } = await browser.get(url);
    assert.ok(location, `the authorization server stops at ${new URL(url).pathname} with ${status}: ${text.slice(0, 500)}`);
    url = new URL(location, independent.origin).href;
  }
  return url;
}

for (const front of ['lighttpd', 'apache']) {
  test(`oidc-provider behind ${front}`, async (t) => {
    const independent = await startIndependent();
    let stack;
    t.after(async () => {
      await independent.close();
      await stack?.stop();
    });
    stack = await startStack({ apache: front === 'apache', sandbox: false, providers: ['oidc_basic', 'oidc_post'],
      conf: `egress_allow = ${independent.origin}\noperator.oidc_origin = ${independent.origin}` });
    independent.serve(stack.address);
    const ada = await signedIn(stack, 'ada@acme.test');

    async function connect(kind, answer = {}, query = '') {
      independent.answer = answer;
      const { url } = await ada.allowAccess(idOf(kind), query);
      const request = new URL(url).searchParams;
      assert.equal(request.get('code_challenge_method'), 'S256');
      const back = await walk(independent, url);
      assert.equal(new URL(back).searchParams.get('iss'), independent.origin);
      return ada.follow(back);
    }

    for (const kind of ['basic', 'post']) {
      await t.test(`${kind}: connected, with name, account and renewal`, async () => {
        const saved = await ada.useCustomClient(idOf(kind), { client_id: CLIENTS[kind].id, client_secret: CLIENTS[kind].secret });
        assert.equal(saved.status, 303);
        const { callback, result } = await connect(kind);
        assert.equal(callback.status, 303);
        assert.equal(result.status, 200);
        assert.match(words(result), /Grace Hopper Default is ready to use in Acme/);
        assert.doesNotMatch(words(result), /Not everything was allowed/);
        assert.deepEqual(independent.grants.splice(0), [`authorization_code by client_secret_${kind} in the ${kind === 'basic' ? 'header' : 'body'}`]);
        const page = words(await ada.get(`/data-sources/${idOf(kind)}`));
        assert.match(page, /Grace Hopper Default grace@independent\.test · OAuth .* Active Renews itself in/);
      });

      await t.test(`${kind}: the same account again renews it, another one is added`, async () => {
        const [id] = await ada.credentials(idOf(kind));
        assert.match(words((await connect(kind, {}, `?credential=${id}`)).result), /Grace Hopper Default works again/);
        assert.deepEqual(await ada.credentials(idOf(kind)), [id]);
        assert.match(words((await connect(kind, { who: 'u-2' }, `?credential=${id}`)).result), /You allowed access as alan@independent\.test, but .Grace Hopper. belongs to grace@independent\.test/);
        assert.equal((await ada.credentials(idOf(kind))).length, 2);
      });

      await t.test(`${kind}: consent to less than was asked for`, async () => {
        const { result } = await connect(kind, { without: 'profile' });
        assert.match(words(result), /grace@independent\.test is ready.*Not everything was allowed.*See your name.*Allowed/);
      });

      await t.test(`${kind}: no lasting access, nothing to renew with`, async () => {
        const { result } = await connect(kind, { without: 'offline_access' });
        assert.match(words(result), /Not everything was allowed.*Keep this access while you are away.*Allowed/);
        assert.match(words(await ada.get(`/data-sources/${idOf(kind)}`)), /Active Valid for/);
      });

      await t.test(`${kind}: consent denied`, async () => {
        const before = await ada.credentials(idOf(kind));
        const { result } = await connect(kind, { denied: true });
        assert.match(words(result), /Nothing was connected/);
        assert.deepEqual(await ada.credentials(idOf(kind)), before);
      });

      await t.test(`${kind}: a wrong secret is named as the cause`, async () => {
        independent.errors.splice(0);
        await ada.useCustomClient(idOf(kind), { client_id: CLIENTS[kind].id, client_secret: 'wrong' });
        const { result } = await connect(kind);
        assert.equal(result.status, 502);
        assert.match(words(result), /refused the OAuth client.*invalid_client/);
        assert.equal(independent.errors.splice(0).length, 1);
      });

      assert.deepEqual(independent.errors, []);
      independent.grants.splice(0);
    }
  });
}

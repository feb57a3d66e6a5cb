// What the tests share: a plain-HTTP browser and client for the sandbox.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import net from 'node:net';

export const CALLBACK = 'http://127.0.0.1:9/callback';
export const VERIFIER = 'a-verifier-that-is-long-enough-for-rfc-7636-0123456789';
export const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');
export const ALL_SCOPES = 'profile files.read offline';

export function authorizeUrl(origin, changes = {}) {
  const params = {
    response_type: 'code', client_id: 'sandbox-client', redirect_uri: CALLBACK, scope: ALL_SCOPES, state: 'st',
    code_challenge: CHALLENGE, code_challenge_method: 'S256', auto: 'ada', ...changes,
  };
  const given = Object.entries(params).filter(([, value]) => value !== null);
  return `${origin}/authorize?${new URLSearchParams(given)}`;
}

export const get = (url, options = {}) => fetch(url, { redirect: 'manual', ...options });

/** The parameters that arrive at the client's callback. */
export async function callbackOf(origin, changes) {
  const answer = await get(authorizeUrl(origin, changes));
  return new URL(answer.headers.get('location')).searchParams;
}

export const codeOf = async (origin, changes) => (await callbackOf(origin, changes)).get('code');

/** Posts a form; `null` leaves a preset field out. Answers { status, headers, text, json }. */
export async function post(origin, path, fields, headers = {}) {
  const preset = headers.authorization ? {} : { client_id: 'sandbox-client', client_secret: 'sandbox-secret' };
  const given = Object.entries({ ...preset, ...fields }).filter(([, value]) => value !== null);
  const answer = await fetch(origin + path, { method: 'POST', redirect: 'manual', headers, body: new URLSearchParams(given) });
  const text = await answer.text();
  let json;
  try { json = JSON.parse(text); } catch { json = undefined; }
  return { status: answer.status, headers: answer.headers, text, json };
}

export const exchange = (origin, code, changes = {}, headers) =>
  post(origin, '/token', { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: VERIFIER, ...changes }, headers);

export const refresh = (origin, refresh_token, changes = {}, headers) =>
  post(origin, '/token', { grant_type: 'refresh_token', refresh_token, ...changes }, headers);

export const tokensOf = async (origin, changes) => (await exchange(origin, await codeOf(origin, changes))).json;

export const bearer = (token) => ({ headers: { authorization: `Bearer ${token}` } });

/** Sends a refresh over a bare socket; answers all bytes and how the connection ended: end | reset. */
export function rawRefresh(origin, refreshToken, { stopAt = Infinity } = {}) {
  const { hostname, port } = new URL(origin);
  const body = new URLSearchParams({
    grant_type: 'refresh_token', refresh_token: refreshToken, client_id: 'sandbox-client', client_secret: 'sandbox-secret',
  }).toString();
  return new Promise((resolve) => {
    const chunks = [];
    let bytes = 0;
    const socket = net.connect({ host: hostname, port, allowHalfOpen: true });
    const done = (how) => {
      socket.destroy();
      resolve({ text: Buffer.concat(chunks).toString('latin1'), bytes, how });
    };
    socket.on('data', (chunk) => {
      bytes += chunk.length;
      if (chunks.length < 100) chunks.push(chunk);
      if (bytes >= stopAt) done('enough');
    });
    // A reset right behind data is reported as an end; only a write then tells the two apart.
    socket.on('end', () => socket.write('x', (error) => done(error ? 'reset' : 'end')));
    socket.on('error', () => done('reset'));
    socket.write(`POST /token HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  });
}

export const basic = (id, secret) => {
  const encode = (text) => new URLSearchParams({ x: text }).toString().slice(2);
  return { authorization: `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64')}` };
};

export function isError(answer, error, status = 400) {
  assert.equal(answer.json?.error, error, answer.text);
  assert.equal(answer.status, status);
}

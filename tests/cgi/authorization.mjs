// SPDX-License-Identifier: Apache-2.0
// What the authorization tests share: a Grantry with people in it, and what the attack list asks of every row
// (security §3.0): what was stored, asked of the provider, written into the audit log, and which workers live.
//
//   const ground = await openGround();
//   const { ada, ben } = ground.people;                   each a Visitor, signed in
//   await ground.isRejected(ada, url, 'user_mismatch');   400, nothing stored, no token request, that one event
//   await ground.close();                                 no code or state in a log, the same workers as before
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { startStack } from '../run/stack.mjs';
import { CALLBACK, PASSWORD, Visitor, sandbox } from './visitor.mjs';

const run = promisify(execFile);

// Everything that an authorization may leave behind or change, but the flow itself.
const STORED = ['provider_credentials', 'provider_credential_defaults', 'datasource_oauth_params',
  'datasource_oauth_tenant_params', 'users', 'tenants', 'tenant_members'].join(', ');

export const randomState = () => randomBytes(32).toString('base64url');
export const stateOf = (url) => new URL(url).searchParams.get('state');
export const callbackUrl = (params, path = CALLBACK) => `${path}?${new URLSearchParams(params)}`;

// url with parameters set (a text), or taken away (null).
export function bent(url, changes) {
  const out = new URL(url);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) out.searchParams.delete(name);
    else out.searchParams.set(name, value);
  }
  return out.href;
}

async function workersOf(stack) {
  const pids = {};
  for (const name of ['settings', 'connect', 'api']) {
    const [pid] = (await readFile(join(stack.var, 'run', `${name}.pid`), 'utf8')).split(' ');
    pids[name] = `${pid}: ${(await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim()}`;
  }
  return pids;
}

// options: as for startStack; visitor: the class of the people. GRANTRY_FRONT=apache puts Apache in front.
export async function openGround({ visitor = Visitor, ...options } = {}) {
  const stack = await startStack({ apache: process.env.GRANTRY_FRONT === 'apache', ...options });
  try {
    return await furnish(stack, visitor);
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

async function furnish(stack, Person) {
  const secrets = new Set(); // codes and states, which no log may hold
  const provider = sandbox(stack);
  const people = { ada: await newcomer('ada@acme.test'), ben: await newcomer('ben@acme.test') };
  await workIn(people.ada, 'Acme Research');
  const workers = await workersOf(stack);

  const sql = async (text) => (await run('mariadb', ['--no-defaults', '--socket', stack.socket, '-u', userInfo().username,
    '-N', '-B', 'grantry', '-e', text])).stdout.trim();
  const lines = async (text) => (await sql(text)).split('\n').filter(Boolean);
  const stored = () => sql(`CHECKSUM TABLE ${STORED}`);
  const events = () => lines("SELECT result FROM audit_events WHERE action = 'flow.callback' ORDER BY at_us");
  const flows = () => lines('SELECT status FROM oauth_flows ORDER BY created_at, status');
  const tokenRequests = async () => (await provider.record('/token')).length;

  // Signed in for the first time, with a password of their own.
  async function newcomer(email) {
    const visitor = stranger();
    await visitor.signIn(email, (await stack.operator('user', 'sign-in', email)).trim());
    await visitor.submit(await visitor.get('/password'), { password: PASSWORD, password_again: PASSWORD }, '/password');
    return visitor;
  }

  // Another browser, signed in with the password that the person chose before.
  async function anotherBrowser(email) {
    const visitor = stranger();
    assert.equal((await visitor.signIn(email)).status, 303);
    if (email === 'ada@acme.test') await workIn(visitor, 'Acme Research');
    return visitor;
  }

  // Which of two workspaces a person begins in is not told.
  async function workIn(visitor, name) {
    const page = await visitor.get('/data-sources');
    const button = new RegExp(`name="workspace" value="([^"]*)"( aria-current)?[^>]*><span[^>]*>${name}<`);
    const [, id, current] = page.text.match(button);
    if (!current) assert.equal((await visitor.post('/workspace', { csrf: await visitor.csrf(), workspace: id })).status, 303);
  }

  // Nobody yet. Every code and state that comes by is noted down.
  function stranger() {
    return watch(new Person(stack));
  }
  function watch(visitor) {
    const { get, authorize, allowAccess } = visitor;
    visitor.get = (path, more) => get.call(visitor, note(path), more);
    visitor.authorize = async (...args) => note(await authorize.apply(visitor, args));
    visitor.allowAccess = async (...args) => {
      const step = await allowAccess.apply(visitor, args);
      note(step.url);
      return step;
    };
    return visitor;
  }
  function note(url) {
    for (const [, value] of url?.matchAll(/[?&](?:code|state)=([^&]{20,})/g) ?? []) secrets.add(value);
    return url;
  }

  // Runs the steps, then tells what they changed.
  async function changes(steps) {
    const before = { stored: await stored(), events: await events(), tokens: await tokenRequests() };
    const answer = await steps();
    return {
      answer,
      stored: (await stored()) !== before.stored,
      events: (await events()).slice(before.events.length),
      tokenRequests: (await tokenRequests()) - before.tokens,
    };
  }

  async function isRejected(visitor, url, why, options = {}) {
    const generic = await visitor.get(callbackUrl({ code: 'x', state: randomState() }));
    const { answer, ...rest } = await changes(() => visitor.get(url, options));
    assert.equal(answer.status, 400);
    assert.equal(answer.text, generic.text, 'one page for every rejection');
    assert.equal(answer.location, undefined);
    assert.deepEqual(rest, { stored: false, events: why ? [`rejected:${why}`] : [], tokenRequests: 0 });
    return answer;
  }

  // The callback leads to a page that tells of a failure: flow ended, nothing stored.
  async function fails(visitor, url, verdict, { status, tokenRequests = 0, headers } = {}) {
    const { answer, ...rest } = await changes(() => visitor.follow(url, { headers }));
    assert.equal(answer.callback.status, 303);
    assert.match(answer.callback.location, /^\/connect\/flows\/[0-9a-f-]{36}$/);
    assert.equal(answer.status, status);
    assert.deepEqual(rest, { stored: false, events: [verdict], tokenRequests });
    return answer.result;
  }

  async function connects(visitor, url) {
    const { answer, ...rest } = await changes(() => visitor.follow(url));
    assert.equal(answer.status, 200);
    assert.deepEqual(rest, { stored: true, events: ['connected'], tokenRequests: 1 });
    return answer.result;
  }

  // As on the first day, but for sessions and audit log.
  async function tidy() {
    await provider.reset();
    await sql('DELETE FROM oauth_flows; DELETE FROM provider_credential_defaults; DELETE FROM provider_credentials;'
      + ' DELETE FROM datasource_oauth_tenant_params');
  }

  async function noSecretInLogs() {
    assert.ok(secrets.size > 0);
    const folder = join(stack.var, 'log');
    for (const name of await readdir(folder)) {
      const text = await readFile(join(folder, name), 'utf8');
      for (const secret of secrets) assert.ok(!text.includes(secret), `a code or state stands in ${name}`);
    }
  }

  async function close() {
    try {
      await noSecretInLogs();
      assert.deepEqual(await workersOf(stack), workers, 'the workers that began have lived on');
    } finally {
      await stack.stop();
    }
  }

  return { stack, people, provider, sql, lines, stored, events, flows, tokenRequests, changes, isRejected, fails, connects,
    newcomer, anotherBrowser, workIn, stranger, note, tidy, close };
}

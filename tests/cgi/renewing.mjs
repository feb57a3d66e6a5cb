// SPDX-License-Identifier: Apache-2.0
// What the tests of renewal share: authorizations that are made due, the renewers that take them up, and what the
// provider saw of it.
//
//   const ground = await openRenewals({ rotation: 'rotate' });   a stack, its own renewer ended, one of ours started
//   const id = await ground.connect();                 one more authorization; its id
//   const row = await ground.renew(id);                due now; answers its row when it is settled
//   await ground.due(id); … await ground.settled(id, before)     the same in two steps
//   await ground.calls()                               the refresh requests: [{ token, client_id, status, body }]
//   await ground.ask(id)                               as a runtime: { status, body, headers }
//   ground.renewer                                     a Renewer, see below; ground.more(name, options, stack) starts another
//   await ground.close()
//
// A row: state, reason, rev, failures, fence, unanswered, expires_at, due_at, refreshed_at (seconds or null), held,
// sealed (hashes of what is encrypted, which tell whether it was touched).
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { database, hexOf, uuidOf } from '../run/database.mjs';
import { startStack } from '../run/stack.mjs';
import { SANDBOX, exchange, sandbox, signedIn } from './visitor.mjs';

const run = promisify(execFile);
const COLUMNS = ['state', 'state_reason', 'secret_rev', 'failures', 'lease_fence', 'unanswered_rev', 'expires_at', 'refresh_due_at',
  'refreshed_at', 'lease_owner IS NOT NULL', 'SHA2(encrypted_credentials, 256)', 'SHA2(encrypted_profile, 256)'];
const numberOf = (text) => (text === 'NULL' ? null : Number(text));
// Some providers take JSON.
const formOf = (body) => new URLSearchParams(body.startsWith('{') ? JSON.parse(body) : body);
export const nowS = () => Math.floor(Date.now() / 1000);
export const tokenOf = (answer) => answer.body.fields?.access_token;
export const digest = (text) => createHash('sha256').update(text).digest('hex');

// Asks until test answers something true, and answers that. For readiness, never for the absence of something.
export async function until(what, test, seconds = 60) {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const found = await test();
    if (found) return found;
    if (performance.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

const stateOfProcess = async (pid) => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
};
const blocksTerm = async (pid) =>
  BigInt(`0x${(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')).match(/SigBlk:\s*(\w+)/)?.[1] ?? 0}`) & 0x4000n;
const isGone = async (pid) => ['', 'Z', 'X'].includes(await stateOfProcess(pid));

// The renewer that the stack started, if it still lives.
export async function endOwnRenewer(stack) {
  const pid = Number((await readFile(join(stack.var, 'run', 'refreshd.pid'), 'utf8')).split(' ')[0]);
  if (await isGone(pid)) return;
  process.kill(pid, 'SIGTERM');
  await until('the end of the renewer', () => isGone(pid));
}

// One grantry-refreshd with a folder of its own under the stack's. conf: lines that replace those of the stack; env:
// GRANTRY_CLOCK_SHIFT_S and the like; fileKb: what a file may hold; orders for its crash points go into crashFile.
export class Renewer {
  constructor(stack, name, { conf = {}, env = {}, fileKb } = {}) {
    Object.assign(this, { stack, name, conf, env, fileKb });
    this.folder = join(stack.var, name === 'main' ? 'refresh' : `refresh-${name}`); // where programs wake it
    this.crashFile = join(stack.var, 'tmp', `crash-${name}`);
  }

  async start({ env = {} } = {}) {
    const { stack, name, folder } = this;
    const settings = { refresh_dir: folder, ...this.conf };
    const kept = (await readFile(stack.config, 'utf8')).split('\n').filter((line) => !Object.hasOwn(settings, line.split(' ')[0]));
    const config = join(stack.var, `renewer-${name}.conf`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(config, [...kept, ...Object.entries(settings).map(([key, value]) => `${key} = ${value}`), ''].join('\n'));
    const log = await open(join(stack.var, 'log', `refreshd-${name}.log`), 'a');
    const limit = this.fileKb ? `trap "" XFSZ; ulimit -f ${this.fileKb};` : '';
    this.child = spawn('bash', ['-c', `${limit} exec "$0" -c "$1"`, join(stack.bin, 'grantry-refreshd'), config],
      { env: { ...stack.env, GRANTRY_CRASH_FILE: this.crashFile, ...this.env, ...env }, stdio: ['ignore', log.fd, log.fd] });
    this.ended = once(this.child, 'exit').then(([code, signal]) => ({ code, signal }));
    await once(this.child, 'spawn');
    await log.close();
    await until('a renewer that can be asked to stop', async () => !this.lives || blocksTerm(this.pid));
    return this;
  }

  get pid() { return this.child.pid; }
  get lives() { return this.child.exitCode === null && this.child.signalCode === null; }
  log() { return readFile(join(this.stack.var, 'log', `refreshd-${this.name}.log`), 'utf8'); }
  order(text) { return writeFile(this.crashFile, text); }

  // As a program that waits for a token does.
  async wake() {
    await run('perl', ['-MIO::Socket::UNIX', '-e', 'my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Peer => $ARGV[0]); $s->blocking(0), $s->send("") if $s',
      join(this.folder, 'wake')]);
  }

  pause() { process.kill(this.pid, 'SIGSTOP'); return this.paused(); }
  resume() { process.kill(this.pid, 'SIGCONT'); }
  paused() { return until('a stopped renewer', async () => (await stateOfProcess(this.pid)) === 'T'); }

  async kill() {
    this.child.kill('SIGKILL');
    return this.ended;
  }

  async stop() {
    if (!this.lives) return;
    this.child.kill('SIGTERM');
    const { code, signal } = await this.ended;
    assert.deepEqual({ code, signal }, { code: 0, signal: null }, `the renewer ${this.name} ended with ${code ?? signal}: ${(await this.log()).slice(-2000)}`);
  }
}

export async function openRenewals({ rotation = 'rotate', settings = {}, renewer = {}, ...options } = {}) {
  const stack = await startStack(options);
  try {
    return await furnish(stack, { rotation, ...settings }, renewer);
  } catch (error) {
    await stack.stop().catch(() => {});
    throw error;
  }
}

async function furnish(stack, settings, options) {
  const db = database(stack);
  const provider = sandbox(stack);
  const renewers = [];
  await endOwnRenewer(stack);
  const ada = await signedIn(stack, 'ada@acme.test');
  await ada.useCustomClient();
  const key = (await stack.operator('key', 'add', 'pipeline', '--tenant', 'Acme Research')).trim();
  await provider.ctl({ settings });

  const column = async (text, id) => (await db.rows(`SELECT ${text} FROM provider_credentials WHERE id = X'${hexOf(id)}'`))[0];
  const row = async (id) => {
    const found = await column(COLUMNS.join(', '), id);
    if (!found) return null;
    const [state, reason, rev, failures, fence, unanswered, expires, due, refreshed, held, credentials, profile] = found;
    return { state, reason, rev: Number(rev), failures: Number(failures), fence: Number(fence), unanswered: Number(unanswered),
      expires_at: numberOf(expires), due_at: numberOf(due), refreshed_at: numberOf(refreshed), held: held === '1', sealed: credentials + profile };
  };
  const ids = async () => new Set((await db.rows('SELECT HEX(id) FROM provider_credentials')).map(([id]) => uuidOf(id)));

  // An update that another program's update of the same rows pushed aside (1020, snapshot isolation) is tried again.
  async function set(what, id) {
    const where = id ? ` WHERE id = X'${hexOf(id)}'` : '';
    await until('an update', () => db.run(`UPDATE provider_credentials SET ${what}${where}`).then(() => true, (error) => {
      if (!/ERROR (1020|1205|1213) /.test(error.message)) throw error;
    }));
  }

  async function connect(visitor = ada, where = SANDBOX) {
    const before = await ids();
    const answer = await visitor.connect('ada', where);
    assert.equal(answer.status, 200, answer.text);
    return [...await ids()].find((id) => !before.has(id));
  }

  const wake = () => Promise.all(renewers.filter((one) => one.lives).map((one) => one.wake()));
  // Its token is over as well: nobody would be handed the old one.
  const due = async (id, more = '') => {
    await set(`expires_at = 1, refresh_due_at = 1${more}`, id);
    await wake();
  };
  const settled = (id, before) => until(`the renewal of ${id}`, async () => {
    const now = await row(id);
    return now && now.fence > before.fence && !now.held && now;
  });
  async function renew(id) {
    const before = await row(id);
    await due(id);
    return settled(id, before);
  }

  const calls = async () => (await provider.record('/token')).map((call) => ({ ...call, form: formOf(call.body) }))
    .filter(({ form }) => form.get('grant_type') === 'refresh_token')
    .map(({ form, status, body, n }) => ({ token: form.get('refresh_token'), client_id: form.get('client_id'), status, body, n }));
  const gate = (name, held = 1) => exchange(stack.sandbox, `/__ctl/wait?gate=${name}&held=${held}`);
  const release = (name) => exchange(stack.sandbox, '/__ctl/release', { method: 'POST', body: JSON.stringify({ gate: name }),
    headers: { 'content-type': 'application/json' } });
  const fault = (...faults) => provider.ctl({ faults: faults.map((one) => ({ endpoint: 'token', grant_type: 'refresh_token', ...one })) });

  async function ask(id, { address = stack.address, query = '', bearer = key, where = SANDBOX } = {}) {
    const answer = await exchange(address, `/api/v1/credentials/${where}?credential=${id}${query}`, { headers: { authorization: `Bearer ${bearer}` } });
    let body = {};
    try { body = JSON.parse(answer.text); } catch { /* a web server's own error page */ }
    return { status: answer.status, headers: answer.headers, body, text: answer.text };
  }
  // Again while it is told to come back, as a runtime does.
  const askUntil = (id, options) => until(`an answer about ${id}`, async () => {
    const answer = await ask(id, options);
    return answer.status !== 503 && answer;
  });

  async function more(name, how = {}, where = stack) {
    const one = new Renewer(where, name, how);
    renewers.push(one);
    return one.start();
  }

  async function close() {
    for (const one of renewers) {
      if (!one.lives) continue;
      one.child.kill('SIGCONT');
      await one.stop();
    }
    await stack.stop();
  }

  const renewer = await more('main', options);
  return { stack, db, provider, ada, key, renewer, renewers, more, row, set, connect, wake, due, settled, renew, calls, gate, release,
    fault, ask, askUntil, close };
}

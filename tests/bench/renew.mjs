// SPDX-License-Identifier: Apache-2.0
// How many credentials one grantry-refreshd renews in a second, at a provider that takes 200 ms for an answer
// and gives single-use refresh tokens; and its memory. The baseline is what that provider (a Node program on
// the same processors) gives to wrk with the same latency and as many calls at once.
import { setTimeout as sleep } from 'node:timers/promises';

import { exchange, sandbox, signedIn } from '../cgi/visitor.mjs';
import { databaseSession } from '../run/database.mjs';
import { cpu, fill, line, load, memoryKib, must, partPid, writeLua } from '../run/load.mjs';
import { startStack } from '../run/stack.mjs';

const LATENCY_MS = 200;
const SIZE = { tenants: 100, rows: 100 };
const MOST_S = 120;
const CLIENT = { client_id: 'sandbox-client-2', client_secret: 'sandbox-secret-2' }; // the Default of the trial
const BACK = 'http://127.0.0.1/back';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

const stack = await startStack();
const box = sandbox(stack);
let db;

const token = async (form) => {
  const { status, text } = await exchange(stack.sandbox, '/token', { method: 'POST', headers: FORM,
    body: new URLSearchParams({ ...CLIENT, ...form }).toString() });
  must(status === 200, `no token: ${status} ${text}`);
  return JSON.parse(text).refresh_token;
};

// A grant of its own for each credential, by the shortest way.
async function refreshTokens(n) {
  const asked = new URLSearchParams({ response_type: 'code', client_id: CLIENT.client_id, redirect_uri: BACK,
    scope: 'files.read profile offline', state: 'x', auto: 'ada' });
  const one = async () => {
    const { location } = await exchange(stack.sandbox, `/authorize?${asked}`);
    return token({ grant_type: 'authorization_code', code: new URL(location).searchParams.get('code'), redirect_uri: BACK });
  };
  const tokens = [];
  while (tokens.length < n) tokens.push(...await Promise.all(Array.from({ length: Math.min(50, n - tokens.length) }, one)));
  return tokens;
}

// What the provider can give.
async function providerRate(connections) {
  await box.ctl({ settings: { rotation: 'same' } });
  const [refresh_token] = await refreshTokens(1);
  const lua = await writeLua(stack, 'token', { path: '/token', method: 'POST', headers: FORM,
    body: new URLSearchParams({ ...CLIENT, grant_type: 'refresh_token', refresh_token }).toString() }, new URL(stack.sandbox).host);
  await load(stack.sandbox, lua, { seconds: 2, connections });
  const { rate } = await load(stack.sandbox, lua, { seconds: 5, connections });
  await box.ctl({ settings: { rotation: 'rotate' } });
  return rate;
}

try {
  const ada = await signedIn(stack, 'ada@acme.test'), n = SIZE.tenants * SIZE.rows;
  db = databaseSession(stack);
  must((await ada.connect()).status === 200, 'the first credential was not made');
  const [[id]] = await db.rows('SELECT HEX(id) FROM provider_credentials');
  await box.ctl({ settings: { pkce: 'off' } });
  const tokens = await refreshTokens(n);
  await fill(stack, id, { ...SIZE, refreshTokens: tokens, columns: { refresh_due_at: 'NULL' } });
  const pid = await partPid(stack, 'refreshd'), quietKib = await memoryKib(pid, 'VmHWM');

  await box.ctl({ faults: [{ endpoint: 'token', grant_type: 'refresh_token', delay_ms: LATENCY_MS }] });
  const done = async () => Number((await db.rows('SELECT COUNT(*) FROM provider_credentials WHERE secret_rev = 2 AND refresh_due_at > UNIX_TIMESTAMP()'))[0][0]);
  const parts = { refreshd: pid, database: await partPid(stack, 'database'), provider: await partPid(stack, 'sandbox') };
  const spent = async () => Object.fromEntries(await Promise.all(Object.entries(parts).map(async ([name, of]) => [name, await cpu(of)])));
  const before = await spent(), begun = performance.now();
  await db.run('UPDATE provider_credentials SET refresh_due_at = UNIX_TIMESTAMP() - 1 WHERE refresh_due_at IS NULL');
  let reached = 0, seconds = 0;
  while (reached < n && seconds < MOST_S) {
    await sleep(250);
    reached = await done();
    seconds = (performance.now() - begun) / 1000;
  }
  if (reached < n) line('renew/too-slow', reached / seconds, 'credentials/s');
  must(reached === n, `only ${reached} of ${n} were renewed in ${MOST_S} s`);
  const after = await spent(), state = await box.ctl();
  must(state.refresh_reuses === 0, `${state.refresh_reuses} refresh tokens were used twice`);
  must(state.grant_types.refresh_token.requests === n, `${state.grant_types.refresh_token.requests} calls for ${n} credentials`);
  const peakKib = await memoryKib(pid, 'VmHWM'), connections = Math.max(1, state.endpoints.token.max_active);
  const bare = await providerRate(connections);
  line('renew', n / seconds, 'credentials/s', bare, n / seconds / bare);
  line('renew/at-once', connections, 'calls');
  for (const name of Object.keys(parts)) line(`renew/cpu-${name}`, (after[name] - before[name]) / n, 'us/credential');
  line('renew/memory-peak', peakKib / 1024, 'MiB', quietKib / 1024, peakKib / quietKib);
} finally {
  db?.end();
  await stack.stop();
}

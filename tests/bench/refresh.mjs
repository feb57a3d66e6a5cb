// SPDX-License-Identifier: Apache-2.0
// One credential whose token is over, a provider with single-use refresh tokens, 8 worker processes and 100
// runtimes that ask at once, a thousand times over. Each round must cost exactly one call to the provider, and
// all must get the new token; the measurement fails otherwise.
import { SANDBOX, sandbox, signedIn } from '../cgi/visitor.mjs';
import { databaseSession } from '../run/database.mjs';
import { NO_RATES, line, must, quantile, timed } from '../run/load.mjs';
import { startStack } from '../run/stack.mjs';

const ROUNDS = Number(process.env.GRANTRY_BENCH_ROUNDS ?? 1000);
const ASKERS = 100;
const QUIET_EVERY = 10; // a round with a valid token, and a plain call, as the baseline

const path = `/api/v1/credentials/${SANDBOX}`;
const stack = await startStack({ workers: 8, conf: NO_RATES });
let db;

// All at once; the slowest is the round.
async function round(key) {
  const begun = performance.now();
  const answers = await Promise.all(Array.from({ length: ASKERS }, () => timed(stack.address, path, { authorization: `Bearer ${key}` })));
  const ms = performance.now() - begun, bad = answers.find(({ status }) => status !== 200);
  must(!bad, `an asker got ${bad?.status}: ${bad?.text}`);
  const tokens = new Set(answers.map(({ text }) => JSON.parse(text).fields.access_token));
  must(tokens.size === 1, `${tokens.size} different tokens in one round`);
  return { ms, token: [...tokens][0] };
}

try {
  const ada = await signedIn(stack, 'ada@acme.test'), box = sandbox(stack);
  db = databaseSession(stack);
  await ada.useCustomClient();
  must((await ada.connect()).status === 200, 'the credential was not made');
  const key = (await stack.operator('key', 'add', 'bench', '--tenant', 'Acme Research')).trim();
  const calls = async () => (await box.ctl()).grant_types.refresh_token?.requests ?? 0;
  const expire = () => db.run('UPDATE provider_credentials SET expires_at = 1, refresh_due_at = 9000000000');

  const renewed = [], quiet = [];
  let before = await round(key), seen = await calls(), total = 0;
  for (let i = 0; i < ROUNDS; i++) {
    await expire();
    const now = await round(key), made = await calls() - seen;
    must(made === 1, `${made} calls to the provider in round ${i}`);
    must(now.token !== before.token, `the old token was handed out in round ${i}`);
    renewed.push(now.ms);
    [before, seen, total] = [now, seen + made, total + made];
    if (i % QUIET_EVERY) continue;
    const plain = await timed(stack.sandbox, '/userinfo', { authorization: `Bearer ${now.token}` });
    must(plain.status === 200, `the provider refuses the new token: ${plain.status}`);
    quiet.push((await round(key)).ms + plain.ms);
  }
  const state = await box.ctl();
  must(state.refresh_reuses === 0, `${state.refresh_reuses} refresh tokens were used twice`);
  line('refresh/rounds', ROUNDS, 'rounds');
  line('refresh/calls-a-round', total / ROUNDS, 'calls', 1, total / ROUNDS);
  for (const [name, q] of [['median', 0.5], ['p99', 0.99]]) {
    const [ours, bare] = [quantile(renewed, q), quantile(quiet, q)];
    line(`refresh/round-${name}`, ours, 'ms', bare, ours / bare);
  }
  line('refresh/round-most', Math.max(...renewed), 'ms', Math.max(...quiet), Math.max(...renewed) / Math.max(...quiet));
} finally {
  db?.end();
  await stack.stop();
}

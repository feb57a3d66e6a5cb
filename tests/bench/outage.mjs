// SPDX-License-Identifier: Apache-2.0
// A provider that never answers, and 200 runtimes that ask for its credentials, whose tokens are over: how long
// do hand-outs of other credentials of the same provider, and settings pages, take meanwhile? Quiet rounds and
// rounds of the outage take turns. No asker may wait longer than the cap of a hand-out, and no call to the
// provider be kept longer than its timeout; the measurement fails otherwise.
import { setTimeout as sleep } from 'node:timers/promises';

import { SANDBOX, exchange, sandbox, signedIn } from '../cgi/visitor.mjs';
import { databaseSession } from '../run/database.mjs';
import { NO_RATES, end, fill, freshRefreshd, handoutsOf, line, load, median, must, ratioOf, timed, until, writeLua } from '../run/load.mjs';
import { startStack } from '../run/stack.mjs';

const ROUNDS = 4;
const ROUND_S = 14; // longer than the cap, so that first asks come to their end in it
const ASKERS = 200;
const WAIT_CAP_MS = 12000, PROVIDER_TIMEOUT_MS = 15000;
const MARGIN_MS = 2000; // of a machine that is loaded on purpose
const ARRIVAL_MS = 2000; // runtimes do not ask in the same moment
const NEVER = { endpoint: 'token', grant_type: 'refresh_token', hold: 'before', gate: 'outage', process: false, status: 503 };

const stack = await startStack({ workers: 4, conf: NO_RATES });
const box = sandbox(stack), db = databaseSession(stack);
let refreshd;

// Runtimes that ask again and again, each for a credential of its own: what each ask took, and what came of it.
function startAskers(targets) {
  const waits = [], statuses = {};
  let stopping = false;
  const ask = async ({ path, headers }, i) => {
    await sleep(i * ARRIVAL_MS / ASKERS);
    while (!stopping) {
      const { ms, status } = await timed(stack.address, path, headers);
      waits.push(ms);
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (!stopping) await sleep(1000); // as Retry-After says
    }
  };
  const all = Promise.all(targets.map(ask));
  all.catch(() => {}); // told by stop; what comes first is what is told
  const stop = async () => {
    stopping = true;
    await all;
    return { waits, statuses };
  };
  return { stop };
}

// Hand-outs and pages at the same time, as they would come.
async function measured(luas) {
  const [handout, page] = await Promise.all(luas.map((lua) => load(stack.address, lua, { seconds: ROUND_S, connections: 2 })));
  return { handout, page };
}

async function outageRound(luas, targets, ids) {
  refreshd = await freshRefreshd(stack, refreshd); // its breaker has not seen the outage before
  await db.run(`UPDATE provider_credentials SET expires_at = 1, refresh_due_at = 9000000000, failures = 0, state_reason = ''
    WHERE ${ids}`);
  await box.clear();
  await box.ctl({ faults: [NEVER] });
  const askers = startAskers(targets);
  await sleep(ARRIVAL_MS);
  await until('the outage', async () => (await box.ctl()).held.outage > 0);
  const figures = await measured(luas);
  const { waits, statuses } = await askers.stop();
  await db.run(`UPDATE provider_credentials SET refresh_due_at = NULL WHERE ${ids}`);
  await box.ctl({ faults: [] });
  // what was called last may still take its whole time
  await until('the end of the calls', async () => (await box.ctl()).endpoints.token.active === 0, 2 + PROVIDER_TIMEOUT_MS / 1000);
  const calls = (await box.record('/token')).map(({ ms }) => ms);
  await exchange(stack.sandbox, '/__ctl/release', { method: 'POST', body: '{"gate":"outage"}', headers: { 'content-type': 'application/json' } });
  return { ...figures, longestWait: Math.max(...waits), longestCall: Math.max(...calls), calls: calls.length, statuses };
}

try {
  const ada = await signedIn(stack, 'ada@acme.test'), host = new URL(stack.address).host;
  must((await ada.connect()).status === 200, 'the first credential was not made');
  const [[id]] = await db.rows('SELECT HEX(id) FROM provider_credentials');
  const notDue = { refresh_due_at: 'NULL' };
  const good = await handoutsOf(db, SANDBOX, await fill(stack, id, { tenants: 4, rows: 4, columns: notDue }));
  const dead = await handoutsOf(db, SANDBOX, await fill(stack, id, { tenants: 10, rows: ASKERS / 10, columns: notDue }), ASKERS / 10);
  const ids = `tenant_id IN (${[...new Set(dead.map(({ tenant }) => `X'${tenant}'`))].join(', ')})`;
  const cookie = Object.entries(ada.cookies).map(([name, value]) => `${name}=${value}`).join('; ');
  const luas = [await writeLua(stack, 'handout', good, host), await writeLua(stack, 'page', { path: '/data-sources', headers: { cookie } }, host)];

  await measured(luas);
  const quiet = [], outage = [];
  for (let round = 0; round < ROUNDS; round++) {
    quiet.push(await measured(luas));
    outage.push(await outageRound(luas, dead, ids));
  }
  for (const part of ['handout', 'page']) {
    for (const [figure, unit] of [['p99_ms', 'ms'], ['p50_ms', 'ms'], ['rate', 'requests/s']]) {
      const [during, before] = [outage, quiet].map((all) => all.map((round) => round[part][figure]));
      line(`outage/${part}-${figure.replace('_ms', '')}`, median(during), unit, median(before), ratioOf(during, before));
    }
  }
  const longestWait = Math.max(...outage.map((round) => round.longestWait));
  const longestCall = Math.max(...outage.map((round) => round.longestCall));
  line('outage/longest-wait', longestWait, 'ms', WAIT_CAP_MS, longestWait / WAIT_CAP_MS);
  line('outage/longest-call', longestCall, 'ms', PROVIDER_TIMEOUT_MS, longestCall / PROVIDER_TIMEOUT_MS);
  line('outage/calls', median(outage.map(({ calls }) => calls)), 'calls a round');
  const strange = outage.flatMap(({ statuses }) => Object.keys(statuses)).find((status) => status !== '503');
  must(!strange, `an asker got ${strange}`);
  must(longestWait <= WAIT_CAP_MS + MARGIN_MS, `an asker waited ${longestWait} ms`);
  must(longestCall <= PROVIDER_TIMEOUT_MS + MARGIN_MS, `a call was kept for ${longestCall} ms`);
} finally {
  db.end();
  await end(refreshd);
  await stack.stop();
}

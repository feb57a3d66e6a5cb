// SPDX-License-Identifier: Apache-2.0
// The hand-out of a valid token, beside a bare FastCGI program that runs one prepared SELECT by key and opens
// one record of that length; and with a thousand and with a million credentials in the table. The product
// also commits an audit event before the secret leaves, so the bare program is measured with that too.
import { spawn } from 'node:child_process';
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { SANDBOX, exchange, sandbox, signedIn } from '../cgi/visitor.mjs';
import { database, uuidOf } from '../run/database.mjs';
import { NO_RATES, end, fill, handoutsOf, line, median, must, partPid, ratioOf, recordResponse, rounds, secondWeb, until, writeLua } from '../run/load.mjs';
import { startStack } from '../run/stack.mjs';

const WORKERS = 4;
const ASKED = 16; // workspaces whose credentials are asked for
const SMALL = { tenants: ASKED, rows: 1000 / ASKED | 0 };
const LARGE = { tenants: 1000, rows: 1000 };
const LIVES_S = 907200; // long enough that no figure of the answer gets another length meanwhile

const stopping = []; // in this order started, in the other order stopped

// A product with so many credentials; requests: hand-outs of a few of them, in several workspaces.
async function filled(size) {
  const stack = await startStack({ workers: WORKERS, conf: NO_RATES });
  stopping.push(() => stack.stop());
  const db = database(stack), ada = await signedIn(stack, 'ada@acme.test');
  await sandbox(stack).ctl({ settings: { expires_in: LIVES_S } });
  must((await ada.connect()).status === 200, 'the first credential was not made');
  const [[id]] = await db.rows('SELECT HEX(id) FROM provider_credentials');
  const keys = await fill(stack, id, { ...size, columns: { refresh_due_at: 'NULL' } });
  const targets = await handoutsOf(db, SANDBOX, keys.slice(0, ASKED));
  for (const target of targets) must((await exchange(stack.address, target.path, target)).status === 200, 'a copy is not handed out');
  return { stack, db, targets };
}

const productSide = async ({ stack }, name, requests) => ({
  address: stack.address,
  lua: await writeLua(stack, name, requests, new URL(stack.address).host),
  pids: await Promise.all(['api', 'web', 'database'].map((part) => partPid(stack, part))),
});

// What the product writes before each hand-out, with a fresh id.
const AUDIT = (target) => `INSERT INTO audit_events (id, tenant_id, at_us, actor_id, action, object, result, request_id, peer) VALUES
  (?16, x'${target.tenant}', 1763000000000000, NULL, 'credential.handout', 'credential:${uuidOf(target.id)}', 'ok',
  '0123456789abcdef', '127.0.0.1')`.replace(/\s+/g, ' ');

async function bareSide({ stack, db }, target, audit) {
  const web = await secondWeb(stack, 'api', audit ? 'audit' : 'select');
  const file = (name) => join(stack.var, 'tmp', `${name}-${audit ? 'audit' : 'select'}`);
  const where = `tenant_id = x'${target.tenant}' AND id = x'${target.id}'`;
  const [[length]] = await db.rows(`SELECT LENGTH(encrypted_credentials) FROM provider_credentials WHERE ${where}`);
  await writeFile(file('statements'), `SELECT encrypted_credentials FROM provider_credentials WHERE ${where}\n${audit ? AUDIT(target) : ''}\n`);
  await writeFile(file('response'), await recordResponse(stack, 'api', target));
  const bare = spawn(join(stack.bin, 'tests', 'bench', 'baseline'), ['-s', web.socket, '-n', WORKERS, '-d', stack.socket,
    '-u', 'grantry_api', '-w', join(stack.var, 'db-passwords', 'grantry_api'), '-r', file('response'), '-q', file('statements'),
    '-o', length].map(String), { stdio: ['ignore', 'inherit', 'inherit'] });
  const stop = () => Promise.all([end(bare), end(web.process)]);
  stopping.push(stop);
  await until('the bare program', () => access(web.socket).then(() => true));
  const shape = ({ status, headers, text }) => JSON.stringify([status, { ...headers, date: '' }, text.length]);
  const [ours, theirs] = [await exchange(stack.address, target.path, target), await exchange(web.address, target.path, target)];
  must(shape(ours) === shape(theirs), `the bare program answers otherwise:\n${shape(ours)}\n${shape(theirs)}`);
  const lua = await writeLua(stack, audit ? 'audit' : 'select', target, new URL(stack.address).host);
  return { address: web.address, lua, pids: [bare.pid, web.process.pid, await partPid(stack, 'database')] };
}

// Requests that arrive together are answered together, so how many ask at once matters: many, as where a hand-out
// has to be quick, and few.
const MANY = 64, FEW = 16;

async function besideBare(small) {
  const one = await productSide(small, 'one', small.targets[0]);
  const select = await bareSide(small, small.targets[0], false), audited = await bareSide(small, small.targets[0], true);
  await rounds([one, select, audited], 9, { connections: MANY });
  for (const [name, side] of [['handout', select], ['handout/bare-with-audit', audited]]) {
    line(name, median(one.rates), 'requests/s', median(side.rates), ratioOf(one.rates, side.rates));
    line(`${name}/cpu`, median(one.costs), 'us/request', median(side.costs), ratioOf(one.costs, side.costs));
  }
  line('handout/p99', median(one.p99s), 'ms', median(select.p99s), ratioOf(one.p99s, select.p99s));
  await rounds([one, select], 9, { connections: FEW });
  line(`handout/${FEW}-connections`, median(one.rates), 'requests/s', median(select.rates), ratioOf(one.rates, select.rates));
}

async function besideLarge(small, large) {
  const sides = [await productSide(large, 'spread', large.targets), await productSide(small, 'spread', small.targets)];
  await rounds(sides, 9, { connections: MANY });
  const [many, few] = sides;
  line('handout/1000000-credentials', median(many.rates), 'requests/s', median(few.rates), ratioOf(many.rates, few.rates));
  line('handout/1000000-credentials/cpu', median(many.costs), 'us/request', median(few.costs), ratioOf(many.costs, few.costs));
}

try {
  const small = await filled(SMALL);
  await besideBare(small);
  if (!process.env.GRANTRY_BENCH_SHORT) await besideLarge(small, await filled(LARGE));
} finally {
  while (stopping.length > 0) await stopping.pop()();
}

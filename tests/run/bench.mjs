// SPDX-License-Identifier: Apache-2.0
// What the measurements of tests/bench share: the product with 15 authorizations, and a bare FastCGI program
// (tests/bench/baseline.c) behind the same lighttpd configuration, with as many workers, on the same database,
// that runs the statements and gives the bytes that were recorded from the product.
//
//   const bench = await startBench();
//   await bench.compare('page/provider', { path, headers })   prints its lines
//   await bench.stop()
//
// wrk runs in short rounds, product and baseline in turn, so that whatever else the machine does hits both
// alike. Two lines come of it, each with the median of either side and the median of the rounds' own ratios:
// requests a second, and NAME/cpu, the processor time of one request in program, database and web server
// together, which other work on the machine disturbs less.
import { execFile, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { PASSWORD, SANDBOX, Visitor, exchange, forms, sandbox, signedIn } from '../cgi/visitor.mjs';
import { children, end, line, load, median, partPid, ratioOf, recordResponse, rounds as inRounds, secondWeb, until, writeLua } from './load.mjs';
import { startStack } from './stack.mjs';

const run = promisify(execFile);

export const PROVIDER_PAGE = `/data-sources/${SANDBOX}`;
const AUTHORIZATIONS = 15;
const WORKERS = 2;

// ---- recording ----

// 'text' as MariaDB logs it. What is not plain text is written in hexadecimal.
const literal = (text) => {
  const special = { 0: '\0', n: '\n', r: '\r', Z: '\x1a' };
  const bytes = text.replace(/\\(.)/gs, (_, c) => special[c] ?? c);
  return /^[ -~]*$/.test(bytes) ? `'${text}'` : `x'${Buffer.from(bytes, 'latin1').toString('hex')}'`;
};

// The key of a row that a request adds is another one each time.
const keyOfNewRow = (sql) =>
  sql.replace(/^(INSERT INTO (?:sessions|audit_events) .*? VALUES \()x'([0-9a-f]*)'/, (_, head, hex) => `${head}?${hex.length / 2}`);

// What one request costs the database, the settings of its session, and what it answers. The program runs once, as plain CGI, because MariaDB
// logs values only for statements that were prepared with the log on. A worker keeps a workspace's key for a
// minute; a CGI program has to ask for it, and that is left out.
async function record(stack, request) {
  const file = join(stack.var, 'log', 'statements.log');
  const sql = (text) => run('mariadb', ['--no-defaults', `--socket=${stack.socket}`, '-e', text]);
  await writeFile(file, '');
  await sql(`SET GLOBAL log_output = 'FILE', GLOBAL general_log_file = '${file}', GLOBAL general_log = ON`);
  const response = await recordResponse(stack, 'settings', request);
  await sql('SET GLOBAL general_log = OFF');
  const logged = (await readFile(file)).toString('latin1');
  const statements = [...logged.matchAll(/\t *\d+ (?:Execute\t|Query\t(?=START TRANSACTION|BEGIN|COMMIT|SET SESSION))(.*)/g)]
    .map(([, text]) => keyOfNewRow(text.replace(/'((?:[^'\\]|\\.)*)'/gs, (_, inside) => literal(inside))))
    .filter((text) => !text.includes(' FROM tenant_keys '));
  if (statements.length === 0) throw new Error(`no statements were recorded in ${file}`);
  return { response, statements };
}

// ---- the two sides ----

export async function startBench() {
  const stack = await startStack({ workers: WORKERS });
  let baseline;

  const ada = await signedIn(stack, 'ada@acme.test');
  await sandbox(stack).ctl({ settings: { expires_in: 907200 } }); // ten days and a half: "in 59 min" would be another page soon
  await ada.useCustomClient();
  for (let i = 0; i < AUTHORIZATIONS; i++) {
    const { status } = i % 3 === 2 ? await ada.addApiKey() : await ada.connect(i % 2 ? 'ada' : 'grace');
    if (status >= 400) throw new Error(`authorization ${i} was not made: ${status}`);
  }

  const web = await secondWeb(stack, 'settings');
  const { address, socket } = web;

  const stopBaseline = async () => {
    if (baseline) await end(baseline);
    baseline = undefined;
  };

  // A baseline for one request: its statements, its bytes, and the password if it verifies one.
  const startBaseline = async (request, password) => {
    const file = (name) => join(stack.var, 'tmp', name);
    const { response, statements } = await record(stack, request);
    await writeFile(file('statements'), `${statements.join('\n')}\n`);
    await writeFile(file('response'), response);
    const options = ['-s', socket, '-n', WORKERS, '-d', stack.socket, '-u', 'grantry_settings',
      '-w', join(stack.var, 'db-passwords', 'grantry_settings'), '-r', file('response'), '-q', file('statements')];
    if (password) {
      await writeFile(file('password'), password);
      options.push('-a', file('password'));
    }
    await stopBaseline();
    baseline = spawn(join(stack.bin, 'tests', 'bench', 'baseline'), options.map(String), { stdio: ['ignore', 'inherit', 'inherit'] });
    await until('the baseline', async () => (await exchange(address, request.path, request)).status < 400);
    checkSame(await exchange(stack.address, request.path, request), await exchange(address, request.path, request));
  };

  const checkSame = (ours, bare) => {
    const shown = ({ status, headers, text }) => {
      const { date, 'set-cookie': cookies, ...rest } = headers;
      return JSON.stringify([status, rest, cookies?.map((c) => c.replace(/=[^;]*/, '')), text]);
    };
    const a = shown(ours), b = shown(bare);
    if (a === b) return;
    const at = [...a].findIndex((c, i) => c !== b[i]);
    throw new Error(`the baseline answers otherwise:\n${a.slice(at - 80, at + 80)}\n${b.slice(at - 80, at + 80)}`);
  };

  return {
    stack, ada, address,
    cookie: () => Object.entries(ada.cookies).map(([name, value]) => `${name}=${value}`).join('; '),
    startBaseline,

    // request: { path, method, headers, body }; password: what the baseline verifies.
    async compare(name, request, { rounds = 9, seconds = 1, connections, password } = {}) {
      await startBaseline(request, password);
      const lua = await writeLua(stack, 'load', request, new URL(stack.address).host);
      const database = await partPid(stack, 'database');
      const ours = { address: stack.address, lua, pids: [await partPid(stack, 'settings'), await partPid(stack, 'web'), database] };
      const bare = { address, lua, pids: [baseline.pid, web.process.pid, database] };
      await inRounds([ours, bare], rounds, { seconds, connections });
      line(name, median(ours.rates), 'requests/s', median(bare.rates), ratioOf(ours.rates, bare.rates));
      line(`${name}/cpu`, median(ours.costs), 'us/request', median(bare.costs), ratioOf(ours.costs, bare.costs));
    },

    // Load without measuring.
    async warm(request, seconds) {
      const lua = await writeLua(stack, 'load', request, new URL(stack.address).host);
      await load(stack.address, lua, { seconds });
      if (baseline) await load(address, lua, { seconds });
    },
    workers: async () => ({
      ours: await children(await partPid(stack, 'settings')),
      bare: baseline ? await children(baseline.pid) : [],
    }),

    async stop() {
      await stopBaseline();
      await end(web.process);
      await stack.stop();
    },
  };
}

// The form of /sign-in filled in rightly, and what the baseline verifies for it.
export async function signInRequest({ stack }) {
  const visitor = new Visitor(stack);
  const [form] = forms(await visitor.get('/sign-in'));
  const { stdout } = await run('mariadb', ['--no-defaults', `--socket=${stack.socket}`, '-N', 'grantry', '-e',
    "SELECT password_hash FROM users WHERE email = 'ada@acme.test'"]);
  const request = {
    path: '/sign-in',
    method: 'POST',
    headers: {
      cookie: Object.entries(visitor.cookies).map(([name, value]) => `${name}=${value}`).join('; '),
      origin: stack.address,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ ...form.fields, email: 'ada@acme.test', password: PASSWORD }).toString(),
  };
  return { request, password: `${stdout.trim()}\n${PASSWORD}\n` };
}

// A measurement: starts and stops what it needs, also when it fails.
export async function measure(work) {
  const bench = await startBench();
  try {
    await work(bench);
  } finally {
    await bench.stop();
  }
}

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
import { once } from 'node:events';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { PASSWORD, SANDBOX, Visitor, exchange, forms, sandbox, signedIn } from '../cgi/visitor.mjs';
import { startStack } from './stack.mjs';

const run = promisify(execFile);

export const PROVIDER_PAGE = `/data-sources/${SANDBOX}`;
const AUTHORIZATIONS = 15;
const WORKERS = 2;
const CONNECTIONS = 16;

export const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b), half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

export const line = (name, value, unit, baseline, ratio) =>
  console.log([name, value, unit, baseline, ratio].map((v) => (typeof v === 'number' ? String(+v.toPrecision(3)) : v)).join('\t'));

const freePort = async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
};

const until = async (what, test) => {
  for (let i = 0; i < 200; i++) {
    if (await test().catch(() => false)) return;
    await sleep(50);
  }
  throw new Error(`${what} is not ready after 10 s`);
};

const end = async (child) => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill();
  await ended;
};

// ---- recording ----

// The answer to a request as the program writes it: run once as a plain CGI program.
async function recordResponse(stack, { path, method = 'GET', headers = {}, body = '' }) {
  const env = { REQUEST_METHOD: method, REQUEST_URI: path, QUERY_STRING: '', HTTP_HOST: new URL(stack.address).host,
    REMOTE_ADDR: '127.0.0.1', SERVER_PROTOCOL: 'HTTP/1.1' };
  for (const [name, value] of Object.entries(headers)) env[`HTTP_${name.toUpperCase().replace(/-/g, '_')}`] = value;
  if (method === 'POST') {
    env.CONTENT_TYPE = headers['content-type'];
    env.CONTENT_LENGTH = String(Buffer.byteLength(body));
  }
  const program = spawn(join(stack.bin, 'settings.fcgi'), ['-c', stack.config], { env, stdio: ['pipe', 'pipe', 'ignore'] });
  const chunks = [];
  program.stdout.on('data', (chunk) => chunks.push(chunk));
  program.stdin.end(body);
  await once(program, 'close');
  return Buffer.concat(chunks);
}

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
  const response = await recordResponse(stack, request);
  await sql('SET GLOBAL general_log = OFF');
  const logged = (await readFile(file)).toString('latin1');
  const statements = [...logged.matchAll(/\t *\d+ (?:Execute\t|Query\t(?=START TRANSACTION|BEGIN|COMMIT|SET SESSION))(.*)/g)]
    .map(([, text]) => keyOfNewRow(text.replace(/'((?:[^'\\]|\\.)*)'/gs, (_, inside) => literal(inside))))
    .filter((text) => !text.includes(' FROM tenant_keys '));
  if (statements.length === 0) throw new Error(`no statements were recorded in ${file}`);
  return { response, statements };
}

// ---- load ----

const LUA_DONE = `
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d\\n", summary.requests, summary.duration,
    e.connect + e.read + e.write + e.status + e.timeout))
end
`;

const luaString = (text) => `"${text.replace(/["\\\n]/g, (c) => `\\${c}`)}"`;

async function writeLua(stack, { method = 'GET', headers = {}, body = '' }, host) {
  const lines = [`wrk.method = ${luaString(method)}`, `wrk.headers["Host"] = ${luaString(host)}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`wrk.headers[${luaString(name)}] = ${luaString(value)}`);
  if (body) lines.push(`wrk.body = ${luaString(body)}`);
  const file = join(stack.var, 'tmp', 'load.lua');
  await writeFile(file, `${lines.join('\n')}\n${LUA_DONE}`);
  return file;
}

// How many requests were answered, and how many a second.
async function load(address, path, lua, seconds, connections = CONNECTIONS) {
  const { stdout } = await run('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '20s', '-s', lua, address + path]);
  const [, requests, duration, errors] = stdout.match(/RESULT (\d+) (\d+) (\d+)/).map(Number);
  if (errors > 0 || requests === 0) throw new Error(`${errors} of ${requests} requests failed at ${address}${path}`);
  return { requests, rate: requests / (duration / 1e6) };
}

const children = async (pid) =>
  (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter(Boolean);

// Microseconds of processor time that a process, its threads and its children have had.
async function cpu(pid) {
  let sum = 0;
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    sum += Number((await readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8')).split(' ')[0]) / 1000;
  }
  for (const child of await children(pid)) sum += await cpu(child);
  return sum;
}

// ---- the two sides ----

export async function startBench() {
  const stack = await startStack({ workers: WORKERS });
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const socket = join(stack.var, 'run', 'baseline.sock');
  let baseline;

  const ada = await signedIn(stack, 'ada@acme.test');
  await sandbox(stack).ctl({ settings: { expires_in: 907200 } }); // ten days and a half: "in 59 min" would be another page soon
  await ada.useCustomClient();
  for (let i = 0; i < AUTHORIZATIONS; i++) {
    const { status } = i % 3 === 2 ? await ada.addApiKey() : await ada.connect(i % 2 ? 'ada' : 'grace');
    if (status >= 400) throw new Error(`authorization ${i} was not made: ${status}`);
  }

  const conf = (await readFile(join(stack.var, 'lighttpd.conf'), 'utf8'))
    .replace(/^server\.port = .*/m, `server.port = ${port}`)
    .replaceAll('/run/settings.sock', '/run/baseline.sock')
    .replaceAll('/run/web.lighttpd', '/run/web-baseline.lighttpd');
  await writeFile(join(stack.var, 'lighttpd-baseline.conf'), conf);
  const web = spawn('lighttpd', ['-D', '-f', join(stack.var, 'lighttpd-baseline.conf')], { stdio: 'ignore' });

  const part = async (name) => (await readFile(join(stack.var, 'run', `${name}.pid`), 'utf8')).split(' ')[0];

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
      const lua = await writeLua(stack, request, new URL(stack.address).host);
      const database = await part('database');
      const sides = [
        { address: stack.address, pids: [await part('settings'), await part('web'), database], rates: [], costs: [] },
        { address, pids: [baseline.pid, web.pid, database], rates: [], costs: [] },
      ];
      const total = async (pids) => (await Promise.all(pids.map(cpu))).reduce((a, b) => a + b);
      for (let round = 0; round <= rounds; round++) {
        for (const side of sides) {
          const before = await total(side.pids);
          const { requests, rate } = await load(side.address, request.path, lua, seconds, connections);
          if (round === 0) continue; // to get warm
          side.rates.push(rate);
          side.costs.push((await total(side.pids) - before) / requests);
        }
      }
      const [ours, bare] = sides;
      const ratio = (of) => median(of(ours).map((value, i) => value / of(bare)[i]));
      line(name, median(ours.rates), 'requests/s', median(bare.rates), ratio((side) => side.rates));
      line(`${name}/cpu`, median(ours.costs), 'us/request', median(bare.costs), ratio((side) => side.costs));
    },

    // Load without measuring.
    async warm(request, seconds) {
      const lua = await writeLua(stack, request, new URL(stack.address).host);
      await load(stack.address, request.path, lua, seconds);
      if (baseline) await load(address, request.path, lua, seconds);
    },
    workers: async () => ({
      ours: await children(await part('settings')),
      bare: baseline ? await children(baseline.pid) : [],
    }),

    async stop() {
      await stopBaseline();
      await end(web);
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

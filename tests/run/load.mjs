// SPDX-License-Identifier: Apache-2.0
// What every measurement uses: figures and how they are printed, load by wrk, processor time, many
// credentials at once.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, globalAgent, request } from 'node:http';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { database, hexOf, uuidOf as dashed } from './database.mjs';

const run = promisify(execFile);

// Rounds lie seconds apart: a server may close a kept connection in the moment in which it is used again.
globalAgent.keepAlive = false;

// ---- figures ----

export const quantile = (numbers, q) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)];
};

export const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b), half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

// name, value, unit, value of the baseline, ratio; what a line has not is "-".
export const line = (name, value, unit, baseline = '-', ratio = '-') =>
  console.log([name, value, unit, baseline, ratio].map((v) => (typeof v === 'number' ? String(+v.toPrecision(3)) : v)).join('\t'));

// A measurement that went wrong must not leave figures that look right.
export const must = (holds, what) => {
  if (!holds) throw new Error(what);
};

// Lines for the configuration: a measurement asks far more often than a runtime may.
export const NO_RATES = 'runtime_key_rate = 0\nruntime_tenant_rate = 0';

// ---- processes ----

export const freePort = async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
};

export const until = async (what, test, seconds = 10) => {
  for (const end = performance.now() + seconds * 1000; performance.now() < end;) {
    if (await test().catch(() => false)) return;
    await sleep(50);
  }
  throw new Error(`${what} is not ready after ${seconds} s`);
};

export const end = async (child) => {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill();
  await ended;
};

export const partPid = async (stack, name) => (await readFile(join(stack.var, 'run', `${name}.pid`), 'utf8')).split(' ')[0];

export const children = async (pid) =>
  (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter(Boolean);

// Microseconds of processor time that a process, its threads and its children have had.
export async function cpu(pid) {
  let sum = 0;
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    sum += Number((await readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8')).split(' ')[0]) / 1000;
  }
  for (const child of await children(pid)) sum += await cpu(child);
  return sum;
}

export const cpuOfAll = async (pids) => (await Promise.all(pids.map(cpu))).reduce((a, b) => a + b, 0);

// grantry-refreshd ended and started anew, with nothing in its memory: the process, which the caller ends.
// running: the last of these; without it, the stack's own.
export async function freshRefreshd(stack, running) {
  if (running) await end(running);
  else {
    const pid = Number(await partPid(stack, 'refreshd'));
    process.kill(pid, 'SIGTERM');
    await until('the end of refreshd', async () => { try { return process.kill(pid, 0) && false; } catch { return true; } }, 30);
  }
  return spawn(join(stack.bin, 'grantry-refreshd'), ['-c', stack.config], { stdio: 'ignore' });
}

// A figure in KiB of /proc/PID/status, which stays open to a program's own user: VmRSS, VmHWM.
export const memoryKib = async (pid, name) =>
  Number((await readFile(`/proc/${pid}/status`, 'utf8')).match(new RegExp(`^${name}:\\s*(\\d+) kB`, 'm'))[1]);

// A second lighttpd with the configuration of the first, whose programs of one part are replaced by a
// baseline's: { address, socket, process }.
export async function secondWeb(stack, part, name = 'baseline') {
  const port = await freePort();
  const socket = join(stack.var, 'run', `${name}.sock`), file = join(stack.var, `lighttpd-${name}.conf`);
  const conf = (await readFile(join(stack.var, 'lighttpd.conf'), 'utf8'))
    .replace(/^server\.port = .*/m, `server.port = ${port}`)
    .replaceAll(`/run/${part}.sock`, `/run/${name}.sock`)
    .replaceAll('/run/web.lighttpd', `/run/web-${name}.lighttpd`);
  await writeFile(file, conf);
  return { address: `http://127.0.0.1:${port}`, socket, process: spawn('lighttpd', ['-D', '-f', file], { stdio: 'ignore' }) };
}

// The answer to a request as the program writes it: run once as a plain CGI program.
export async function recordResponse(stack, name, { path, method = 'GET', headers = {}, body = '' }) {
  const env = { REQUEST_METHOD: method, REQUEST_URI: path, QUERY_STRING: path.split('?')[1] ?? '', HTTP_HOST: new URL(stack.address).host,
    REMOTE_ADDR: '127.0.0.1', SERVER_PROTOCOL: 'HTTP/1.1' };
  for (const [name, value] of Object.entries(headers)) env[`HTTP_${name.toUpperCase().replace(/-/g, '_')}`] = value;
  if (method === 'POST') {
    env.CONTENT_TYPE = headers['content-type'];
    env.CONTENT_LENGTH = String(Buffer.byteLength(body));
  }
  const program = spawn(join(stack.bin, `${name}.fcgi`), ['-c', stack.config], { env, stdio: ['pipe', 'pipe', 'ignore'] });
  const chunks = [];
  program.stdout.on('data', (chunk) => chunks.push(chunk));
  program.stdin.end(body);
  await once(program, 'close');
  return Buffer.concat(chunks);
}

// ---- load ----

const LUA_DONE = `
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration,
    e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50), latency:percentile(99)))
end
`;

const luaString = (text) => `"${text.replace(/["\\\n]/g, (c) => `\\${c}`)}"`;

const luaTable = (headers) =>
  `{ ${Object.entries(headers).map(([name, value]) => `[${luaString(name)}] = ${luaString(value)}`).join(', ')} }`;

// One request, or a list of them of which one is chosen at random each time.
export async function writeLua(stack, name, requests, host) {
  const list = [].concat(requests), lines = ['local requests = {}', 'local n = 0'];
  for (const { path, method = 'GET', headers = {}, body = '' } of list) {
    lines.push(`requests[#requests + 1] = wrk.format(${luaString(method)}, ${luaString(path)}, ` +
      `${luaTable({ Host: host, ...headers })}, ${body ? luaString(body) : 'nil'})`);
  }
  // wrk.format wants to know the host, which it does from init on.
  const file = join(stack.var, 'tmp', `${name}.lua`);
  const init = `${lines[0]}\ninit = function()\n${lines.slice(2).join('\n')}\nend\n`;
  const next = list.length > 1 ? 'math.random(#requests)' : '1';
  await writeFile(file, `${init}request = function() return requests[${next}] end\n${LUA_DONE}`);
  return file;
}

// { requests, rate (a second), p50_ms, p99_ms }; any answer that is an error fails the measurement.
export async function load(address, lua, { seconds = 1, connections = 16, threads = 1 } = {}) {
  const { stdout } = await run('wrk', [`-t${threads}`, `-c${connections}`, `-d${seconds}s`, '--timeout', '20s', '-s', lua, address]);
  const [, requests, duration, errors, p50, p99] = stdout.match(/RESULT (\d+) (\d+) (\d+) (\d+) (\d+)/).map(Number);
  if (errors > 0 || requests === 0) throw new Error(`${errors} of ${requests} requests failed at ${address}`);
  return { requests, rate: requests / (duration / 1e6), p50_ms: p50 / 1000, p99_ms: p99 / 1000 };
}

// Sides are loaded in turn, so that whatever else the machine does hits all alike; the first round warms up
// and is left out. side: { address, lua, pids, options }; gets rates, costs (µs of processor a request), p50s, p99s.
export async function rounds(sides, n, options) {
  for (const side of sides) Object.assign(side, { rates: [], costs: [], p50s: [], p99s: [] });
  for (let round = 0; round <= n; round++) {
    for (const side of sides) {
      const before = await cpuOfAll(side.pids);
      const { requests, rate, p50_ms, p99_ms } = await load(side.address, side.lua, { ...options, ...side.options });
      if (round === 0) continue;
      side.rates.push(rate);
      side.costs.push((await cpuOfAll(side.pids) - before) / requests);
      side.p50s.push(p50_ms);
      side.p99s.push(p99_ms);
    }
  }
}

// The median of the rounds' own ratios of two sides.
export const ratioOf = (ours, theirs) => median(ours.map((value, i) => value / theirs[i]));

// One request from Node, timed: { ms, status, text }. Connections are kept, as a runtime's would be; one that
// the web server closed at that very moment is no answer, and the request is sent again.
const agent = new Agent({ keepAlive: true, maxSockets: Infinity });

export function timed(address, path, headers = {}, begun = performance.now()) {
  const url = new URL(address);
  return new Promise((resolve, reject) => {
    const sent = request({ agent, host: url.hostname, port: url.port, path, headers: { host: url.host, ...headers } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk) => { text += chunk; }).on('error', reject)
        .on('end', () => resolve({ ms: performance.now() - begun, status: answer.statusCode, text }));
    });
    sent.on('error', (error) => {
      if (sent.reusedSocket && error.code === 'ECONNRESET') resolve(timed(address, path, headers, begun));
      else reject(new Error(`${address}${path} after ${Math.round(performance.now() - begun)} ms: ${error.message}`));
    });
    sent.end();
  });
}

// ---- many credentials ----

// Settings of the database that make no figure better, only filling quicker; taken back at the end.
const FILLING = { innodb_flush_log_at_trx_commit: 0, innodb_buffer_pool_size: 1 << 30, innodb_log_file_size: 1 << 29,
  innodb_io_capacity_max: 40000, innodb_io_capacity: 20000, innodb_max_dirty_pages_pct: 90 };

async function whileFilling(db, work) {
  const [kept] = await db.rows(`SELECT ${Object.keys(FILLING).map((name) => `@@GLOBAL.${name}`).join(', ')}`);
  const set = (values) => db.run(values.map(([name, value]) => `SET GLOBAL ${name} = ${value}`).join('; '));
  await set(Object.entries(FILLING));
  await work();
  await db.run('SET GLOBAL innodb_max_dirty_pages_pct = 0'); // what is written back later would be in the figures
  await until('the database', async () =>
    Number((await db.rows("SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_pages_dirty'"))[0][1]) < 50, 120);
  await set(Object.keys(FILLING).map((name, i) => [name, kept[i]]));
}

// rows copies of the credential `id` (hex) in each of so many new workspaces. Other columns are the copied
// row's, unless `columns` says otherwise (SQL). Answers [{ tenant, key }], tenant in hex.
export async function fill(stack, id, { tenants, rows, refreshTokens, columns = {} }) {
  const db = database(stack), fifo = join(stack.var, 'tmp', `rows-${Date.now()}`), tokens = `${fifo}.tokens`;
  const [[source, plugin, provider]] = await db.rows(`SELECT HEX(tenant_id), plugin_id, provider FROM provider_credentials
    WHERE id = X'${id}'`);
  const options = ['-c', stack.config, '-s', dashed(source), '-p', `${plugin}/${provider}`, '-i', dashed(id),
    '-t', tenants, '-n', rows, '-o', fifo];
  if (refreshTokens) {
    await writeFile(tokens, `${refreshTokens.join('\n')}\n`);
    options.push('-r', tokens);
  }
  await run('mkfifo', [fifo]);
  const copied = ['plugin_id', 'provider', 'auth_type', 'version', 'user_id', 'changed_by', 'visibility', 'client_source',
    'client_id', 'client_revision', 'expires_at', 'refreshable', 'created_at', 'updated_at', 'state_since', 'refreshed_at', 'refresh_due_at'];
  const literal = (column) => `IF(${column} IS NULL, 'NULL', CONCAT("X'", HEX(CAST(${column} AS BINARY)), "'"))`;
  const [values] = await db.rows(`SELECT ${copied.map(literal).join(', ')} FROM provider_credentials WHERE id = X'${id}'`);
  const set = Object.entries({ ...Object.fromEntries(copied.map((c, i) => [c, values[i]])), ...columns });
  let told;
  await whileFilling(db, async () => {
    const filling = run(join(stack.bin, 'tests', 'bench', 'fill'), options.map(String), { maxBuffer: 1 << 24 });
    const [{ stdout }] = await Promise.all([filling, db.run(`SET SESSION unique_checks = 0, foreign_key_checks = 0;
      LOAD DATA INFILE '${fifo}' INTO TABLE provider_credentials CHARACTER SET binary (@t, @i, name, @c, @p)
      SET tenant_id = UNHEX(@t), id = UNHEX(@i), encrypted_credentials = UNHEX(@c), encrypted_profile = UNHEX(@p),
      secret_rev = 1, ${set.map(([name, value]) => `${name} = ${value}`).join(', ')}`)]);
    told = stdout;
  });
  return told.trimEnd().split('\n').map((text) => {
    const [tenant, key] = text.split('\t');
    return { tenant: hexOf(tenant), key };
  });
}

// Hand-outs of some credentials of each workspace that fill made: [{ tenant, id, path, headers }].
export async function handoutsOf(db, provider, filled, some = 4) {
  const found = [];
  for (const { tenant, key } of filled) {
    const rows = await db.rows(`SELECT HEX(id) FROM provider_credentials WHERE tenant_id = X'${tenant}' ORDER BY id LIMIT ${some}`);
    for (const [id] of rows) {
      found.push({ tenant, id, path: `/api/v1/credentials/${provider}?credential=${dashed(id)}`, headers: { authorization: `Bearer ${key}` } });
    }
  }
  return found;
}

// SPDX-License-Identifier: Apache-2.0
// What many provider definitions cost: processor time to load them, for 250, 500, 1000 and 2000 copies of the shipped
// ones under other ids (the time of loading none taken away; the ratio is the time of one definition against that
// among 250), and what a worker of each program holds with 1000, as its proportional share (PSS), against the
// shipped ones alone.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { signedIn } from '../cgi/visitor.mjs';
import { children, line, median, must, partPid } from '../run/load.mjs';
import { startStack } from '../run/stack.mjs';

const run = promisify(execFile);
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const bin = process.env.GRANTRY_BIN ?? join(root, 'build', 'start');
const ROUNDS = 7;

const definitions = [];
for (const name of (await readdir(join(root, 'providers'), { recursive: true })).sort()) {
  if (!/^[a-z]+\/[^/]+\.yaml$/.test(name) || name.startsWith('shared/')) continue;
  const text = await readFile(join(root, 'providers', name), 'utf8');
  if (/^ {2}plugin: \S+$/m.test(text) && !text.includes('{{operator.')) definitions.push({ name, text });
}
must(definitions.length > 100, `${definitions.length} definitions to copy`);

async function fill(dir, n) {
  await rm(dir, { recursive: true, force: true });
  for (const kind of ['datasources', 'tools', 'triggers', 'models', 'extensions']) await mkdir(join(dir, kind), { recursive: true });
  await cp(join(root, 'providers', 'shared'), join(dir, 'shared'), { recursive: true });
  for (let i = 0; i < n; i++) {
    const { name, text } = definitions[i % definitions.length];
    await writeFile(join(dir, name.replace('.yaml', `_${i}.yaml`)), text.replace(/^( {2}plugin: \S+)$/m, `$1_${i}`));
  }
}

// Processor time of one look at all of them, in milliseconds.
async function load(conf, n) {
  const script = 'TIMEFORMAT="%U %S"; time "$0" -c "$1" provider list | wc -l';
  const { stdout, stderr } = await run('bash', ['-c', script, join(bin, 'grantry'), conf], { env: { ...process.env, LC_ALL: 'C' } });
  must(Number(stdout) === n, `${stdout.trim()} of ${n} loaded:\n${stderr.slice(0, 500)}`);
  const [user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return (user + system) * 1000;
}

async function measure(conf, dir, n) {
  const times = [];
  await fill(dir, n);
  for (let i = 0; i < ROUNDS; i++) times.push(await load(conf, n));
  return median(times);
}

const kib = (text, name) => Number(text.match(new RegExp(`^${name}: *(\\d+) kB`, 'm'))[1]);
const size = async (pid) => kib(await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => readFile(`/proc/${pid}/status`, 'utf8')
  .then((text) => text.replace('VmRSS', 'Pss'))), 'Pss') / 1024;

async function workers(providers) {
  const stack = await startStack({ sandbox: false, workers: 4, env: providers ? { PROVIDERS: providers } : {} });
  try {
    const ada = await signedIn(stack, 'ada@acme.test');
    for (let i = 0; i < 40; i++) await Promise.all(['/data-sources', '/tools'].map((path) => ada.get(path)));
    const sizes = {};
    for (const name of ['settings', 'connect', 'api']) {
      sizes[name] = Math.max(...await Promise.all((await children(await partPid(stack, name))).map(size)));
    }
    return sizes;
  } finally {
    await stack.stop();
  }
}

const dir = await mkdtemp(join(tmpdir(), 'grantry-bench-'));
try {
  const providers = join(dir, 'providers'), conf = join(dir, 'grantry.conf');
  await writeFile(conf, `public_origin = http://127.0.0.1:8080\ndb_socket = ${dir}/s\nprovider_dir = ${providers}\n`
    + ['db_password_dir', 'key_dir', 'template_dir', 'message_dir', 'sql_dir', 'refresh_dir'].map((key) => `${key} = ${dir}\n`).join(''));
  const none = await measure(conf, providers, 0);
  let first;
  for (const n of [250, 500, 1000, 2000]) {
    const ms = await measure(conf, providers, n) - none;
    first ??= ms / n;
    line(`catalogue/load-${n}`, ms, 'ms', first * n, ms / n / first);
  }
  await fill(providers, 1000);
  const many = await workers(providers), few = await workers();
  for (const name of Object.keys(many)) line(`catalogue/${name}-worker-1000`, many[name], 'MiB', few[name], many[name] / few[name]);
} finally {
  await rm(dir, { recursive: true, force: true });
}

// SPDX-License-Identifier: Apache-2.0
// The product seen from beside it: what its tables keep, which workers live, what its logs say.
//
//   const seen = witness(stack);
//   await seen.sql('SELECT …')      rows as arrays of text
//   await seen.kept()               one text that changes with any authorization and any Default
//   await seen.workers()            the process ids of all workers
//   await seen.peaks()              the most memory each of them had, in kB
//   await seen.leaks()              where a planted canary stands in clear: in logs, database, processes
//
// Whatever a test plants as a secret begins with CANARY.
import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PROGRAMS = ['settings', 'connect', 'api'];
export const CANARY = 'CNRY-planted';

// The canary as it is, and as base64 shows it behind none, one or two other bytes.
const shapes = [CANARY, ...[0, 1, 2].map((shift) => {
  const text = Buffer.from('\0'.repeat(shift) + CANARY).toString('base64').replace(/=+$/, '');
  return text.slice(shift && shift + 1, Math.floor(((shift + CANARY.length) * 8) / 6));
})];

export const holdsCanary = (bytes) => shapes.some((shape) => Buffer.from(bytes).includes(shape));

// Body and head of an answer.
export const pageHoldsCanary = (page) => holdsCanary(page.raw) || holdsCanary(JSON.stringify(page.headers));

export function witness(stack) {
  const login = ['--no-defaults', `--socket=${stack.socket}`, `--user=${userInfo().username}`];

  async function sql(query) {
    const { stdout } = await run('mariadb', [...login, '-N', '-B', 'grantry', '-e', query]);
    return stdout.split('\n').filter(Boolean).map((line) => line.split('\t'));
  }

  const kept = async () =>
    JSON.stringify(await sql('CHECKSUM TABLE datasource_providers, datasource_provider_defaults EXTENDED; ' +
      'SELECT COUNT(*) FROM datasource_providers; SELECT COUNT(*) FROM datasource_provider_defaults'));

  async function programs() {
    return Promise.all(PROGRAMS.map(async (name) =>
      (await readFile(join(stack.var, 'run', `${name}.pid`), 'utf8')).split(' ')[0]));
  }

  async function workers() {
    const pids = await Promise.all((await programs()).map(async (pid) =>
      (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ')));
    return pids.flat().sort().join(' ');
  }

  // What each worker had in memory at most, in kB.
  const peaks = async () => Promise.all((await workers()).split(' ').map(async (pid) =>
    Number((await readFile(`/proc/${pid}/status`, 'utf8')).match(/VmHWM:\s*(\d+)/)[1])));

  async function leaks() {
    const found = [];
    const look = (where, bytes) => holdsCanary(bytes) && found.push(where);
    for (const name of await readdir(join(stack.var, 'log'))) look(name, await readFile(join(stack.var, 'log', name)));
    const dump = await run('mariadb-dump', [...login, '--all-databases', '--hex-blob'], { maxBuffer: 1 << 28 });
    look('the database', dump.stdout);
    look('a column of the database', (dump.stdout.match(/0x[0-9A-F]+/g) ?? []).map((hex) => Buffer.from(hex.slice(2), 'hex').toString('latin1')).join('\n'));
    for (const pid of (await workers()).split(' ')) {
      for (const file of ['cmdline', 'environ']) look(`${file} of a worker`, await readFile(`/proc/${pid}/${file}`).catch(() => ''));
    }
    return found;
  }

  return { sql, kept, workers, peaks, leaks };
}

// SPDX-License-Identifier: Apache-2.0
// The product seen from beside it while providers misbehave: what it keeps, which workers live, what leaks.
//
//   const seen = witness(stack);
//   await seen.sql('SELECT …')      rows as arrays of text
//   await seen.kept()               one text that changes with any authorization and any Default
//   await seen.workers()            the process ids of all workers
//   await seen.peaks()              the most memory each of them had, in kB
//   await seen.leaks()              where a planted canary stands: in logs, database, processes
//
// Whatever a test plants as a secret begins with CANARY.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { database } from '../run/database.mjs';
import { find, findInFiles, findInProcesses, needlesOf } from '../run/search.mjs';

const PROGRAMS = ['settings', 'connect', 'api'];
export const CANARY = 'CNRY-planted';
const needles = needlesOf([{ name: 'a canary', bytes: Buffer.from(CANARY) }]);

// Body and head of an answer.
export const pageHoldsCanary = (page) => find(Buffer.concat([page.raw, Buffer.from(JSON.stringify(page.headers))]), needles).length > 0;

export function witness(stack) {
  const db = database(stack);
  const masterOf = async (name) => (await readFile(join(stack.var, 'run', `${name}.pid`), 'utf8')).split(' ')[0];

  async function pids() {
    const masters = await Promise.all(PROGRAMS.map(masterOf));
    const children = await Promise.all(masters.map((pid) => readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')));
    return children.flatMap((text) => text.trim().split(' ')).sort();
  }

  const peak = async (pid) => Number((await readFile(`/proc/${pid}/status`, 'utf8')).match(/VmHWM:\s*(\d+)/)[1]);

  return {
    sql: db.rows,
    kept: () => db.run('CHECKSUM TABLE provider_credentials, provider_credential_defaults EXTENDED;' +
      ' SELECT COUNT(*) FROM provider_credentials; SELECT COUNT(*) FROM provider_credential_defaults'),
    workers: async () => (await pids()).join(' '),
    peaks: async () => Promise.all((await pids()).map(peak)),
    leaks: async () => [
      ...(await findInFiles(join(stack.var, 'log'), needles)).found,
      ...find(Buffer.from(await db.dump('--all-databases')), needles),
      ...await findInProcesses(await pids(), needles),
    ],
  };
}

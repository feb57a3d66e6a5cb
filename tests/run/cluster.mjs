// SPDX-License-Identifier: Apache-2.0
// Three private Galera nodes (tests/db/galera.sh), and a Grantry on each of them: one installation, three machines.
//
//   const cluster = await startCluster();
//   cluster.sockets                       one a node, 0 to 2
//   await cluster.kill(2)                 SIGKILL; pause, resume: SIGSTOP, SIGCONT; join: starts it again
//   await cluster.rows(0, 'SELECT …')     on that node
//   await cluster.stop()
import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { database } from './database.mjs';

const run = promisify(execFile);
const script = join(dirname(fileURLToPath(import.meta.url)), '..', 'db', 'galera.sh');

export async function startCluster() {
  const dir = await mkdtemp(join(tmpdir(), 'grantry-galera-'));
  const tell = async (verb, node) => (await run('sh', [script, verb, dir, ...(node === undefined ? [] : [String(node + 1)])])).stdout;
  const stop = () => tell('remove');
  try {
    const sockets = (await tell('start')).trim().split('\n');
    const nodes = sockets.map((socket) => database({ socket }));
    return {
      sockets,
      rows: (node, sql) => nodes[node].rows(sql),
      run: (node, sql) => nodes[node].run(sql),
      kill: (node) => tell('kill', node),
      pause: (node) => tell('pause', node),
      resume: (node) => tell('resume', node),
      join: (node) => tell('join', node),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

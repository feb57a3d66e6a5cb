// SPDX-License-Identifier: Apache-2.0
// A private Grantry for a test file: everything ./start makes, in a folder of its own, on free ports.
//
//   const stack = await startStack({ apache: true, sandbox: false, demo: true, conf: 'session_idle_s = 60',
//     providers: ['selfhosted'] });      with definitions of tests/fixtures/providers beside the real ones
//   await startStack({ dbSocket, like: stack })        another one of the same installation: the same keys,
//     passwords and sandbox, the database at that socket (a node of one cluster)
//   stack.address, stack.sandbox, stack.config, stack.var, stack.socket, stack.bin, stack.env
//   await stack.operator('user', 'sign-in', 'ada@acme.test')   stdout of the command line
//   await stack.stop()      fails when a program had to be killed or a sanitizer found something
//
// GRANTRY_BIN names the programs (./check gives the sanitized ones); without it, build/start is used.
// GRANTRY_TEMPLATE names the folder of an installation that has stopped: an ordinary stack begins as a copy of its
// data, which saves half of the time that a start takes.
// The folder is kept when GRANTRY_KEEP is set or when stopping failed.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const bin = process.env.GRANTRY_BIN ?? join(root, 'build', 'start');

export async function startStack({ apache = false, sandbox = true, demo = true, conf = '', workers = 2, providers = [],
  env = {}, dbSocket, like } = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'grantry-'));
  const stackVar = join(dir, 'var');
  const environment = {
    ...process.env,
    // The programs forbid being traced, which is how leaks are looked for; the unit tests look for them.
    ASAN_OPTIONS: `${process.env.ASAN_OPTIONS ?? 'exitcode=99'}:detect_leaks=0:log_path=${join(dir, 'sanitizer')}`,
    ...env,
  };
  if (providers.length > 0) {
    environment.PROVIDERS = join(dir, 'providers');
    await cp(join(root, 'providers'), environment.PROVIDERS, { recursive: true });
    for (const name of providers) {
      await cp(join(root, 'tests', 'fixtures', 'providers', `${name}.yaml`), join(environment.PROVIDERS, `${name}.yaml`));
    }
  }
  const template = process.env.GRANTRY_TEMPLATE;
  if (template && demo && sandbox && !dbSocket && !like) {
    await mkdir(stackVar, { recursive: true, mode: 0o700 });
    const parts = ['db', 'db-passwords', 'keys', 'demo'].map((name) => join(template, name));
    await run('cp', ['-a', '--sparse=always', ...parts, stackVar]);
  }
  const options = ['--var', stackVar, '--port', '0', '--background', '--bin', bin, '--workers', String(workers)];
  if (dbSocket) options.push('--db-socket', dbSocket);
  if (like) {
    options.push('--sandbox', like.sandbox);
    await mkdir(stackVar, { recursive: true });
    for (const name of ['keys', 'db-passwords']) await cp(join(like.var, name), join(stackVar, name), { recursive: true });
  }
  if (apache) options.push('--apache');
  if (!sandbox && !like) options.push('--no-sandbox');
  if (!demo || like) options.push('--no-demo');
  if (conf) {
    const file = join(dir, 'more.conf');
    await writeFile(file, `${conf}\n`);
    options.push('--conf', file);
  }
  try {
    await run(join(root, 'start'), options, { env: environment });
  } catch (error) {
    throw new Error(`./start ${options.join(' ')} failed:\n${error.stdout}${error.stderr}`);
  }
  const told = JSON.parse(await readFile(join(stackVar, 'stack.json'), 'utf8'));

  const operator = async (...args) =>
    (await run(join(bin, 'grantry'), ['-c', told.config, ...args], { env: environment })).stdout;

  async function stop() {
    await run(join(root, 'start'), ['--var', stackVar, '--stop'], { env: environment }).catch((error) => {
      throw new Error(`./start --stop failed, see ${stackVar}:\n${error.stdout}${error.stderr}`);
    });
    const found = (await readdir(dir)).filter((name) => name.startsWith('sanitizer.'));
    if (found.length > 0) throw new Error(`a sanitizer found something: ${await readFile(join(dir, found[0]), 'utf8')}`);
    if (!process.env.GRANTRY_KEEP) await rm(dir, { recursive: true, force: true });
  }

  return { ...told, socket: dbSocket ?? join(stackVar, 'run', 'db.sock'), operator, stop, env: environment };
}

// SPDX-License-Identifier: Apache-2.0
// What the operator's command line says when something is wrong: which word it is about, and what to do.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { startStack } from '../run/stack.mjs';
import { SANDBOX } from './visitor.mjs';

let stack;
before(async () => { stack = await startStack(); });
after(() => stack?.stop());

// { code, out, said }: exit status, standard output, standard error.
const raw = (args, input = '') => new Promise((resolve) => {
  const child = execFile(join(stack.bin, 'grantry'), args, { env: { ...stack.env, GRANTRY_CONFIG: '' } },
    (error, out, said) => resolve({ code: error?.code ?? 0, out, said }));
  child.stdin.on('error', () => {}); // it need not read it
  child.stdin.end(input);
});
const cli = (args, input) => raw(['-c', stack.config, ...args], input);

for (const args of [['key', 'add', 'nightly'], ['key', 'list'], ['key', 'revoke', 'nightly'],
  ['webhook', 'add', 'https://hooks.example/'], ['webhook', 'list'], ['webhook', 'remove', 'https://hooks.example/'],
  ['user', 'add', 'new@acme.test', '--name', 'New', '--role', 'member'], ['user', 'role', 'ada@acme.test', '--role', 'member'],
  ['user', 'remove', 'ada@acme.test']]) {
  test(`a workspace that is not there is named: ${args.slice(0, 2).join(' ')}`, async () => {
    const { code, out, said } = await cli([...args, '--tenant', 'Nowhere']);
    assert.deepEqual([code, out], [1, '']);
    assert.match(said, /^grantry: there is no workspace Nowhere; grantry tenant list names them\n$/);
  });
}

for (const days of ['abc', '', '0', '-1', '+7', ' 7', '7d', '3651', '99999999999999999999']) {
  test(`a key that ends is not made without an end: --days "${days}"`, async () => {
    const { code, out, said } = await cli(['key', 'add', 'slip', '--tenant', 'Acme Labs', '--days', days]);
    assert.deepEqual([code, out], [2, '']);
    assert.match(said, /^grantry: --days: a whole number from 1 to 3650/);
    assert.doesNotMatch((await cli(['key', 'list', '--tenant', 'Acme Labs'])).out, /slip/);
  });
}

test('a key for a provider that is not there is made, with a warning', async () => {
  const { code, out, said } = await cli(['key', 'add', 'early', '--tenant', 'Acme Labs', '--providers', `a/b/c ${SANDBOX}`]);
  assert.equal(code, 0);
  assert.match(out, /^grt_\S+\n$/);
  assert.equal(said, 'grantry: there is no provider a/b/c; grantry provider list names them\n');
});

test('a role that is none is named', async () => {
  const { code, said } = await cli(['user', 'role', 'ada@acme.test', '--tenant', 'Acme Labs', '--role', 'boss']);
  assert.equal(code, 2);
  assert.match(said, /^grantry: boss: no role; roles are owner, admin, editor and member\n/);
});

test('an OAuth client that cannot be read is told from a provider that is not there', async () => {
  const missing = join(stack.var, 'tmp', 'no-such-file');
  assert.equal((await cli(['client', 'set', SANDBOX, '--file', missing])).said, `grantry: ${missing}: there is none\n`);
  for (const input of ['', 'x', '[]', '{"client_id":7}']) {
    const { code, said } = await cli(['client', 'set', SANDBOX], input);
    assert.equal(code, 1);
    assert.match(said, /^grantry: the client has to be a JSON object of texts/, input);
  }
  assert.match((await cli(['client', 'set', 'a/b/c'], '{}')).said, /^grantry: a\/b\/c: there is none\n$/);
});

test('usage is that of the command, of the group, or all of it when asked for', async () => {
  const lines = ({ said }) => said.split('\n').filter((line) => line.startsWith('  ')).map((line) => line.trim().split(' ').slice(0, 2).join(' '));
  assert.deepEqual(lines(await cli(['webhook', 'list'])), ['webhook list']);
  assert.deepEqual(lines(await cli(['tenant'])), ['tenant add', 'tenant disable', 'tenant enable', 'tenant list']);
  assert.match((await cli(['tenants'])).said, /^grantry: there is no command tenants\n/);
  const help = await raw(['--help']);
  assert.deepEqual([help.code, help.said], [0, '']);
  assert.match(help.out, /\n {2}provider import FOLDER… .*\n$/);
});

test('a configuration that is not there is named', async () => {
  const { code, said } = await raw(['-c', '/nowhere/grantry.conf', 'doctor']);
  assert.equal(code, 1);
  assert.match(said, /grantry: \/nowhere\/grantry\.conf: there is none\n$/);
});

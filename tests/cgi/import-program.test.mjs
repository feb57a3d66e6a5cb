// SPDX-License-Identifier: Apache-2.0
//
// grantry-import as whoever starts it sees it: its records, its limits, its ends. The operations of every document
// in tests/fixtures/openapi are counted by another reader, too.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import yaml from 'js-yaml';

const program = join(process.env.GRANTRY_BIN, 'grantry-import');
const folder = new URL('../fixtures/openapi/', import.meta.url);
const documents = readdirSync(folder).filter((name) => /\.(json|yaml)$/.test(name) && name !== 'needs.yaml');
const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

const run = (input, ...args) => {
  const { status, signal, stdout, stderr } = spawnSync(program, args, { input, env: {}, maxBuffer: 1 << 28 });
  const records = stdout.toString().split('\n').slice(0, -1).map((line) => [line[0], JSON.parse(line.slice(1))]);
  return {
    status, signal, stdout: stdout.toString(), stderr: stderr.toString(), records,
    all: (letter) => records.filter(([l]) => l === letter).map(([, value]) => value),
    one(letter) {
      assert.equal(this.all(letter).length, 1, `one record ${letter}: ${stdout.toString().slice(0, 500)}`);
      return this.all(letter)[0];
    },
  };
};

const minimal = (more = {}) => JSON.stringify({ openapi: '3.0.0', paths: { '/a': { get: { operationId: 'a' } } }, ...more });

for (const name of documents) {
  const text = readFileSync(new URL(name, folder));
  test(`${name}: every operation, and the same at every import`, () => {
    const said = run(text);
    const paths = Object.values(yaml.load(text.toString()).paths);
    const count = paths.reduce((n, item) => n + Object.keys(item).filter((key) => methods.includes(key)).length, 0);

    assert.equal(said.status, 0, said.stderr);
    assert.equal(said.all('O').length, count);
    assert.deepEqual(said.one('Z'), { operations: count, warnings: said.all('W').length, left_out: 0 });
    assert.equal(new Set(said.all('O').map((o) => o.name)).size, count);
    assert.equal(run(text).stdout, said.stdout);
  });
}

test('records come in the order that is promised', () => {
  const letters = run(readFileSync(new URL('petstore.yaml', folder))).records.map(([letter]) => letter).join('');

  assert.match(letters, /^W*H(W*OBP)+W*Z$/);
});

test('a bundle has the members that other programs read, and no others', () => {
  for (const bundle of run(readFileSync(new URL('petstore.yaml', folder))).all('B')) {
    assert.deepEqual(Object.keys(bundle), ['operation_id', 'operation', 'path', 'summary', 'description', 'parameters',
      'responses', 'author', 'server_url']);
    for (const p of bundle.parameters)
      for (const key of ['name', 'in', 'type', 'required', 'description'])
        assert.ok(key in p, `${bundle.operation_id}: ${p.name} has no ${key}`);
  }
});

test('relative servers need to know where the document came from', () => {
  const document = minimal({ servers: [{ url: '/v1' }] });

  assert.deepEqual(run(document).one('H').servers, []);
  assert.equal(run(document, '--url', 'https://x.test/docs/a.json').one('H').servers[0].url, 'https://x.test/v1');
  assert.deepEqual(run(document, '--url', 'file:///etc/passwd').one('H').servers, []);
});

test('a document that cannot be used ends with its one reason, and with 0', () => {
  for (const [document, code, line] of [
    ['{"openapi": "3.0.0",\n "paths": {"/a" 1}}', 'not_json', 2],
    ['openapi: 3.0.0\npaths: [', undefined, undefined],
    ['<html></html>', 'markup', undefined],
    ['', 'empty', undefined],
    ['asyncapi: 2.0.0', 'other_format', undefined],
    [JSON.stringify({ openapi: '3.1.0', webhooks: { a: {} } }), 'webhooks_only', undefined],
  ]) {
    const said = run(document);

    assert.equal(said.status, 0);
    assert.equal(said.records.at(-1)[0], 'E');
    if (code) assert.equal(said.one('E').code, code);
    if (line) assert.equal(said.one('E').line, line);
    assert.equal(said.all('O').length, 0);
    assert.equal(said.all('Z').length, 0);
  }
});

test('more bytes than are taken are refused, not read', () => {
  const said = run(Buffer.alloc((16 << 20) + 1, ' '));

  assert.equal(said.status, 0);
  assert.ok(said.one('E').message);
});

test('wrong arguments are refused before anything is read', () => {
  for (const args of [['x'], ['--url'], ['--help'], ['--url', 'a', 'b'], ['/etc/passwd']]) {
    const said = run('', ...args);

    assert.notEqual(said.status, 0);
    assert.equal(said.stdout, '');
    assert.match(said.stderr, /usage/);
  }
});

test('nobody who listens is an error, and no reason to go on', async () => {
  const child = spawn(program, [], { stdio: ['pipe', 'pipe', 'ignore'], env: {} });
  const ended = new Promise((resolve) => { child.on('exit', (code, signal) => resolve({ code, signal })); });

  child.stdout.destroy();
  child.stdin.on('error', () => {});
  child.stdin.end(minimal({ info: { description: 'x'.repeat(100000) } }));
  const { code, signal } = await ended;
  assert.ok(code !== 0 || signal, `it ended with ${code}`);
});

// SPDX-License-Identifier: Apache-2.0
// Documents that mean harm, and the program that reads them: it says what is wrong, at once, and nothing else happens.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const program = join(process.env.GRANTRY_BIN ?? join(root, 'build', 'start'), 'grantry-import');

// Seconds of CPU, with sanitizers: what is quadratic does not get through, what is slow does.
const CPU_S = 30;

/** What the program says: { H, O, P, W, E, Z }, each a list, and raw. It must end by itself, with 0. */
function read(document, ...args) {
  return new Promise((resolve, reject) => {
    const child = spawn('prlimit', [`--cpu=${CPU_S}`, program, ...args], { env: { PATH: process.env.PATH } });
    const out = [], said = [];
    child.stdout.on('data', (data) => out.push(data));
    child.stderr.on('data', (data) => said.push(data));
    child.stdin.on('error', () => {});
    child.on('error', reject);
    child.on('close', (status, signal) => {
      try {
        assert.deepEqual({ status, signal, said: String(Buffer.concat(said)) }, { status: 0, signal: null, said: '' });
        const records = { H: [], O: [], B: [], P: [], W: [], E: [], Z: [], raw: String(Buffer.concat(out)) };
        for (const line of records.raw.split('\n').slice(0, -1)) records[line[0]].push(JSON.parse(line.slice(1)));
        assert.equal(records.E.length + records.Z.length, 1, 'it says all');
        resolve(records);
      } catch (error) {
        reject(error);
      }
    });
    child.stdin.end(document);
  });
}

async function refused(document, code, line) {
  const { E, O } = await read(document);
  assert.equal(E.length, 1, `taken: ${String(document).slice(0, 80)}`);
  assert.equal(E[0].code, code, JSON.stringify(E[0]));
  if (line !== undefined) assert.equal(E[0].line, line, JSON.stringify(E[0]));
  assert.ok(E[0].message.length > 5);
  assert.equal(O.length, 0);
}

/** Read with these findings, in this order of their codes; gives the records. */
async function taken(document, codes = [], operations = 1) {
  const records = await read(document);
  assert.deepEqual(records.E, []);
  assert.equal(records.O.length, operations);
  assert.deepEqual(records.W.map(({ code }) => code).sort(), [...codes].sort(), JSON.stringify(records.W.slice(0, 5)));
  return records;
}

const yaml = (more = '', schema = '{type: string}') => `openapi: 3.0.3
info: {title: T, version: "1"}
servers: [{url: "https://api.x.test"}]
paths:
  /a:
    get:
      operationId: a
      parameters: [{name: q, in: query, schema: ${schema}}]
      responses: {200: {description: OK}}
${more}`;
const object = (schema = { type: 'string' }, more = {}) => ({
  openapi: '3.0.3', info: { title: 'T', version: '1' }, servers: [{ url: 'https://api.x.test' }],
  paths: { '/a': { get: { operationId: 'a', parameters: [{ name: 'q', in: 'query', schema }], responses: { 200: { description: 'OK' } } } } },
  ...more,
});
const json = (...args) => JSON.stringify(object(...args));

test('the documents that are spoilt here are good ones', async () => {
  await taken(yaml());
  await taken(json());
});

test('G1: aliases that stand for billions of values are counted, not written out', async () => {
  let laughs = 'x-a: &a [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n';
  for (const [name, before] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf', 'hg', 'ih']) laughs += `x-${name}: &${name} [${Array(9).fill(`*${before}`)}]\n`;
  await refused(yaml(laughs), 'too_expanded');
  await refused(yaml(laughs.replaceAll(/\[(.*)\]/g, (_, items) => `{${items.split(',').map((item, i) => `k${i}: ${item}`)}}`)), 'too_expanded');
  const merges = `x-a: &a {${Array.from({ length: 5000 }, (_, i) => `k${i}: 0`)}}\nx-b:\n${'- {<<: *a}\n'.repeat(5000)}`;
  await refused(yaml(merges), 'too_expanded');
  await refused('a: &a [*a]', 'not_yaml', 1);
  await refused('&a {b: {c: *a}}', 'not_yaml', 1);
});

test('G1: a long text that many aliases name is not written a thousand times over', async () => {
  const names = Array.from({ length: 2000 }, (_, i) => `  /p${i}: {get: {operationId: o${i}, description: *d, responses: {}}}\n`);
  const records = await read(yaml(`  /d: {get: {operationId: d, description: &d "${'long '.repeat(100000)}", responses: {}}}\n${names.join('')}`));
  assert.equal(records.O.length, 2002);
  assert.ok(records.O.every(({ description }) => description.length < 10000));
});

test('G2: absurd depth is refused where it becomes too deep', async () => {
  const two = 1 << 21;
  await refused('['.repeat(two), 'too_deep');
  await refused('{'.repeat(two), 'not_json', 1);
  await refused('{"a":'.repeat(two / 4), 'too_deep');
  await refused('{a: '.repeat(two / 4), 'too_deep');
  await refused('- '.repeat(two / 2), 'too_deep');
  await refused('? '.repeat(two / 2), 'not_yaml');
  await refused(Array.from({ length: 2000 }, (_, i) => `${' '.repeat(i)}a:\n`).join(''), 'too_deep', 129);
  await refused(yaml(`x-a: &a ${'['.repeat(100)}${']'.repeat(100)}\nx-b: ${'['.repeat(100)}*a${']'.repeat(100)}\n`), 'too_deep');
  await taken(yaml(`x-a: ${'['.repeat(120)}${']'.repeat(120)}\n`));
});

test('G3: a large honest document is read', async () => {
  const schemas = {}, paths = {};
  for (let i = 0; i < 1200; i++) {
    schemas[`Thing${i}`] = { type: 'object', properties: Object.fromEntries(Array.from({ length: 60 }, (_, k) =>
      [`p${k}`, k % 10 ? { type: 'string', description: `Property ${k} of the thing number ${i}, which is described at length so that it is long.` }
        : { $ref: `#/components/schemas/Thing${i - i % 20 + (i + k) % 20}` }])) };
    paths[`/things${i}`] = { post: { operationId: `thing${i}`, requestBody: { content: { 'application/json': { schema: { $ref: `#/components/schemas/Thing${i}` } } } }, responses: {} } };
  }
  const document = JSON.stringify(object({ type: 'string' }, { paths, components: { schemas } }), null, 1);
  assert.ok(document.length > 9e6, `${document.length} bytes`);
  const { O, E } = await read(document);
  assert.deepEqual([O.length, E.length], [1200, 0]);
  await refused(`${document}${' '.repeat(17 << 20)}`, 'too_large');
});

test('G4: references that lead round, nowhere or far cost nothing', async () => {
  const refs = {
    self: [{ A: { $ref: '#/components/schemas/A' } }, ['ref_cycle']],
    mutual: [{ A: { $ref: '#/components/schemas/B' }, B: { $ref: '#/components/schemas/A' } }, ['ref_cycle']],
    inside: [{ A: { type: 'object', properties: { a: { $ref: '#/components/schemas/A' } } } }, []],
    all: [{ A: { allOf: [{ $ref: '#/components/schemas/A' }] } }, []],
    nowhere: [{ A: { $ref: '#/components/schemas/None' } }, ['ref_dangling']],
    elsewhere: [{ A: { $ref: '#/paths/~1a/get/parameters/-1/schema' } }, ['ref_dangling']],
    beyond: [{ A: { $ref: '#/paths/~1a/get/parameters/1000000000/schema' } }, ['ref_dangling']],
    escaped: [{ A: { $ref: '#/components/schemas/%42%2f' }, 'B/': { type: 'string' } }, ['ref_dangling']],
  };
  for (const [name, [schemas, codes]] of Object.entries(refs)) {
    const { W, O } = await read(json({ $ref: '#/components/schemas/A' }, { components: { schemas } }));
    assert.equal(O.length, 1, name);
    for (const code of codes) assert.ok(W.some((w) => w.code === code), `${name}: ${JSON.stringify(W)}`);
  }
  const chain = { A: { $ref: '#/components/schemas/C0' } };
  for (let i = 0; i < 10000; i++) chain[`C${i}`] = { $ref: `#/components/schemas/C${i + 1}` };
  chain.C10000 = { type: 'integer' };
  assert.equal((await read(json({ $ref: '#/components/schemas/A' }, { components: { schemas: chain } }))).O.length, 1);
});

test('G5: references to other places are told of, and not followed', async () => {
  for (const ref of ['http://127.0.0.1:1/x.json#/a', 'https://x.test/x.yaml', 'file:///etc/passwd', '/etc/passwd', '../x.yaml#/a', 'data:,%7B%7D', '//x.test/a']) {
    const { W, O, P } = await read(json({ $ref: ref }));
    assert.equal(O.length, 1);
    assert.ok(W.some(({ code }) => code === 'ref_remote'), `${ref}: ${JSON.stringify(W)}`);
    assert.equal(P[0].parameters[0].schema, true, ref);
  }
});

test('G6: what is not UTF-8', async () => {
  const text = json();
  const utf16 = Buffer.from(text, 'utf16le');
  await refused(utf16, 'not_text');
  await refused(Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]), 'not_text');
  await refused(Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(utf16).swap16()]), 'not_text');
  await refused(text.replace('"T"', '"T\0"'), 'not_text');
  const at = text.indexOf('"T"') + 1;
  const spoilt = (...bytes) => Buffer.concat([Buffer.from(text.slice(0, at)), Buffer.from(bytes), Buffer.from(text.slice(at))]);
  await refused(spoilt(0xed, 0xa0, 0x81), 'not_utf8', 1);
  await refused(spoilt(0xc0, 0x81), 'not_utf8', 1);
  await refused(spoilt(0x01, 0xff), 'not_utf8', 1);
  assert.equal((await taken(spoilt(0xe9, 0x92), ['read_as_latin1'])).H[0].title, 'é’T');
  assert.equal((await taken(text.replace('"T"', '"\\ud800T"'), ['half_pair'])).H[0].title, '\ufffdT');
  await taken(`\ufeff${text}`);
});

test('G7: YAML that readers understand differently', async () => {
  await refused(`${yaml()}---\na: 1\n`, 'not_yaml', 10);
  await refused(yaml('x-a: *nobody\n'), 'not_yaml', 10);
  await refused(yaml('? {a: 1}\n: 2\n'), 'not_yaml', 10);
  await refused(yaml('x-a: "\\q"\n'), 'not_yaml', 10);
  await refused(yaml('x-a: b: c\n'), 'not_yaml', 10);
  await taken(yaml('x-a: !!python/object/apply:os.system ["id"]\n'));
  await taken(yaml('info: {title: U, version: "2"}\n'), ['duplicate_key']);
  const { P } = await taken(yaml('', '{enum: [on, yes, NO, 1_000, 0o7, 0x1f, .inf, 2001-12-14, 012, "5", 5, 1e3, ~, true]}'));
  assert.deepEqual(P[0].parameters[0].schema.enum, ['on', 'yes', 'NO', '1_000', '0o7', '0x1f', '.inf', '2001-12-14', '012', '5', 5, 1e3, null, true]);
  const merged = await taken(yaml('x-a: &a {type: integer, minimum: 5}\n').replace('{type: string}', '{<<: {type: integer, minimum: 5}, minimum: 6}'));
  assert.deepEqual([merged.P[0].parameters[0].schema.type, merged.P[0].parameters[0].schema.minimum], ['integer', 6]);
});

test('G8: JSON that is not quite JSON', async () => {
  const text = json();
  await refused(text.slice(0, -1), 'not_json', 1);
  await refused(text.replace('"3.0.3",', '"3.0.3"'), 'not_json', 1);
  await refused(`${text}${text}`, 'not_json', 1);
  await refused(JSON.stringify(object(), null, 1).replace('"3.0.3",', '"3.0.3"'), 'not_json', 3);
  await taken(text.replace(/}$/, ',}'), ['read_as_yaml']);
  await taken(text.replace('"T"', '"T\tU"'), ['read_as_yaml']);
  await taken(text.replace('"title":"T"', '"title":"S","title":"T"'), ['duplicate_key']);
  const { P } = await taken(text.replace('{"type":"string"}', '{"enum":[NaN, Infinity, 1]}'), ['read_as_yaml']);
  assert.deepEqual(P[0].parameters[0].schema.enum, ['NaN', 'Infinity', 1]);
  const { raw } = await taken(text.replace('{"type":"string"}', '{"type":"integer","maximum":18446744073709551617,"enum":[9007199254740993]}'));
  assert.match(raw, /18446744073709551617/);
  assert.match(raw, /9007199254740993/);
});

test('G15: files that are something else', async () => {
  await refused('', 'empty');
  await refused(' \n', 'empty');
  await refused('<!DOCTYPE html><html><body>Sign in</body></html>', 'markup');
  await refused('<?xml version="1.0"?><definitions/>', 'markup');
  await refused(Buffer.from('504b0304140000000800', 'hex'), 'not_text');
  await refused(Buffer.from('1f8b0800000000000003', 'hex'), 'not_text');
  await refused('%PDF-1.7\n%âãÏÓ', 'not_text');
  await refused('just some words', 'not_an_object');
  await refused('[1, 2]', 'not_an_object');
  await refused(Buffer.alloc(1 << 20, 0x89), 'not_an_object');
});

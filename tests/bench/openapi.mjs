// SPDX-License-Identifier: Apache-2.0
// What an import costs: every document of the folders given (./bench openapi FOLDER…; without one those of
// tests/fixtures/openapi), a line each, and made ones of 1 to 13 MB. Processor time and peak memory are those of
// grantry-import; the baseline is the time that json-c or libyaml alone takes to read the same bytes.
//
//   openapi/FILE    ms, baseline ms, ratio; then, beyond the six columns: "accepted" or "refused", operations, those
//                   that an independent reading counts, warnings, MiB
//
// Fails when a program dies, when a document that has operations is refused, or when the two counts differ.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import yaml from 'js-yaml';

import { median } from '../run/load.mjs';

const run = promisify(execFile);
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const bin = process.env.GRANTRY_BIN ?? join(root, 'build', 'start');
const ROUNDS = 3;
const MiB = 1024 * 1024;
const METHODS = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query']);

// The operations that a plain reading finds; undefined: no common library reads it.
function count(text) {
  let doc;
  try {
    doc = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    try {
      doc = yaml.load(text, { schema: yaml.CORE_SCHEMA, json: true });
    } catch {
      return undefined;
    }
  }
  if (typeof doc !== 'object' || doc === null || !(doc.openapi ?? doc.swagger)) return undefined;
  const at = (ref) => ref.slice(2).split('/').reduce((v, part) => v?.[decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')], doc);
  const item = (value, depth = 0) => (typeof value?.$ref === 'string' && depth < 10 ? { ...item(value.$ref.startsWith('#/') ? at(value.$ref) : {}, depth + 1), ...value } : value);
  let n = 0;
  for (const [path, value] of Object.entries(doc.paths ?? {})) {
    if (path.startsWith('x-')) continue;
    const whole = item(value) ?? {};
    for (const method of Object.keys(whole)) n += METHODS.has(method) && typeof whole[method] === 'object' && whole[method] !== null ? 1 : 0;
    n += Object.keys(whole.additionalOperations ?? {}).length;
  }
  return n;
}

// One run of a program that reads a file: its processor time, its peak memory, what it wrote.
async function once(file, program, ...args) {
  const script = 'TIMEFORMAT="%3U %3S"; file=$1; shift; time /usr/bin/time -q -f %M "$@" <"$file"';
  const { stdout, stderr } = await run('bash', ['-c', script, 'bash', file, join(bin, program), ...args],
    { maxBuffer: 512 * MiB, env: { LC_ALL: 'C', PATH: process.env.PATH } }).catch((error) => error);
  const [kib, times] = stderr.trim().split('\n').slice(-2);
  const [user, system] = times.split(' ').map(Number);
  return { ms: (user + system) * 1000, mib: Number(kib) / 1024, stdout };
}

async function measure(file, program, ...args) {
  const rounds = [];
  for (let i = 0; i < ROUNDS; i++) rounds.push(await once(file, program, ...args));
  return { ...rounds[0], ms: median(rounds.map(({ ms }) => ms)), mib: Math.max(...rounds.map(({ mib }) => mib)) };
}

function outcome(stdout) {
  const lines = stdout.split('\n');
  const end = lines.findLast((line) => line.startsWith('Z'));
  const error = lines.find((line) => line.startsWith('E'));
  return { end: end && JSON.parse(end.slice(1)), error: error && JSON.parse(error.slice(1)) };
}

const totals = { documents: 0, accepted: 0, refused: 0, operations: 0, ms: 0, baseline: 0, mib: 0, wrong: 0 };

async function document(name, file) {
  const text = await readFile(file, 'latin1').then((latin1) => Buffer.from(latin1, 'latin1').toString('utf8'));
  const expected = count(text);
  const { ms, mib, stdout } = await measure(file, 'grantry-import');
  const { end, error } = outcome(stdout);
  const { ms: baseline } = await measure(file, 'tests/bench/parse', /^\s*[{[]/.test(text) ? 'json' : 'yaml');
  const accepted = end !== undefined && end.operations > 0;
  const wrong = (!end && !error) || (expected > 0 && end?.operations !== expected) || (expected === 0 && accepted);
  console.log([`openapi/${name}`, ms.toFixed(1), 'ms', baseline.toFixed(1), (ms / baseline).toFixed(2), 'json-c or libyaml alone',
    accepted ? 'accepted' : 'refused', end?.operations ?? 0, expected ?? '-', end?.warnings ?? 0, mib.toFixed(1), ...(wrong ? [`WRONG ${error?.message ?? ''}`] : [])].join('\t'));
  totals.documents++;
  totals[accepted ? 'accepted' : 'refused']++;
  totals.operations += end?.operations ?? 0;
  totals.ms += ms;
  totals.baseline += baseline;
  totals.mib = Math.max(totals.mib, mib);
  totals.wrong += wrong ? 1 : 0;
}

async function folder(dir) {
  for (const name of (await readdir(dir, { recursive: true })).sort()) {
    const file = join(dir, name);
    if (/\.(json|ya?ml)$/i.test(extname(name)) && (await stat(file)).isFile()) await document(relative(dir, file), file);
  }
}

// A document of about so many bytes, divided as in the large ones that services publish: an operation for every 10 kB,
// most of which are answers, their schemas and examples.
function made(bytes) {
  const doc = { openapi: '3.0.3', info: { title: 'Made', version: '1' }, servers: [{ url: 'https://api.example.com' }], paths: {}, components: { schemas: {} } };
  const member = (i, k) => ({ type: ['string', 'integer', 'boolean'][k % 3], description: `Member ${k} of thing ${i}, said in a few more words`, nullable: k % 5 === 0 });
  const members = (i, n) => Object.fromEntries(Array.from({ length: n }, (_, k) => [`member_${k}`, k === 0 ? { $ref: `#/components/schemas/Thing${(i + 1) % 50}` } : member(i, k)]));
  const example = (i) => ({ items: Array.from({ length: 12 }, (_, k) => ({ id: i * 100 + k, url: `https://api.example.com/things/${i}/${k}`, state: 'open', locked: false,
    owner: { login: `person-${k}`, type: 'User', site_admin: false }, labels: ['bug', 'urgent'], body: `The text of item ${k}. ${'More of it. '.repeat(6)}` })) });
  for (let i = 0; i < 50; i++) doc.components.schemas[`Thing${i}`] = { type: 'object', properties: members(i, 20) };
  for (let i = 0, size = 0; size < bytes; i++) {
    const answer = (status) => [status, { description: 'Done', content: { 'application/json': { schema: { type: 'object', properties: members(i, 20) }, examples: { one: { value: example(i) } } } } }];
    const operation = { operationId: `operation_${i}`, summary: `Operation ${i}`, description: 'What it does. '.repeat(20),
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }, { name: 'page', in: 'query', schema: { type: 'integer' } }],
      requestBody: { content: { 'application/json': { schema: { type: 'object', properties: members(i, 8) } } } },
      responses: Object.fromEntries(['200', '202'].map(answer)) };
    doc.paths[`/things/${i}/{id}`] = { post: operation };
    size += JSON.stringify(operation).length;
  }
  return doc;
}

async function sizes(dir) {
  for (const [kind, all] of [['json', [1, 2, 4, 8, 13]], ['yaml', [1, 2, 4, 8]]]) {
    let first;
    for (const size of all) {
      const doc = made(size * MiB * 0.98);
      const text = kind === 'json' ? JSON.stringify(doc) : yaml.dump(doc, { noRefs: true, flowLevel: 9, lineWidth: -1 });
      const file = join(dir, `made.${kind}`);
      await writeFile(file, text);
      const { ms, mib, stdout } = await measure(file, 'grantry-import');
      const { end, error } = outcome(stdout);
      const { ms: baseline } = await measure(file, 'tests/bench/parse', kind);
      const mb = text.length / 1e6;
      first ??= ms / mb;
      console.log([`openapi/made-${size}-MiB-${kind}`, ms.toFixed(0), 'ms', baseline.toFixed(0), (ms / baseline).toFixed(2), 'json-c or libyaml alone',
        end?.operations > 0 ? 'accepted' : `refused ${error?.message ?? ''}`, end?.operations ?? 0, Object.keys(doc.paths).length, end?.warnings ?? 0, mib.toFixed(1),
        `${(ms / mb).toFixed(1)} ms/MB`, `${(ms / mb / first).toFixed(2)} of the first`].join('\t'));
      if (end?.operations !== Object.keys(doc.paths).length) totals.wrong++;
    }
  }
}

const dir = await mkdtemp(join(tmpdir(), 'grantry-bench-'));
try {
  const folders = process.argv.length > 2 ? process.argv.slice(2) : [join(root, 'tests', 'fixtures', 'openapi')];
  for (const given of folders) await folder(given);
  const { documents, accepted, refused, operations, ms, baseline, mib } = totals;
  console.log([`openapi/all-${documents}`, ms.toFixed(0), 'ms', baseline.toFixed(0), (ms / baseline).toFixed(2), 'json-c or libyaml alone',
    `${accepted} accepted, ${refused} refused`, operations, '-', '-', mib.toFixed(1)].join('\t'));
  await sizes(dir);
} finally {
  await rm(dir, { recursive: true, force: true });
}
process.exitCode = totals.wrong > 0 ? 1 : 0;

// SPDX-License-Identifier: Apache-2.0
// What we say of a value, against another validator: of generated schemas, as they were written and as a plan has them.
// Ours may be unsure and let pass what the other refuses; it may never refuse what the other accepts.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import Ajv from 'ajv/dist/2020.js';

const run = promisify(execFile);
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const bin = process.env.GRANTRY_BIN ?? join(root, 'build', 'start');

// The same numbers at every run: a failure can be looked at again.
function dice(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return { below: (n) => Math.floor(next() * n), often: (p) => next() < p, one: (list) => list[Math.floor(next() * list.length)] };
}

const names = ['a', 'b', 'c', 'd/e~'];
const types = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'];
const scalars = [null, true, false, 0, 1, -1, 2, 5, 1.5, -0.5, 1e3, 123456789012, '', 'a', 'ab', 'äö', '😀', 'true', '1', '2020-01-01'];

function value(d, depth = 3) {
  const kind = depth ? d.below(10) : 0;
  if (kind < 6) return d.one(scalars);
  if (kind < 8) return Array.from({ length: d.below(4) }, () => value(d, depth - 1));
  return Object.fromEntries(names.filter(() => d.often(0.5)).map((name) => [name, value(d, depth - 1)]));
}

// odd: with keywords that a plan does not have or does not judge
function schema(d, depth, odd, refs) {
  if (depth === 0 || d.often(0.04)) return d.one([true, false, {}, { type: d.one(types) }]);
  const inner = () => schema(d, depth - 1, odd, refs);
  const list = () => Array.from({ length: 1 + d.below(3) }, inner);
  const makers = {
    type: () => (d.often(0.7) ? d.one(types) : [...new Set([d.one(types), d.one(types)])]),
    enum: () => Array.from({ length: 1 + d.below(4) }, () => value(d, 1)),
    const: () => value(d, 2),
    minimum: () => d.one([0, 1, 1.5]), maximum: () => d.one([0, 2, 1.5]),
    exclusiveMinimum: () => d.one([0, -1]), exclusiveMaximum: () => d.one([1, 5]), multipleOf: () => d.one([1, 2, 0.5]),
    minLength: () => d.below(3), maxLength: () => d.below(4),
    items: inner, prefixItems: list, minItems: () => d.below(3), maxItems: () => d.below(4), uniqueItems: () => d.often(0.7),
    properties: () => Object.fromEntries(names.filter(() => d.often(0.6)).map((name) => [name, inner()])),
    required: () => names.filter(() => d.often(0.3)),
    additionalProperties: inner, minProperties: () => d.below(3), maxProperties: () => d.below(4),
    allOf: list, anyOf: list, oneOf: list, not: inner,
    $ref: () => `#/$defs/${d.one(refs)}`,
    ...(odd && {
      pattern: () => d.one(['^a', 'b$', '.']), format: () => d.one(['date', 'email']), contains: inner, propertyNames: inner,
      patternProperties: () => ({ '^[ab]$': inner() }), dependentRequired: () => ({ a: ['b'] }), if: inner, then: inner, else: inner,
      unevaluatedProperties: () => false, discriminator: () => ({ propertyName: 'a' }),
    }),
  };
  if (refs.length === 0) delete makers.$ref;
  const made = {};
  for (let i = d.below(4) + 1; i > 0; i--) {
    const name = d.one(Object.keys(makers));
    made[name] = makers[name]();
  }
  return made;
}

// Each definition names only those behind it at the place it is itself, and any of them further inside.
function document(d, odd) {
  const all = ['X', 'Y', 'Z'];
  const $defs = Object.fromEntries(all.map((name, i) => [name, {
    ...schema(d, 2, odd, all.slice(i + 1)), ...(d.often(0.5) && { properties: { a: { $ref: `#/$defs/${d.one(all)}` } } }),
  }]));
  return { schema: schema(d, 3, odd, all), $defs };
}

// Values that are near the schema: parts of what it says.
function near(d, made, $defs, depth = 4) {
  if (typeof made !== 'object' || depth === 0) return value(d, 1);
  if (made.$ref && d.often(0.8)) return near(d, $defs[made.$ref.slice(8)] ?? {}, $defs, depth - 1);
  if ('const' in made) return made.const;
  if (made.enum) return d.one(made.enum);
  const choice = made.oneOf ?? made.anyOf ?? made.allOf;
  if (choice && d.often(0.6)) return near(d, d.one(choice), $defs, depth - 1);
  const type = Array.isArray(made.type) ? d.one(made.type) : made.type ?? (made.properties || made.required ? 'object' : made.items || made.prefixItems ? 'array' : d.one(types));
  switch (type) {
    case 'array':
      return Array.from({ length: Math.max(made.minItems ?? 0, d.below(3)) }, (_, i) => near(d, made.prefixItems?.[i] ?? made.items ?? {}, $defs, depth - 1));
    case 'object': {
      const keys = new Set([...(made.required ?? []), ...Object.keys(made.properties ?? {}).filter(() => d.often(0.6))]);
      return Object.fromEntries([...keys].map((key) => [key, near(d, made.properties?.[key] ?? {}, $defs, depth - 1)]));
    }
    case 'integer': return d.one([0, 1, 2, 5]);
    case 'number': return d.one([0, 1, 1.5, 5]);
    case 'string': return 'abc'.slice(0, Math.max(made.minLength ?? 0, d.below(4)));
    case 'boolean': return d.often(0.5);
    default: return null;
  }
}

function validator(made, definitions) {
  return new Ajv({ strict: false, validateFormats: false, logger: false, validateSchema: false }).compile({ $ref: '#/schema', schema: made, ...definitions });
}

// Does the copy say, anywhere, that it does not judge everything? Of a oneOf several forms may fit.
const isUnsure = (text) => /"\$comment":"simplified"|"pattern"|"format"|"oneOf"|[:[,]true/.test(text.replaceAll('"uniqueItems":true', ''));

async function compare(seed, count, odd) {
  const d = dice(seed);
  const cases = Array.from({ length: count }, () => {
    const made = document(d, odd);
    return { made, values: Array.from({ length: 8 }, (_, i) => (i < 6 ? near(d, made.schema, made.$defs) : value(d))) };
  });
  const folder = await mkdtemp(join(tmpdir(), 'verdicts-'));
  const file = join(folder, 'pairs');
  await writeFile(file, cases.map(({ made, values }) => `${JSON.stringify(made)}\n${JSON.stringify(values)}\n`).join(''));
  const { stdout } = await run(join(bin, 'tests', 'cgi', 'print_verdicts'), [file], { maxBuffer: 1 << 28 });
  await rm(folder, { recursive: true });
  const answers = stdout.trimEnd().split('\n');
  assert.equal(answers.length, count);

  const seen = { fits: 0, refused: 0, unsure: 0, exact: 0 };
  cases.forEach(({ made, values }, i) => {
    const answer = JSON.parse(answers[i]);
    const original = validator(made.schema, { $defs: made.$defs });
    const copied = validator(answer.schema, { defs: answer.defs });
    const unsure = isUnsure(answers[i].slice(0, answers[i].lastIndexOf('"verdicts"')));
    values.forEach((v, k) => {
      const ours = answer.verdicts[k];
      const why = () => `${JSON.stringify(made)}\n${answers[i]}\n${JSON.stringify(v)}`;
      if (original(v)) assert.ok(ours, `refused, though it fits:\n${why()}`);
      if (copied(v)) assert.ok(ours, `refused, though it fits the copy:\n${why()}`);
      if (!unsure) {
        assert.equal(ours, copied(v), `of the copy:\n${why()}`);
        assert.equal(ours, original(v), `of the original:\n${why()}`);
        seen.exact++;
      }
      seen[ours ? 'fits' : 'refused']++;
      seen.unsure += ours && !original(v);
    });
  });
  return seen;
}

test('schemas that are copied in full: the same verdict on every value', async () => {
  const seen = await compare(1, 400, false);
  assert.ok(seen.fits > 600 && seen.refused > 600 && seen.exact > 2000, JSON.stringify(seen));
});

test('schemas with what is not judged: nothing that fits is refused, and much that does not fit still is', async () => {
  const seen = await compare(2, 400, true);
  assert.ok(seen.refused > 400 && seen.unsure > 30, JSON.stringify(seen));
});

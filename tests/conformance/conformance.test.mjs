// SPDX-License-Identifier: Apache-2.0
// Every OAuth definition against a service that does exactly what the definition declares, and what each declares against
// facts that were written down independently of it (tests/fixtures/oauth_facts.yaml). ONLY=slack does it for those alone
// that have this in their id.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { BROKEN, UNTRUE, brokenCopy } from './broken.mjs';
import { readDefinitions } from './definitions.mjs';
import { disagreements, readFacts } from './facts.mjs';
import { openWorld } from './ground.mjs';
import { walk } from './walk.mjs';

const all = await readDefinitions(), facts = await readFacts();
const definitions = all.filter(({ id }) => id.includes(process.env.ONLY ?? ''));
const tally = { passed: 0, failed: 0 };
let world;

function report(faults) {
  tally[faults.length > 0 ? 'failed' : 'passed'] += 1;
  if (faults.length > 0) throw Object.assign(new Error(faults.join('\n')), { stack: '' });
}

before(async () => {
  world = await openWorld([...all, ...BROKEN.map((one) => brokenCopy(one, all))]);
});
after(async () => {
  await world?.close();
  console.log(`# definitions: ${definitions.length}; ${tally.passed} passed, ${tally.failed} failed`);
});

test('there are facts of every definition, and of nothing else', () => {
  assert.ok(all.length >= 71, `${all.length} definitions`);
  assert.deepEqual(Object.keys(facts).sort(), all.map(({ id }) => id).sort());
});

for (const definition of definitions) {
  const { id } = definition;
  test(`${id} facts`, () => report(disagreements(definition, facts[id])));
  test(id, async (t) => {
    for (const { step, faults } of await walk(world, definition, facts[id])) await t.test(`${id} ${step}`, () => report(faults));
  });
}

// --- what is wrong is noticed ---

for (const { what, id, step, asks } of process.env.ONLY ? [] : BROKEN) {
  test(`a definition is noticed that declares ${what}`, async () => {
    const definition = all.find((one) => one.id === id);
    const results = await walk(world, definition, { ...facts[id], asks, stop: true });
    const { step: first, faults } = results.find((one) => one.faults.length > 0) ?? { faults: [] };
    assert.equal(first, step, faults.join('\n'));
  });
}

for (const [id, bend, word] of UNTRUE) {
  test(`a definition is noticed that disagrees with the facts about ${word}`, () => {
    const copy = structuredClone(all.find((one) => one.id === id));
    bend(copy.oauth);
    const found = disagreements(copy, facts[id]);
    assert.equal(found.length, 1, found.join('\n'));
    assert.ok(found[0].startsWith(`${word}: the definition says`), found[0]);
  });
}

test('an explanation is noticed that explains nothing, or is none', () => {
  const id = 'grantry/slack/slack', slack = all.find((one) => one.id === id), why = 'For a reason that is long enough.';
  const told = (differs, more = {}) => disagreements(slack, { ...facts[id], ...more, differs });
  assert.deepEqual(told([]), []);
  assert.match(told([{ what: 'separator', why }])[0], /^separator: .* difference that is none$/);
  assert.match(told([{ what: 'introspection', why }])[0], /^introspection: .* difference to nothing$/);
  assert.match(told([{ what: 'separator', why: 'So.' }], { separator: ' ' })[0], /^separator: this is no reason/);
  assert.match(told([], { seperator: ',' })[0], /^seperator: nobody knows/);
  assert.deepEqual(told([{ what: 'separator', why }], { separator: ' ' }), []);
  assert.match(disagreements(slack, undefined)[0], /no facts/);
});

// SPDX-License-Identifier: Apache-2.0
// Nothing is lost when a program dies: at every crash point there is, and with SIGKILL at any moment (rows C8 to C11).
//
// The provider's refresh tokens work once, and the second use of one revokes the whole grant. What a process knew and
// had not written down dies with it. Between the provider's carrying out a request and our first write of its answer
// that cannot be helped: with such a provider the credential then asks for its person, says why (rotation_lost), and
// keeps what it had. With a provider that lets a spent token pass for a while ("grace", as those do that think of lost
// answers) it heals by itself. At every other moment nothing is lost with either, and the successor needs no call more.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';

import { descendants } from '../run/search.mjs';
import { openRenewals, tokenOf, until } from './renewing.mjs';
import { SANDBOX, exchange } from './visitor.mjs';

// In the order of a renewal. calls: how often the provider is called in all; lost: the answer is.
const POINTS = {
  'refresh.claimed': { row: 'C8', calls: 1 },
  'refresh.prepared': { row: 'C8', calls: 1 },
  'refresh.answered': { row: 'C9', calls: 2, lost: true },
  'refresh.settling': { row: 'C9', calls: 2, lost: true },
  'journal.written': { row: 'C10', calls: 1 },
  'refresh.journalled': { row: 'C10', calls: 1 },
  'refresh.committed': { row: 'C11', calls: 1 },
  'refresh.dropped': { row: 'C11', calls: 1 },
};
const AT_THE_START = ['upkeep.burial', 'upkeep.buried'];
const OF_ANOTHER = ['upkeep.takeover'];
const ROTATIONS = ['rotate', 'grace'];

let ground;

before(async () => {
  ground = await openRenewals({ workers: 4 });
});
after(() => ground?.close());
afterEach(async () => {
  await ground.provider.ctl({ faults: [], settings: { rotation: 'rotate' } });
  await ground.set('refresh_due_at = NULL');
  await ground.provider.clear();
});

const died = async (renewer) => assert.deepEqual(await renewer.ended, { code: null, signal: 'SIGKILL' });
const works = async (id) => {
  const token = tokenOf(await ground.askUntil(id));
  return (await exchange(ground.stack.sandbox, '/userinfo', { headers: { authorization: `Bearer ${token}` } })).status === 200;
};
const statuses = async () => (await ground.calls()).map(({ status }) => status);

// It is what it was after the last renewal, and can be renewed again.
async function isWhole(id, row) {
  assert.deepEqual([row.state, row.reason, row.held], ['active', '', false]);
  assert.ok(await works(id));
  await ground.provider.clear();
  assert.equal((await ground.renew(id)).rev, row.rev + 1);
  assert.deepEqual(await statuses(), [200]);
  assert.ok(await works(id));
}

async function isTruthfullyLost(id, row, old) {
  assert.deepEqual([row.state, row.reason, row.due_at], ['needs_reauth', 'rotation_lost', null]);
  assert.equal(row.sealed, old.sealed);
  assert.equal((await ground.ada.connect('ada', SANDBOX, `?credential=${id}`)).status, 200);
  assert.equal((await ground.row(id)).state, 'active');
  assert.ok(await works(id));
}

// When the successor is done with it, whatever it made of it.
const finished = (id, old) => until('the successor', async () => {
  const row = await ground.row(id);
  if (row.unanswered && row.due_at > 1 && row.rev === old.rev) await ground.due(id); // a pause before the second try
  return !row.held && (row.rev > old.rev || row.state !== 'active') && row;
});

test('every crash point in the program is tried here, and no other', async () => {
  const program = await readFile(join(ground.stack.bin, 'grantry-refreshd'), 'latin1');
  const there = new Set([...program.matchAll(/crash:([a-z]+\.[a-z]+)\0/g)].map(([, name]) => name));
  assert.deepEqual([...there].sort(), [...Object.keys(POINTS), ...AT_THE_START, ...OF_ANOTHER].sort());
});

for (const rotation of ROTATIONS) {
  for (const [point, { row: name, calls, lost }] of Object.entries(POINTS)) {
    test(`${name}: killed at ${point}, refresh tokens: ${rotation}`, async () => {
      const id = await ground.connect();
      await ground.provider.ctl({ settings: { rotation, grace_s: 60 } });
      const old = await ground.row(id);
      await ground.renewer.order(point);
      await ground.due(id);
      await died(ground.renewer);
      await ground.renewer.start();
      const row = await finished(id, old);
      assert.deepEqual(await statuses(), calls === 1 ? [200] : [200, rotation === 'rotate' ? 400 : 200]);
      if (lost && rotation === 'rotate') await isTruthfullyLost(id, row, old);
      else {
        assert.equal(row.rev, old.rev + 1);
        await isWhole(id, row);
      }
    });
  }
}

for (const point of AT_THE_START) {
  test(`C10: and its successor is killed at ${point}, twice`, async () => {
    const id = await ground.connect(), other = await ground.connect();
    const old = await ground.row(id), oldOther = await ground.row(other);
    await ground.renewer.order('refresh.journalled');
    await ground.due(id);
    await died(ground.renewer);
    await ground.set('expires_at = 1, refresh_due_at = 1', other);
    for (let i = 0; i < 2; i += 1) {
      await ground.renewer.start({ env: { GRANTRY_CRASH: point } });
      await died(ground.renewer);
    }
    await ground.renewer.start();
    const row = await finished(id, old);
    await finished(other, oldOther);
    assert.deepEqual(await statuses(), [200, 200]);
    await isWhole(id, row);
  });
}

for (const point of OF_ANOTHER) {
  test(`C8: dead for good with a lease, and who takes over is killed at ${point}`, async () => {
    const id = await ground.connect();
    const old = await ground.row(id);
    await ground.renewer.order('refresh.prepared');
    await ground.due(id);
    await died(ground.renewer);
    const heir = await ground.more('heir', { conf: { refresh_takeover_ms: 1500, provider_timeout_ms: 500 } });
    await heir.order(point);
    await died(heir);
    assert.equal((await ground.row(id)).held, true);
    await heir.start();
    const row = await finished(id, old);
    assert.deepEqual(await statuses(), [200]);
    await heir.stop();
    await ground.renewer.start(); // what it finds in its own folder is past
    assert.deepEqual(await ground.row(id), row);
    await isWhole(id, row);
  });
}

test('C10, C12: more answers than one transaction takes are in the journal when it dies: none is asked for again', async () => {
  const ids = [];
  for (let i = 0; i < 56; i += 1) ids.push(await ground.connect());
  await ground.provider.clear();
  const old = new Map(await Promise.all(ids.map(async (id) => [id, await ground.row(id)])));
  await ground.fault({ hold: 'after', gate: 'many' });
  for (const id of ids) await ground.set('expires_at = 1, refresh_due_at = 1', id);
  await ground.wake();
  await ground.gate('many', ids.length);
  await ground.db.run('SET GLOBAL read_only = 1');
  try {
    await ground.release('many');
    const journal = join(ground.renewer.folder, 'journal');
    await until('all answers in the journal', async () => (await readFile(journal, 'latin1')).split('GRJ').length > ids.length);
    await ground.renewer.kill();
  } finally {
    await ground.db.run('SET GLOBAL read_only = 0');
  }
  await ground.provider.ctl({ faults: [] });
  await ground.renewer.start();
  for (const id of ids) assert.equal((await finished(id, old.get(id))).rev, old.get(id).rev + 1);
  assert.deepEqual(await statuses(), ids.map(() => 200));
});

test('C9: the answer of the provider is on its way when its renewer is killed', async () => {
  for (const rotation of ROTATIONS) {
    const id = await ground.connect();
    await ground.provider.clear();
    await ground.provider.ctl({ settings: { rotation, grace_s: 60 } });
    await ground.fault({ hold: 'after', gate: 'way', count: 1 });
    const old = await ground.row(id);
    await ground.due(id);
    await ground.gate('way');
    await ground.renewer.kill();
    await ground.release('way');
    await ground.renewer.start();
    const row = await finished(id, old);
    assert.equal((await ground.calls()).length, 2);
    await (rotation === 'rotate' ? isTruthfullyLost(id, row, old) : isWhole(id, row));
  }
});

test('killed while SIGTERM lets it finish: what was under way is not lost', async () => {
  const id = await ground.connect();
  const old = await ground.row(id);
  await ground.fault({ hold: 'after', gate: 'drain' });
  await ground.due(id);
  await ground.gate('drain');
  const stopped = ground.renewer.stop();
  await ground.release('drain');
  await stopped;
  const row = await ground.row(id);
  assert.deepEqual([row.rev, row.held, await statuses()], [old.rev + 1, false, [200]]);
  await ground.renewer.start();
});

// --- at random ---

const afterAWhile = (ms) => new Promise((resolve) => setTimeout(resolve, Math.random() * ms)); // any moment will do

const asking = (id) => Promise.all(Array.from({ length: 10 }, () =>
  until('a token', () => ground.ask(id).then((answer) => answer.status === 200 || (answer.status === 409 && answer), () => false))));

test('renewers are killed at random moments while askers wait: nothing is lost, and no kill costs more than one call', async () => {
  await ground.provider.ctl({ settings: { rotation: 'grace', grace_s: 60 } });
  const id = await ground.connect();
  for (let round = 0; round < 12; round += 1) {
    await ground.provider.clear();
    const old = await ground.row(id);
    await ground.set('expires_at = 1, refresh_due_at = 9000000000, failures = 0, unanswered_rev = 0', id);
    const asked = asking(id);
    await afterAWhile(80);
    await ground.renewer.kill();
    await ground.renewer.start();
    const row = await finished(id, old);
    assert.deepEqual([row.state, row.rev], ['active', old.rev + 1]);
    await asked;
    const made = await statuses();
    assert.ok(made.length <= 2, `round ${round}: ${made}`);
    assert.ok(await works(id));
  }
});

test('the same where spent tokens are punished: lost is only what the provider had answered, and it says so', async () => {
  const id = await ground.connect();
  for (let round = 0; round < 8; round += 1) {
    await ground.provider.clear();
    const old = await ground.row(id);
    await ground.due(id, ', failures = 0, unanswered_rev = 0');
    await afterAWhile(30);
    await ground.renewer.kill();
    await ground.renewer.start();
    const row = await finished(id, old);
    const made = await statuses();
    assert.ok(made.length <= 2, `round ${round}: ${made}`);
    if (row.state === 'active') assert.ok(await works(id));
    else {
      assert.deepEqual(made, [200, 400]);
      await isTruthfullyLost(id, row, old);
    }
  }
});

test('workers that hand out are killed at random moments: one call a renewal, and nothing is lost', async () => {
  const id = await ground.connect();
  const [master] = (await readFile(join(ground.stack.var, 'run', 'api.pid'), 'utf8')).split(' ');
  for (let round = 0; round < 8; round += 1) {
    await ground.provider.clear();
    await ground.set('expires_at = 1', id);
    const asked = asking(id);
    for (let i = 0; i < 3; i += 1) {
      await afterAWhile(20);
      for (const pid of (await descendants([master])).filter((one) => one !== master).slice(0, 2)) {
        try { process.kill(pid, 'SIGKILL'); } catch { /* gone by itself */ }
      }
    }
    await asked;
    assert.deepEqual(await statuses(), [200]);
    assert.ok(await works(id));
  }
});

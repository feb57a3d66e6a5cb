// SPDX-License-Identifier: Apache-2.0
// One renewal at a time on three nodes of a Galera cluster, each with a Grantry of its own: rows C2, C13, C14, C15, C18
// and C26 of the attack list. Row locks and named locks of one node mean nothing on another; a commit may be undone by
// one that came before it; a node may answer from yesterday.
import assert from 'node:assert/strict';
import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';

import { endOwnRenewer, nowS, openRenewals, tokenOf, until } from '../cgi/renewing.mjs';
import { exchange } from '../cgi/visitor.mjs';
import { startCluster } from '../run/cluster.mjs';
import { hexOf } from '../run/database.mjs';
import { startStack } from '../run/stack.mjs';

let cluster, ground, spent = 0;
const stacks = []; // one a node

before(async () => {
  cluster = await startCluster();
  ground = await openRenewals({ dbSocket: cluster.sockets[0], workers: 4 });
  stacks.push(ground.stack);
  for (const dbSocket of cluster.sockets.slice(1)) {
    const stack = await startStack({ dbSocket, like: ground.stack, workers: 4 });
    stacks.push(stack);
    await endOwnRenewer(stack);
    await ground.more('main', {}, stack);
  }
});
after(async () => {
  for (const stack of stacks.slice(1)) await stack.stop();
  await ground?.close();
  await cluster?.stop();
});
afterEach(async () => {
  await ground.provider.ctl({ faults: [], settings: { rotation: 'rotate' } });
  await ground.set('refresh_due_at = NULL');
  await ground.provider.clear();
  spent = (await ground.provider.ctl()).refresh_reuses;
});

const works = async (id) => {
  const token = tokenOf(await ground.askUntil(id));
  return (await exchange(ground.stack.sandbox, '/userinfo', { headers: { authorization: `Bearer ${token}` } })).status === 200;
};
const askOn = (node, id) => ground.askUntil(id, { address: stacks[node].address });
const status = async (node, name) => (await cluster.rows(node, `SHOW STATUS LIKE '${name}'`))[0][1];
const noTokenTwice = async () => {
  const sent = (await ground.calls()).map(({ token }) => token);
  assert.equal(new Set(sent).size, sent.length);
  assert.equal((await ground.provider.ctl()).refresh_reuses, spent);
  return sent.length;
};
// Only the renewer on this node takes up what is due.
async function onlyOn(node, steps) {
  const others = ground.renewers.filter((_, at) => at !== node);
  for (const one of others) await one.pause();
  try {
    return await steps();
  } finally {
    for (const one of others) one.resume();
  }
}

test('C2: 90 askers on three nodes for an expired credential: one call a round, and all of them get the new token', async () => {
  const id = await ground.connect();
  let last = '';
  for (let round = 0; round < 3; round += 1) {
    await ground.provider.clear();
    await ground.set('expires_at = 1', id);
    const answers = await Promise.all(Array.from({ length: 90 }, (_, i) => askOn(i % 3, id)));
    const tokens = new Set(answers.map(tokenOf));
    assert.deepEqual([tokens.size, tokens.has(last), tokens.has(undefined)], [1, false, false]);
    assert.equal((await ground.calls()).length, 1);
    assert.ok(await works(id));
    [last] = tokens;
  }
  await noTokenTwice();
});

test('C26: renewers on three nodes with one schedule: each credential once', async () => {
  const ids = [];
  for (let i = 0; i < 12; i += 1) ids.push(await ground.connect());
  for (let round = 0; round < 3; round += 1) {
    await ground.provider.clear();
    const before = await Promise.all(ids.map(ground.row));
    await ground.set('expires_at = 1, refresh_due_at = 1 WHERE refresh_due_at IS NOT NULL');
    await ground.wake();
    for (const [i, id] of ids.entries()) assert.equal((await ground.settled(id, before[i])).rev, before[i].rev + 1);
    assert.equal(await noTokenTwice(), ids.length);
  }
});

test('C18: a node that lags behind hands out no token that another one has replaced', async () => {
  const id = await ground.connect();
  const old = tokenOf(await askOn(1, id));
  const lagging = cluster.run(1, 'FLUSH TABLES WITH READ LOCK; SELECT SLEEP(3); UNLOCK TABLES');
  await until('a lagging node', async () => (await cluster.rows(1,
    "SELECT 1 FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%'")).length > 0);
  const row = await onlyOn(0, () => ground.renew(id));
  assert.equal(row.state, 'active');
  const [[rev]] = await cluster.rows(1, `SELECT secret_rev FROM provider_credentials WHERE id = X'${hexOf(id)}'`);
  assert.ok(Number(rev) < row.rev, 'the node does lag behind');
  const answers = await Promise.all(Array.from({ length: 4 }, () => ground.ask(id, { address: stacks[1].address })));
  for (const answer of answers) assert.notEqual(tokenOf(answer), old);
  await lagging;
  assert.equal(tokenOf(await askOn(1, id)), tokenOf(await askOn(0, id)));
  assert.notEqual(tokenOf(await askOn(1, id)), old);
});

test('C18: right after a renewal on one node its neighbours know it', async () => {
  const id = await ground.connect();
  await onlyOn(0, async () => {
    for (let round = 0; round < 20; round += 1) {
      await ground.renew(id);
      const [here, there, elsewhere] = await Promise.all([0, 1, 2].map((node) => askOn(node, id)));
      assert.deepEqual([tokenOf(there), tokenOf(elsewhere)], [tokenOf(here), tokenOf(here)]);
    }
  });
  assert.equal(await noTokenTwice(), 20);
});

test('C14: commits that conflict with those of another node (1213) are done again, and nothing is written over', async () => {
  const id = await ground.connect();
  const conflicts = async () => Number(await status(0, 'wsrep_local_cert_failures')) + Number(await status(0, 'wsrep_local_bf_aborts'));
  const begun = await conflicts(), before = await ground.row(id);
  let stop = false, changes = 0, rounds = 0;
  const quarrel = (async () => {
    const sql = `DELIMITER //\nBEGIN NOT ATOMIC DECLARE i INT DEFAULT 0; DECLARE CONTINUE HANDLER FOR 1020, 1205, 1213 BEGIN END;
      WHILE i < 200 DO UPDATE provider_credentials SET version = version + 1 WHERE id = X'${hexOf(id)}'; SET i = i + 1; END WHILE; END//\n`;
    while (!stop) {
      await cluster.run(1, sql);
      changes += 200;
    }
  })();
  await onlyOn(0, async () => {
    for (; rounds < 10 || (rounds < 200 && (await conflicts()) === begun); rounds += 1) await ground.renew(id);
  });
  stop = true;
  await quarrel;
  assert.ok(await conflicts() > begun, `no conflict in ${rounds} renewals and ${changes} changes`);
  const row = await ground.row(id);
  assert.deepEqual([row.state, row.rev], ['active', before.rev + rounds]);
  assert.equal(await noTokenTwice(), rounds);
  assert.ok(await works(id));
});

test('C15: the cluster loses its majority (1047) while the answer is on its way: it is written when it is back', async () => {
  const id = await ground.connect();
  const before = await ground.row(id);
  await onlyOn(0, async () => {
    await ground.fault({ hold: 'after', gate: 'majority' });
    await ground.due(id);
    await ground.gate('majority');
  });
  await Promise.all([cluster.pause(1), cluster.pause(2)]);
  await until('a node without a majority', async () => (await status(0, 'wsrep_ready')) === 'OFF');
  const seen = (await ground.renewer.log()).length;
  await ground.release('majority');
  await until('a refused commit', async () => /"errno":"1047"|db_connect/.test((await ground.renewer.log()).slice(seen)));
  assert.equal((await ground.ask(id)).status, 503);
  await Promise.all([cluster.resume(1), cluster.resume(2)]);
  for (const node of [0, 1, 2]) await until('a whole cluster', async () => (await status(node, 'wsrep_local_state_comment')) === 'Synced');
  assert.equal((await ground.settled(id, before)).rev, before.rev + 1);
  assert.equal(await noTokenTwice(), 1);
  assert.ok(await works(id));
});

test('C13: a node dies with the commit in its hands, its renewer goes on with another one: one call, nothing lost', async () => {
  const id = await ground.connect();
  const before = await ground.row(id);
  const socket = join(ground.stack.var, 'tmp', 'any-node.sock'); // what a balancer does
  await symlink(cluster.sockets[2], socket);
  for (const one of ground.renewers) await one.stop();
  const renewer = await ground.more('balanced', { conf: { db_socket: socket } });
  await ground.fault({ hold: 'after', gate: 'node' });
  await ground.due(id);
  await ground.gate('node');
  await cluster.pause(2); // it takes the commit, and does not answer
  const seen = (await renewer.log()).length;
  await ground.release('node');
  await until('a commit without an answer', async () => /db_/.test((await renewer.log()).slice(seen)));
  await cluster.kill(2);
  await rm(socket);
  await symlink(cluster.sockets[1], socket);
  const row = await ground.settled(id, before);
  assert.deepEqual([row.state, row.rev], ['active', before.rev + 1]);
  assert.equal(await noTokenTwice(), 1);
  assert.equal(tokenOf(await askOn(1, id)), tokenOf(await askOn(0, id)));
  assert.ok(await works(id));
  assert.ok(row.expires_at > nowS());
});

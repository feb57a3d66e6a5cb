// SPDX-License-Identifier: Apache-2.0
// Sign-in, its limits, and what becomes of sessions.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { database } from '../run/database.mjs';
import { startStack } from '../run/stack.mjs';
import { PASSWORD, SANDBOX, Visitor, forms, signedIn } from './visitor.mjs';

let stack, db;

before(async () => {
  stack = await startStack();
  db = database(stack);
});
after(() => stack?.stop());

const code = async (email) => (await stack.operator('user', 'sign-in', email)).trim();
const sessions = async () => Number((await db.rows('SELECT COUNT(*) FROM sessions'))[0][0]);

test('R52: signing in again in one browser ends the session it had', async () => {
  const ada = await signedIn(stack, 'ada@acme.test');
  const old = { ...ada.cookies };
  const count = await sessions();
  const page = await ada.get('/sign-in');
  assert.equal(page.location, '/data-sources');
  const csrf = forms(await ada.get('/members')).map((form) => form.fields.csrf).find(Boolean);
  assert.equal((await ada.post('/sign-in', { csrf, email: 'ada@acme.test', password: PASSWORD })).status, 303);
  assert.equal(await sessions(), count);
  const ghost = new Visitor(stack);
  ghost.cookies = old;
  assert.equal((await ghost.get('/data-sources')).status, 401);
  assert.equal((await ada.get('/data-sources')).status, 200);
});

test('R53: a change of workspace does not begin the absolute limit anew', async () => {
  const ada = await signedIn(stack, 'ada@acme.test');
  await db.run('UPDATE sessions SET created_at = created_at - 86000');
  const own = forms(await ada.get('/members')).find((form) => form.action === '/workspace');
  assert.equal((await ada.post('/workspace', own.fields.workspace ? own.fields : { ...own.fields, workspace: await workspace(ada) })).status, 303);
  const [[age]] = await db.rows('SELECT MAX(UNIX_TIMESTAMP() - created_at) FROM sessions');
  assert.ok(Number(age) >= 86000);
  await db.run('UPDATE sessions SET created_at = created_at - 500');
  assert.equal((await ada.get('/data-sources')).status, 401);
});

// The value of the first button of the workspace switcher.
async function workspace(visitor) {
  return (await visitor.get('/members')).text.match(/name="workspace" value="([^"]*)"/)[1];
}

test('a one-time code works once', async () => {
  const text = await code('ben@acme.test');
  assert.equal((await new Visitor(stack).signIn('ben@acme.test', text)).location, '/password');
  assert.equal((await new Visitor(stack).signIn('ben@acme.test', text)).status, 403);
});

test('a one-time code is not used up when no session comes of it', async () => {
  const text = await code('ben@acme.test');
  await db.run("REVOKE SELECT, INSERT, UPDATE, DELETE ON grantry.sessions FROM 'grantry_settings'; FLUSH PRIVILEGES");
  await db.run("GRANT SELECT, UPDATE, DELETE ON grantry.sessions TO 'grantry_settings'; FLUSH PRIVILEGES");
  assert.ok((await new Visitor(stack).signIn('ben@acme.test', text)).status >= 500);
  await db.run("GRANT INSERT ON grantry.sessions TO 'grantry_settings'; FLUSH PRIVILEGES");
  assert.equal((await new Visitor(stack).signIn('ben@acme.test', text)).location, '/password');
});

test('a code typed in capitals and without hyphens is the same code', async () => {
  const text = (await code('ben@acme.test')).toUpperCase().replaceAll('-', '');
  assert.equal((await new Visitor(stack).signIn('ben@acme.test', text)).location, '/password');
});

test('somebody with a one-time code and no password can do nothing but choose one', async () => {
  const ben = new Visitor(stack);
  await ben.signIn('ben@acme.test', await code('ben@acme.test'));
  assert.equal((await ben.get('/data-sources')).location, '/password');
  assert.equal((await ben.get(`/connect/data-sources/${SANDBOX}`)).location, '/password');
  const page = await ben.get('/password');
  for (const password of ['too short', 'aaaaaaaaaaaaaaaaaaaa', 'ben@acme.test12', 'password1234567']) {
    assert.equal((await ben.submit(page, { password, password_again: password }, '/password')).status, 422, password);
  }
  assert.equal((await ben.submit(page, { password: PASSWORD, password_again: `${PASSWORD}!` }, '/password')).status, 422);
  assert.equal((await ben.submit(page, { password: PASSWORD, password_again: PASSWORD }, '/password')).status, 303);
  assert.equal((await ben.get('/data-sources')).status, 200);
});

test('R81: after ten wrong passwords the account waits, also for the right one; a one-time code still opens it', async () => {
  for (let i = 0; i < 10; i++) assert.equal((await new Visitor(stack).signIn('ben@acme.test', `wrong ${i}`)).status, 403);
  const waits = await new Visitor(stack).signIn('ben@acme.test');
  assert.equal(waits.status, 429);
  assert.ok(Number(waits.headers['retry-after']) > 0);
  assert.equal((await new Visitor(stack).signIn('ada@acme.test')).status, 303, 'others are not kept out');
  assert.equal((await new Visitor(stack).signIn('ben@acme.test', await code('ben@acme.test'))).location, '/password');
});

test('R82: unknown, wrong and disabled are answered alike', async () => {
  await db.run('DELETE FROM sign_in_throttle');
  await stack.operator('user', 'disable', 'ben@acme.test');
  const strip = (page) => page.text.replace(/value="[^"]*"/g, '');
  const pages = [];
  for (const email of ['nobody@acme.test', 'ada@acme.test', 'ben@acme.test']) {
    const visitor = new Visitor(stack);
    pages.push(await visitor.signIn(email, email === 'ben@acme.test' ? PASSWORD : 'wrong'));
  }
  assert.deepEqual(pages.map((page) => page.status), [403, 403, 403]);
  assert.equal(strip(pages[0]), strip(pages[1]));
  assert.equal(strip(pages[0]), strip(pages[2]));
  await stack.operator('user', 'enable', 'ben@acme.test');
});

test('which authorization was to be renewed survives the sign-in', async () => {
  const id = '11111111-2222-4333-8444-555555555555';
  const visitor = new Visitor(stack);
  const page = await visitor.get(`/connect/data-sources/${SANDBOX}?credential=${id}`);
  assert.equal(page.status, 401);
  const done = await visitor.submit(page, { email: 'ada@acme.test', password: PASSWORD }, '/sign-in');
  assert.equal(done.location, `/connect/data-sources/${SANDBOX}?credential=${id}`);
});

test('D11: sign-in leads nowhere but to our own pages', async () => {
  const bad = ['//evil.example', '/\\evil.example', 'https://evil.example', '/%09/evil.example', '/\t/evil.example', 'evil',
    '/data-sources?credential=//evil', '/data-sources?next=/x', '/data-sources#x', '/%2e%2e/x', '/..//evil', '', '/\r\nX: y'];
  for (const next of bad) {
    const visitor = new Visitor(stack);
    const done = await visitor.submit(await visitor.get('/sign-in'), { email: 'ada@acme.test', password: PASSWORD, next }, '/sign-in');
    assert.equal(done.location, '/data-sources', JSON.stringify(next));
  }
});

test('giving somebody the role they have is no error', async () => {
  await stack.operator('user', 'role', 'ben@acme.test', '--tenant', 'Acme Research', '--role', 'member');
  await assert.rejects(stack.operator('user', 'role', 'ben@acme.test', '--tenant', 'Acme Labs', '--role', 'member'));
});

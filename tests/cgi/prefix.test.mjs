// SPDX-License-Identifier: Apache-2.0
// Grantry below a path of its own, behind lighttpd and Apache: sign in, add a key, connect, hand out; every address that
// is made begins with it, and outside of it there is nothing.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { startStack } from '../run/stack.mjs';
import { PASSWORD, SANDBOX, Visitor, exchange, unescapeHtml, words } from './visitor.mjs';

const P = '/tools/grantry-1';
const HOME = `${P}/data-sources/${SANDBOX}`;
const run = promisify(execFile);

// Every address in a page is below the prefix, or leads elsewhere.
function allBelow(page) {
  for (const [, url] of page.text.matchAll(/\s(?:href|src|action)="([^"]*)"/g))
    assert.ok(!url.startsWith('/') || url.startsWith(`${P}/`), `${url} on ${words(page).slice(0, 60)}`);
}

for (const apache of [false, true]) {
  test(`below a path, behind ${apache ? 'Apache' : 'lighttpd'}`, async (t) => {
    const stack = await startStack({ apache, env: { PREFIX: P }, conf: `public_prefix = ${P}` });
    t.after(() => stack.stop());
    const ada = new Visitor(stack);
    const get = async (path) => {
      const page = await ada.get(path);
      allBelow(page);
      return page;
    };

    // sign in: the cookie is for this path alone, and what was asked for comes next
    const asked = await get(`${P}/members`);
    assert.equal(asked.status, 401);
    const code = (await stack.operator('user', 'sign-in', 'ada@acme.test')).trim();
    const first = await ada.submit(asked, { email: 'ada@acme.test', password: code }, '/sign-in');
    assert.equal(first.location, `${P}/password`);
    await ada.submit(await get(first.location), { password: PASSWORD, password_again: PASSWORD }, '/password');
    const again = new Visitor(stack);
    const signed = await again.submit(await again.get(`${P}/members`), { email: 'ada@acme.test', password: PASSWORD }, '/sign-in');
    assert.equal(signed.status, 303);
    assert.equal(signed.location, `${P}/members`);
    assert.match(String(signed.headers['set-cookie']), new RegExp(`; Path=${P}/;`));
    assert.match(signed.headers['content-security-policy'], new RegExp(`report-uri ${P}/csp-report`));
    assert.equal((await get(`${P}/`)).location, `${P}/data-sources`);
    assert.equal((await get(`${P}/members`)).status, 200);
    for (const file of ['app.css', 'app.js', 'icon.svg']) assert.equal((await exchange(stack.address, `${P}/static/${file}`)).status, 200, file);

    // a key
    const added = await ada.submit(await get(`${HOME}/api-key`), { name: 'k', 'field.api_key': 'sbx-good-key' }, '/api-key');
    assert.equal(added.location, `${HOME}?done=added`);

    // an authorization, with a redirect URI below the path
    const guide = await get(`${HOME}/client`);
    const uri = `${stack.address}${P}/console/api/oauth/plugin/${SANDBOX}/datasource/callback`;
    assert.match(unescapeHtml(guide.text), new RegExp(`id="redirect-uri"[^>]*>${uri.replaceAll('.', '\\.')}<`));
    await ada.submit(guide, { client: 'custom', then: 'save', 'field.client_id': 'sandbox-client', 'field.client_secret': 'sandbox-secret' }, '/client');
    const leaving = await ada.submit(await get(`${P}/connect/data-sources/${SANDBOX}`), {}, SANDBOX);
    const url = unescapeHtml(leaving.text.match(/http-equiv="refresh" content="0;\s*url=([^"]*)"/)?.[1] ?? '');
    assert.equal(new URL(url).searchParams.get('redirect_uri'), uri);
    const back = await ada.authorize(url);
    assert.ok(back.startsWith(uri), back);
    const callback = await ada.get(back);
    assert.match(callback.location, new RegExp(`^${P}/connect/flows/`));
    assert.match(words(await get(callback.location)), /is connected/);

    // handed out
    const key = (await stack.operator('key', 'add', 'k', '--tenant', 'Acme Research')).match(/grt_\S+/)[0];
    const handed = await exchange(stack.address, `${P}/api/v1/credentials/${SANDBOX}`, { headers: { authorization: `Bearer ${key}` } });
    assert.equal(handed.status, 200);

    // outside there is nothing, and what only resembles the path is outside
    for (const path of ['/', '/sign-in', '/data-sources', `/connect/data-sources/${SANDBOX}`, `/api/v1/credentials/${SANDBOX}`, '/static/app.css', P,
      `${P}x/sign-in`, `/x${P}/sign-in`, '/tools/sign-in', `${P}${P}/sign-in`])
      assert.equal((await exchange(stack.address, path, { headers: { authorization: `Bearer ${key}` } })).status, 404, path);

    // and it finds its own way
    const { stdout } = await run(`${stack.bin}/grantry`, ['-c', stack.config, 'doctor', '--origin'], { env: stack.env }).catch((error) => error);
    assert.match(stdout, /^ok +Path$/m, stdout);
    assert.match(stdout, /^ok +The API answers$/m);
  });
}

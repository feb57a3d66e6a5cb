// SPDX-License-Identifier: Apache-2.0
// Pages in the language that the browser asks for, or that the person has chosen.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { database } from '../run/database.mjs';
import { startStack } from '../run/stack.mjs';
import { PASSWORD, SANDBOX, Visitor, forms, signedIn, words } from './visitor.mjs';

const run = promisify(execFile);
const ZH = { 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.8' };

let stack, db;

before(async () => {
  stack = await startStack();
  db = database(stack);
});
after(() => stack?.stop());

const language = (page) => page.text.match(/<html lang="([^"]*)">/)?.[1];
const asked = async (header, path = '/sign-in') =>
  language(await new Visitor(stack).get(path, { headers: header === undefined ? {} : { 'accept-language': header } }));
const kept = async (email) => (await db.rows(`SELECT language FROM users WHERE email = '${email}'`))[0]?.[0] ?? '';
const chooser = (page) => forms(page).find((form) => form.action === '/language');

test('signed-out pages are in the language that the browser asks for', async () => {
  assert.equal(await asked(undefined), 'en');
  for (const header of ['zh', 'zh-CN', 'zh-Hans', 'zh-SG', 'zh-Hans-CN', 'fr,zh;q=0.5', 'en;q=0.8,zh-CN;q=0.9'])
    assert.equal(await asked(header), 'zh-Hans', header);
  for (const header of ['zh-TW', 'zh-Hant', 'fr', 'zh;q=0', 'zh;q=2', 'zh;q=0.5,en', '', ',;=', '*', `${'zh,'.repeat(700)}zh`])
    assert.equal(await asked(header), 'en', header.slice(0, 40));
});

test('error pages are in it too, with a session and without', async () => {
  assert.equal(await asked('zh', '/nothing-here'), 'zh-Hans');
  assert.equal(await asked('zh', '/data-sources'), 'zh-Hans');
  assert.equal(await asked('zh', '/connect/flows/x'), 'zh-Hans');
  assert.equal(await asked('zh', '/%00'), 'zh-Hans');
});

test('no cookie says the language, and answers that differ are kept by nobody', async () => {
  const page = await new Visitor(stack).get('/sign-in', { headers: ZH });
  assert.doesNotMatch(String(page.headers['set-cookie']), /zh|lang/i);
  assert.match(page.headers['cache-control'], /no-store/);
});

test('a choice is kept with the account and is stronger than the browser', async () => {
  const ada = await signedIn(stack, 'ada@acme.test');
  const before = await ada.get('/members', { headers: ZH });
  assert.equal(language(before), 'zh-Hans');
  assert.match(words(before), /成员/);
  assert.equal(language(await ada.get('/members')), 'en');

  const form = chooser(before);
  assert.equal(form.method, 'post');
  const answer = await ada.post('/language', { ...form.fields, language: 'zh_Hans' });
  assert.equal(answer.status, 303);
  assert.equal(answer.location, '/members');
  assert.equal(answer.headers['set-cookie'], undefined);
  assert.equal(await kept('ada@acme.test'), 'zh_Hans');
  assert.equal(language(await ada.get('/members')), 'zh-Hans');
  assert.equal(language(await ada.get('/members', { headers: { 'accept-language': 'en' } })), 'zh-Hans');
  assert.match((await ada.get('/members')).text, /lang="zh-Hans" aria-current="true"/);
  const consent = await ada.get('/connect/data-sources/grantry/sandbox/sandbox_drive');
  assert.equal(language(consent), 'zh-Hans');
  assert.match(words(consent), /您将被带到 沙箱/, 'who runs the service, too');
  assert.doesNotMatch(words(consent), /the sandbox|Sandbox Drive/);

  const elsewhere = new Visitor(stack);
  await elsewhere.signIn('ada@acme.test', PASSWORD);
  assert.equal(language(await elsewhere.get('/data-sources')), 'zh-Hans');
  const ben = await signedIn(stack, 'ben@acme.test');
  assert.equal(language(await ben.get('/members')), 'en', 'it is the choice of one person');

  await ada.post('/language', { ...chooser(await ada.get('/members')).fields, language: 'en_US' });
  assert.equal(language(await ada.get('/members', { headers: ZH })), 'en');
});

test('a choice needs the form of a page of ours, a session and a language that there is', async () => {
  const ben = await signedIn(stack, 'ben@acme.test');
  const { csrf } = chooser(await ben.get('/members')).fields;
  assert.equal((await ben.post('/language', { language: 'zh_Hans' })).status, 403);
  assert.equal((await ben.post('/language', { language: 'zh_Hans', csrf: 'x' })).status, 403);
  assert.equal((await ben.get('/language?language=zh_Hans')).status, 405);
  for (const wrong of ['fr', '', 'zh', 'zh-Hans', '../zh_Hans', 'zh_Hans.yaml', 'ZH_HANS'])
    assert.equal((await ben.post('/language', { csrf, language: wrong })).status, 400, wrong);
  assert.equal((await ben.post('/language', { csrf })).status, 400);
  assert.equal((await new Visitor(stack).post('/language', { language: 'zh_Hans' })).status, 401);
  assert.equal(await kept('ben@acme.test'), '');
});

test('it leads back to pages of ours only', async () => {
  const ben = await signedIn(stack, 'ben@acme.test');
  const { csrf } = chooser(await ben.get('/members')).fields;
  for (const next of ['https://evil.example/', '//evil.example', '/\\evil.example', 'members', '/a\r\nSet-Cookie: x=y', ''])
    assert.equal((await ben.post('/language', { csrf, language: 'en_US', next })).location, '/data-sources', next);
  assert.equal((await ben.post('/language', { csrf, language: 'en_US', next: '/members' })).location, '/members');
});

test('every kind of page says its own in Chinese, with the fixed labels', async () => {
  const ada = await signedIn(stack, 'ada@acme.test');
  await db.run("UPDATE users SET language = ''");
  await ada.useCustomClient();
  await ada.addApiKey('sbx-good-key', 'Team key');
  const provider = `/data-sources/${SANDBOX}`;
  for (const [path, ...says] of [
    ['/data-sources', /数据源/, /配置/, /已连接/, /退出登录/],
    ['/tools', /工具/, /触发器/, /没有|配置/],
    [provider, /添加 OAuth/, /添加 API Key/, /有效/, /由 Ada .* 添加于/, /重命名/, /20\d\d年\d{1,2}月\d{1,2}日/],
    [`${provider}/api-key`, /授权名称/, /保存前会通过/, /取消/],
    [`${provider}/client`, /默认/, /自定义/, /重定向 URI/, /保存并授权/],
    [`/connect${provider}`, /允许访问/, /用于工作区/],
    ['/runtime-keys/add', /发放凭据/, /多少天后过期/],
    ['/webhooks', /Webhook/, /尚未通知任何人/],
    ['/nothing-here', /此页面不存在/],
  ]) {
    const page = await ada.get(path, { headers: ZH });
    assert.equal(language(page), 'zh-Hans', path);
    for (const what of says) assert.match(words(page), what, path);
    assert.doesNotMatch(page.text, /\{\{|\{[a-z_]+\}|<\?cs/, path);
  }
  const form = forms(await ada.get(`${provider}/api-key`)).find((f) => f.action.endsWith('/api-key'));
  const empty = await ada.post(form.action, { ...form.fields, 'field.api_key': '' }, { headers: ZH });
  assert.match(words(empty), /错误：.*表单中有内容不正确。.*请填写此字段。/);
  const refused = await ada.post(form.action, { ...form.fields, 'field.api_key': 'no-such-key' }, { headers: ZH });
  assert.match(words(refused), /提供方拒绝了此密钥。/);
});

test('a chosen language whose file is gone is none', async () => {
  const ben = await signedIn(stack, 'ben@acme.test');
  await db.run("UPDATE users SET language = 'de_DE' WHERE email = 'ben@acme.test'");
  assert.equal(language(await ben.get('/members', { headers: ZH })), 'zh-Hans');
  assert.equal(language(await ben.get('/members')), 'en');
});

test('a broken file stops the start, with file and line', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'grantry-words-'));
  const own = join(dir, 'messages');
  await cp(join((await readFile(stack.config, 'utf8')).match(/^message_dir = (.*)$/m)[1]), own, { recursive: true });
  const file = join(own, 'zh_Hans.yaml');
  const good = await readFile(file, 'utf8');
  const lines = good.split('\n'), at = lines.findIndex((line) => line.startsWith('layout.menu:'));
  lines[at] = 'layout.menu: "{"';
  await writeFile(file, lines.join('\n'));
  const config = join(dir, 'grantry.conf');
  await writeFile(config, (await readFile(stack.config, 'utf8')).replace(/^message_dir = .*$/m, `message_dir = ${own}`));
  const failed = await run(join(stack.bin, 'settings.fcgi'), ['-c', config, '-s', join(dir, 'x.sock')],
    { env: stack.env, timeout: 60000 })
    .then(() => assert.fail('it started'), (error) => error);
  await rm(dir, { recursive: true });
  const told = failed.stderr.split('\n').find((line) => line.includes('messages.refused'));
  assert.ok(told, failed.stderr);
  assert.equal(JSON.parse(told).file, file);
  assert.equal(JSON.parse(told).line, String(at + 1));
});

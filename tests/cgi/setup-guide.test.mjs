// SPDX-License-Identifier: Apache-2.0
// OAuth Client Settings tell how the app is made at the provider: steps, redirect URI, scopes, each as its file has it.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { startStack } from '../run/stack.mjs';
import { signedIn, unescapeHtml, words } from './visitor.mjs';

let stack, ada;

before(async () => {
  stack = await startStack({ sandbox: false });
  ada = await signedIn(stack, 'ada@acme.test');
});
after(() => stack?.stop());

const guide = async (id, language = 'en', section = 'tools') => {
  const page = await ada.get(`/${section}/${id}/client`, { headers: { 'accept-language': language } });
  assert.equal(page.status, 200, words(page).slice(0, 200));
  return page;
};
const copied = (page, id) => unescapeHtml(page.text.match(new RegExp(`<code id="${id}"[^>]*>([^<]*)</code>`))?.[1] ?? '');
const offersCopy = (page, id) => page.text.includes(`data-copy="${id}"`);

test('the redirect URI is the one that is sent, to be copied', async () => {
  const page = await guide('langgenius/twitter/twitter');
  assert.equal(copied(page, 'redirect-uri'),
    `${stack.address}/console/api/oauth/plugin/langgenius/twitter/twitter/tool/callback`);
  assert.ok(offersCopy(page, 'redirect-uri'));
  assert.doesNotMatch(words(page), /belongs to Acme Research alone/);
});

test('the steps of the provider are numbered, in the language of the reader, with the page where apps are made', async () => {
  for (const [language, column] of [['en', 'en_US'], ['zh-CN', 'zh_Hans']]) {
    const page = await guide('langgenius/twitter/twitter', language);
    const steps = [...page.text.matchAll(/<li>([^<]*)<\/li>/g)].map(([, step]) => unescapeHtml(step));
    const file = await readFile(new URL('../../providers/tools/twitter.yaml', import.meta.url), 'utf8');
    assert.ok(steps.length >= 3);
    for (const step of steps) assert.ok(file.includes(`${column}: ${step}`) || file.includes(`${column}: "${step}"`), step);
    assert.match(page.text, /<a href="https:\/\/developer\.x\.com\/en\/portal\/projects-and-apps" target="_blank" rel="noopener noreferrer">/);
  }
});

test('scopes stand in one line as the provider separates them, those of persons apart', async () => {
  const slack = await guide('grantry/slack/slack');
  assert.match(copied(slack, 'scopes'), /^[a-z:.]+(,[a-z:.]+)+$/);
  assert.match(copied(slack, 'user-scopes'), /^[a-z:.]+(,[a-z:.]+)*$/);
  assert.ok(offersCopy(slack, 'scopes') && offersCopy(slack, 'user-scopes'));
  const spotify = await guide('langgenius/spotify/spotify');
  assert.match(copied(spotify, 'scopes'), /^[a-z-]+( [a-z-]+)+$/);
  assert.equal(copied(spotify, 'user-scopes'), '');
});

test('what nobody said is not said', async () => {
  assert.match(words(await guide('langgenius/twitter/twitter')), /PKCE \(S256\) is required/);
  assert.doesNotMatch(words(await guide('langgenius/spotify/spotify')), /PKCE/);
  const notion = await guide('langgenius/notion_datasource/notion_datasource', 'en', 'data-sources');
  assert.doesNotMatch(notion.text, /id="scopes"/);
});

test('where the client chooses the server, the redirect URI is the workspace\'s own', async () => {
  const page = await guide('langgenius/zendesk_trigger/zendesk_trigger');
  assert.match(words(page), /It belongs to Acme Research alone/);
  assert.match(copied(page, 'redirect-uri'), /\/callback\/[0-9a-f]{32}$/);
});

// SPDX-License-Identifier: Apache-2.0
// Takes the pictures in docs/screenshots anew: ./check screenshots
import assert from 'node:assert/strict';
import { mkdir, readdir, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { startStack } from '../run/stack.mjs';
import { DESKTOP, PHONE, launch, openTab } from '../browser/browser.mjs';
import { gallery } from '../browser/gallery.mjs';
import { fewColours } from '../browser/png.mjs';

const folder = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url));
const LOOKS = [['light', 'light', DESKTOP], ['dark', 'dark', DESKTOP], ['phone', 'light', PHONE]];
const MAX_BYTES = 70_000, MAX_BYTES_ALL = 4_000_000;

// One picture of each page and of the states that look different.
const WANTED = ['sign-in', 'password', 'data-sources', 'search-nothing', 'provider', 'provider-empty', 'provider-setup',
  'provider-member', 'provider-states', 'provider-ended', 'api-key', 'api-key-refused', 'api-key-conflict', 'rename', 'delete', 'disable', 'test-works', 'test-key-refused', 'scopes', 'scopes-missing', 'client-none', 'client-custom',
  'client-remove', 'setup-needed', 'allow-access', 'allow-access-again', 'leaving', 'result-connected', 'result-missing', 'result-other-account',
  'result-failed', 'result-cancelled', 'members', 'error-404'];

// The addresses of a test differ each time.
const steady = (page, stack) => page.evaluate(([from, to]) => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) walk.currentNode.data = walk.currentNode.data.replaceAll(from, to);
}, [stack.address, 'https://grantry.example']);

test('screenshots', async () => {
  const noon = Date.UTC(2027, 5, 15, 12) / 1000; // ahead: the database does not let an authorization last beyond its own clock
  const stack = await startStack({ env: { GRANTRY_CLOCK_SHIFT_S: String(Math.round(noon - Date.now() / 1000)) } });
  const browser = await launch();
  try {
    const tab = await openTab(browser, stack, { reducedMotion: 'reduce' });
    const show = await gallery(stack, tab);
    const written = new Set();
    await mkdir(folder, { recursive: true });
    for (const name of WANTED) {
      await tab.page.emulateMedia({ colorScheme: 'light' });
      await tab.page.setViewportSize(DESKTOP);
      await show[name]();
      await steady(tab.page, stack);
      for (const [look, colorScheme, size] of LOOKS) {
        await tab.page.emulateMedia({ colorScheme });
        await tab.page.setViewportSize(size);
        const png = fewColours(await tab.page.screenshot({ fullPage: true, animations: 'disabled' }));
        assert.ok(png.length <= MAX_BYTES, `${name}-${look}.png has ${png.length} bytes`);
        await writeFile(join(folder, `${name}-${look}.png`), png);
        written.add(`${name}-${look}.png`);
      }
    }
    let all = 0;
    for (const file of await readdir(folder)) {
      if (file.endsWith('.png') && !written.has(file)) await unlink(join(folder, file));
      else all += (await stat(join(folder, file))).size;
    }
    assert.ok(all <= MAX_BYTES_ALL, `${all} bytes in ${folder}`);
  } finally {
    await browser.close();
    await stack.stop();
  }
});

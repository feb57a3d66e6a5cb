// SPDX-License-Identifier: Apache-2.0
// Every page in every state: no finding of axe-core, no sideways scrolling, no message in the console, no report
// of the content security policy, no request to anybody else; in light and dark, wide and narrow.
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { database } from '../run/database.mjs';
import { startStack } from '../run/stack.mjs';
import { DESKTOP, launch, openTab } from './browser.mjs';
import { gallery } from './gallery.mjs';
import { LOOKS, axe, overflow, settled } from './looks.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
// Looked at in Chinese too: one of each kind of page, opened by its address, in the widest and the narrowest look.
// Their person has chosen it.
const CHINESE = ['data-sources', 'provider', 'api-key', 'client-custom', 'allow-access', 'scopes', 'delete', 'members',
  'runtime-keys', 'webhooks'];

let stack, browser, tab, providers;

before(async () => {
  // Our providers, one whose texts are as bad as can be, and one that cannot be used.
  providers = await mkdtemp(join(tmpdir(), 'grantry-providers-'));
  await cp(join(here, '..', '..', 'providers'), providers, { recursive: true });
  await cp(join(here, '..', 'fixtures', 'providers', 'selfhosted.yaml'), join(providers, 'selfhosted.yaml'));
  await writeFile(join(providers, 'broken.yaml'), 'identity: []\n');
  stack = { ...await startStack({ env: { PROVIDERS: providers } }), hasFixture: true };
  browser = await launch();
  tab = await openTab(browser, stack);
});
after(async () => {
  await browser?.close();
  await stack?.stop();
  if (providers) await rm(providers, { recursive: true });
});

test('every page and state', async (t) => {
  const show = await gallery(stack, tab);
  for (const [name, open] of Object.entries(show)) {
    await t.test(name, async () => {
      await tab.page.setViewportSize(DESKTOP);
      await open();
      const run = await axe(tab);
      for (const [colorScheme, size] of LOOKS) {
        await tab.page.emulateMedia({ colorScheme });
        await tab.page.setViewportSize(size);
        await settled(tab);
        const { rules, violations } = await run();
        assert.deepEqual(violations, [], `${colorScheme}, ${size.width} px`);
        assert.ok(rules > 8, `only ${rules} rules had anything to look at`);
        assert.deepEqual(await overflow(tab), [], `${colorScheme}, ${size.width} px`);
      }
      assert.deepEqual(await tab.problems(), []);
      if (CHINESE.includes(name)) await inChinese();
    });
  }
  assert.deepEqual(CHINESE.filter((name) => !(name in show)), []);
});

async function inChinese() {
  const db = database(stack);
  await db.run("UPDATE users SET language = 'zh_Hans'");
  try {
    await tab.page.goto(tab.page.url());
    assert.equal(await tab.page.evaluate(() => document.documentElement.lang), 'zh-Hans');
    const run = await axe(tab);
    for (const [colorScheme, size] of [LOOKS[0], LOOKS[2]]) {
      await tab.page.emulateMedia({ colorScheme });
      await tab.page.setViewportSize(size);
      await settled(tab);
      assert.deepEqual((await run()).violations, [], `in Chinese, ${colorScheme}, ${size.width} px`);
      assert.deepEqual(await overflow(tab), [], `in Chinese, ${colorScheme}, ${size.width} px`);
    }
    assert.deepEqual(await tab.problems(), []);
  } finally {
    await db.run("UPDATE users SET language = ''");
  }
}

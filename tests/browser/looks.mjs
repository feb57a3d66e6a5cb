// SPDX-License-Identifier: Apache-2.0
// A page in its looks: what axe-core finds, and what is too wide.
//
//   const run = await axe(tab);
//   const { rules, violations } = await run();     as the page stands
//   await assertLooks(tab, 'the list')             no finding and no sideways scrolling in any look
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

import { DESKTOP, PHONE } from './browser.mjs';

const { source } = createRequire(import.meta.url)('axe-core');
export const LOOKS = [['light', DESKTOP], ['dark', DESKTOP], ['dark', PHONE], ['light', PHONE]];

// axe-core runs in a world of its own: the page's policy, and the page, know nothing of it.
export async function axe({ devtools }) {
  const { frameTree } = await devtools.send('Page.getFrameTree');
  const { executionContextId: contextId } = await devtools.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id });
  await devtools.send('Runtime.evaluate', { contextId, expression: source });
  return async () => {
    const { result, exceptionDetails } = await devtools.send('Runtime.evaluate', {
      contextId, awaitPromise: true, returnByValue: true,
      expression: `axe.run(document, { resultTypes: ['violations'] }).then((r) => ({ rules: r.passes.length, violations:
        r.violations.map((v) => v.id + ': ' + v.help + ': ' + v.nodes.map((n) => n.html + ' ' + n.failureSummary).join(' | ')) }))`,
    });
    assert.equal(exceptionDetails, undefined, exceptionDetails?.exception?.description);
    return result.value;
  };
}

// The colours of the other scheme fade in.
export const settled = ({ page }) => page.evaluate(() => Promise.allSettled(document.getAnimations()
  .filter((animation) => animation.effect.getTiming().iterations !== Infinity).map((animation) => animation.finished)));

export const overflow = ({ page }) => page.evaluate(() => {
  const wide = document.documentElement.scrollWidth - innerWidth;
  // what stands left of the page no scrolling reaches
  const lost = [...document.querySelectorAll('.menu[open] .menu-list')].filter((e) => e.getBoundingClientRect().left < 0);
  if (lost.length) return lost.map((e) => `lost: ${e.outerHTML.slice(0, 120)}`);
  if (wide <= 0) return [];
  return [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
    .map((e) => e.outerHTML.slice(0, 120)).slice(0, 5).concat(`${wide}px too wide`);
});

export async function assertLooks(tab, what) {
  const run = await axe(tab);
  for (const [colorScheme, size] of LOOKS) {
    await tab.page.emulateMedia({ colorScheme });
    await tab.page.setViewportSize(size);
    await settled(tab);
    const { rules, violations } = await run();
    assert.deepEqual(violations, [], `${what}: ${colorScheme}, ${size.width} px`);
    assert.ok(rules > 8, `${what}: only ${rules} rules had anything to look at`);
    assert.deepEqual(await overflow(tab), [], `${what}: ${colorScheme}, ${size.width} px`);
  }
  await tab.page.setViewportSize(DESKTOP);
  await tab.page.emulateMedia({ colorScheme: 'light' });
}

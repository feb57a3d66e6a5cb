// SPDX-License-Identifier: Apache-2.0
// Debian's Chromium for the tests, and what is noticed about every page that it shows.
//
//   const browser = await launch();
//   const tab = await openTab(browser, stack, { javaScriptEnabled: false, colorScheme: 'dark', viewport: PHONE });
//   tab.page                         Playwright's page
//   await tab.problems()             what went wrong since the last time: [] or sentences
//   await tabTo(tab, 'button', 'Save')    presses Tab until that element has the focus
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { chromium } from 'playwright-core';

export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 360, height: 740 };

// A profile of its own, thrown away when the browser closes.
export const launch = () => chromium.launch({
  executablePath: process.env.GRANTRY_CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});

export async function openTab(browser, stack, { origins = [], ...options } = {}) {
  const context = await browser.newContext({ viewport: DESKTOP, locale: 'en-GB', timezoneId: 'UTC', ...options });
  context.setDefaultTimeout(20000);
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  const noticed = await watch(context, page, [stack.address, stack.sandbox, ...origins]);
  const reported = await reportCounter(stack);
  const problems = async () => {
    const count = await reported();
    if (count) noticed.push(`the settings log holds ${count} content security policy report(s)`);
    return noticed.splice(0);
  };
  return { context, page, devtools, problems, close: () => context.close() };
}

// A page that answers 4xx is itself logged as an error by Chromium; one of its parts that does is a fault.
const isOwnStatus = (message, page) =>
  /^Failed to load resource: the server responded with a status of [45]/.test(message.text()) && message.location().url === page.url();

async function watch(context, page, origins) {
  const noticed = [];
  await page.exposeBinding('grantryViolation', (_, text) => noticed.push(`content security policy: ${text}`));
  await page.addInitScript(() => addEventListener('securitypolicyviolation', (event) =>
    window.grantryViolation(`${event.effectiveDirective} ${event.blockedURI} ${event.sample} on ${event.documentURI}`)));
  page.on('pageerror', (error) => noticed.push(`exception: ${error.message}`));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) pending.push(message);
  });
  // The URL of a page is known after its messages: they are judged once it has loaded.
  const pending = [];
  page.on('load', () => {
    for (const message of pending.splice(0))
      if (!isOwnStatus(message, page)) noticed.push(`console: ${message.text()} (${message.location().url})`);
  });
  context.on('request', (request) => {
    const url = request.url();
    if (/^https?:/.test(url) && !origins.includes(new URL(url).origin)) noticed.push(`a request left for ${url}`);
    if (url.includes('/csp-report')) noticed.push(`reported: ${request.postData()}`);
  });
  return noticed;
}

// Reports that came to the server since the last call. The programs only count them.
async function reportCounter(stack) {
  const log = join(stack.var, 'log', 'settings.log');
  const count = async () => (await readFile(log, 'utf8')).split('csp.report').length - 1;
  let before = await count();
  return async () => {
    const now = await count(), more = now - before;
    before = now;
    return more;
  };
}

// ---- the keyboard ----

// What assistive technology hears of the element that has the focus: Chromium's own role and name.
export async function focused({ devtools }) {
  const { result } = await devtools.send('Runtime.evaluate', { expression: 'document.activeElement' });
  if (!result.objectId) return { role: 'none', name: '' };
  const { nodes } = await devtools.send('Accessibility.getPartialAXTree', { objectId: result.objectId, fetchRelatives: false });
  return { role: nodes[0].role?.value ?? 'none', name: nodes[0].name?.value ?? '' };
}

const fits = (is, role, name) => is.role === role && (name instanceof RegExp ? name.test(is.name) : is.name === name);

// The focus must be seen: an outline or a border of the element, or of the card around a radio button.
const focusIsSeen = ({ page }) => page.evaluate(() => {
  const element = document.activeElement.closest('.choice') ?? document.activeElement;
  const style = getComputedStyle(element), box = element.getBoundingClientRect();
  return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 &&
    box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
});

// Tab, as often as it takes; every stop on the way has a name, and the last one is visibly focused.
export async function tabTo(tab, role, name, { key = 'Tab', most = 60 } = {}) {
  const stops = [];
  for (let i = 0; i <= most; i++) {
    const is = await focused(tab);
    if (fits(is, role, name)) {
      if (!(await focusIsSeen(tab))) throw new Error(`the focus on ${role} "${name}" cannot be seen`);
      return;
    }
    const outside = ['none', 'RootWebArea'].includes(is.role); // between the last stop and the first
    if (i > 0 && !is.name && !outside)
      throw new Error(`a stop without a name: ${is.role} on ${tab.page.url()}`);
    stops.push(`${is.role} "${is.name}"`);
    await tab.page.keyboard.press(key);
  }
  throw new Error(`no ${role} "${name}" by keyboard on ${tab.page.url()}; stops: ${stops.slice(0, 30).join(', ')}`);
}

// Has this element the focus, now or as soon as the page has loaded?
export async function hasFocus(tab, role, name) {
  await tab.page.locator(':focus').waitFor();
  const is = await focused(tab);
  if (!fits(is, role, name)) throw new Error(`the focus is on ${is.role} "${is.name}", not on ${role} "${name}"`);
}

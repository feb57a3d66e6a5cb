// SPDX-License-Identifier: Apache-2.0
// The main job from the first sign-in to the last sign-out, by keyboard alone: a list of steps, so that it
// can be walked with and without scripts. Each step begins where the one before it ended.
//
//   test('the whole journey', (t) => walk(t, stack, tab));
import assert from 'node:assert/strict';

import { PASSWORD, SANDBOX } from '../cgi/visitor.mjs';
import { focused, hasFocus, tabTo } from './browser.mjs';

const PROVIDER = `/data-sources/${SANDBOX}`;

// The steps as subtests; the first that fails tells what the page said, and the ones after it are left out.
export async function walk(t, stack, tab) {
  for (const [name, step] of Object.entries(journey(stack, tab))) {
    let passed = false;
    await t.test(name, async () => {
      try {
        await step();
      } catch (error) {
        const text = await tab.page.locator('body').innerText().catch(() => '');
        throw new Error(`${error.message}\nThe page ${tab.page.url()} says: ${text.slice(0, 600)}`, { cause: error });
      }
      assert.deepEqual(await tab.problems(), []);
      passed = true;
    });
    if (!passed) return;
  }
}

function journey(stack, tab) {
  const { page } = tab;
  const type = (text) => page.keyboard.type(text);
  const press = (key) => page.keyboard.press(key);
  const at = (path) => page.waitForURL((url) => url.origin === stack.address && url.pathname + url.search === path);
  const heading = (name) => page.getByRole('heading', { level: 1, name }).waitFor();
  const row = (name) => page.locator('li.row', { has: page.getByRole('heading', { name }) });

  async function follow(role, name) {
    await tabTo(tab, role, name);
    await press('Enter');
  }

  async function fill(name, text) {
    await tabTo(tab, 'textbox', name);
    await press('Control+A');
    await type(text);
  }

  async function menu(name, role, entry) {
    await follow('DisclosureTriangle', `More actions for ${name}`);
    await follow(role, entry);
  }

  // Allow Access was reached; the sandbox may know the person already.
  async function allow({ signIn }) {
    await follow('button', 'Allow Access');
    await page.waitForURL((url) => url.origin === stack.sandbox);
    if (signIn) {
      await heading('Sign in');
      await fill('User name', 'ada');
      await fill('Password', 'sandbox');
      await press('Enter');
    }
    await heading(/^Allow Grantry|^Allow .* to use your drive/);
    await follow('button', 'Allow');
    await page.waitForURL(`${stack.address}/connect/flows/*`);
    await heading('Sandbox Drive is connected');
  }

  return {
    'sign in with the one-time code and choose a password': async () => {
      const code = (await stack.operator('user', 'sign-in', 'ada@acme.test')).trim();
      await page.goto(stack.address);
      await heading('Sign in');
      await hasFocus(tab, 'textbox', 'E-mail');
      await type('ada@acme.test');
      await fill('Password or one-time code', 'not the code');
      await press('Enter');
      await page.getByRole('alert').getByText('do not belong together').waitFor();
      assert.equal(await page.title(), 'Error: Sign in · Grantry');
      await hasFocus(tab, 'textbox', 'Password or one-time code');
      await type(code);
      await press('Enter');
      await at('/password');
      await hasFocus(tab, 'textbox', 'New password');
      await type(PASSWORD);
      await fill('The same password again', PASSWORD);
      await press('Enter');
      await at('/data-sources?done=password');
      await page.getByRole('status').getByText('Your password was set.').waitFor();
    },

    'the first stop skips to the content': async () => {
      await press('Tab');
      await hasFocus(tab, 'link', 'Skip to content');
      await press('Enter');
      assert.equal((await focused(tab)).role, 'main');
    },

    'search and open Sandbox Drive': async () => {
      await tabTo(tab, 'searchbox', 'Search data sources');
      await type('sandbox');
      await press('Enter');
      await at('/data-sources?q=sandbox');
      await page.getByText('1 match for “sandbox”').waitFor();
      await follow('link', 'Configure Sandbox Drive');
      await at(PROVIDER);
      await heading('Sandbox Drive');
    },

    'a wrong API key is refused in the provider\'s words, and the focus is on them': async () => {
      await follow('link', 'Add API Key');
      await at(`${PROVIDER}/api-key`);
      await fill('API key', 'sbx-wrong');
      await press('Enter');
      await page.locator('#form-error:focus').waitFor();
      assert.equal((await focused(tab)).role, 'alert');
      assert.match(await page.title(), /^Error: Add API Key/);
      assert.match(await page.locator('#form-error').innerText(), /answered:\s+.*API key not recognised by Sandbox Drive/s);
      assert.equal(await page.getByRole('textbox', { name: 'API key' }).inputValue(), '', 'a secret does not come back');
    },

    'the right API key is kept and becomes the Default': async () => {
      await fill('Authorization Name optional', 'Team key');
      await fill('API key', 'sbx-good-key');
      await follow('button', 'Save');
      await at(`${PROVIDER}?done=added`);
      assert.match(await row('Team key').innerText(), /Team key\s+Default/);
    },

    'OAuth Client Settings: Custom, Save and Authorize': async () => {
      await follow('link', 'OAuth Client Settings');
      await at(`${PROVIDER}/client`);
      await tabTo(tab, 'radio', /^Default/);
      await press('ArrowRight');
      await hasFocus(tab, 'radio', /^Custom/);
      assert.equal(await page.getByRole('radio', { name: /^Custom/ }).isChecked(), true);
      await fill('Client ID', 'sandbox-client');
      await fill('Client secret', 'sandbox-secret');
      await follow('button', 'Save and Authorize');
      await at(`/connect/data-sources/${SANDBOX}`);
    },

    'Allow Access, sign in and consent at the provider, connected': async () => {
      await heading('Allow Acme Research to use Sandbox Drive?');
      await page.getByText('Custom this workspace’s own app').waitFor();
      await allow({ signIn: true });
      await page.getByText('Ada Lovelace is ready to use in Acme Research.').waitFor();
      await follow('link', 'Done');
      await at(PROVIDER);
      assert.match(await row('Ada Lovelace').innerText(), /OAuth/);
    },

    'Set as default': async () => {
      await menu('Ada Lovelace', 'button', 'Set as default');
      await at(`${PROVIDER}?done=default`);
      assert.match(await row('Ada Lovelace').innerText(), /Ada Lovelace\s+Default/);
      assert.doesNotMatch(await row('Team key').innerText(), /Default/);
    },

    'rename': async () => {
      await menu('Ada Lovelace', 'link', 'Rename');
      await hasFocus(tab, 'textbox', 'Authorization Name');
      await fill('Authorization Name', 'Work Drive');
      await press('Enter');
      await at(`${PROVIDER}?done=renamed`);
      await row('Work Drive').waitFor();
    },

    'authorize again': async () => {
      await menu('Work Drive', 'link', 'Authorize again');
      await heading('Authorize again: Work Drive');
      await allow({ signIn: false });
      await page.getByText(/Work Drive\s+Default\s+works again in Acme Research/).waitFor();
      await follow('link', 'Done');
      await at(PROVIDER);
      assert.equal(await page.locator('li.row').count(), 2);
    },

    'Test asks the provider and says what came of it': async () => {
      await follow('button', 'Test Work Drive');
      await heading('Work Drive works');
      await page.getByText('HTTP 200').waitFor();
      await follow('link', 'Done');
      await at(PROVIDER);
    },

    'Compare scopes': async () => {
      await menu('Work Drive', 'link', 'Compare scopes');
      await heading('Scopes of “Work Drive”');
      assert.match(await page.getByRole('row', { name: /^Read the files in your drive/ }).innerText(), /Yes\s+Yes/);
      await follow('link', 'Done');
      await at(PROVIDER);
    },

    'disable asks first, and enable is one press': async () => {
      await menu('Work Drive', 'link', 'Disable');
      await heading('Disable “Work Drive”?');
      await follow('button', 'Disable');
      await at(`${PROVIDER}?done=disabled`);
      assert.match(await row('Work Drive').innerText(), /Disabled/);
      await follow('button', 'Enable Work Drive');
      await at(`${PROVIDER}?done=enabled`);
      assert.match(await row('Work Drive').innerText(), /Active/);
    },

    'delete asks first': async () => {
      await menu('Work Drive', 'link', 'Delete');
      await heading('Delete “Work Drive”?');
      await page.getByText('“Team key” becomes the default.').waitFor();
      await follow('link', 'Cancel');
      await at(PROVIDER);
      await menu('Work Drive', 'link', 'Delete');
      await follow('button', 'Delete');
      await at(`${PROVIDER}?done=deleted`);
      assert.equal(await row('Work Drive').count(), 0);
      assert.match(await row('Team key').innerText(), /Team key\s+Default/);
    },

    'another workspace shows nothing of this one': async () => {
      await follow('DisclosureTriangle', /^Acme Research Owner · ada@acme\.test/);
      await follow('button', /^Acme Labs/);
      await at('/data-sources?done=workspace');
      await follow('link', 'Configure Sandbox Drive');
      await at(PROVIDER);
      await page.getByText('Nothing connected yet').waitFor();
    },

    'after the sign-out the Back button shows nothing (D32)': async () => {
      await follow('button', 'Sign out');
      await at('/sign-in');
      for (let i = 0; i < 2; i++) {
        await page.goBack();
        await heading('Sign in');
        assert.doesNotMatch(await page.locator('body').innerText(), /Acme|Sandbox Drive|ada@/);
      }
    },
  };
}

// SPDX-License-Identifier: Apache-2.0
// Every page of Grantry in every state that a person can meet, for the accessibility test and the screenshots.
//
//   const show = await gallery(stack, tab);      fills the workspace
//   await show['api-key-refused']();             tab.page shows it
//
// The states are independent of each other as far as they are pictures, but they are made to be shown in this
// order: the last ones break things.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { EXTENSION, MODEL, SANDBOX, TRIGGER, Visitor, sandbox, signedIn, unescapeHtml } from '../cgi/visitor.mjs';
import { database, uuidOf } from '../run/database.mjs';

const NOTION = 'langgenius/notion_datasource/notion_datasource';
const GOOGLE = 'langgenius/google_drive/google_drive';
const FIXTURE = 'grantry/fixture/selfhosted';

const nameOf = (html) => unescapeHtml(html.match(/<h3>([^<]*?) ?</)?.[1] ?? '');

export async function gallery(stack, tab) {
  const { page, context } = tab;
  const db = database(stack), provider = sandbox(stack);
  const ada = await signedIn(stack, 'ada@acme.test'), ben = await signedIn(stack, 'ben@acme.test');
  const nobody = new Visitor(stack);
  let fresh;

  // ---- the workspace ----

  // What a credential is called → its id.
  async function idOf(name) {
    const { text } = await ada.get(`/data-sources/${SANDBOX}`);
    const row = text.split('<li class="row">').slice(1).find((html) => nameOf(html) === name);
    if (!row) throw new Error(`there is no authorization "${name}"`);
    return row.match(/\/credentials\/([0-9a-f-]{36})\//)[1];
  }
  const credential = async (name, verb) => `/data-sources/${SANDBOX}/credentials/${await idOf(name)}/${verb}`;
  const rename = async (from, to) => ada.submit(await ada.get(await credential(from, 'rename')), { name: to }, '/rename');

  async function fill() {
    await ada.useCustomClient();
    await ada.connect('ada');
    await rename('Ada Lovelace', 'Work Drive');
    await ada.addApiKey('sbx-good-key', 'Team key');
    await provider.ctl({ settings: { granted_scope: 'files.read' } });
    await ada.connect('ben');
    await provider.ctl({ settings: { granted_scope: null } });
    await rename((await names()).find((name) => !['Work Drive', 'Team key'].includes(name)), 'Monthly reports');
    await db.run("UPDATE provider_credentials SET expires_at = created_at - 86400 WHERE name = 'Monthly reports'");
    // They were made within a second, which is as fine as their order is.
    await db.run("UPDATE provider_credentials SET created_at = created_at - FIELD(name, 'Team key', 'Monthly reports', 'Work Drive')");
    await ada.useCustomClient(GOOGLE, { client_id: '8127-grantry.apps.googleusercontent.com', client_secret: 'not-a-real-one' });
    await stack.operator('user', 'add', 'eve@acme.test', '--name', 'Eve Moneypenny', '--tenant', 'Acme Research', '--role', 'editor');
    fresh = new Visitor(stack);
    await fresh.signIn('eve@acme.test', (await stack.operator('user', 'sign-in', 'eve@acme.test')).trim());
  }
  async function fillKeys() {
    await db.run('DELETE FROM runtime_keys');
    for (const [name, providers] of [['Nightly import', ''], ['Support agent', `${SANDBOX} ${NOTION}`], ['Trial', '']])
      await stack.operator('key', 'add', name, '--tenant', 'Acme Research', '--providers', providers, '--verbs', 'handout list', '--days', '90');
    await db.run("UPDATE runtime_keys SET last_used_at = created_at, created_by = (SELECT id FROM users WHERE email = 'ada@acme.test') WHERE name <> 'Trial'");
    await db.run("UPDATE runtime_keys SET expires_at = created_at - 86400 WHERE name = 'Trial'");
  }

  // Two webhooks; what became of their messages is written, not sent.
  async function fillWebhooks() {
    await db.run('DELETE FROM webhooks');
    for (const url of ['https://hooks.acme.example/grantry', 'https://old.acme.example/a/rather/long/path/that/goes/on/and/on/incidents'])
      await ada.post('/webhooks/add', { csrf: await ada.csrf(), url });
    const told = (name, state) => JSON.stringify({ type: 'credential.state_changed', data: { credential: { name }, state, reason: 'invalid_grant' } });
    for (const [host, state, body, attempts, status, error, age] of [
      ['hooks', 'delivered', told('Work Drive', 'active'), 1, 204, '', 60],
      ['hooks', 'delivered', told('Work Drive', 'needs_reauth'), 1, 204, '', 7200],
      ['old', 'queued', told('Work Drive', 'active'), 3, 0, 'timeout', 60],
      ['old', 'dead', told('Work Drive', 'needs_reauth'), 10, 500, 'status', 7200],
      ['old', 'dead', '{"type":"webhook.test","data":{}}', 1, 410, 'gone', 9000],
    ])
      await db.run(`INSERT INTO webhook_deliveries (tenant_id, id, webhook_id, event_id, body, state, attempts, due_at, last_status, last_error,
        created_at, finished_at) SELECT tenant_id, UNHEX(REPLACE(UUID(), '-', '')), id, id, '${body}', '${state}', ${attempts},
        IF('${state}' = 'queued', created_at + 90000, NULL), ${status}, '${error}', created_at - ${age},
        IF('${state}' = 'queued', NULL, created_at) FROM webhooks WHERE url LIKE 'https://${host}.%'`);
  }
  async function names() {
    const { text } = await ada.get(`/data-sources/${SANDBOX}`);
    return text.split('<li class="row">').slice(1).map(nameOf);
  }

  const state = (name, columns) => db.run(`UPDATE provider_credentials SET ${columns}, tested_at = 0 WHERE name = '${name}'`);
  const ended = (...rows) => Promise.all(rows.map(([name, to, reason], i) =>
    db.run(`INSERT INTO revocations (tenant_id, id, plugin_id, provider, name, client_source, client_id, state, reason, requested_by, created_at)
      SELECT tenant_id, UNHEX(MD5(${i})), plugin_id, provider, '${name}', 'tenant', id, '${to}', '${reason}', user_id, created_at - ${i}
      FROM provider_credentials WHERE name = 'Work Drive'`)));

  // ---- the browser ----

  async function as(visitor, path) {
    await context.clearCookies();
    await context.addCookies(Object.entries(visitor.cookies).map(([name, value]) => ({ name, value, url: stack.address })));
    if (path) await page.goto(stack.address + path);
  }
  const press = (name) => page.getByRole('button', { name }).filter({ visible: true }).click();
  const heading = (name) => page.getByRole('heading', { level: 1, name }).waitFor();
  const key = () => page.getByRole('textbox', { name: 'API key', exact: true });
  const told = () => page.locator('#form-error, #conflict, .field-error').first().waitFor();

  // What the browser itself would refuse to send.
  const send = async (name) => {
    await page.locator('main form').last().evaluate((form) => { form.noValidate = true; });
    await press(name);
    await told();
  };

  // Back from the provider, who was asked by these faults and this person.
  async function back({ who = 'ada', orders, query = '', meanwhile } = {}) {
    await provider.ctl({ faults: [], ...orders });
    const { url } = await ada.allowAccess(SANDBOX, query);
    const callback = await ada.authorize(url, who);
    await meanwhile?.();
    await as(ada);
    await page.goto(callback);
    await provider.ctl({ faults: [] });
  }
  // Test of one, asked with these faults.
  async function tried(name, { orders }) {
    await state(name, 'rejected_rev = 0');
    await provider.ctl({ faults: [], ...orders });
    await as(ada, `/data-sources/${SANDBOX}`);
    const row = page.locator('li.row', { has: page.getByRole('heading', { name }) });
    if (!(await row.getByRole('button', { name: /^Test/ }).first().isVisible())) await row.locator('summary').click();
    await row.getByRole('button', { name: /^Test/ }).filter({ visible: true }).click();
    await page.getByRole('button', { name: 'Test again' }).waitFor();
    await provider.ctl({ faults: [] });
  }
  const fault = (given) => ({ orders: { fault: given } });
  const token = (status, body) => fault({ endpoint: 'token', status, body: JSON.stringify(body) });

  await fill();
  return {
    // ---- nobody ----
    'sign-in': () => as(nobody, '/sign-in'),
    'sign-in-first': () => as(nobody, '/members'),
    'sign-in-refused': async () => {
      await as(nobody, '/sign-in');
      await page.getByLabel('E-mail').fill('ada@acme.test');
      await page.getByLabel('Password or one-time code').fill('wrong');
      await press('Sign in');
      await page.getByRole('alert').waitFor();
    },
    'password': () => as(fresh, '/password'),
    'password-refused': async () => {
      await as(fresh, '/password');
      await page.getByLabel('New password', { exact: true }).fill('short');
      await page.getByLabel('The same password again').fill('short');
      await send('Save password');
    },
    'error-404-nobody': () => as(nobody, '/nowhere'),

    // ---- lists ----
    'data-sources': () => as(ada, '/data-sources'),
    'search': () => as(ada, '/data-sources?q=drive'),
    'search-nothing': () => as(ada, '/data-sources?q=fax'),
    'workspaces': async () => {
      await as(ada, '/data-sources');
      await page.locator('.sidebar .workspace summary').click();
    },
    'members': () => as(ada, '/members'),

    // ---- runtime keys ----
    'runtime-keys-empty': () => as(ada, '/runtime-keys'),
    'runtime-key-add': () => as(ada, '/runtime-keys/add'),
    'runtime-key-add-wrong': async () => {
      await as(ada, '/runtime-keys/add');
      await page.getByLabel('Only these:').check();
      for (const box of ['Hand out credentials', 'List credentials', 'Report refused ones', 'Register models, apps and tools']) await page.getByLabel(box).uncheck();
      await page.getByLabel('Expires after days').fill('soon');
      await send('Add runtime key');
    },
    'runtime-key-shown': async () => {
      await as(ada, '/runtime-keys/add');
      await page.getByLabel('Name').fill('Nightly import');
      await page.getByLabel('Expires after days').fill('90');
      await press('Add runtime key');
      await heading('“Nightly import” is ready');
    },
    'runtime-keys': async () => {
      await fillKeys();
      await as(ada, '/runtime-keys');
    },
    'runtime-key-revoke': async () => {
      await fillKeys();
      await as(ada, '/runtime-keys');
      await page.getByRole('link', { name: 'Revoke Nightly import' }).click();
      await heading('Revoke “Nightly import”?');
    },

    // ---- webhooks ----
    'webhooks-empty': () => as(ada, '/webhooks'),
    'webhook-add': () => as(ada, '/webhooks/add'),
    'webhook-add-wrong': async () => {
      await as(ada, '/webhooks/add');
      await page.getByLabel('Address of your service').fill('http://intranet/hook');
      await send('Add webhook');
    },
    'webhook-shown': async () => {
      await as(ada, '/webhooks/add');
      await page.getByLabel('Address of your service').fill('https://hooks.acme.example/grantry');
      await press('Add webhook');
      await heading('The webhook is ready');
    },
    'webhooks': async () => {
      await fillWebhooks();
      await as(ada, '/webhooks');
    },
    'webhook-remove': async () => {
      await fillWebhooks();
      await as(ada, '/webhooks');
      await page.getByRole('link', { name: /^Remove https:\/\/hooks/ }).click();
      await heading('Remove this webhook?');
    },

    // ---- one provider ----
    'provider-empty': () => as(ada, `/data-sources/${GOOGLE}`),
    'provider-setup': () => as(ada, `/data-sources/${NOTION}`),
    'provider': () => as(ada, `/data-sources/${SANDBOX}`),
    'provider-menu': async () => {
      await as(ada, `/data-sources/${SANDBOX}`);
      await page.locator('summary', { hasText: 'More actions for Team key' }).click();
    },
    'provider-states': async () => {
      await state('Work Drive', "failures = 2, state_reason = 'timeout', state_since = created_at - 600, refreshed_at = created_at - 3600");
      await state('Monthly reports', "state = 'client_error', state_reason = 'invalid_client', state_since = created_at - 259200, expires_at = created_at + 2000");
      await state('Team key', "state = 'needs_reauth', state_reason = 'rejected', state_since = created_at - 259200");
      await as(ada, `/data-sources/${SANDBOX}`);
    },
    'data-sources-states': () => as(ada, '/data-sources'),
    'provider-states-others': async () => {
      await state('Work Drive', "state = 'revoked', state_reason = '', state_since = created_at - 259200");
      await state('Monthly reports', "state = 'needs_reauth', state_reason = 'consent_required', state_since = created_at - 259200, expires_at = created_at - 86400");
      await state('Team key', "state = 'disabled', state_reason = '', state_since = created_at - 259200");
      await as(ada, `/data-sources/${SANDBOX}`);
    },
    'provider-states-member': async () => {
      await as(ben, `/data-sources/${SANDBOX}`);
      for (const name of ['Work Drive', 'Monthly reports', 'Team key']) await state(name, "state = 'active', state_reason = '', failures = 0");
    },
    'provider-ended': async () => {
      await ended(['Old drive', 'queued', ''], ['Drive of the year before', 'done', ''], ['Lost drive', 'failed', 'unreadable'], ['', 'failed', 'unsupported_token_type']);
      await as(ada, `/data-sources/${SANDBOX}`);
      await db.run('DELETE FROM revocations');
    },
    'provider-notice': () => as(ada, `/data-sources/${SANDBOX}?done=renamed`),
    'provider-member': () => as(ben, `/data-sources/${SANDBOX}`),
    'provider-member-setup': () => as(ben, `/data-sources/${NOTION}`),

    // ---- API keys ----
    'api-key': () => as(ada, `/data-sources/${SANDBOX}/api-key`),
    'tools': () => as(ada, '/tools'),
    'tools-kind': () => as(ada, '/tools?kind=trigger'),
    'tools-nothing': () => as(ada, '/tools?q=fax'),
    'trigger-empty': () => as(ada, `/tools/${TRIGGER}`),
    'model-empty': () => as(ada, `/tools/${MODEL}`),
    'model-key': () => as(ada, `/tools/${MODEL}/api-key?of=model`),
    'settings-nothing-registered': () => as(ada, `/tools/${EXTENSION}/api-key`),
    'settings-wrong': async () => {
      await as(ada, `/tools/${EXTENSION}/api-key`);
      await page.getByLabel('Extra payload').fill('{');
      await key().fill('sbx-good-key');
      await send('Save');
    },
    'api-key-refused': async () => {
      await as(ada, `/data-sources/${SANDBOX}/api-key`);
      await page.getByLabel('Authorization Name').fill('Nightly import');
      await key().fill('sbx-mistyped');
      await send('Save');
    },
    'api-key-empty': async () => {
      await as(ada, `/data-sources/${SANDBOX}/api-key`);
      await send('Save');
    },
    'api-key-limited': async () => {
      await as(ada, `/data-sources/${SANDBOX}/api-key`);
      await key().fill('sbx-limited-key');
      await send('Save');
    },
    'api-key-fault': async () => {
      await as(ada, `/data-sources/${SANDBOX}/api-key`);
      await key().fill('sbx-broken-key');
      await send('Save');
    },
    'api-key-edit': async () => as(ada, await credential('Team key', 'edit')),
    'api-key-conflict': async () => {
      await as(ada, await credential('Team key', 'edit'));
      await rename('Team key', 'Team key (new)');
      await page.getByLabel('Authorization Name').fill('Key of the team');
      await send('Save');
      await rename('Team key (new)', 'Team key');
    },
    ...(stack.hasFixture ? {
      'fixture-provider': () => as(ada, `/data-sources/${FIXTURE}`),
      'fixture-api-key': () => as(ada, `/data-sources/${FIXTURE}/api-key`),
      'fixture-api-key-refused': async () => {
        await as(ada, `/data-sources/${FIXTURE}/api-key`);
        await send('Save');
      },
      'fixture-client': () => as(ada, `/data-sources/${FIXTURE}/client`),
      'fixture-setup-needed': () => as(ada, `/connect/data-sources/${FIXTURE}`),
    } : {}),

    // ---- an authorization ----
    'rename': async () => as(ada, await credential('Work Drive', 'rename')),
    'rename-taken': async () => {
      await as(ada, await credential('Work Drive', 'rename'));
      await page.getByLabel('Authorization Name').fill('Team key');
      await send('Save');
    },
    'rename-conflict': async () => {
      await as(ada, await credential('Work Drive', 'rename'));
      await rename('Work Drive', 'Drive of the team');
      await page.getByLabel('Authorization Name').fill('Work files');
      await send('Save');
      await rename('Drive of the team', 'Work Drive');
    },
    'delete': async () => as(ada, await credential('Work Drive', 'delete')),
    'delete-key': async () => as(ada, await credential('Team key', 'delete')),

    'disable': async () => as(ada, await credential('Work Drive', 'disable')),
    'test-works': () => tried('Work Drive', {}),
    'test-too-soon': async () => {
      await press('Test again');
      await heading(/was tested a moment ago$/);
    },
    'test-refused': () => tried('Work Drive', fault({ endpoint: 'userinfo', status: 401, body: '{}' })),
    'test-key-refused': async () => {
      await tried('Team key', fault({ endpoint: 'apikey', status: 401, body: JSON.stringify({ error: { message: 'This key was revoked on 3 November.' } }) }));
      await state('Team key', "state = 'active', state_reason = ''");
    },
    'test-no-answer': () => tried('Team key', fault({ endpoint: 'apikey', cut: 'reset' })),
    'test-over': () => tried('Monthly reports', {}),
    'scopes': async () => as(ada, await credential('Work Drive', 'scopes')),
    'scopes-missing': async () => as(ada, await credential('Monthly reports', 'scopes')),

    // ---- OAuth client ----
    'client-none': () => as(ada, `/data-sources/${NOTION}/client`),
    'client-custom': () => as(ada, `/data-sources/${GOOGLE}/client`),
    'client-default': async () => {
      await as(ada, `/data-sources/${SANDBOX}/client`);
      await page.getByRole('radio', { name: /^Default/ }).check();
    },
    'client-refused': async () => {
      await as(ada, `/data-sources/${NOTION}/client`);
      await send('Save and Authorize');
    },
    'client-conflict': async () => {
      await as(ada, `/data-sources/${GOOGLE}/client`);
      await ada.useCustomClient(GOOGLE, { client_id: '8127-other.apps.googleusercontent.com', client_secret: 'not-a-real-one' });
      await page.getByLabel(/Client ID/i).fill('8127-mine.apps.googleusercontent.com');
      await send('Save and Authorize');
    },
    'client-remove': () => as(ada, `/data-sources/${GOOGLE}/client/remove`),

    // ---- Allow Access and what comes of it ----
    'setup-needed': () => as(ada, `/connect/data-sources/${NOTION}`),
    'setup-needed-member': () => as(ben, `/connect/data-sources/${NOTION}`),
    'allow-access': () => as(ada, `/connect/data-sources/${SANDBOX}`),
    'allow-access-again': async () => as(ada, `/connect/data-sources/${SANDBOX}?credential=${await idOf('Monthly reports')}`),
    'leaving': async () => {
      await as(ada, `/connect/data-sources/${SANDBOX}`);
      await page.route(`${stack.sandbox}/**`, (route) => route.abort('aborted')); // the page stays
      await press('Allow Access');
      await heading(/^Taking you to/);
    },
    'result-connected': async () => {
      await page.unrouteAll();
      await back();
    },
    'result-missing': async () => {
      await back({ orders: { settings: { granted_scope: 'profile' } } });
      await provider.ctl({ settings: { granted_scope: null } });
    },
    'result-again': async () => back({ query: `?credential=${await idOf('Work Drive')}` }),
    'result-other-account': async () => back({ who: 'mei', query: `?credential=${await idOf('Work Drive')}` }),
    'result-same-account': () => back({ who: 'mei' }),
    'result-cancelled': () => back({ who: 'deny' }),
    'result-failed': () => back(fault({ endpoint: 'callback', error: 'invalid_scope', error_description: 'The scope files.read is not enabled for this app.' })),
    'result-code-refused': () => back(token(400, { error: 'invalid_grant', error_description: 'The code has expired.' })),
    'result-client-refused': () => back(token(401, { error: 'invalid_client', error_description: 'Unknown client or wrong secret.' })),
    'result-bad-answer': () => back(fault({ endpoint: 'token', status: 200, body: '<html>Maintenance</html>', content_type: 'text/html' })),
    'result-no-answer': () => back(fault({ endpoint: 'token', cut: 'reset' })),
    'result-malformed': () => back(fault({ endpoint: 'callback', omit: ['code'] })),
    'result-client-changed': () => back({ meanwhile: () => ada.useCustomClient() }),
    'result-pending': async () => {
      await provider.ctl({ fault: { endpoint: 'token', hold: 'before', gate: 'pending', count: 1 } });
      const { url } = await ada.allowAccess();
      const callback = ada.get(await ada.authorize(url));
      await provider.ctl(); // the request for the token is on its way or held, the flow is known either way
      const [[id]] = await db.rows('SELECT HEX(id) FROM oauth_flows ORDER BY created_at DESC, expires_at DESC LIMIT 1');
      await as(ada, `/connect/flows/${uuidOf(id)}`);
      await page.route('**/connect/flows/*', () => {}); // it loads itself again: not while we look
      await fetch(`${stack.sandbox}/__ctl/wait?gate=pending&held=1`);
      await fetch(`${stack.sandbox}/__ctl/release`, { method: 'POST', body: '{"gate":"pending"}' });
      await callback;
    },
    'callback-rejected': async () => {
      await page.unrouteAll();
      await as(ada, `/console/api/oauth/plugin/${SANDBOX}/datasource/callback?code=c&state=s`);
    },

    // ---- errors ----
    'error-404': () => as(ada, '/data-sources/acme/nothing/here'),
    'error-403': () => as(ben, `/data-sources/${SANDBOX}/client`),
    'error-405': () => as(ada, '/sign-out'),
    'error-401': async () => {
      await as(ada, '/members');
      await as(nobody);
      await press('Sign out');
      await heading('Please sign in');
    },
    'error-409': async () => {
      await as(ada, await credential('Work Drive', 'delete'));
      await rename('Work Drive', 'Work Drive 2');
      await press('Delete');
      await page.locator('.error-status').waitFor();
      await rename('Work Drive 2', 'Work Drive');
    },
    'error-400': () => as(ada, '/data-sources?q=%00'),
    ...Object.fromEntries([400, 403, 404, 405, 408, 411, 413, 414, 431, 500, 501, 502, 503, 504].map((status) =>
      [`server-${status}`, async () => { // the web server's own
        const body = await readFile(join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..', '..', 'deploy', 'errors', `${status}.html`));
        await page.route('**/server-error', (route) => route.fulfill({ status, contentType: 'text/html; charset=utf-8', body }));
        await as(nobody, '/server-error');
        await page.unrouteAll();
      }])),

    // ---- what cannot be undone ----
    'provider-unreadable': async () => {
      await db.run("UPDATE provider_credentials SET encrypted_credentials = 'x' WHERE name = 'Team key'");
      await as(ada, `/data-sources/${SANDBOX}`);
    },
    'provider-many-names': async () => {
      await rename('Work Drive', 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft 漢字 <b>&amp; more');
      await as(ada, `/data-sources/${SANDBOX}`);
    },
    'sign-in-429': async () => {
      await as(nobody, '/sign-in');
      for (let i = 0; i < 40; i++) if ((await nobody.signIn('mallory@acme.test', 'x')).status === 429) break;
      await page.getByLabel('E-mail').fill('mallory@acme.test');
      await page.getByLabel('Password or one-time code').fill('wrong');
      await press('Sign in');
      await page.getByRole('alert').getByText('too many').waitFor();
    },
    'error-503': async () => {
      const [pid] = (await readFile(join(stack.var, 'run', 'database.pid'), 'utf8')).split(' ');
      await as(ada, '/data-sources');
      process.kill(Number(pid), 'SIGTERM');
      for (let i = 0; i < 200; i++) { // the sockets close before the process ends
        await page.goto(`${stack.address}/members`);
        if ((await page.title()).startsWith('Not available')) return;
      }
      throw new Error('no 503 page');
    },
  };
}

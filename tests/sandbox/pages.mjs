// The pages people meet: sign in, consent, home, refusal. Plain HTML; everything works without JavaScript.
import { SCOPES } from './model.mjs';

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const esc = (text) => String(text).replace(/[&<>"']/g, (char) => ENTITIES[char]);

const LOGO = `<svg class="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false"><path d="M4 20c3-7 8-10.5 13-10.5S26 13 28 20z" class="logo-sand"/><rect x="3" y="20" width="26" height="7" rx="2.5" class="logo-box"/></svg>`;

const layout = (title, main) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${esc(title)} · Sandbox Drive</title>
<link rel="icon" href="/sandbox.svg" type="image/svg+xml">
<link rel="stylesheet" href="/sandbox.css">
</head>
<body>
<header><a class="brand" href="/">${LOGO}<span>Sandbox Drive</span></a></header>
<main>
${main}
</main>
<footer><p>A provider for trials and tests. No account, file or permission here is real.</p></footer>
</body>
</html>
`;

export function loginPage(model, client, action, { wrong = false, username = '' } = {}) {
  const people = [...model.users.values()].map(({ username: name, password }) =>
    `<li><code>${esc(name)}</code> with password <code>${esc(password)}</code></li>`).join('');
  const problem = wrong ? '<p class="problem" role="alert" id="problem">This user name and password do not belong together.</p>' : '';
  const described = wrong ? ' aria-invalid="true" aria-describedby="problem"' : '';
  return layout('Sign in', `<h1>Sign in</h1>
<p class="lead">to continue to <strong>${esc(client.name)}</strong></p>
${problem}
<form method="post" action="${esc(action)}">
<label for="username">User name</label>
<input id="username" name="username" value="${esc(username)}" autocomplete="username" autocapitalize="none" spellcheck="false" required${described}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${described}>
<div class="buttons"><button class="primary" name="action" value="login">Sign in</button></div>
</form>
<section class="hint" aria-labelledby="hint"><h2 id="hint">People who live here</h2><ul>${people}</ul></section>`);
}

export function consentPage({ user, client, redirectUri, scopes, action }) {
  const wishes = scopes.map((scope) =>
    `<li><strong>${esc(SCOPES[scope] ?? 'Something this page has no words for')}</strong> <code>${esc(scope)}</code></li>`).join('');
  return layout(`Allow ${client.name}`, `<h1>Allow ${esc(client.name)} to use your drive?</h1>
<form method="post" action="${esc(action)}">
<div class="who"><img src="/avatar/${esc(user.username)}.svg" alt="" width="44" height="44">
<p><strong>${esc(user.name)}</strong><br><span class="quiet">${esc(user.email)}</span></p>
<button class="plain" name="action" value="switch">Use another account</button></div>
<h2>It will be able to</h2>
<ul class="scopes">${wishes}</ul>
<p class="quiet">Either answer takes you back to <strong class="host">${esc(new URL(redirectUri).host)}</strong>.</p>
<div class="buttons"><button name="action" value="deny">Deny</button><button class="primary" name="action" value="allow">Allow</button></div>
</form>`);
}

export const errorPage = (why) => layout('Request refused', `<h1>This request cannot be served</h1>
<p class="problem">${esc(why)}</p>
<p>You were not sent back to the application, because it is not certain that the request came from it.</p>`);

export function homePage({ model, origin }) {
  const row = (name, value) => `<div><dt>${esc(name)}</dt><dd><code>${esc(value)}</code></dd></div>`;
  const clients = [...model.clients.values()].map((client) => row(client.client_id, client.client_secret || '(public client)')).join('');
  const people = [...model.users.values()].map((user) => row(user.username, user.password)).join('');
  const ends = Object.entries({
    Metadata: '/.well-known/oauth-authorization-server', Authorization: '/authorize', Token: '/token', Revocation: '/revoke',
    'User info': '/userinfo', Files: '/files', 'API key check': '/apikey/check', OpenAPI: '/openapi.json',
  }).map(([name, path]) => row(name, origin + path)).join('');
  return layout('Welcome', `<h1>Sandbox Drive</h1>
<p class="lead">A small OAuth 2 provider with a drive behind it, to try things against.</p>
<h2>Clients <span class="quiet">and their secrets</span></h2><dl>${clients}</dl>
<h2>People <span class="quiet">and their passwords</span></h2><dl>${people}</dl>
<h2>API key</h2><dl>${row('Accepted', 'sbx-good-key')}</dl>
<h2>Scopes</h2><dl>${Object.entries(SCOPES).map(([scope, words]) => `<div><dt><code>${esc(scope)}</code></dt><dd>${esc(words)}</dd></div>`).join('')}</dl>
<h2>Addresses</h2><dl>${ends}</dl>`);
}

export const notFoundPage = () => layout('Not found', '<h1>There is nothing here</h1><p><a href="/">Go to the start</a></p>');

/** A circle with the person's initial; the colour follows from the name. */
export function avatarSvg({ username, name }) {
  const hue = [...username].reduce((sum, char) => (sum * 31 + char.codePointAt(0)) % 360, 7);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 44 44"><circle cx="22" cy="22" r="22" fill="hsl(${hue} 45% 35%)"/>
<text x="22" y="30" font-family="sans-serif" font-size="22" text-anchor="middle" fill="#fff">${esc([...name][0])}</text></svg>`;
}

export const iconSvg = () => LOGO.replace('<svg class="logo"', '<svg xmlns="http://www.w3.org/2000/svg"')
  .replace('class="logo-sand"', 'fill="#c98a1b"').replace('class="logo-box"', 'fill="#8a4b12"');

export const CSS = `
:root { color-scheme: light dark; --paper: #f6f1e7; --card: #fffdf8; --ink: #2b2319; --quiet: #6a5c4a; --line: #ddd0ba;
  --accent: #8a4b12; --on-accent: #fff; --problem: #9b1c1c; --problem-paper: #fdecea; --field: #fff; --field-line: #8f7f68; }
@media (prefers-color-scheme: dark) { :root { --paper: #1a1611; --card: #252019; --ink: #f1e9dc; --quiet: #b9ab97; --line: #3d3428;
  --accent: #f0b35c; --on-accent: #241a0c; --problem: #ffb4ab; --problem-paper: #43201d; --field: #1a1611; --field-line: #8d7e69; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem; max-width: 34rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
header { margin-bottom: 1rem; }
.brand { display: inline-flex; align-items: center; gap: .6rem; min-height: 44px; color: inherit; font-weight: 650; text-decoration: none; }
.brand:hover span { text-decoration: underline; }
.logo { width: 2rem; height: 2rem; }
.logo-sand { fill: #c98a1b; } .logo-box { fill: var(--accent); }
main { padding: clamp(1.25rem, 5vw, 2.25rem); background: var(--card); border: 1px solid var(--line); border-radius: 14px; }
h1 { margin: 0 0 .5rem; font-size: 1.5rem; line-height: 1.25; text-wrap: balance; overflow-wrap: anywhere; }
h2 { margin: 1.75rem 0 .5rem; font-size: 1rem; }
p { margin: .5rem 0; overflow-wrap: anywhere; }
a { color: var(--accent); }
.lead { color: var(--quiet); margin-bottom: 1.25rem; }
.quiet { color: var(--quiet); font-weight: 400; }
code { font: .9em ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
label { display: block; margin: 1rem 0 .35rem; font-weight: 600; }
input { width: 100%; min-height: 46px; padding: .5rem .75rem; font: inherit; color: inherit; background: var(--field);
  border: 1px solid var(--field-line); border-radius: 8px; }
input[aria-invalid] { border-color: var(--problem); }
.buttons { display: flex; flex-wrap: wrap; gap: .75rem; justify-content: flex-end; margin-top: 1.75rem; }
button { min-height: 46px; min-width: 7rem; padding: .5rem 1.25rem; font: inherit; font-weight: 600; cursor: pointer; color: var(--ink);
  background: transparent; border: 1px solid var(--field-line); border-radius: 8px; }
button.primary { color: var(--on-accent); background: var(--accent); border-color: var(--accent); }
button.plain { min-width: 0; padding: .5rem 0; border: 0; color: var(--accent); text-decoration: underline; font-weight: 400; }
button:hover { filter: brightness(1.12); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.who { display: flex; flex-wrap: wrap; align-items: center; gap: .75rem; margin: 1.25rem 0; padding: .75rem 1rem;
  border: 1px solid var(--line); border-radius: 10px; }
.who p { flex: 1 1 13rem; margin: 0; line-height: 1.35; }
.who img { border-radius: 50%; }
ul { margin: .5rem 0; padding-left: 1.2rem; }
.scopes { padding: 0; list-style: none; border-top: 1px solid var(--line); }
.scopes li { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: .25rem 1rem; padding: .7rem 0; border-bottom: 1px solid var(--line); }
.scopes strong { font-weight: 500; }
.scopes code { color: var(--quiet); }
.scopes + p { margin-top: 1rem; }
.hint { margin-top: 2rem; padding-top: 1rem; border-top: 1px dashed var(--line); color: var(--quiet); font-size: .95rem; }
.hint h2 { margin: 0; font-size: .95rem; }
.problem { padding: .75rem 1rem; color: var(--problem); background: var(--problem-paper); border-radius: 8px; }
dl { margin: 0; }
dl div { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: .45rem 0; border-bottom: 1px solid var(--line); }
dt { flex: 0 0 9.5rem; overflow-wrap: anywhere; } dd { flex: 1 1 14rem; margin: 0; color: var(--quiet); overflow-wrap: anywhere; }
footer { margin: 1.25rem .25rem; color: var(--quiet); font-size: .9rem; }
@media (max-width: 26rem) { .buttons button { flex: 1 1 100%; } .buttons { flex-direction: column-reverse; } }
@media (forced-colors: active) { button.primary { border-width: 2px; } }
`;

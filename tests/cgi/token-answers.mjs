// SPDX-License-Identifier: Apache-2.0
// What a token endpoint may answer: rows B1 to B28, B35, B36, B38, B39 of the attack list, for the exchange of a code
// (token-endpoint.test.mjs) and for a renewal (refresh-answers.test.mjs).
//
//   answers({ refused, accepted });     calls one of them for each row:
//   refused(name, fault, { status, says, provider })         says: what the page of an exchange tells
//   accepted(name, fault, { lifetime, refreshable, token, says, provider })
//     fault: of the sandbox; null: its own answer. lifetime: seconds or "never". refreshable: does the answer hold a
//     refresh token? token: what the provider is then shown; null: something else than its text is looked at.
import { CANARY } from './witness.mjs';
import { SANDBOX } from './visitor.mjs';

export const FORM = 'grantry/fixture/dialect_form';
export const NESTED = 'grantry/fixture/dialect_nested';
export const CLIENT = 'b:client%é';
export const SECRET = `${CANARY} client secret&=+%é\u{1F511}`;
export const PLAIN = { client_id: 'plain', client_secret: `${CANARY}-plain-secret` };
export const ACCESS = `${CANARY}-access`;
export const REFRESH = `${CANARY}-refresh`;
export const SCOPE = 'files.read profile offline';

// --- answers ---

export const good = { access_token: ACCESS, token_type: 'Bearer', expires_in: 3600, refresh_token: REFRESH, scope: SCOPE };
// A full answer in place of the sandbox's own. A member given as undefined is left out.
export const json = (members = {}) => ({ body: JSON.stringify({ ...good, ...members }) });
// One member as raw text, which JSON.stringify would not write.
export const raw = (name, text) => ({ body: JSON.stringify({ ...good, [name]: '@' }).replace('"@"', text) });
export const form = (members) => ({ body: new URLSearchParams(members).toString(), content_type: 'application/x-www-form-urlencoded' });
export const base64 = (text, encoding) => ({ body_base64: Buffer.from(text, encoding).toString('base64') });
export const nested = (user, members = {}) => ({ body: JSON.stringify({ ok: true, ...members,
  authed_user: { id: 'U1', access_token: ACCESS, token_type: 'user', scope: 'files.read,profile', ...user } }) });
export const MOST = 90 * 86400;
export const encoded = new URLSearchParams({ x: SECRET }).toString().slice(2);

export function answers({ refused, accepted }) {
  // --- what is no token response ---

  refused('B1: a login page', { body: `<html><title>${CANARY}</title>Please sign in</html>`, content_type: 'text/html' }, { says: /not JSON/ });

  for (const body of ['', ' \r\n\t', 'null', '[]', '"x"', 'true', '7']) {
    refused(`B2: ${JSON.stringify(body)}`, { body });
  }

  refused('B3: less than Content-Length says', { ...json(), content_length: 99999 });
  refused('B3: cut inside the body', { ...json(), cut: 'close', cut_after_body_bytes: 60 });
  refused('B3: chunks without an end', { ...json(), chunked: true, cut: 'close', cut_after_body_bytes: 60 });

  refused('B4: something behind the document', { body: `${json().body}x` });
  refused('B4: two documents', { body: `${json().body}\n${json().body}` });
  refused('B4: a NUL behind the document', base64(`${json().body}\0`));

  refused('B5: a byte order mark', { ...json(), bom: true });

  // --- form answers ---

  accepted('B6: a form where the provider\'s file allows it', form({ ...good, scope: 'files.read,profile' }), { provider: FORM });
  accepted('B6: JSON where forms are allowed', json(), { provider: FORM });
  refused('B6: a form where it does not', form(good));
  refused('B6: a form that calls itself JSON', { ...form(good), content_type: 'application/json' }, { provider: FORM });
  refused('B6: an error as a form', form({ error: 'bad_verification_code', error_description: 'The code is wrong.' }),
    { provider: FORM, says: /bad_verification_code.*The code is wrong\./ });
  for (const body of ['access_token', `access_token=${ACCESS}%`, `access_token=${ACCESS}%0`, `access_token=${ACCESS}%zz`,
    `access_token=${ACCESS}%00x`, `access_token=${ACCESS}%0a`, 'access_token=%ff', 'access_token=&token_type=bearer', '&', '=']) {
    refused(`B6: ${body.replaceAll(ACCESS, 'x')} as a form`, { ...form({}), body }, { provider: FORM });
  }

  for (const type of ['text/plain; charset=utf-8', 'text/javascript', 'text/html', null]) {
    accepted(`B7: JSON called ${type}`, { ...json(), headers: { 'Content-Type': type } });
  }

  // --- errors and dialects ---

  refused('B8: 200 with an error', json({ error: 'bad_verification_code', error_description: 'The code is <b>wrong</b>.' }),
    { says: /bad_verification_code.*The code is <b>wrong<\/b>\./ });
  refused('B8: 200 with an error that is no text', json({ error: { code: 7 } }), { says: /unknown_error/ });
  refused('B8: an error that is a sentence', json({ error: 'The <b>code</b> is "wrong".' }), { says: /unknown_error.*The <b>code<\/b> is "wrong"\./ });
  refused('B8: an error of 4 kB', json({ error: '<script>'.repeat(512) }), { says: /unknown_error.*(<script>){8}.*…/ });

  accepted('B9: the token where the provider\'s file says', nested({}, { team: { id: 'T1', name: 'Team One' } }),
    { provider: NESTED, token: null, refreshable: false, says: /Team One/ });
  refused('B9: the same for a provider whose file does not', nested());
  refused('B9: not ok, and why', { body: '{"ok":false,"error":"invalid_code","detail":"No such code"}' },
    { provider: NESTED, says: /invalid_code.*No such code/ });
  refused('B9: not ok, without a word', { body: '{"ok":false}' }, { provider: NESTED });
  accepted('R25: a secret with every kind of character, in the body', null, { token: null });
  accepted('R26: a client id with a colon and a per cent sign, by Basic', null, { provider: FORM, token: null });

  // --- access token, token type ---

  for (const [what, value] of Object.entries({ missing: undefined, empty: '', 'a number': 7, 'an object': {}, 'an array': [ACCESS],
    null: null, true: true, 'with NUL': `${ACCESS}\0b`, 'with a line break': `${ACCESS}\r\nX-Evil: 1`, 'with DEL': `${ACCESS}\x7f`,
    'with é': `${ACCESS}é`, 'with an emoji': `${ACCESS}\u{1F511}`, 'of 32 kB and one byte': ACCESS.padEnd(32769, 'x') })) {
    refused(`B10: access token ${what}`, json({ access_token: value }));
  }
  refused('B10: access token of 1 MB', { body_repeat: { before: '{"token_type":"Bearer","access_token":"', unit: 'x', times: 1 << 20, after: '"}' } }, { says: /too large/ });
  accepted('B10: access token of 32 kB', json({ access_token: ACCESS.padEnd(32768, 'x') }), { token: ACCESS.padEnd(32768, 'x') });
  accepted('B10: access token with visible characters of all kinds and a space', json({ access_token: `${ACCESS} "\\~!'` }),
    { token: `${ACCESS} "\\~!'` });

  for (const value of [undefined, null, 'bearer', 'BEARER']) accepted(`B11: token type ${value}`, json({ token_type: value }));
  for (const value of ['mac', 'DPoP', 'Bearer x', '', 7, {}]) {
    refused(`B11: token type ${JSON.stringify(value)}`, json({ token_type: value }), { says: /kind of token/ });
  }

  // --- how long it lives ---

  accepted('B12: expires_in as text', json({ expires_in: '1800' }), { lifetime: 1800 });
  accepted('B13: expires_in 1799.9', json({ expires_in: 1799.9 }), { lifetime: 1799 });
  accepted('B13: expires_in 1e3', raw('expires_in', '1e3'), { lifetime: 1000 });
  for (const value of [0, -5, -1e30]) accepted(`B14: expires_in ${value}`, json({ expires_in: value }), { lifetime: 0 });
  for (const text of ['99999999999999999999', '1e400', '9223372036854775807', '"99999999999999999999"', '2147483648']) {
    accepted(`B15: expires_in ${text}`, raw('expires_in', text), { lifetime: MOST });
  }
  for (const text of ['true', '"abc"', '"-5"', '{}', '[]', 'null', '"1e400x"', '""']) {
    accepted(`B15: expires_in ${text}`, raw('expires_in', text), { lifetime: 3600 });
  }
  for (const text of ['NaN', 'Infinity', '-Infinity']) refused(`B15: expires_in ${text}`, raw('expires_in', text));
  accepted('B16: no expires_in', json({ expires_in: undefined }), { lifetime: 3600 });
  accepted('B16: no expires_in where the provider\'s file says never', json({ expires_in: undefined }), { provider: FORM, lifetime: 'never' });
  accepted('B17: expires_at where it does not say', json({ expires_in: undefined, expires_at: 1, refresh_token_expires_in: 60 }), { lifetime: 3600 });
  accepted('B39: a provider whose clock is two days off', { ...json({ expires_in: 1800 }), date_offset_s: 172_800 }, { lifetime: 1800 });

  // --- refresh token, scope ---

  for (const value of ['', null, undefined]) accepted(`B18: refresh token ${JSON.stringify(value)}`, json({ refresh_token: value }), { refreshable: false });
  for (const [what, value] of Object.entries({ 'a number': 7, 'an object': {}, 'with a line break': `${REFRESH}\n`, 'of 64 kB': REFRESH.padEnd(65536, 'x') })) {
    refused(`B18: refresh token ${what}`, json({ refresh_token: value }));
  }

  accepted('B19: scope as an array', json({ scope: ['files.read', 'profile', 'offline', 'profile'] }), { says: /Allowed Read the files in your drive.*See your name/ });
  accepted('B19: scope as text with odd spaces', json({ scope: '  profile   files.read offline ' }), { says: /Allowed See your name.* Read the files/ });
  accepted('B19: a narrower scope is shown', json({ scope: 'files.read' }), { says: /Not everything was allowed\..*See your name.*Allowed Read the files in your drive/ });
  accepted('B19: a missing scope is as requested', json({ scope: undefined }), { says: /Allowed Read the files.*See your name/ });
  accepted('B19: scopes separated by commas', nested({ scope: 'profile,files.read' }), { provider: NESTED, token: null, refreshable: false, says: /Allowed profile files\.read/ });
  accepted('B19: a scope that is no list of words', json({ scope: { a: 1 } }), { says: /Allowed Read the files/ });

  // --- JSON that is none, and too much of it ---

  refused('B20: access_token twice', { body: json().body.replace('{', `{"access_token":"${CANARY}-first",`) });
  refused('B20: access_token twice, once by escapes', { body: json().body.replace('{', `{"access\\u005ftoken":"${CANARY}-first",`) });
  refused('B20: access_token twice in a form', { ...form(good), body: `access_token=${CANARY}-first&${form(good).body}` }, { provider: FORM });

  for (const times of [32, 10_000, 200_000]) {
    refused(`B21: ${times} brackets inside an object`, { body_repeat: { before: '{"a":', unit: '[', times } });
  }
  refused('B21: depth 33, all closed', { body: `{"access_token":"${ACCESS}","a":${'['.repeat(32)}${']'.repeat(32)}}` });
  accepted('B21: depth 32, all closed', { body: json().body.replace('{', `{"a":${'['.repeat(31)}${']'.repeat(31)},`) });
  refused('B21: a million brackets', { body_repeat: { unit: '[', times: 1_000_000 } }, { says: /too large/ });

  refused('B22: twenty thousand members', { body_repeat: { before: '{', unit: '"k{{n}}":1,', times: 20_000, after: '"z":0}' } });
  refused('B22: a million members', { body_repeat: { before: '{', unit: '"k{{n}}":1,', times: 1_000_000, after: '"z":0}' } }, { says: /too large/ });
  refused('B22: 50 MB', { body_repeat: { before: '{"a":"', unit: 'x', times: 50_000_000, after: '"}' } }, { says: /too large/ });
  refused('B22: a body without an end', { body_repeat: { before: '{"a":"', unit: 'x', endless: true } }, { says: /too large/ });
  refused('B22: an announced 50 MB', { ...json(), content_length: 50_000_000 }, { says: /too large/ });
  refused('B22: a gzip bomb', { body_repeat: { before: '{"a":"', unit: 'x', times: 50_000_000, after: '"}' }, encoding: 'gzip' }, { says: /compressed/ });

  refused('B23: 5000 header lines', { ...json(), header_count: 5000 });
  refused('B23: a header line of 300 kB', { ...json(), header_line_bytes: 300_000 });

  refused('B24: invalid UTF-8', base64(json({ name: 'ÿþ' }).body, 'latin1'));
  refused('B24: Latin-1', { ...json({ name: 'é' }), charset: 'latin1' });
  refused('B24: UTF-16', { ...json(), charset: 'utf16le' });
  refused('B24: UTF-16 with its mark', { ...json(), charset: 'utf16le', bom: true });
  refused('B24: overlong UTF-8', base64(Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc0, 0xaf]), Buffer.from(`",${json().body.slice(1)}`)])));

  for (const [what, body] of Object.entries({
    'single quotes': json().body.replaceAll('"', '\''),
    'a comment': `/* c */${json().body}`,
    'a line comment': `// c\n${json().body}`,
    'NaN somewhere': raw('x', 'NaN').body,
    'a raw line break in a text': json().body.replace('profile', 'pro\nfile'),
    'a raw NUL in a text': json().body.replace('profile', 'pro\0file'),
    'a comma too many': json().body.replace('}', ',}'),
    'a name without quotes': json().body.replace('"access_token"', 'access_token'),
    'a leading zero': raw('x', '01').body,
    'a lone surrogate': raw('x', '"\\ud800"').body,
    'TRUE': raw('x', 'TRUE').body,
  })) refused(`B25: ${what}`, base64(body));

  // --- statuses ---

  for (const status of [201, 202, 203, 204, 205, 206, 304, 400, 401, 403, 404, 418, 429, 500, 503, 504, 599]) {
    refused(`B26: ${status} with all that a token response holds`, { ...json(), status });
  }
  accepted('B26: 201 where the provider\'s file allows it', { ...json(), status: 201 }, { provider: FORM });
  refused('B26: 503 with Retry-After', { ...json(), status: 503, headers: { 'Retry-After': '3' } }, { says: /HTTP status 503/ });
  refused('B26: 429 with Retry-After', { ...json(), status: 429, headers: { 'Retry-After': '99999999999999999999' } }, { says: /HTTP status 429/ });
  refused('B26: 500 with a body of markup', { status: 500, body: `<h1>${CANARY}</h1>`, content_type: 'text/html' }, { says: /HTTP status 500/ });
  accepted('B26: three early hints before the answer', { ...json(), informational: 3 });
  refused('B26: 10,000 early hints before the answer', { ...json(), informational: 10_000 });
  refused('B26: only early hints', { status: 102, body: '' });
  refused('B26: an invitation to change the protocol', { ...json(), status: 101 });

  // --- refusals ---

  refused('B27: unauthorized_client', { status: 400, body: '{"error":"unauthorized_client"}' }, { says: /refused the OAuth client.*unauthorized_client/ });
  refused('B27: 401 without a word', { status: 401, body: '' }, { says: /refused the OAuth client/ });

  refused('B28: invalid_grant, whatever the status', { status: 200, body: '{"error":"invalid_grant"}' }, { status: 400, says: /invalid_grant/ });

  // --- what a provider slips in ---

  for (const [how, text] of Object.entries({
    'as it is': SECRET,
    'form-encoded': encoded,
    'in lower-case escapes': encoded.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()),
    'per cent-encoded': encodeURIComponent(SECRET),
    'in base64': Buffer.from(`${encodeURIComponent(CLIENT)}:${encoded}`).toString('base64'),
    'cut by control characters': [...SECRET].join('\u0007'),
  })) {
    refused(`B35: the client secret in the description, ${how}`, { status: 400, body: JSON.stringify({ error: 'bad', error_description: `You sent ${text}, didn't you?` }) },
      { says: /You sent •••.* didn't you\?/ });
  }
  refused('B35: the client secret as the error', { status: 400, body: JSON.stringify({ error: SECRET }) });
  refused('B35: the client secret with 200', json({ error: SECRET, error_description: SECRET }));
  refused('B35: a plain client secret as the error', { status: 400, body: JSON.stringify({ error: `x${PLAIN.client_secret}x` }) }, { provider: NESTED });
  refused('B35: a plain client secret as the error, in pieces', { status: 400, body: JSON.stringify({ error: [...PLAIN.client_secret].join('\u0007') }) }, { provider: NESTED });
  accepted('B35: the client secret as a scope', json({ scope: `files.read ${SECRET}` }));
  accepted('B35: a plain client secret as a scope', nested({ scope: `files.read,${PLAIN.client_secret}` }), { provider: NESTED, token: null, refreshable: false });
  accepted('B35: the client secret as name and address', nested({ email: PLAIN.client_secret }, { team: { name: `${PLAIN.client_secret} x` } }), { provider: NESTED, token: null, refreshable: false });
  accepted('B35: the client secret in a member that nobody knows', json({ client_secret: SECRET }));

  for (const encoding of ['gzip', 'deflate', 'br']) refused(`B38: ${encoding}, which nobody asked for`, { ...json(), encoding }, { says: /compressed/ });
  refused('B38: zstd, or so it says', { ...json(), headers: { 'Content-Encoding': 'zstd' } }, { says: /compressed/ });
}

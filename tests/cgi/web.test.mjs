// SPDX-License-Identifier: Apache-2.0
// What anybody can send (security D5-D8, D12-D17, D20, D23, D27, D30, D32, D38, R49-R62), behind both web servers.
// D1-D4, D15 and D22 stand in isolation.test.mjs, sign-in in sign-in.test.mjs.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { database } from '../run/database.mjs';
import { startStack } from '../run/stack.mjs';
import { PASSWORD, SANDBOX, Visitor, exchange, forms, sandbox, signedIn, words } from './visitor.mjs';

const PAGE = `/data-sources/${SANDBOX}`;
const CALLBACK = `/console/api/oauth/plugin/${SANDBOX}/datasource/callback`;

// Bytes as they are. Resolves to { status, head, body } of each answer until the server closes.
function wire(address, text) {
  const url = new URL(address);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(url.port), url.hostname, () => socket.write(text, 'latin1'));
    const chunks = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', (error) => (error.code === 'ECONNRESET' || error.code === 'EPIPE' ? done() : reject(error)));
    socket.on('close', done);
    function done() {
      const all = Buffer.concat(chunks).toString('latin1');
      const answers = all.split(/(?=^HTTP\/1\.[01] \d{3} )/m).filter((one) => one.startsWith('HTTP/'));
      resolve(answers.map((one) => ({ status: Number(one.slice(9, 12)), head: one.split('\r\n\r\n')[0], body: one.slice(one.indexOf('\r\n\r\n') + 4) })));
    }
  });
}

for (const apache of [false, true]) {
  describe(apache ? 'behind Apache' : 'behind lighttpd', () => {
    let stack, db, ada, host;

    before(async () => {
      stack = await startStack({ apache });
      db = database(stack);
      host = new URL(stack.address).host;
      ada = await signedIn(stack, 'ada@acme.test');
      ada.token = await ada.csrf();
    });
    after(() => stack?.stop());

    const cookieOf = (visitor) => Object.entries(visitor.cookies).map(([name, value]) => `${name}=${value}`).join('; ');
    const raw = (lines, body = '') => wire(stack.address, `${lines.join('\r\n')}\r\n\r\n${body}`);
    const head = (line, ...more) => [line, `Host: ${host}`, ...more];

    test('R49, R55, R56: the session cookie, and what sign-out sends', async () => {
      const visitor = new Visitor(stack);
      const set = (await visitor.signIn('ada@acme.test')).headers['set-cookie'].find((line) => line.startsWith('grantry='));
      assert.match(set, /^grantry=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Lax$/); // Secure and __Host- need https
      const out = await visitor.submit(await visitor.get('/data-sources'), {}, '/sign-out');
      assert.equal(out.status, 303);
      assert.match(out.headers['clear-site-data'], /"cache", "storage"/);
      assert.match(out.headers['set-cookie'].find((line) => line.startsWith('grantry=')), /^grantry=; .*Max-Age=0/);
    });

    test('D5: a session that somebody planted before the sign-in is not the one after it', async () => {
      const attacker = new Visitor(stack);
      const page = await attacker.get('/sign-in');
      const victim = new Visitor(stack);
      victim.cookies = { ...attacker.cookies, grantry: Buffer.alloc(32, 7).toString('base64url') };
      const done = await victim.submit(page, { email: 'ada@acme.test', password: PASSWORD }, '/sign-in');
      assert.equal(done.status, 303);
      assert.notEqual(victim.cookies.grantry, Buffer.alloc(32, 7).toString('base64url'));
      attacker.cookies.grantry = Buffer.alloc(32, 7).toString('base64url');
      assert.equal((await attacker.get('/data-sources')).status, 401);
    });

    test('D6, R50: a second cookie of our name, many, too long: never a session', async () => {
      const own = cookieOf(ada);
      const tossed = [`${own}; grantry=x`, `grantry=x; ${own}`, `${own}; ${own}`, `=grantry=${ada.cookies.grantry}; ${own}`, `=grantry=x; ${own}`,
        Array.from({ length: 200 }, (_, i) => `c${i}=1`).join('; ').concat(`; ${own}`)];
      for (const cookie of tossed) assert.equal((await ada.get('/data-sources', { headers: { cookie } })).status, 401, cookie.slice(0, 80));
      const long = await ada.get('/data-sources', { headers: { cookie: `${own}; c=${'x'.repeat(8100)}` } });
      assert.ok([400, 401, 431].includes(long.status), `${long.status}`);
      assert.equal((await ada.get('/data-sources')).status, 200);
    });

    test('D7: cookies that are none', async () => {
      const token = ada.cookies.grantry;
      for (const value of [`"${token}"`, ` ${token} x`, `${token},`, `${token}=`, `${token}A`, token.slice(0, -1), token.toUpperCase(), 'ÿþ', '', '%00', `${token}%00`, '\t', 'null', "' OR 1=1"]) {
        const [answer] = await raw(head('GET /data-sources HTTP/1.1', `Cookie: grantry=${value}`, 'Connection: close'));
        assert.ok([400, 401].includes(answer.status), `${JSON.stringify(value)}: ${answer.status}`);
      }
    });

    test('R62, D8, R60, R63, R66: the security headers of every answer', async () => {
      const pages = [await ada.get('/'), await ada.get('/data-sources'), await ada.get(PAGE), await ada.get('/nothing'), await ada.get('/data-sources', { method: 'DELETE' }),
        await new Visitor(stack).get('/data-sources'), await new Visitor(stack).get('/sign-in'), await ada.get(CALLBACK), await ada.post('/sign-out', { csrf: 'x' }),
        await ada.post('/sign-out', {}, { headers: { 'content-type': 'text/plain' } }), await ada.get('/data-sources', { headers: { host: 'evil.example' } }),
        await ada.get('/%zz'), await ada.get('/api/health'), await ada.get('/api/ready'), await ada.get('/api/nothing'), await ada.get('/static/app.css'),
        await ada.get('/static/app.js'), await ada.get('/static/none'), await ada.get('/data-sources', { headers: { origin: 'https://evil.example' } }),
        await ada.get(`/x?${'y'.repeat(9000)}`), await ada.post('/csp-report', { x: 'y'.repeat(70000) }), await ada.get('/static/icon.svg')];
      const statuses = new Set(pages.map((page) => page.status));
      for (const status of [200, 303, 400, 401, 403, 404, 405, 413, 415]) assert.ok(statuses.has(status), `no ${status} among them`);
      for (const page of pages) {
        const { headers } = page, what = `${page.status} ${words(page).slice(0, 60)}`;
        const names = page.rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase()).filter((name) => name !== 'set-cookie');
        assert.equal(new Set(names).size, names.length, `twice: ${names} of ${what}`);
        if (apache || ![413, 431].includes(page.status)) { // lighttpd gives up reading before it comes to its own headers
          assert.equal(headers['x-content-type-options'], 'nosniff', what);
          assert.equal(headers['cross-origin-resource-policy'], 'same-origin', what);
          assert.ok(/frame-ancestors 'none'/.test(headers['content-security-policy']) || headers['x-frame-options'] === 'DENY', `may be framed: ${what}`);
        }
        const policy = headers['content-security-policy'] ?? page.text.match(/http-equiv="Content-Security-Policy" content="([^"]*)"/)?.[1];
        assert.match(policy ?? '', /default-src 'none'/, what);
        assert.doesNotMatch(policy, /unsafe|\*|data:|http:/, what);
        assert.ok(headers['referrer-policy'] ?? /name="referrer" content="no-referrer"/.test(page.text), what);
        for (const name of Object.keys(headers)) assert.doesNotMatch(name, /^access-control-|^x-powered-by$/, what);
        assert.doesNotMatch(headers.server ?? '', /\d/, what);
        if (page.raw.length) assert.match(headers['content-type'], /; charset=utf-8$|^application\/json$|^image\/svg\+xml$/, what);
        if (headers['permissions-policy']) { // a program's own answer
          assert.equal(headers['cross-origin-opener-policy'], 'same-origin', what);
          assert.equal(headers['cache-control'], 'no-store', what);
          assert.equal(headers['referrer-policy'], page === pages[7] ? 'no-referrer' : 'same-origin', what);
        }
      }
    });

    test('D12: another Host is refused, and no header names one for us', async () => {
      for (const name of ['evil.example', `${host}.evil.example`, `evil.example:${host.split(':')[1]}`, `${host}@evil.example`, 'localhost', '', `${host}0`, '127.0.0.1'])
        for (const path of ['/sign-in', CALLBACK, '/nothing']) {
          const [answer] = await wire(stack.address, `GET ${path} HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`);
          assert.ok([400, 421].includes(answer.status), `${name} ${path}: ${answer.status}`);
        }
      const [two] = await wire(stack.address, `GET /sign-in HTTP/1.1\r\nHost: ${host}\r\nHost: evil.example\r\nConnection: close\r\n\r\n`);
      assert.equal(two.status, 400);
      const [absolute] = await wire(stack.address, `GET http://evil.example/sign-in HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      assert.equal(absolute.status, 400);
      const plain = await ada.get(`${PAGE}/client`);
      const spoofed = await ada.get(`${PAGE}/client`, { headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', forwarded: 'host=evil.example',
        'x-original-url': '/nothing', 'x-rewrite-url': '/nothing', 'x-forwarded-for': '1.2.3.4', 'x-real-ip': '1.2.3.4', 'x-host': 'evil.example' } });
      assert.equal(spoofed.text, plain.text);
      assert.match(plain.text, new RegExp(`${stack.address}/console/api/oauth/plugin/`));
    });

    test('D13: one CGI name from two fields is refused', async () => {
      const body = new URLSearchParams({ csrf: ada.token, workspace: 'x' }).toString();
      const post = (...more) => raw(head('POST /workspace HTTP/1.1', `Cookie: ${cookieOf(ada)}`, 'Content-Type: application/x-www-form-urlencoded',
        `Content-Length: ${body.length}`, 'Connection: close', ...more), body);
      const own = [`Origin: ${stack.address}`, 'Sec-Fetch-Site: same-origin'];
      assert.equal((await post(...own))[0].status, 404, 'it is this alone that is refused');
      for (const pair of [['Sec-Fetch-Site: cross-site', 'Sec_Fetch_Site: same-origin'], ['Sec_Fetch_Site: same-origin', 'Sec-Fetch-Site: cross-site'],
        ['Origin: https://evil.example', `Origin: ${stack.address}`], ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Site: same-origin']]) {
        const [answer] = await post(...pair);
        assert.ok([400, 403].includes(answer.status), `${pair}: ${answer.status}`);
      }
    });

    test('D14, D27: paths that climb or hide', async () => {
      const secret = await readFile(join(stack.var, 'grantry.conf'), 'utf8');
      for (const path of ['/..', '/../grantry.conf', '/static/../grantry.conf', '/static/%2e%2e/grantry.conf', '/static/%252e%252e/grantry.conf', '/static/..;/grantry.conf',
        '/static/%c0%ae%c0%ae/grantry.conf', '/static/..\\grantry.conf', '/static/..%5cgrantry.conf', '/static//etc/passwd', '/static/app.css%00.html', '/static/.',
        '//evil.example/', '/./data-sources', '/data-sources/.', '/data-sources%2f', '/%2e/data-sources', '/static/', '/static', '/.git/config', '/static/../../../../etc/passwd',
        '/data-sources/x.css', `${PAGE}/x.css`, '/data-sources.', '/data-sources%00', '/data-sources%0a', '/%ff%fe', '/data-sources?/../..']) {
        const [answer] = await raw(head(`GET ${path} HTTP/1.1`, `Cookie: ${cookieOf(ada)}`, 'Connection: close'));
        const fine = path.startsWith('/data-sources?') ? [200] : [400, 403, 404];
        assert.ok(fine.includes(answer.status), `${path}: ${answer.status}`);
        assert.ok(!answer.body.includes('db_password_dir') && !answer.body.includes('root:') && !answer.body.includes(secret), path);
        assert.doesNotMatch(answer.body, /Index of|<title>Index/, path);
      }
    });

    test('D16, D17: one request is one request', async () => {
      const form = `csrf=${ada.token}`;
      const smuggled = 'GET /members HTTP/1.1\r\nHost: x\r\n\r\n';
      const own = ['Content-Type: application/x-www-form-urlencoded', `Origin: ${stack.address}`, 'Sec-Fetch-Site: same-origin', `Cookie: ${cookieOf(ada)}`, 'Connection: close'];
      const post = (...more) => head('POST /workspace HTTP/1.1', ...own, ...more);
      const refused = {
        'length and chunks': [post(`Content-Length: ${form.length}`, 'Transfer-Encoding: chunked'), `0\r\n\r\n${smuggled}`],
        'two lengths': [post(`Content-Length: ${form.length}`, 'Content-Length: 0'), form],
        'a list of lengths': [post(`Content-Length: ${form.length}, 0`), form],
        'a signed length': [post(`Content-Length: +${form.length}`), form],
        'a negative length': [post('Content-Length: -5'), form],
        'a length in hex': [post('Content-Length: 0x10'), form],
        'a length of 2^63': [post('Content-Length: 9223372036854775808'), form],
        'a length of 2^31-1': [post('Content-Length: 2147483647'), ''],
        'no number': [post('Content-Length: x'), form],
        'a space before the colon': [post(`Content-Length : ${form.length}`), form],
        'odd chunks': [post('Transfer-Encoding: xchunked'), `0\r\n\r\n${smuggled}`],
        'chunks twice': [post('Transfer-Encoding: chunked', 'Transfer-Encoding: identity'), `0\r\n\r\n${smuggled}`],
        'a folded field': [post('X-A: 1\r\n 2', `Content-Length: ${form.length}`), form],
      };
      const still = await db.state();
      for (const [what, [lines, body]] of Object.entries(refused)) {
        const answers = await raw(lines, body);
        assert.ok(answers.length <= 1, `${what}: ${answers.length} answers`);
        // a folded field is obsolete, not false: it may also be read as a space
        const fine = what === 'a folded field' ? [400, 404] : [400, 411, 413, 501];
        for (const { status } of answers) assert.ok(fine.includes(status), `${what}: ${status}`);
      }
      const longer = await raw(post(`Content-Length: ${form.length}`), `${form}${smuggled}`);
      assert.ok(longer.length === 1 && longer[0].status === 404, 'what comes after the length is not read as the form');
      assert.equal(await db.state(), still);
    });

    test('D18: a large body is refused before a program sees it', async () => {
      const [answer] = await raw(head('POST /workspace HTTP/1.1', `Cookie: ${cookieOf(ada)}`, 'Content-Length: 1073741824', 'Connection: close'));
      assert.equal(answer.status, 413);
      for (const path of ['/workspace', '/csp-report', '/sign-in'])
        assert.equal((await ada.send(path, { method: 'POST', body: 'x='.padEnd(66 * 1024, 'y'), headers: { 'content-type': 'application/x-www-form-urlencoded' } })).status, 413, path);
    });

    test('D20: forms that mean harm', async () => {
      const still = await db.state();
      const send = (body) => ada.send('/workspace', { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded' } });
      const own = `csrf=${ada.token}&workspace=x`;
      for (const bad of ['%', '%z', '%zz', '%u0041', 'a%00b', '%00'])
        for (const body of [`${own}&x=${bad}`, `${own}&${bad}=x`]) assert.equal((await send(body)).status, 400, body);
      const many = await send(`${own}&${Array.from({ length: 5000 }, (_, i) => `a${i}=`).join('&')}`);
      assert.ok([400, 413].includes(many.status));
      for (const fine of ['a[]=1&a[]=2', '=', '&&&&', 'a', 'Config.VarEscapeMode=none', 'Query.x=1', '.=1', 'Error.Title=x', 'Me=1', 'csrf.x=1', 'a%5B%5D=%2B+'])
        assert.equal((await send(`${own}&${fine}`)).status, 404, fine);
      // names are never paths into the page's data
      const plain = await ada.get('/data-sources');
      for (const query of ['Config.VarEscapeMode=none', 'Query.q=<b>', 'Me.Name=Eve', 'Notice.Kind=bad&Notice.Text=gone', 'Search.Query=x', 'Csrf.Token=x', 'Providers.0.Label=x'])
        assert.equal((await ada.get(`/data-sources?${query}`)).text, plain.text, query);
      assert.ok([200, 400].includes((await ada.get('/data-sources?q=%zz')).status)); // lighttpd mends it: a search for "%zz"
      assert.equal(await db.state(), still);
    });

    test('D23: no method writes a file', async () => {
      for (const path of ['/static/new.txt', '/static/app.css', '/new.txt', '/data-sources']) {
        for (const method of ['PUT', 'DELETE', 'PATCH', 'MOVE', 'MKCOL', 'COPY', 'PROPFIND', 'TRACE']) {
          const page = await exchange(stack.address, path, { method, headers: { destination: `${stack.address}/static/x`, 'content-length': 1 }, body: 'x' }).catch(() => ({ status: 400 }));
          assert.ok([400, 403, 404, 405, 413, 501].includes(page.status), `${method} ${path}: ${page.status}`);
        }
      }
      for (const line of ['post /workspace HTTP/1.1', 'CONNECT evil.example:443 HTTP/1.1', 'GET  /data-sources HTTP/1.1', 'GET /data-sources']) {
        const [answer] = await raw([line, `Host: ${host}`, `Cookie: ${cookieOf(ada)}`, 'Connection: close']);
        assert.ok(!answer || answer.status >= 400, `${line}: ${answer?.status}`);
      }
      assert.deepEqual(await readdir(join(stack.var, 'empty')), []);
      await assert.rejects(readFile('static/new.txt'));
    });

    test('D30, R77: a name cannot become a header', async () => {
      assert.equal((await ada.addApiKey()).status, 303);
      const [id] = await ada.credentials();
      const page = await ada.get(`${PAGE}/credentials/${id}/rename`);
      for (const name of ['a\r\nSet-Cookie: x=1', 'a\nb', 'a\u0000b', 'a\u001bb', 'a\u202eb', 'a\u2028b', ' a', 'a ', '\u00a0a', '', 'x'.repeat(101), 'a\u200f'])
        assert.ok([400, 422].includes((await ada.submit(page, { name }, '/rename')).status), JSON.stringify(name));
      for (const next of ['/members%0d%0aX-Evil: 1', '/members\r\nX-Evil: 1']) {
        const visitor = new Visitor(stack);
        const done = await visitor.submit(await visitor.get('/sign-in'), { email: 'ada@acme.test', password: PASSWORD, next }, '/sign-in');
        assert.equal(done.headers['x-evil'], undefined);
      }
    });

    test('D32, R55: nothing of a person may be kept by a browser', async () => {
      for (const path of ['/data-sources', PAGE, '/members', '/password', `/connect/data-sources/${SANDBOX}`, `${PAGE}/client`]) {
        const page = await ada.get(path);
        assert.equal(page.headers['cache-control'], 'no-store', path);
        assert.equal(page.headers.etag ?? page.headers['last-modified'], undefined, path);
      }
    });

    test('D38, R105: each error is a page of ours, without internals', async () => {
      await ada.addApiKey('sbx-good-key', 'taken');
      const over = sandbox(stack);
      const [id] = await ada.credentials();
      const rename = await ada.get(`${PAGE}/credentials/${id}/rename`);
      const made = {
        400: await ada.get('/%zz'), 401: await new Visitor(stack).get('/data-sources'), 403: await ada.post('/sign-out', { csrf: 'x' }), 404: await ada.get('/nothing'),
        405: await ada.get('/sign-out'), 409: await ada.submit(rename, { version: '999', name: 'other' }, '/rename'),
        413: await ada.post('/sign-out', { x: 'y'.repeat(70000) }), 415: await ada.send('/sign-out', { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } }),
        422: await ada.addApiKey('sbx-wrong'), 429: await ada.addApiKey('sbx-limited-key'),
        502: await over.ctl({ fault: { endpoint: 'apikey', cut: 'reset', count: 1 } }).then(() => ada.addApiKey()),
      };
      for (const [status, page] of Object.entries(made)) {
        assert.equal(page.status, Number(status), words(page).slice(0, 100));
        assert.match(page.text, /<link rel="stylesheet" href="\/static\/app\.css">/, status);
        assert.match(page.text, /<h1[ >]/, status);
        assert.match(page.text, /<title>[^<]+Grantry<\/title>/, status);
        assert.doesNotMatch(page.text.replace(/value="[^"]*"/g, ''), /SELECT |INSERT |MySQL|MariaDB|anitizer|\.c:\d|\/tmp\/|errno|0x[0-9a-f]{6}|RC_|lighttpd|Apache/, status);
        if (status === '429' || status === '503') assert.match(page.headers['retry-after'] ?? '', /^\d+$/, status);
      }
      const json = await ada.get('/api/nothing');
      assert.equal(json.headers['content-type'], 'application/json');
      assert.deepEqual(Object.keys(JSON.parse(json.text)).sort(), ['code', 'message', 'reason', 'status']);
    });

    test('R51, R53, R54: sessions end when they are to', async () => {
      const entry = async () => {
        const visitor = new Visitor(stack);
        assert.equal((await visitor.signIn('ada@acme.test')).status, 303);
        assert.equal((await visitor.get('/data-sources')).status, 200);
        return visitor;
      };
      const ends = {
        'idle for 8 h': (sql) => sql('last_seen_at = last_seen_at - 8 * 3600'),
        'begun 24 h ago, though seen just now': (sql) => sql('created_at = created_at - 24 * 3600'),
      };
      for (const [why, age] of Object.entries(ends)) {
        const visitor = await entry();
        await age((change) => db.run(`UPDATE sessions SET ${change}`));
        assert.equal((await visitor.get('/data-sources')).status, 401, why);
        assert.equal((await visitor.post('/workspace', {})).status, 401, why);
      }
      const almost = await entry();
      await db.run('UPDATE sessions SET last_seen_at = last_seen_at - 8 * 3600 + 600, created_at = created_at - 24 * 3600 + 600');
      assert.equal((await almost.get('/data-sources')).status, 200, 'shortly before both limits');
      const one = await entry(), two = await entry(), ghost = new Visitor(stack);
      ghost.cookies = { ...one.cookies };
      assert.equal((await one.submit(await one.get('/data-sources'), {}, '/sign-out')).status, 303);
      assert.equal((await ghost.get('/data-sources')).status, 401, 'signed out');
      assert.equal((await two.get('/data-sources')).status, 200, 'another browser of the same person stays');
      const coded = new Visitor(stack);
      await coded.signIn('ada@acme.test', (await stack.operator('user', 'sign-in', 'ada@acme.test')).trim());
      ghost.cookies = { ...coded.cookies };
      assert.equal((await coded.submit(await coded.get('/password'), { password: PASSWORD, password_again: PASSWORD }, '/password')).status, 303);
      assert.equal((await coded.get('/data-sources')).status, 200);
      for (const other of [two, ghost, almost]) assert.equal((await other.get('/data-sources')).status, 401, 'the password was changed');
    });

    test('R54: disabled, removed, their workspace closed: the next request is refused', async () => {
      const ben = await signedIn(stack, 'ben@acme.test');
      const again = async () => { ben.cookies = {}; assert.equal((await ben.signIn('ben@acme.test')).status, 303); assert.equal((await ben.get('/data-sources')).status, 200); };
      const gone = async (what) => assert.equal((await ben.get('/data-sources')).status, 401, what);
      await stack.operator('user', 'disable', 'ben@acme.test');
      await gone('disabled');
      assert.equal((await new Visitor(stack).signIn('ben@acme.test')).status, 403);
      await stack.operator('user', 'enable', 'ben@acme.test');
      await gone('enabled, but signed out');
      await again();
      await db.run("UPDATE users SET disabled = 1 WHERE email = 'ben@acme.test'");
      await gone('disabled past the program');
      await db.run("UPDATE users SET disabled = 0 WHERE email = 'ben@acme.test'");
      await again();
      await db.run("UPDATE tenants SET disabled = 1 WHERE name = 'Acme Research'");
      await gone('the workspace is closed');
      assert.equal((await new Visitor(stack).signIn('ben@acme.test')).status, 403);
      await db.run("UPDATE tenants SET disabled = 0 WHERE name = 'Acme Research'");
      await again();
      await stack.operator('user', 'role', 'ben@acme.test', '--tenant', 'Acme Research', '--role', 'editor');
      assert.equal((await ben.get(`${PAGE}/api-key`)).status, 200, 'a new role counts at once');
      await stack.operator('user', 'role', 'ben@acme.test', '--tenant', 'Acme Research', '--role', 'member');
      assert.equal((await ben.get(`${PAGE}/api-key`)).status, 403);
      await stack.operator('user', 'remove', 'ben@acme.test', '--tenant', 'Acme Research');
      await gone('removed');
      assert.equal((await new Visitor(stack).signIn('ben@acme.test')).status, 403);
      await stack.operator('user', 'add', 'ben@acme.test', '--name', 'Ben', '--tenant', 'Acme Research', '--role', 'member');
    });

    test('E17, R52: another workspace is another session; what was begun in the first does not go on there', async () => {
      const visitor = await signedIn(stack, 'ada@acme.test');
      const old = { ...visitor.cookies };
      const { url } = await visitor.allowAccess();
      const back = await visitor.authorize(url);
      const page = await visitor.get('/data-sources');
      const other = [...page.text.matchAll(/name="workspace" value="([^"]*)"(?! aria-current)/g)].map((m) => m[1])[0];
      const token = forms(page).find((form) => form.action === '/workspace').fields.csrf;
      assert.equal((await visitor.post('/workspace', { csrf: token, workspace: other })).status, 303);
      assert.notEqual(visitor.cookies.grantry, old.grantry);
      const ghost = new Visitor(stack);
      ghost.cookies = old;
      assert.equal((await ghost.get('/data-sources')).status, 401);
      assert.equal((await visitor.get(back)).status, 400);
      assert.equal((await visitor.post('/workspace', { csrf: token, workspace: other })).status, 403, 'the old page posts with the old token');
      assert.deepEqual(await visitor.credentials(), []);
    });
  });
}

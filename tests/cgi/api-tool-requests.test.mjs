// SPDX-License-Identifier: Apache-2.0
// The way round: a description becomes plans, plans and arguments become requests, and validators that others wrote
// hold these against the description itself. What arrives must be what was given.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import express from 'express';
import { middleware } from 'express-openapi-validator';
import yaml from 'js-yaml';
import Enforcer from 'openapi-enforcer';

import { argumentsOf, WAYS } from './api-tool-values.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const bin = process.env.GRANTRY_BIN ?? join(root, 'build', 'start');
const fixture = (name) => readFile(join(root, 'tests', 'fixtures', 'openapi', name), 'utf8');
const pathOf = ({ url }) => url.replace(/^https?:\/\/[^/]+/, '');
const SERVER = 'https://api.example.test';

const piped = (program, input) => new Promise((done, failed) => {
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  const out = [];
  child.stdout.on('data', (chunk) => out.push(chunk));
  child.on('error', failed);
  child.on('close', (code) => (code === 0 ? done(Buffer.concat(out).toString()) : failed(new Error(`${program} ended with ${code}`))));
  child.stdin.end(input);
});

async function plansOf(document) {
  const records = (await piped(join(bin, 'grantry-import'), document)).trimEnd().split('\n');
  const of = (letter) => records.filter((record) => record[0] === letter).map((record) => JSON.parse(record.slice(1)));
  const plans = of('P');
  return of('O').map((operation, i) => ({ name: operation.name, plan: plans[i] }));
}

// Every operation in every way: {name, way, plan, arguments, sent, request}.
async function requestsOf(document) {
  const cases = (await plansOf(document)).flatMap(({ name, plan }) => WAYS.map((way) => ({ name, way, plan, ...argumentsOf(plan, way) })));
  const lines = cases.flatMap((c) => [JSON.stringify(c.plan), SERVER, JSON.stringify(c.arguments)]);
  const printed = (await piped(join(bin, 'tests', 'cgi', 'print_request'), `${lines.join('\n')}\n`)).trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.equal(printed.length, cases.length);
  return cases.map((c, i) => {
    assert.ok(printed[i].url, `${c.name}, ${c.way}: ${printed[i].text} ${JSON.stringify(c.arguments)}`);
    return { ...c, request: printed[i], label: `${c.name}, ${c.way}: ${printed[i].method} ${printed[i].url}` };
  });
}

const headersOf = ({ headers }) => Object.fromEntries(headers.map(([name, text]) => [name.toLowerCase(), text]));
const bytesOf = ({ body }) => Buffer.from(body ?? '', 'base64');
const fileText = (file) => (typeof file === 'string' ? Buffer.from(file) : Buffer.from(file.base64, 'base64')).toString('latin1');

// What stands in a body, by a reader that is not ours; the numbers of forms are still text.
async function decoded(request) {
  const type = headersOf(request)['content-type'] ?? '';
  const bytes = bytesOf(request);
  if (/json/.test(type)) return JSON.parse(bytes);
  if (!/^multipart|urlencoded/.test(type)) return bytes.toString(/octet|image/.test(type) ? 'latin1' : 'utf8');
  const form = /^multipart/.test(type) ? await new Response(bytes, { headers: { 'content-type': type } }).formData() : new URLSearchParams(bytes.toString());
  const all = {};
  for (const [name, text] of form) {
    const part = typeof text === 'string' ? text : Buffer.from(await text.arrayBuffer()).toString('latin1');
    (all[name] ??= []).push(part);
  }
  return all;
}

// The members of a form as the description types them: arrays by their encoding, objects as JSON or in brackets.
function typed(all, members) {
  const out = {};
  const scalar = (text, like) => (typeof like === 'number' ? Number(text) : typeof like === 'boolean' ? text === 'true' : text);
  for (const [name, like] of Object.entries(members)) {
    const file = like?.base64 !== undefined;
    if (Array.isArray(like)) {
      const parts = all[name].length === 1 && like.length !== 1 ? all[name][0].split(/[,|]/) : all[name];
      out[name] = parts.map((part, i) => scalar(part, like[i]));
    } else if (like && typeof like === 'object' && !file) {
      const deep = Object.keys(all).filter((key) => key.startsWith(`${name}[`));
      out[name] = deep.length > 0 ? Object.fromEntries(deep.map((key) => [key.slice(name.length + 1, -1), Number(all[key][0])])) : JSON.parse(all[name][0]);
    } else {
      out[name] = scalar(all[name]?.[0], like);
    }
  }
  return out;
}

// Files stand as what is in them.
function plain(sent) {
  if (Array.isArray(sent)) return sent.map(plain);
  if (sent && typeof sent === 'object') return sent.base64 === undefined ? Object.fromEntries(Object.entries(sent).map(([k, v]) => [k, plain(v)])) : fileText(sent);
  return sent;
}

async function bodyOf({ request, sent, plan }) {
  if (request.body === undefined) return undefined;
  const body = await decoded(request);
  if (plan.body.mode === 'members' && !/json/.test(plan.body.content_type)) return typed(body, sent.body);
  return body;
}

// This one wants binary strings as digits.
const digits = (bytes) => (Array.isArray(bytes) ? bytes.map(digits) : [...Buffer.from(bytes, 'latin1')].map((byte) => byte.toString(2).padStart(8, '0')).join(''));
function forValidator(body, { body: { file, members, content_type: type } }, api) {
  if (api.swagger && !/json/.test(type)) return Object.fromEntries(Object.entries(body).map(([name, text]) => [name, [text].flat().join('|')]));
  if (file) return digits(body);
  const files = (members ?? []).filter((member) => member.file && body[member.name] !== undefined);
  return files.length === 0 ? body : { ...body, ...Object.fromEntries(files.map(({ name }) => [name, digits(body[name])])) };
}

// And it takes every '?' for the beginning of the query.
const split = (path) => path.split('?').reduce((all, part, i) => `${all}${i === 1 ? '?' : '%3F'}${part}`);

// Validators make dates of dates, and leave out what is empty.
const same = (a) => JSON.parse(JSON.stringify(a, (key, v) => (typeof v === 'string' && /^\d{4}-\d\d-\d\dT/.test(v) ? new Date(v).toISOString() : v)) ?? 'null');
// A number that may be a text as well is a text to it.
const as = (there, given) => (Array.isArray(given) && Array.isArray(there) ? there.map((v, i) => as(v, given[i])) : typeof given === 'number' ? Number(there) : there);
const empty = (v) => v === undefined || (typeof v === 'object' && Object.keys(v).length === 0);

async function held(api, c) {
  const headers = headersOf(c.request);
  const body = await bodyOf(c);
  const arrived = body === undefined ? {} : { body: forValidator(body, c.plan, api) };
  const [result, error] = api.request({ method: c.request.method, path: split(pathOf(c.request)), headers, ...arrived });
  assert.ok(!error, `${c.label}\n${JSON.stringify(c.arguments)}\n${error}`);
  for (const [place, ours] of [['path', 'path'], ['query', 'query'], ['headers', 'header'], ['cookie', 'cookie']]) {
    for (const [name, given] of Object.entries(c.sent[ours])) {
      const there = result[place]?.[place === 'headers' ? name.toLowerCase() : name];
      if (empty(given) && empty(there)) continue;
      const meant = place === 'cookie' && typeof there === 'string' ? decodeURIComponent(there) : there; // it does not decode cookies
      assert.deepEqual(same(as(meant, given)), same(given), `${c.label}: ${name}`);
    }
  }
  if (body !== undefined) assert.deepEqual(same(body), same(plain(c.sent.body)), `${c.label}: body`);
}

for (const [name, least] of [['petstore.yaml', 19], ['httpbin.yaml', 26], ['alertmanager.yaml', 9], ['movie-reviews.yaml', 3], ['styles.yaml', 14], ['formats-2.0.yaml', 5]]) {
  test(`${name}: requests hold against the description`, async () => {
    const document = await fixture(name);
    const [api, error] = await Enforcer(yaml.load(document), { fullResult: true });
    assert.equal(error, undefined);
    const cases = await requestsOf(document);
    assert.equal(cases.length, least * WAYS.length);
    for (const c of cases) await held(api, c);
  });
}

// --- 3.1: over the wire, to a server that validates ---

const servers = [];
after(() => servers.forEach((server) => server.close()));

async function validating(document) {
  const app = express();
  app.use(express.json({ strict: false, type: ['application/json', 'application/*+json'] }), express.urlencoded({ extended: false }));
  app.use(middleware({ apiSpec: { ...document, servers: [{ url: '/' }] }, validateRequests: true, validateResponses: false, validateSecurity: false }));
  app.use((request, response) => response.json({ query: request.query, params: request.openapi?.pathParams, body: request.body }));
  app.use((error, request, response, next) => response.status(error.status ?? 500).json({ errors: error.errors, message: error.message }));
  const server = http.createServer(app);
  servers.push(server);
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  return server.address().port;
}

// What the server adds of its own are defaults.
function without(there, given) {
  if (Array.isArray(given)) return there.map((v, i) => without(v, given[i]));
  if (!given || typeof given !== 'object') return there;
  return Object.fromEntries(Object.entries(there).filter(([key]) => key in given).map(([key, v]) => [key, without(v, given[key])]));
}

const send = (port, { method, headers, body, url }) => new Promise((done, failed) => {
  const bytes = Buffer.from(body ?? '', 'base64');
  const request = http.request({ host: '127.0.0.1', port, method, path: pathOf({ url }), headers: [...headers.flat().map((text) => Buffer.from(text).toString('latin1')), ...(body === undefined ? [] : ['Content-Length', bytes.length]), 'Host', 'api.example.test', 'Connection', 'close'] }, async (response) => {
    const parts = [];
    for await (const part of response) parts.push(part);
    done({ status: response.statusCode, text: Buffer.concat(parts).toString() });
  });
  request.on('error', failed);
  request.end(bytes);
});

for (const name of ['fastapi.json', 'tictactoe.yaml']) {
  test(`${name}: a validating server takes the requests`, async () => {
    const document = await fixture(name);
    const port = await validating(yaml.load(document));
    for (const c of await requestsOf(document)) {
      const answer = await send(port, c.request);
      assert.equal(answer.status, 200, `${c.label}\n${JSON.stringify(c.arguments)}\n${answer.text}`);
      const arrived = JSON.parse(answer.text);
      for (const [key, given] of Object.entries(c.sent.path)) assert.deepEqual(arrived.params[key], given, c.label);
      for (const [key, given] of Object.entries(c.sent.query)) assert.deepEqual([arrived.query[key]].flat(), [given].flat(), c.label);
      if (c.sent.body && /json/.test(c.plan.body.content_type)) {
        assert.deepEqual(without(arrived.body, c.sent.body), c.sent.body, c.label);
      }
    }
  });
}

// --- the validators do see what is wrong ---

test('a wrong request is seen', async () => {
  const document = await fixture('styles.yaml');
  const [api] = await Enforcer(yaml.load(document), { fullResult: true });
  const cases = await requestsOf(document);
  const wrong = [
    ['pathMatrix', (r) => ({ ...r, url: r.url.replace(';ae=', ';b=') })],
    ['pathLabel', (r) => ({ ...r, url: r.url.replace('/.7', '/.x') })],
    ['queryOthers', (r) => ({ ...r, url: r.url.replace('%5BR%5D', '.R') })],
    ['queryForm', (r) => ({ ...r, url: r.url.replace('b=true', 'b=yes') })],
    ['headers', (r) => ({ ...r, headers: r.headers.map(([n, v]) => [n, n === 'X-Exploded' ? v.replaceAll('=', ',') : v]) })],
    ['bodyJson', (r) => ({ ...r, body: Buffer.from('{}').toString('base64') })],
  ];
  for (const [operation, spoil] of wrong) {
    const c = cases.find(({ name, way }) => name === operation && way === 'all');
    const spoilt = { ...c, request: spoil(c.request) };
    assert.notDeepEqual(spoilt.request, c.request, operation);
    await assert.rejects(held(api, spoilt), operation);
  }
});

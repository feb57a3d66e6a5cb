#!/usr/bin/env node
// Sandbox: an OAuth 2 provider for trials and tests. See README.md beside this file.
import { readFileSync, realpathSync, writeFileSync, mkdirSync, existsSync, renameSync } from 'node:fs';
import { setMaxListeners } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { applyOrders, reset, stateOf } from './control.mjs';
import { Faults } from './faults.mjs';
import { dumpModel, loadModel, newModel } from './model.mjs';
import { Gates, Record } from './record.mjs';
import { meetConnection, serve } from './server.mjs';

const HTTP_OPTIONS = { maxHeaderSize: 131_072, keepAliveTimeout: 60_000, requestTimeout: 0, headersTimeout: 0 };

/**
 * Starts a sandbox. `orders` is what POST /__ctl takes; `stateDir` keeps grants over restarts;
 * `tls` are options of tls.createServer, with `h2: true` for HTTP/2.
 * Returns { origin, port, close(), control(orders), state(), reset(), record(path?), clearRecord(), until(test), release(gate) }.
 */
export async function startSandbox({ port = 0, host = '127.0.0.1', tls = null, controlPort = null, stateDir = null, orders = {} } = {}) {
  const stop = new AbortController();
  setMaxListeners(0, stop.signal); // every delayed answer listens
  const record = new Record();
  const box = { origin: '', model: newModel(), faults: new Faults(), record, gates: new Gates(record), signal: stop.signal };
  const sockets = new Set();
  const servers = [await listen(makeServer(box, tls), host, port, box, sockets)];
  const actualPort = servers[0].address().port;
  box.origin = `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${actualPort}`;
  if (controlPort !== null) servers.push(await listen(makeServer(box, null), host, controlPort, null, sockets));
  if (stateDir) restore(box, stateDir);
  applyOrders(box, orders);

  async function close() {
    if (stop.signal.aborted) return;
    if (stateDir) save(box, stateDir);
    stop.abort();
    box.gates.releaseAll();
    const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
    for (const socket of sockets) socket.destroy();
    await Promise.all(closed);
  }

  return {
    origin: box.origin,
    port: actualPort,
    close,
    control: (more) => applyOrders(box, more),
    state: () => stateOf(box),
    reset: () => reset(box),
    record: (path) => record.list(path),
    clearRecord: () => record.clear(),
    until: (test) => record.until(test),
    release: (gate) => box.gates.release(gate),
  };
}

function makeServer(box, tls) {
  const handler = (req, res) => {
    res.on('error', () => {}); // the other side may leave at any time
    serve(box, req, res).catch((error) => fail(box, res, error));
  };
  if (!tls) return http.createServer(HTTP_OPTIONS, handler);
  const { h2, ...options } = tls;
  const server = h2
    ? http2.createSecureServer({ allowHTTP1: true, ...HTTP_OPTIONS, ...options }, handler)
    : https.createServer({ ...HTTP_OPTIONS, ...options }, handler);
  return server.on('tlsClientError', () => { box.record.connections.tls_errors += 1; });
}

function fail(box, res, error) {
  if (box.signal.aborted) return;
  console.error(error);
  if (!res.headersSent) res.writeHead(500).end();
}

function listen(server, host, port, box, sockets) {
  // First in line, so that a fault can take the connection before TLS or HTTP sees it.
  const others = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', function onConnection(socket) {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    if (box && meetConnection(box, socket)) return;
    for (const listener of others) listener.call(this, socket);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 1024 }, () => resolve(server.off('error', reject)));
  });
}

const stateFile = (dir) => join(dir, 'sandbox.json');

function restore(box, dir) {
  mkdirSync(dir, { recursive: true });
  if (existsSync(stateFile(dir))) loadModel(box.model, readFileSync(stateFile(dir), 'utf8'));
}

function save(box, dir) {
  writeFileSync(`${stateFile(dir)}.new`, dumpModel(box.model), { mode: 0o600 });
  renameSync(`${stateFile(dir)}.new`, stateFile(dir));
}

const OPTIONS = {
  port: { type: 'string', default: '0' },
  host: { type: 'string', default: '127.0.0.1' },
  state: { type: 'string' },
  'control-port': { type: 'string' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  'tls-min': { type: 'string' },
  'tls-max': { type: 'string' },
  'tls-ciphers': { type: 'string' },
  'tls-ask-cert': { type: 'boolean' },
  h2: { type: 'boolean' },
  'h2-window': { type: 'string' },
  help: { type: 'boolean' },
};

const USAGE = `usage: node sandbox.mjs [--port N] [--host ADDRESS] [--state DIR] [--control-port N]
  [--tls-cert FILE --tls-key FILE [--tls-min TLSv1.2] [--tls-max TLSv1.3] [--tls-ciphers LIST] [--tls-ask-cert] [--h2 [--h2-window BYTES]]]
`;

function tlsOptions(given) {
  if (!given['tls-cert'] && !given['tls-key']) return null;
  const options = {
    cert: readFileSync(given['tls-cert']),
    key: readFileSync(given['tls-key']),
    minVersion: given['tls-min'],
    maxVersion: given['tls-max'],
    ciphers: given['tls-ciphers'],
    requestCert: given['tls-ask-cert'],
    rejectUnauthorized: given['tls-ask-cert'],
    h2: given.h2,
    settings: given['h2-window'] && { initialWindowSize: Number(given['h2-window']) },
  };
  for (const key of Object.keys(options)) if (options[key] === undefined) delete options[key];
  return options;
}

async function main() {
  let given;
  try {
    given = parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    process.stderr.write(`${error.message}\n${USAGE}`);
    process.exit(2);
  }
  if (given.help) return void process.stdout.write(USAGE);
  const sandbox = await startSandbox({
    port: Number(given.port),
    host: given.host,
    tls: tlsOptions(given),
    controlPort: given['control-port'] === undefined ? null : Number(given['control-port']),
    stateDir: given.state,
  });
  const end = () => sandbox.close().then(() => process.exit(0));
  process.on('SIGTERM', end).on('SIGINT', end);
  process.stdout.write(`sandbox ready ${sandbox.origin}\n`);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main();

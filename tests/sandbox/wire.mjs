// Sending answers: the polite way through node's http, and the crooked way straight onto the socket.
import { STATUS_CODES } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { bodyOf } from './answers.mjs';

const WIRE_KNOBS = ['reason', 'informational', 'header_count', 'header_line_bytes', 'content_length', 'chunked', 'drip', 'cut', 'delay_body_ms'];

/** Only a fault that http would refuse to play needs the bare socket; others keep the connection alive. */
export const needsWire = (fault, answer) =>
  WIRE_KNOBS.some((key) => fault[key] !== undefined) || answer.status < 200 || answer.status === 204 || answer.status === 304
  || answer.headers.some(([name]) => name.toLowerCase() === 'content-length' || name.toLowerCase() === 'transfer-encoding');

export async function send(res, answer) {
  const body = bodyOf(answer);
  if (Buffer.isBuffer(body)) {
    res.writeHead(answer.status, [...answer.headers, ['Content-Length', body.length]].flat());
    res.end(body);
    return;
  }
  res.writeHead(answer.status, answer.headers.flat());
  for await (const chunk of body) {
    if (res.destroyed) return;
    if (!res.write(chunk)) await drained(res);
  }
  res.end();
}

/** Writes the answer byte by byte as the fault says, and ends the connection as it says. */
export async function sendWire(socket, answer, fault, signal) {
  if (!socket || socket.destroyed) return;
  socket.setNoDelay(true);
  let left = { all: fault.cut_after_bytes ?? (cutsAtOnce(fault) ? 0 : Infinity), body: fault.cut_after_body_bytes ?? Infinity };
  for await (const { part, bytes } of dripped(wireParts(answer, fault, signal), fault.drip, signal)) {
    const room = Math.min(left.all, part === 'body' ? left.body : Infinity);
    const piece = bytes.subarray(0, room);
    left = { all: left.all - piece.length, body: part === 'body' ? left.body - piece.length : left.body };
    if (piece.length > 0 && !await written(socket, piece)) return;
    if (piece.length < bytes.length || left.all === 0) break;
  }
  finish(socket, fault.cut ?? 'close');
}

/** `cut` without a place means: before the first byte. With `after` it means there. */
const cutsAtOnce = ({ cut, cut_after_bytes, cut_after_body_bytes }) =>
  cut !== undefined && cut_after_bytes === undefined && cut_after_body_bytes === undefined;

async function* wireParts(answer, fault, signal) {
  for (const early of informational(fault.informational)) yield { part: 'head', bytes: Buffer.from(early) };
  const body = bodyOf(answer);
  yield { part: 'head', bytes: Buffer.from(headText(answer, fault, body), 'latin1') };
  if (fault.delay_body_ms) await sleep(fault.delay_body_ms, null, { signal });
  for await (const bytes of Buffer.isBuffer(body) ? [body] : body) {
    yield { part: 'body', bytes: fault.chunked ? chunk(bytes) : bytes };
  }
  if (fault.chunked) yield { part: 'body', bytes: Buffer.from('0\r\n\r\n') };
}

/** A number: that many 102s. A list: { status, headers } each. */
function informational(given = []) {
  const list = typeof given === 'number' ? Array.from({ length: given }, () => ({ status: 102 })) : given;
  return list.map(({ status, headers = {} }) => head(status, undefined, Object.entries(headers)));
}

function headText(answer, fault, body) {
  const headers = [...answer.headers];
  const has = (name) => headers.some(([other]) => other.toLowerCase() === name);
  if (!has('date')) headers.push(['Date', new Date().toUTCString()]);
  headers.push(['Connection', 'close']);
  for (let n = 0; n < (fault.header_count ?? 0); n += 1) headers.push([`X-Filler-${n}`, 'x']);
  if (fault.header_line_bytes) headers.push(['X-Long', 'x'.repeat(Math.max(0, fault.header_line_bytes - 'X-Long: '.length))]);
  if (fault.chunked) headers.push(['Transfer-Encoding', 'chunked']);
  else if (fault.content_length !== undefined) headers.push(['Content-Length', fault.content_length]);
  else if (Buffer.isBuffer(body) && !has('content-length') && answer.status >= 200) headers.push(['Content-Length', body.length]);
  return head(answer.status, fault.reason, headers);
}

function head(status, reason, headers) {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${reason ?? STATUS_CODES[status] ?? 'Unknown'}\r\n${lines.join('')}\r\n`;
}

const chunk = (bytes) => Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);

/** `drip`: { bytes, interval_ms, from: 'headers' (default) | 'body' } */
async function* dripped(parts, drip, signal) {
  for await (const { part, bytes } of parts) {
    if (!drip || (drip.from === 'body' && part === 'head')) {
      yield { part, bytes };
      continue;
    }
    const step = drip.bytes ?? 1;
    for (let at = 0; at < bytes.length; at += step) {
      yield { part, bytes: bytes.subarray(at, at + step) };
      await sleep(drip.interval_ms ?? 1000, null, { signal });
    }
  }
}

/** True once the bytes have left; false if the other side is gone. */
function written(socket, bytes) {
  return new Promise((resolve) => {
    if (socket.destroyed) return resolve(false);
    const gone = () => resolve(false);
    socket.once('close', gone);
    socket.write(bytes, (error) => {
      socket.off('close', gone);
      resolve(!error);
    });
  });
}

function drained(res) {
  return new Promise((resolve) => {
    const done = () => {
      res.off('drain', done);
      res.off('close', done);
      resolve();
    };
    res.once('drain', done);
    res.once('close', done);
  });
}

/** How a connection ends: reset (RST), close (FIN both ways), half_close (FIN, still listening), silence (not at all). */
export function finish(socket, how) {
  if (how === 'reset') (socket._parent ?? socket).resetAndDestroy(); // under TLS the TCP socket is the parent
  if (how === 'close') socket.end(() => socket.destroySoon());
  if (how === 'half_close') socket.end();
}

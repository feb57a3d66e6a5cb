// Faults: which request meets one, and how it bends the answer. How the bytes then travel is in wire.mjs.
import { createBrotliCompress, createDeflate, createGzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { bodyOf, withHeader } from './answers.mjs';
import { checkKeys } from './model.mjs';

const ENDPOINTS = ['authorize', 'callback', 'token', 'revoke', 'introspect', 'userinfo', 'files', 'apikey', 'metadata', 'connection', '*'];
const MATCH = ['endpoint', 'grant_type', 'client_id', 'skip', 'count'];
const TIME = ['delay_before_ms', 'hold', 'gate', 'delay_ms', 'delay_body_ms'];
const ANSWER = ['process', 'status', 'headers', 'content_type', 'date_offset_s', 'redirect', 'body', 'body_base64', 'body_repeat',
  'raw_template', 'merge', 'omit', 'form', 'bom', 'charset', 'encoding'];
const WIRE = ['reason', 'informational', 'header_count', 'header_line_bytes', 'content_length', 'chunked', 'drip',
  'cut', 'cut_after_bytes', 'cut_after_body_bytes', 'h2'];
const CALLBACK = ['after_consent', 'error', 'error_description', 'error_uri', 'with_code', 'redirect_to', 'status', 'query',
  'omit', 'set', 'add', 'second_code', 'extra_params'];
const CHOICES = {
  endpoint: ENDPOINTS,
  hold: ['before', 'after'],
  cut: ['reset', 'close', 'half_close', 'silence'],
  encoding: ['gzip', 'deflate', 'br'],
  charset: ['utf8', 'utf16le', 'latin1'],
  h2: ['goaway', 'reset'],
};

/** The faults in force, in the order they were set; the first that fits is used. */
export class Faults {
  #list = [];
  #next = 1;

  add(given) {
    const known = given.endpoint === 'callback' ? [...MATCH, ...CALLBACK] : [...MATCH, ...TIME, ...ANSWER, ...WIRE];
    checkKeys(given, known, 'fault knob');
    for (const [key, values] of Object.entries(CHOICES)) {
      const missing = key === 'endpoint' && given[key] === undefined;
      if (missing || (given[key] !== undefined && !values.includes(given[key]))) {
        throw new TypeError(`${key} is one of ${values.join(', ')}`);
      }
    }
    // A connection cannot be told apart from the control connection, hence once unless asked otherwise.
    const count = given.count ?? (given.endpoint === 'connection' ? 1 : null);
    this.#list.push({ ...given, count, skip: given.skip ?? 0, id: this.#next++, fired: 0 });
  }

  clear() { this.#list = []; }

  list() { return this.#list; }

  /** The fault for this request, or null. Using it up counts. */
  take(ctx, endpoint, also = () => true) {
    for (const fault of this.#list) {
      if (!fits(fault, ctx, endpoint) || !also(fault)) continue;
      if (fault.skip > 0) {
        fault.skip -= 1;
        continue;
      }
      fault.fired += 1;
      return fault;
    }
    return null;
  }
}

function fits(fault, ctx, endpoint) {
  if (fault.count !== null && fault.fired >= fault.count) return false;
  if (fault.endpoint !== endpoint && !(fault.endpoint === '*' && !['callback', 'connection'].includes(endpoint))) return false;
  if (fault.grant_type && fault.grant_type !== ctx.grantType) return false;
  return !fault.client_id || fault.client_id === ctx.clientId;
}

/** Whether the request is carried out although its answer is bent: yes, unless the answer is given in full. */
export const processes = (fault) =>
  fault.process ?? ['status', 'redirect', 'body', 'body_base64', 'body_repeat'].every((key) => fault[key] === undefined);

/** Replaces {{name}}; names without a value stay as they are, so that a forgotten one is seen. */
export const fill = (template, values, encode = String) =>
  template.replace(/\{\{(\w+)\}\}/g, (whole, name) => (values[name] === undefined ? whole : encode(values[name])));

/** The answer as the fault wants it. `answer` is the normal one, or null if the request was not carried out. */
export function alter(answer, fault, ctx) {
  const refused = answer !== null && answer.status >= 300;
  const bent = answer
    ? { ...answer, headers: [...answer.headers] }
    : { status: 200, headers: [['Content-Type', 'application/json']], json: {} };
  // A request that was refused on its own account keeps its true answer: there is nothing to template.
  if (!refused) bendBody(bent, fault, ctx);
  if (fault.redirect !== undefined) {
    bent.status = 302;
    bent.headers = withHeader(bent.headers, 'Location', fill(fault.redirect, valuesOf(ctx, answer)));
  }
  if (fault.status !== undefined) bent.status = fault.status;
  bendHeaders(bent, fault);
  return bent;
}

function bendBody(bent, fault, ctx) {
  const values = valuesOf(ctx, bent);
  if (bent.json && (fault.merge || fault.omit)) bent.json = merged(bent.json, fault);
  if (bent.json && fault.form) {
    bent.body = new URLSearchParams(Object.entries(bent.json)).toString();
    bent.headers = withHeader(bent.headers, 'Content-Type', 'application/x-www-form-urlencoded; charset=utf-8');
  }
  if (fault.raw_template !== undefined) bent.body = fill(fault.raw_template, values);
  if (fault.body !== undefined) bent.body = fill(fault.body, values);
  if (fault.body_base64 !== undefined) bent.body = Buffer.from(fault.body_base64, 'base64');
  if (fault.body_repeat !== undefined) bent.body = repeated(fault.body_repeat);
  if (fault.charset) bent.body = Buffer.from(bodyOf(bent).toString(), fault.charset);
  if (fault.bom) bent.body = Buffer.concat([bomOf(fault.charset), Buffer.from(bodyOf(bent))]);
  if (fault.encoding) encodeBody(bent, fault.encoding);
}

const valuesOf = (ctx, answer) =>
  ({ ...ctx.client, client_id: ctx.clientId, state: ctx.params.get('state') ?? undefined, query: ctx.query, ...answer?.json });

function merged(json, { merge = {}, omit = [] }) {
  const result = { ...json, ...merge };
  for (const name of omit) delete result[name];
  return result;
}

const bomOf = (charset) => Buffer.from(charset === 'utf16le' ? [0xff, 0xfe] : [0xef, 0xbb, 0xbf]);

const COMPRESSORS = { gzip: createGzip, deflate: createDeflate, br: createBrotliCompress };

function encodeBody(bent, encoding) {
  const body = bodyOf(bent);
  const source = Buffer.isBuffer(body) ? Readable.from([body]) : Readable.from(body);
  bent.body = source.pipe(COMPRESSORS[encoding]());
  bent.headers = withHeader(bent.headers, 'Content-Encoding', encoding);
}

const BLOCK_BYTES = 65_536;

/** before + unit × times + after, made while it is sent; `endless` never comes to `after`. {{n}} in unit counts. */
async function* repeated({ before = '', unit = ' ', times = 1, endless = false, after = '' }) {
  if (before) yield Buffer.from(before);
  const perBlock = Math.max(1, Math.floor(BLOCK_BYTES / unit.length));
  const counted = unit.includes('{{n}}');
  const full = counted ? null : Buffer.from(unit.repeat(perBlock));
  for (let n = 0; endless || n < times; n += perBlock) {
    const units = endless ? perBlock : Math.min(perBlock, times - n);
    if (counted) yield Buffer.from(Array.from({ length: units }, (_, i) => unit.replaceAll('{{n}}', n + i)).join(''));
    else yield units === perBlock ? full : Buffer.from(unit.repeat(units));
  }
  if (after) yield Buffer.from(after);
}

function bendHeaders(bent, fault) {
  if (fault.content_type !== undefined) bent.headers = withHeader(bent.headers, 'Content-Type', fault.content_type);
  if (fault.date_offset_s !== undefined) {
    bent.headers = withHeader(bent.headers, 'Date', new Date(Date.now() + fault.date_offset_s * 1000).toUTCString());
  }
  // An object replaces headers; a list of pairs adds to them, so that one name may come several times.
  if (Array.isArray(fault.headers)) bent.headers.push(...fault.headers);
  else for (const [name, value] of Object.entries(fault.headers ?? {})) bent.headers = withHeader(bent.headers, name, value);
}

// SPDX-License-Identifier: Apache-2.0
// A runtime: asks with its key, and has every answer compared with docs/openapi.json.
//
//   const runtime = new Runtime(stack, key);
//   const answer = await runtime.get(path);            answer.status, answer.headers, answer.body
//   await runtime.handOut('?name=x'), runtime.byId(id), runtime.byReference(text), runtime.list('?state=active')
//   await runtime.report(id, etag, 401); await runtime.register({ models: [] }), runtime.registered()
import { exchange, SANDBOX } from './visitor.mjs';
import { contract } from './openapi.mjs';

export class Runtime {
  constructor(stack, key) {
    this.stack = stack;
    this.key = key;
  }

  async send(method, path, { headers = {}, body, key = this.key } = {}) {
    const own = key === null ? {} : { authorization: `Bearer ${key}` };
    const answer = contract.check(method, path, await exchange(this.stack.address, path, { method, headers: { ...own, ...headers }, body }));
    return { ...answer, body: answer.raw.length > 0 ? JSON.parse(answer.text) : undefined };
  }

  get = (path, options) => this.send('GET', path, options);
  handOut = (query = '', options) => this.get(`/api/v1/credentials/${SANDBOX}${query}`, options);
  byId = (id, options) => this.get(`/api/v1/credentials/${id}`, options);
  byReference = (text, options) => this.get(`/api/v1/credential?reference=${encodeURIComponent(text)}`, options);
  list = (query = '', options) => this.get(`/api/v1/credentials${query}`, options);

  post(id, text, { type = 'application/json', ...options } = {}) {
    const headers = { 'content-length': Buffer.byteLength(text), ...(type ? { 'content-type': type } : {}), ...options.headers };
    return this.send('POST', `/api/v1/credentials/${id}/rejected`, { ...options, headers, body: text });
  }

  // What is registered: a document, or text that should be one.
  register(document, { type = 'application/json', ...options } = {}) {
    const text = typeof document === 'string' ? document : JSON.stringify(document);
    return this.send('PUT', '/api/v1/registry', { ...options, body: text,
      headers: { 'content-length': Buffer.byteLength(text), ...(type ? { 'content-type': type } : {}), ...options.headers } });
  }

  // A call of an API tool: arguments, or a text that should be a body.
  invoke(tool, operation, said = {}, { type = 'application/json', credential, ...options } = {}) {
    const text = typeof said === 'string' ? said : JSON.stringify({ arguments: said, ...(credential ? { credential } : {}) });
    return this.send('POST', `/api/v1/api-tools/${encodeURIComponent(tool)}/operations/${encodeURIComponent(operation)}`, { ...options, body: text,
      headers: { 'content-length': Buffer.byteLength(text), ...(type ? { 'content-type': type } : {}), ...options.headers } });
  }

  registered = (options) => this.get('/api/v1/registry', options);

  report = (id, etag, status = 401, options) => this.post(id, JSON.stringify({ etag, status }), options);

  // Asks again while the answer is "renewing", as a runtime would.
  async until(ask) {
    for (;;) {
      const answer = await ask();
      if (answer.body?.code !== 'renewing') return answer;
    }
  }
}

export const newKey = async (stack, name, ...more) =>
  (await stack.operator('key', 'add', name, '--tenant', 'Acme Research', ...more)).trim();

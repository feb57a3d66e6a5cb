// SPDX-License-Identifier: Apache-2.0
// A person with a browser, as far as HTTP sees it: cookies, forms with their hidden fields, no scripts.
//
//   const ada = await signedIn(stack, 'ada@acme.test');
//   const page = await ada.get('/data-sources');            page.status, page.text, page.headers, page.location
//   await ada.submit(page, { name: 'x' });                  posts the page's form with what is in it
//   const flow = await ada.allowAccess();                   up to the provider's URL
//   const back = await ada.authorize(flow.url);             the sandbox's answer: the callback URL
//   const result = await ada.follow(back);                  callback, then the page that it leads to
import { request } from 'node:http';

export const SANDBOX = 'grantry/sandbox/sandbox_drive';
export const TOOL = 'grantry/sandbox/sandbox_tool';
export const TRIGGER = 'grantry/sandbox/sandbox_trigger';
export const MODEL = 'grantry/sandbox/sandbox_model';
export const EXTENSION = 'grantry/sandbox/sandbox_extension';
export const PASSWORD = 'correct horse battery';
export const CALLBACK = `/console/api/oauth/plugin/${SANDBOX}/datasource/callback`;

// Where a provider's pages are.
export const home = (provider) => `/${[TOOL, TRIGGER, MODEL, EXTENSION].includes(provider) || provider.startsWith('api-tools/') ? 'tools' : 'data-sources'}/${provider}`;

// Bytes as they are: no redirects, no decoding, any header. Resolves to { status, headers, raw, text }.
export function exchange(address, path, { method = 'GET', headers = {}, body } = {}) {
  const url = new URL(address);
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: url.hostname, port: url.port, path, method, headers: { host: url.host, ...headers } },
      (answer) => {
        const chunks = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const raw = Buffer.concat(chunks);
          resolve({ status: answer.statusCode, headers: answer.headers, rawHeaders: answer.rawHeaders, raw, text: raw.toString('utf8'),
            location: answer.headers.location });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

export const unescapeHtml = (text) =>
  text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&#39;/g, "'").replace(/&amp;/g, '&');

// What a reader sees of a page.
export const words = (page) =>
  unescapeHtml(page.text.replace(/<(script|style)[^>]*>.*?<\/\1>/gs, ' ').replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ').trim();

export const attribute = (tag, name) => unescapeHtml(tag.match(new RegExp(`\\s${name}="([^"]*)"`))?.[1] ?? '');

// The forms of a page: [{ action, method, fields }], fields as a browser would send them untouched.
export function forms(page) {
  return [...page.text.matchAll(/<form[^>]*>.*?<\/form>/gs)].map(([form]) => {
    const fields = {};
    for (const [tag] of form.matchAll(/<input[^>]*>/g)) {
      const type = attribute(tag, 'type'), name = attribute(tag, 'name');
      if (!name || type === 'submit') continue;
      if ((type === 'checkbox' || type === 'radio') && !/\schecked(?=[\s>])/.test(tag)) continue;
      if (/\sdisabled(?=[\s>])/.test(tag)) continue;
      if (type !== 'radio' && name in fields) fields[name] = [fields[name], attribute(tag, 'value')].flat();
      else fields[name] = attribute(tag, 'value');
    }
    for (const [, head, text] of form.matchAll(/<textarea([^>]*)>(.*?)<\/textarea>/gs)) fields[attribute(head, 'name')] = unescapeHtml(text);
    for (const [select, head] of form.matchAll(/<select([^>]*)>.*?<\/select>/gs)) {
      const options = [...select.matchAll(/<option[^>]*>/g)].map(([tag]) => tag);
      const chosen = options.find((tag) => /\sselected(?=[\s>])/.test(tag)) ?? options[0];
      if (chosen) fields[attribute(head, 'name')] = attribute(chosen, 'value');
    }
    return { action: attribute(form, 'action'), method: attribute(form, 'method') || 'get', fields,
      upload: attribute(form.slice(0, form.indexOf('>') + 1), 'enctype') === 'multipart/form-data' };
  });
}

// A form with files, as a browser writes it. A file is { file: 'name.yaml', type, text }.
export function multipart(fields, boundary = '----visitor') {
  const parts = Object.entries(fields).flatMap(([name, value]) => [value].flat().map((one) => [name, one])).map(([name, value]) => {
    const file = typeof value === 'object';
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file ? `; filename="${value.file}"\r\nContent-Type: ${value.type ?? 'application/octet-stream'}` : ''}`;
    return Buffer.concat([Buffer.from(`${head}\r\n\r\n`), Buffer.from(file ? value.text : String(value)), Buffer.from('\r\n')]);
  });
  return { body: Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]), type: `multipart/form-data; boundary=${boundary}` };
}

export class Visitor {
  constructor(stack) {
    this.stack = stack;
    this.cookies = {};
  }

  async send(path, { method = 'GET', form, headers = {}, body } = {}) {
    const own = { cookie: Object.entries(this.cookies).map(([name, value]) => `${name}=${value}`).join('; ') };
    if (!own.cookie) delete own.cookie;
    if (form) {
      body = new URLSearchParams(Object.entries(form).flatMap(([name, value]) => [value].flat().map((one) => [name, one]))).toString();
      own['content-type'] = 'application/x-www-form-urlencoded';
    }
    if (method === 'POST') {
      own.origin = this.stack.address;
      own['sec-fetch-site'] = 'same-origin';
      own['content-length'] = Buffer.byteLength(body ?? '');
    }
    const target = path.startsWith('http') ? path.slice(new URL(path).origin.length) || '/' : path;
    const page = await exchange(this.stack.address, target, { method, headers: { ...own, ...headers }, body });
    for (const line of page.headers['set-cookie'] ?? []) {
      const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
      if (value && !/max-age=0/i.test(line)) this.cookies[name] = value;
      else delete this.cookies[name];
    }
    return page;
  }

  get(path, options = {}) {
    return this.send(path, options);
  }

  post(path, form, options = {}) {
    return this.send(path, { ...options, method: 'POST', form });
  }

  upload(path, fields, { headers = {}, ...options } = {}) {
    const { body, type } = multipart(fields);
    return this.send(path, { ...options, method: 'POST', body, headers: { 'content-type': type, ...headers } });
  }

  // The form whose action ends with where (default: the last one that posts), filled in further.
  submit(page, fields = {}, where = '') {
    const form = forms(page).filter((f) => f.method === 'post' && f.action.endsWith(where)).pop();
    if (!form) throw new Error(`no form for "${where}" on this page (${page.status}): ${words(page).slice(0, 200)}`);
    return form.upload ? this.upload(form.action, { ...form.fields, ...fields }) : this.post(form.action, { ...form.fields, ...fields });
  }

  async csrf() {
    return forms(await this.get('/members')).map((f) => f.fields.csrf).find(Boolean);
  }

  async signIn(email, password = PASSWORD) {
    return this.submit(await this.get('/sign-in'), { email, password }, '/sign-in');
  }

  async useCustomClient(provider = SANDBOX, fields = { client_id: 'sandbox-client', client_secret: 'sandbox-secret' }) {
    const named = Object.fromEntries(Object.entries(fields).map(([name, value]) => [`field.${name}`, value]));
    return this.submit(await this.get(`${home(provider)}/client`), { client: 'custom', then: 'save', ...named }, '/client');
  }

  async addApiKey(key = 'sbx-good-key', name = '', provider = SANDBOX) {
    return this.submit(await this.get(`${home(provider)}/api-key`), { name, 'field.api_key': key }, '/api-key');
  }

  // Allow Access: the page that leads to the provider, and the authorization request in it.
  async allowAccess(provider = SANDBOX, query = '') {
    const page = await this.submit(await this.get(`/connect${home(provider)}${query}`), {}, provider + query);
    const url = unescapeHtml(page.text.match(/http-equiv="refresh" content="0;\s*url=([^"]*)"/)?.[1] ?? '');
    return { page, url };
  }

  // The sandbox as a person would use it, at once; answers the URL that it sends the browser back to.
  async authorize(url, who = 'ada') {
    const answer = await exchange(new URL(url).origin, `${url.slice(new URL(url).origin.length)}&auto=${who}`);
    return answer.location;
  }

  // Callback, then the clean page that it redirects to.
  async follow(url, options = {}) {
    const callback = await this.get(url, options);
    const result = callback.status === 303 ? await this.get(callback.location) : callback;
    return { callback, result, status: result.status, text: result.text };
  }

  // The whole way; the sandbox says yes.
  async connect(who = 'ada', provider = SANDBOX, query = '') {
    const { url } = await this.allowAccess(provider, query);
    return this.follow(await this.authorize(url, who));
  }

  // The authorizations that the provider page shows: [{ name, id }], ids from the links.
  async credentials(provider = SANDBOX) {
    const page = await this.get(`${home(provider)}`);
    return [...new Set([...page.text.matchAll(/\/credentials\/([0-9a-f-]{36})\//g)].map((m) => m[1]))];
  }
}

// Signed in with a password of their own (set by a one-time code the first time).
export async function signedIn(stack, email) {
  const visitor = new Visitor(stack);
  const code = (await stack.operator('user', 'sign-in', email)).trim();
  await visitor.signIn(email, code);
  const page = await visitor.get('/password');
  await visitor.submit(page, { password: PASSWORD, password_again: PASSWORD }, '/password');
  return visitor;
}

// What the sandbox provider received, its knobs, its counters.
export const sandbox = (stack) => ({
  ctl: async (orders) => {
    const { status, text } = await exchange(stack.sandbox, '/__ctl', orders
      ? { method: 'POST', body: JSON.stringify(orders), headers: { 'content-type': 'application/json' } } : {});
    if (status !== 200) throw new Error(`the sandbox refuses an order: ${text}`);
    return JSON.parse(text);
  },
  reset: () => exchange(stack.sandbox, '/__ctl/reset', { method: 'POST' }),
  record: async (path = '') => JSON.parse((await exchange(stack.sandbox, `/__record${path ? `?path=${path}` : ''}`)).text),
  clear: () => exchange(stack.sandbox, '/__record', { method: 'DELETE' }),
});

// What the sandbox received: every request in order, counters, and a way to wait for them without sleeping.
const REQUESTS_MAX = 5000;
const BODY_CHARS_MAX = 16_384;

const GRANT_TYPES = ['authorization_code', 'refresh_token'];

const newCounter = () => ({ requests: 0, active: 0, max_active: 0, statuses: {} });

export class Record {
  #requests = [];
  #watchers = new Set();
  #next = 1;

  constructor() { this.clear(); }

  clear() {
    this.#requests = [];
    this.endpoints = {};
    this.grants = {};     // by grant_type, at the token endpoint
    this.connections = { opened: 0, open: this.connections?.open ?? 0, tls_errors: 0 };
    this.held = {};       // gate -> requests waiting there
  }

  /** Notes an arrival; returns what `answered` and `left` need. */
  arrived(ctx) {
    const { req, method, path, query, body, bodyBytes, grantType } = ctx;
    const entry = {
      n: this.#next++, time: new Date().toISOString(), endpoint: ctx.endpoint, method, path, query,
      http_version: req.httpVersion, headers: req.headers, raw_headers: req.rawHeaders,
      body: body.length > BODY_CHARS_MAX ? body.slice(0, BODY_CHARS_MAX) : body, body_bytes: bodyBytes,
      remote_port: req.socket.remotePort, status: null, fault: null, ms: null,
    };
    this.#requests.push(entry);
    if (this.#requests.length > REQUESTS_MAX * 1.2) this.#requests.splice(0, this.#requests.length - REQUESTS_MAX);

    const counters = [this.endpoints[ctx.endpoint] ??= newCounter()];
    if (ctx.endpoint === 'token') counters.push(this.grants[GRANT_TYPES.includes(grantType) ? grantType : 'other'] ??= newCounter());
    for (const counter of counters) {
      counter.requests += 1;
      counter.active += 1;
      counter.max_active = Math.max(counter.max_active, counter.active);
    }
    this.poke();
    return { entry, counters, begun: performance.now() };
  }

  answered({ entry, counters }, status, fault) {
    entry.status = status;
    entry.fault = fault?.id ?? null;
    for (const { statuses } of counters) statuses[status] = (statuses[status] ?? 0) + 1;
  }

  left({ entry, counters, begun }) {
    entry.ms = Math.round(performance.now() - begun);
    for (const counter of counters) counter.active -= 1;
    this.poke();
  }

  list(path) {
    const recent = this.#requests.slice(-REQUESTS_MAX);
    return path ? recent.filter((entry) => entry.path === path) : recent;
  }

  /** Resolves once `test(this)` holds. */
  until(test) {
    if (test(this)) return Promise.resolve();
    return new Promise((resolve) => this.#watchers.add({ test, resolve }));
  }

  poke() {
    for (const watcher of this.#watchers) {
      if (!watcher.test(this)) continue;
      this.#watchers.delete(watcher);
      watcher.resolve();
    }
  }
}

/** Gates: requests wait at a named one until it is released. */
export class Gates {
  #waiting = new Map();

  constructor(record) { this.record = record; }

  wait(name = 'default') {
    return new Promise((resolve) => {
      this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), resolve]);
      this.#count(name);
    });
  }

  release(name = 'default') {
    const waiting = this.#waiting.get(name) ?? [];
    this.#waiting.delete(name);
    this.#count(name);
    for (const resolve of waiting) resolve();
    return waiting.length;
  }

  releaseAll() {
    for (const name of [...this.#waiting.keys()]) this.release(name);
  }

  #count(name) {
    this.record.held[name] = this.#waiting.get(name)?.length ?? 0;
    this.record.poke();
  }
}

// An answer is { status, headers: [[name, value], ...], body, json? }. Handlers make them, faults bend them.
const NO_STORE = [['Cache-Control', 'no-store'], ['Pragma', 'no-cache']];

export function json(value, status = 200, headers = []) {
  return { status, headers: [['Content-Type', 'application/json'], ...NO_STORE, ...headers], json: value };
}

export const oauthError = (error, description, status = 400, headers = []) =>
  json({ error, error_description: description }, status, headers);

const PAGE_HEADERS = [
  ['Content-Type', 'text/html; charset=utf-8'],
  ['Cache-Control', 'no-store'],
  // No form-action here: the consent form ends in a redirect to the client, which browsers count as its target.
  ['Content-Security-Policy', "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"],
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
];

export const page = (html, status = 200, headers = []) => ({ status, headers: [...PAGE_HEADERS, ...headers], body: html });

export const file = (type, body) => ({ status: 200, headers: [['Content-Type', type], ['Cache-Control', 'max-age=300']], body });

export const redirect = (location, status = 302, headers = []) =>
  ({ status, headers: [['Location', location], ['Cache-Control', 'no-store'], ...headers], body: '' });

export const notAllowed = (methods) =>
  ({ status: 405, headers: [['Allow', methods], ['Content-Type', 'text/plain']], body: `Only ${methods} here.\n` });

/** The bytes of an answer; a body may also be an async iterable, which is left as it is. */
export function bodyOf(answer) {
  if (answer.body !== undefined && typeof answer.body !== 'string') return answer.body;
  return Buffer.from(answer.body ?? JSON.stringify(answer.json));
}

/** Sets, replaces or (with null) removes a header. */
export function withHeader(headers, name, value) {
  const kept = headers.filter(([other]) => other.toLowerCase() !== name.toLowerCase());
  return value === null ? kept : [...kept, [name, value]];
}

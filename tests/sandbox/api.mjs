// Sandbox Drive, the API behind the tokens: who am I, a few files, and a check for API keys.
import { setTimeout as sleep } from 'node:timers/promises';
import { json, notAllowed } from './answers.mjs';
import { bearerGrant } from './model.mjs';

const FILES = [
  { id: 'f-1', name: 'Welcome.md', mime_type: 'text/markdown', size: 62, modified: '2026-01-12T09:30:00Z', text: '# Welcome\n\nThis file lives in Sandbox Drive. Nothing here is real.' },
  { id: 'f-2', name: 'Analytical engine.md', mime_type: 'text/markdown', size: 71, modified: '2026-02-03T14:05:00Z', text: 'It weaves algebraical patterns just as the loom weaves flowers and leaves.' },
  { id: 'f-3', name: 'Groceries.csv', mime_type: 'text/csv', size: 38, modified: '2026-02-20T18:44:00Z', text: 'item,count\napples,6\nbread,1\ntea,2\n' },
];

const accountOf = (user, origin) =>
  ({ sub: user.sub, name: user.name, email: user.email, picture: `${origin}/avatar/${user.username}.svg` });

const unauthorized = (message, challenge) => json({ error: { message } }, 401, [['WWW-Authenticate', challenge]]);

export function userinfo(ctx) {
  if (ctx.method !== 'GET' && ctx.method !== 'POST') return notAllowed('GET, POST');
  const found = bearerGrant(ctx.model, bearerOf(ctx) ?? '');
  if (!found) return unauthorized('The access token is missing, expired or revoked', 'Bearer error="invalid_token"');
  return json(accountOf(found.user, ctx.origin));
}

/** GET /files, GET /files/ID (files.read), POST /files {name} (files.write). An API key opens all of them. */
export async function files(ctx) {
  const need = ctx.method === 'POST' ? 'files.write' : 'files.read';
  const refusal = await refuse(ctx, need);
  if (refusal) return refusal;
  const id = ctx.path.slice('/files/'.length);
  if (ctx.method === 'POST' && !id) return addFile(ctx);
  if (ctx.method !== 'GET') return notAllowed('GET, POST');
  if (!id) return json({ files: FILES.map(({ text, ...facts }) => facts) });
  const found = FILES.find((one) => one.id === id);
  return found ? json(found) : json({ error: { message: 'No such file' } }, 404);
}

async function refuse(ctx, need) {
  const token = bearerOf(ctx) ?? '';
  const found = bearerGrant(ctx.model, token);
  if (found?.scopes.includes(need)) return null;
  if (found) {
    return json({ error: { message: `The scope ${need} is missing` } }, 403,
      [['WWW-Authenticate', `Bearer error="insufficient_scope", scope="${need}"`]]);
  }
  if (ctx.model.apiKeys.has(keyOf(ctx))) {
    const answer = await apikey(ctx);
    return answer.status === 200 ? null : answer;
  }
  return unauthorized('The access token is missing, expired or revoked', 'Bearer error="invalid_token"');
}

function addFile({ body }) {
  let name;
  try { name = JSON.parse(body).name; } catch { /* answered below */ }
  if (typeof name !== 'string' || name === '') return json({ error: { message: 'name is missing' } }, 400);
  return json({ id: 'f-new', name, note: 'Accepted, and forgotten at once: this is a sandbox.' }, 201);
}

/** GET /apikey/check with `Authorization: Bearer KEY` or `X-Api-Key: KEY`. */
export async function apikey(ctx) {
  if (ctx.method !== 'GET' && ctx.method !== 'POST') return notAllowed('GET, POST');
  const key = ctx.model.apiKeys.get(keyOf(ctx));
  if (!key) return unauthorized('API key not recognised by Sandbox Drive', 'Bearer');
  if (key.delay_ms) await sleep(key.delay_ms, null, { signal: ctx.box.signal });
  if (key.status !== 200) {
    const headers = key.retry_after === undefined ? [] : [['Retry-After', key.retry_after]];
    return json({ error: { message: key.message ?? 'Refused' } }, key.status, headers);
  }
  return json({ ok: true, account: accountOf(ctx.model.users.get(key.username) ?? ctx.model.users.get('ada'), ctx.origin) });
}

const keyOf = (ctx) => ctx.req.headers['x-api-key'] ?? bearerOf(ctx);
const bearerOf = ({ req }) => /^bearer +(\S+)$/i.exec(req.headers.authorization ?? '')?.[1];

/** A description that can be imported as an API tool. */
export function openapi({ origin }) {
  const answer = (description) => ({ 200: { description } });
  const security = (scope) => [{ oauth: [scope] }, { key: [] }];
  return json({
    openapi: '3.0.3',
    info: { title: 'Sandbox Drive', version: '1.0.0', description: 'A small drive for trials. Nothing in it is real.' },
    servers: [{ url: origin }],
    paths: {
      '/files': {
        get: { operationId: 'listFiles', summary: 'List the files', security: security('files.read'), responses: answer('The files') },
      },
      '/files/{id}': {
        get: {
          operationId: 'readFile', summary: 'Read one file', security: security('files.read'), responses: answer('The file'),
          parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' }, description: 'For example f-1' }],
        },
      },
      '/userinfo': { get: { operationId: 'whoAmI', summary: 'Tell whose account this is', security: security('profile'), responses: answer('The account') } },
    },
    components: {
      securitySchemes: {
        key: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
        oauth: {
          type: 'oauth2',
          flows: {
            authorizationCode: {
              authorizationUrl: `${origin}/authorize`, tokenUrl: `${origin}/token`, refreshUrl: `${origin}/token`,
              scopes: { profile: 'Name and e-mail', 'files.read': 'Read files', 'files.write': 'Change files', offline: 'Refresh tokens' },
            },
          },
        },
      },
    },
  });
}

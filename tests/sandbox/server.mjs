// One request from arrival to answer: read, record, meet a fault or not, route, send.
import { setTimeout as sleep } from 'node:timers/promises';
import { file, json, page } from './answers.mjs';
import { apikey, files, openapi, userinfo } from './api.mjs';
import { authorize, metadata } from './authorize.mjs';
import { control, isControl } from './control.mjs';
import { alter, processes } from './faults.mjs';
import { avatarSvg, CSS, homePage, iconSvg, notFoundPage } from './pages.mjs';
import { introspect, revoke, token } from './token.mjs';
import { finish, needsWire, send, sendWire } from './wire.mjs';

const BODY_BYTES_MAX = 1_048_576;

/** name (as in faults and counters) and handler by path. */
const ROUTES = {
  '/authorize': ['authorize', authorize],
  '/token': ['token', token],
  '/revoke': ['revoke', revoke],
  '/introspect': ['introspect', introspect],
  '/userinfo': ['userinfo', userinfo],
  '/files': ['files', files],
  '/apikey/check': ['apikey', apikey],
  '/.well-known/oauth-authorization-server': ['metadata', metadata],
  '/openapi.json': ['other', openapi],
  '/': ['other', (ctx) => page(homePage(ctx))],
  '/sandbox.css': ['other', () => file('text/css; charset=utf-8', CSS)],
  '/sandbox.svg': ['other', () => file('image/svg+xml', iconSvg())],
};

function routeOf(path) {
  if (Object.hasOwn(ROUTES, path)) return ROUTES[path];
  if (path.startsWith('/files/')) return ['files', files];
  if (path.startsWith('/.well-known/oauth-authorization-server/')) return ['metadata', metadata]; // issuer with a path
  if (path.startsWith('/avatar/')) return ['other', avatar];
  return ['other', () => page(notFoundPage(), 404)];
}

function avatar({ model, path }) {
  const user = model.users.get(path.slice('/avatar/'.length, -'.svg'.length));
  return user ? file('image/svg+xml', avatarSvg(user)) : page(notFoundPage(), 404);
}

export async function serve(box, req, res) {
  const body = await readBody(req);
  if (body === null) return; // gone before it had said everything
  const ctx = contextOf(box, req, res, body);
  if (isControl(ctx.path)) return send(res, await control(ctx));

  const visit = box.record.arrived(ctx);
  res.once('close', () => box.record.left(visit));
  if (ctx.bodyBytes > BODY_BYTES_MAX) return send(res, json({ error: 'too large' }, 413));
  const fault = box.faults.take(ctx, ctx.endpoint);
  return fault ? playFault(ctx, fault, visit) : answer(ctx, await ctx.handler(ctx), visit);
}

function answer(ctx, given, visit, fault) {
  ctx.box.record.answered(visit, given.status, fault);
  return send(ctx.res, given);
}

/** The body, or null if the client left before its end. By events, which is cheaper than iterating. */
function readBody(req) {
  const chunks = [];
  let bytes = 0;
  return new Promise((resolve) => {
    req.on('data', (chunk) => {
      bytes += chunk.length;
      if (bytes <= BODY_BYTES_MAX) chunks.push(chunk);
    });
    req.on('end', () => resolve({ text: Buffer.concat(chunks).toString(), bytes }));
    req.on('close', () => resolve(null)); // without effect after `end`
    req.on('error', () => resolve(null));
  });
}

function contextOf(box, req, res, { text, bytes }) {
  const [path, ...rest] = req.url.split('?');
  const query = rest.join('?');
  const [endpoint, handler] = routeOf(path);
  const ctx = {
    box, req, res, path, query, endpoint, handler, method: req.method, origin: box.origin, model: box.model,
    params: new URLSearchParams(query), body: text, bodyBytes: bytes, client: null,
  };
  const form = endpoint === 'token' || endpoint === 'revoke' || endpoint === 'introspect' ? new URLSearchParams(text) : ctx.params;
  ctx.grantType = form.get('grant_type') ?? undefined;
  ctx.clientId = form.get('client_id') ?? basicId(req.headers.authorization);
  ctx.client = box.model.clients.get(ctx.clientId) ?? null;
  return ctx;
}

/** Only to tell whom a fault concerns; the token endpoint authenticates for itself. */
function basicId(header) {
  if (!/^basic /i.test(header ?? '')) return undefined;
  return new URLSearchParams(`id=${Buffer.from(header.slice(6), 'base64').toString().split(':')[0]}`).get('id');
}

async function playFault(ctx, fault, visit) {
  const { res, box } = ctx;
  const { signal, gates, record } = box;
  if (fault.delay_before_ms) await sleep(fault.delay_before_ms, null, { signal });
  if (fault.hold === 'before') await gates.wait(fault.gate);
  const normal = processes(fault) ? await ctx.handler(ctx) : null;
  if (fault.hold === 'after') await gates.wait(fault.gate);
  if (fault.delay_ms) await sleep(fault.delay_ms, null, { signal });

  const bent = alter(normal, fault, ctx);
  if (ctx.req.httpVersionMajor >= 2) return playHttp2(ctx, fault, bent, visit);
  if (!needsWire(fault, bent)) return answer(ctx, bent, visit, fault);
  record.answered(visit, bent.status, fault);
  return sendWire(res.socket, bent, fault, signal);
}

/** HTTP/2 has frames of its own to go wrong with; the byte-wise faults are for HTTP/1.1. */
function playHttp2(ctx, fault, bent, visit) {
  const { stream } = ctx.res;
  if (fault.h2 === 'reset') return stream.close(2);
  if (fault.h2 === 'goaway') return stream.session.goaway(2), stream.session.destroy();
  return answer(ctx, bent, visit, fault);
}

/** A fault of the endpoint `connection` meets the bare TCP connection, before TLS and HTTP. True if it did. */
export function meetConnection(box, socket) {
  const { connections } = box.record;
  connections.opened += 1;
  connections.open += 1;
  socket.once('close', () => { box.record.connections.open -= 1; });
  const fault = box.faults.take({}, 'connection');
  if (!fault) return false;
  socket.pause();
  socket.on('error', () => {});
  finish(socket, fault.cut ?? 'close');
  return true;
}

// The control side: /__ctl sets the sandbox's manners, /__record tells what it received. Never recorded itself.
import { json, notAllowed } from './answers.mjs';
import { checkKeys, DEFAULT_SETTINGS, newModel, putClient } from './model.mjs';

export const isControl = (path) => path === '/__ctl' || path.startsWith('/__ctl/') || path === '/__record';

export async function control(ctx) {
  try {
    return await routeControl(ctx);
  } catch (error) {
    if (!(error instanceof TypeError) && !(error instanceof SyntaxError)) throw error;
    return json({ error: error.message }, 400);
  }
}

async function routeControl({ box, method, path, params, body }) {
  const route = `${method} ${path}`;
  if (route === 'GET /__ctl') return json(stateOf(box));
  if (route === 'POST /__ctl') return json(applyOrders(box, JSON.parse(body)));
  if (route === 'POST /__ctl/reset') return json(reset(box));
  if (route === 'POST /__ctl/release') return json({ released: box.gates.release(JSON.parse(body || '{}').gate) });
  if (route === 'GET /__ctl/wait') return wait(box, params);
  if (route === 'GET /__ctl/grants') return json([...box.model.grants.values()]);
  if (route === 'GET /__record') return json(box.record.list(params.get('path')));
  if (route === 'DELETE /__record') {
    box.record.clear();
    return json({ cleared: true });
  }
  return notAllowed('GET, POST, DELETE');
}

export function stateOf({ origin, model, faults, record }) {
  return {
    origin,
    settings: model.settings,
    clients: [...model.clients.values()],
    users: [...model.users.values()],
    api_keys: Object.fromEntries(model.apiKeys),
    faults: faults.list(),
    endpoints: record.endpoints,
    grant_types: record.grants,
    connections: record.connections,
    held: record.held,
    refresh_reuses: model.reuses,
    code_replays: model.replays,
    live: { grants: model.grants.size, access_tokens: model.access.size, refresh_tokens: model.refresh.size },
  };
}

const ORDERS = ['settings', 'clients', 'remove_clients', 'users', 'api_keys', 'fault', 'faults', 'revoke_grants', 'expire_access'];

/** One JSON object with any of ORDERS; answers the whole state. */
export function applyOrders(box, orders) {
  const { model, faults } = box;
  checkKeys(orders, ORDERS, 'order');
  checkKeys(orders.settings, Object.keys(DEFAULT_SETTINGS), 'setting');
  Object.assign(model.settings, orders.settings);
  for (const client of orders.clients ?? []) putClient(model, client);
  for (const id of orders.remove_clients ?? []) model.clients.delete(id);
  for (const user of orders.users ?? []) model.users.set(user.username, user);
  for (const [key, answer] of Object.entries(orders.api_keys ?? {})) setKey(model.apiKeys, key, answer);
  if (orders.faults) faults.clear();
  for (const fault of orders.faults ?? []) faults.add(fault);
  if (orders.fault) faults.add(orders.fault);
  if (orders.revoke_grants) for (const grant of grantsOf(model, orders.revoke_grants)) grant.revoked = true;
  if (orders.expire_access) expireAccess(model, orders.expire_access);
  return stateOf(box);
}

const setKey = (keys, key, answer) => (answer === null ? keys.delete(key) : keys.set(key, answer));

/** `true` for all, or { client_id?, username? }. */
const grantsOf = (model, which) => [...model.grants.values()].filter((grant) =>
  (!which.client_id || which.client_id === grant.client_id) && (!which.username || which.username === grant.username));

function expireAccess(model, which) {
  const ids = new Set(grantsOf(model, which).map((grant) => grant.id));
  for (const record of model.access.values()) if (ids.has(record.grant_id)) record.expires_at = 0;
}

export function reset(box) {
  box.gates.releaseAll();
  box.faults.clear();
  box.record.clear();
  box.model = newModel();
  return stateOf(box);
}

/** ?gate=NAME&held=N, or ?endpoint=NAME&requests=N, or ?endpoint=NAME&active=N: answers when that is reached. */
async function wait(box, params) {
  const number = (name) => Number(params.get(name));
  const gate = params.get('gate') ?? 'default';
  const endpoint = params.get('endpoint');
  await box.record.until((record) => {
    if (!endpoint) return (record.held[gate] ?? 0) >= number('held');
    const counter = record.endpoints[endpoint] ?? { requests: 0, active: 0 };
    return params.has('active') ? counter.active === number('active') : counter.requests >= number('requests');
  });
  return json({ reached: true });
}

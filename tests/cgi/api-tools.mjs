// SPDX-License-Identifier: Apache-2.0
// API tools made by hand, and the APIs that they call.
//
//   const api = await startApi((request, response) => …)    an HTTP server on loopback; request.body is a Buffer
//   api.origin, api.calls        what came: { method, url, headers, body }
//   const tools = apiTools(stack, tenantHex)
//   const id = await tools.add('Pets', { server: api.origin, settings: { auth: [ITEM] }, secrets: { 'a1.value': 's' }, head: { security } },
//     { getPet: { method: 'GET', path: '/pets/{petId}', parameters: [parameter('petId', 'path', { type: 'integer' })] } })
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { database, hexOf, uuidOf } from '../run/database.mjs';

const run = promisify(execFile);

export async function startApi(handle) {
  const calls = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    request.body = Buffer.concat(chunks);
    calls.push({ method: request.method, url: request.url, headers: request.headers, body: request.body.toString() });
    handle(request, response);
  });
  server.on('clientError', (error, socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${server.address().port}`;
  return { origin, calls, server, close: () => { server.closeAllConnections(); return new Promise((done) => { server.close(done); }); } };
}

export const parameter = (name, where, schema = true, more = {}) => ({ name, as: name, in: where,
  style: where === 'query' || where === 'cookie' ? 'form' : 'simple', explode: where === 'query' || where === 'cookie', required: where === 'path', schema, ...more });

const quoted = (text) => `'${text.replace(/[\\']/g, '\\$&')}'`;

export function apiTools(stack, tenant) {
  const db = database(stack);
  const sealer = join(stack.bin, 'tests', 'cgi', 'print_sealed');

  async function add(name, { server, settings = {}, secrets = {}, head = {}, origins = server, definition = '', id = randomUUID() } = {}, operations = {}) {
    const all = { ...secrets, ...(origins ? { origins } : {}) };
    const pairs = Object.entries(all).map(([key, value]) => `${key}=${value}`);
    const sealed = pairs.length > 0
      ? (await run(sealer, [stack.config, uuidOf(tenant), id, ...pairs], { env: stack.env })).stdout : '';
    const whole = { server: server ?? '', variables: {}, auth: [], oauth2: null, ...settings };
    await db.run(`INSERT INTO tool_api_providers (id, name, tenant_id, user_id, icon, \`schema\`, schema_type_str, tools_str, credentials_str,
      description, head, settings, auth_definition, secret_rev, version, created_at, updated_at) VALUES (X'${hexOf(id)}', ${quoted(name)}, X'${tenant}',
      (SELECT id FROM users LIMIT 1), '{}', '{}', 'openapi', '[]', X'${sealed}', '', ${quoted(JSON.stringify(head))},
      ${quoted(JSON.stringify(whole))}, ${quoted(definition)}, 1, 1, 1, 1)`);
    let position = 0;
    for (const [operation, { enabled = true, ...plan }] of Object.entries(operations)) {
      await db.run(`INSERT INTO tool_api_operations (tenant_id, owner_id, name, position, method, path, summary, description, pointer, deprecated,
        enabled, n_parameters, n_warnings, plan_sha256, plan, bundle) VALUES (X'${tenant}', X'${hexOf(id)}', ${quoted(operation)}, ${position++},
        '${plan.method}', ${quoted(plan.path)}, '', '', '', 0, ${enabled ? 1 : 0}, 0, 0, '', ${quoted(JSON.stringify(plan))}, '{}')`);
    }
    return id;
  }

  return { add };
}

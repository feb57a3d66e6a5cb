// SPDX-License-Identifier: Apache-2.0
// An API on loopback, its description, and another address that leads to the description.
//
//   const api = await startApi();
//   api.origin                    for egress_allow
//   api.description({ … })        YAML: three operations, two authorization methods
//   api.requests                  { method, path, headers, body } in their order
import { createServer } from 'node:http';

export async function startApi() {
  const requests = [];
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      requests.push({ method: request.method, path: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() });
      if (request.url === '/openapi.yaml') {
        response.writeHead(200, { 'content-type': 'application/yaml' }).end(description());
        return;
      }
      if (request.url === '/page.html') {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Not a description</title>');
        return;
      }
      const missing = request.url.includes('/pets/0');
      response.writeHead(missing ? 404 : 200, { 'content-type': 'application/json', 'x-said': '<b>bold</b>' });
      response.end(JSON.stringify({ path: request.url, key: request.headers['x-key'] ?? null, markup: '<script>alert(1)</script>' }));
    });
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const origin = `http://127.0.0.1:${server.address().port}`;

  const description = ({ title = 'Pet store', version = '1.0.0', server: url = `${origin}/v1`, more = '', without = [] } = {}) => `openapi: 3.0.3
info:
  title: ${title}
  version: ${version}
  description: Pets, for tests.
${url ? `servers:\n  - url: ${url}\n` : ''}paths:
${without.includes('listPets') ? '' : `  /pets:
    get:
      operationId: listPets
      summary: All pets
      parameters:
        - { name: limit, in: query, schema: { type: integer, maximum: 100 } }
        - { name: kind, in: query, schema: { type: string, enum: [cat, dog] } }
        - { name: sold, in: query, schema: { type: boolean } }
`}  /pets/{petId}:
    get:
      operationId: getPet
      summary: One pet
      parameters:
        - { name: petId, in: path, required: true, schema: { type: string } }
  /upload:
    post:
      operationId: addPet
      summary: A new pet
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [name]
              properties:
                name: { type: string }
                tags: { type: array, items: { type: string } }
${more}security:
  - key: []
components:
  securitySchemes:
    key: { type: apiKey, in: header, name: X-Key, description: From the account page. }
    other: { type: http, scheme: basic }
`;

  return {
    origin, description, requests,
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => { server.close(resolve); });
    },
  };
}

// SPDX-License-Identifier: Apache-2.0
// docs/openapi.json as a judge: does an answer of api.fcgi look as it says?
//
//   contract.check(method, path, answer)     throws when operation, status, headers or body are not described
//   contract.operations()                    ["GET /api/v1/credentials/{credential}", …]
//   contract.seen                            Set of "GET /… 409 disabled", of what was checked so far
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import Ajv from 'ajv/dist/2020.js';

const file = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'docs', 'openapi.json');
// Made before the route, or the method of it, is known.
const ANYWHERE = [405, 413, 414, 415];

function load() {
  const doc = JSON.parse(readFileSync(file, 'utf8'));
  const schemas = JSON.parse(JSON.stringify(doc.components.schemas).replaceAll('#/components/schemas/', '#/$defs/'));
  const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
  const compiled = new Map(), seen = new Set();

  const resolve = (value) => {
    if (!value?.$ref) return value;
    const found = value.$ref.slice(2).split('/').reduce((at, key) => at?.[key], doc);
    assert.ok(found, `${value.$ref} leads nowhere`);
    return found;
  };
  const validator = (schema) => {
    const key = JSON.stringify(schema);
    if (!compiled.has(key))
      compiled.set(key, ajv.compile({ ...JSON.parse(key.replaceAll('#/components/schemas/', '#/$defs/')), $defs: schemas }));
    return compiled.get(key);
  };
  const verify = (schema, value, what) => {
    const valid = validator(schema);
    assert.ok(valid(value), `${what}: ${ajv.errorsText(valid.errors)}: ${JSON.stringify(value)}`);
  };
  const templateOf = (path) => Object.keys(doc.paths).find((template) =>
    new RegExp(`^${template.replace(/\{[a-z]+\}/g, '[^/]+')}$`).test(path.split('?')[0]));

  function check(method, path, answer) {
    const template = templateOf(path);
    assert.ok(template, `${path} is not described`);
    const operation = doc.paths[template][method === 'HEAD' ? 'get' : method.toLowerCase()];
    const what = `${method} ${template} ${answer.status}`;
    const described = resolve(operation?.responses[answer.status] ?? (ANYWHERE.includes(answer.status)
      ? Object.values(doc.paths[template])[0].responses.default : undefined));
    assert.ok(described, `${what} is not described: ${answer.text}`);
    assert.equal(answer.headers['cache-control'], 'no-store', what);
    for (const [name, header] of Object.entries(described.headers ?? {})) {
      const value = answer.headers[name.toLowerCase()];
      if (header.required) assert.ok(value !== undefined, `${what}: ${name} is missing`);
      if (value !== undefined) verify(header.schema, value, `${what}: ${name}`);
    }
    if (!described.content || method === 'HEAD') {
      assert.equal(answer.raw.length, 0, `${what} has a body`);
      seen.add(what);
      return answer;
    }
    assert.equal(answer.headers['content-type'], 'application/json', what);
    const body = JSON.parse(answer.text);
    verify(described.content['application/json'].schema, body, what);
    seen.add(`${what}${body.code ? ` ${body.code}` : ''}`);
    return answer;
  }

  return {
    check,
    seen,
    doc,
    validator,
    resolve,
    operations: () => Object.entries(doc.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)),
  };
}

export const contract = load();

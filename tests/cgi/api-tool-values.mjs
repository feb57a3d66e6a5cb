// SPDX-License-Identifier: Apache-2.0
// Arguments for an operation, made from the schemas of its plan.

// Three ways: "required" gives the least, "all" every argument once, "edge" what lies at the ends of each schema.
export const WAYS = ['required', 'all', 'edge'];

const FORMATS = {
  'date-time': ['2026-11-21T10:20:30Z', '2024-02-29T23:59:59.123+01:00'],
  date: ['2026-11-21', '2024-02-29'],
  uuid: ['7a0f4b2e-6a44-4a53-9d2b-0b8a6f9f5a11', '00000000-0000-4000-8000-000000000000'],
  email: ['ann@example.test', 'a.b+c@example.test'],
  uri: ['https://example.test/a?b=c', 'https://example.test/'],
  ipv4: ['192.0.2.1', '203.0.113.255'],
  byte: ['Zm9v', 'AAEC'],
};

// Delimiters are left out where validators split before they decode: our unit tests hold those.
const TEXTS = { free: ['some text', 'a b&c=d/é?#+;,:@~"\'<>\u{1f600}'], item: ['word', 'é-ü~\u{1f600}'], path: ['word', 'a b&c=dé?#;@~\u{1f600}'] };

function resolve(schema, defs) {
  let at = schema;
  for (let i = 0; at && at.$ref && i < 32; i += 1) at = defs[at.$ref.replace('#/defs/', '')];
  return at === true || at === null || at === undefined ? {} : at;
}

// allOf laid over each other, as far as values need it.
function merged(schema, defs) {
  const own = resolve(schema, defs);
  if (!own.allOf) return own;
  return [...own.allOf, { ...own, allOf: undefined }].map((part) => merged(part, defs)).reduce((all, part) => ({
    ...all, ...part, properties: { ...all.properties, ...part.properties }, required: [...(all.required ?? []), ...(part.required ?? [])],
  }), {});
}

function number(schema, edge, whole) {
  const step = schema.multipleOf ?? (whole ? 1 : 0.5);
  const least = schema.exclusiveMinimum !== undefined ? schema.exclusiveMinimum + step : schema.minimum;
  const most = schema.exclusiveMaximum !== undefined ? schema.exclusiveMaximum - step : schema.maximum;
  if (edge) return most ?? (whole && schema.format === 'int32' ? 2147483647 : whole ? 9007199254740991 : (least ?? -1.25e-7));
  return least ?? Math.min(most ?? 7, 7);
}

function text(schema, edge, place) {
  if (schema.format === 'binary') return 'file';
  if (FORMATS[schema.format]) return FORMATS[schema.format][edge ? 1 : 0];
  if (schema.pattern) return schema.default ?? schema.examples?.[0] ?? null;
  const value = (TEXTS[place] ?? TEXTS.free)[edge ? 1 : 0];
  const most = schema.maxLength ?? 200;
  const characters = [...value].slice(0, most);
  return characters.join('') + 'x'.repeat(Math.max(0, (schema.minLength ?? 0) - characters.length));
}

function object(schema, defs, way, place, depth) {
  const names = Object.keys(schema.properties ?? {}).filter((name) => depth < 3 || schema.required?.includes(name));
  return Object.fromEntries(names.filter((name) => way === 'all' || schema.required?.includes(name))
    .map((name) => [name, value(schema.properties[name], defs, way, place, depth + 1)]));
}

export function value(given, defs, way, place = 'free', depth = 0) {
  const schema = merged(given, defs);
  const edge = way === 'edge';
  if ('const' in schema) return schema.const;
  if (schema.enum) return edge ? schema.enum.at(-1) : schema.enum[0];
  const branches = schema.oneOf ?? schema.anyOf;
  if (branches) {
    const kinds = branches.map((branch) => merged(branch, defs));
    if (edge && place === 'json' && kinds.some((kind) => kind.type === 'null')) return null;
    const some = kinds.filter((kind) => kind.type !== 'null');
    return value(edge ? some.at(-1) : some[0], defs, way, place, depth);
  }
  const types = [schema.type ?? (schema.properties ? 'object' : 'string')].flat();
  if (edge && place === 'json' && types.includes('null')) return null;
  switch (types.find((type) => type !== 'null')) {
    case 'integer': return number(schema, edge, true);
    case 'number': return number(schema, edge, false);
    case 'boolean': return !edge;
    case 'array': {
      const length = Math.min(Math.max(edge ? 2 : 1, schema.minItems ?? 0), schema.maxItems ?? 9);
      return Array.from({ length: schema.uniqueItems ? Math.min(length, 1) : length }, () => value(schema.items ?? {}, defs, way, place === 'json' ? 'json' : 'item', depth + 1));
    }
    case 'object': return object(schema, defs, way, place === 'json' ? 'json' : 'item', depth);
    case 'null': return null;
    default: return text(schema, edge, place);
  }
}

const isFile = (schema) => schema.format === 'binary' || (schema.type === 'array' && schema.items?.format === 'binary');
const FILE = { filename: 'a "b".png', content_type: 'image/png', base64: Buffer.from([0, 255, 13, 10, 45, 45, 1]).toString('base64') };

// {arguments, sent}: sent tells by place and name on the wire what must arrive.
export function argumentsOf(plan, way) {
  const defs = plan.defs ?? {};
  const given = {};
  const sent = { path: {}, query: {}, header: {}, cookie: {} };
  for (const parameter of plan.parameters ?? []) {
    if (way === 'required' && !parameter.required && parameter.in !== 'path') continue;
    const place = parameter.in === 'path' ? 'path' : parameter.in === 'header' ? 'item' : 'free';
    const made = value(parameter.schema, defs, way, place);
    if (made === null) continue;
    given[parameter.as] = made;
    sent[parameter.in][parameter.name] = made;
  }
  const { body } = plan;
  const place = body && /json|^$|\*/.test(body.content_type) ? 'json' : 'free';
  if (body?.mode === 'whole') {
    sent.body = value(body.schema, defs, way, place);
    if (body.file) sent.body = way === 'all' ? FILE : 'plain';
    given[body.as] = sent.body;
  } else if (body?.mode === 'members') {
    sent.body = {};
    for (const member of body.members) {
      if (way === 'required' && !member.required) continue;
      let made = value(member.schema, defs, way, place);
      if (member.file || isFile(resolve(member.schema, defs))) made = Array.isArray(made) ? [FILE, 'plain'] : FILE;
      if (made === null && place !== 'json') continue;
      given[member.as] = made;
      sent.body[member.name] = made;
    }
  }
  return { arguments: given, sent };
}

// SPDX-License-Identifier: Apache-2.0
// Looks for secrets where none may be: in bytes, in files, in a database, in processes (security F12, NL).
//
//   const needles = needlesOf([secret, …])             each in all the shapes that something may have given it
//   find(bytes, needles)                               ["the secret's name as hex", …], empty when clean
//   await findInFiles(dir, needles, skip)              ["log/web.log: password as base64", …]
//   await findInProcesses(pids, needles)               command lines and environments
//   await descendants(pids)                            those and all that they started
//
// A secret: { name, bytes }. Text that is the base64url of 32 bytes is also looked for as those bytes.
import { readFile, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

const ZEROS = Buffer.alloc(4096);
const RAW_TOKEN = /^[A-Za-z0-9_-]{43}$/;

// base64 of the secret behind 0, 1 or 2 other bytes, without the characters that depend on its neighbours.
function base64(bytes) {
  return [0, 1, 2].flatMap((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    const own = text.slice(shift ? shift + 1 : 0, Math.floor(((shift + bytes.length) * 8) / 6));
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

const swap16 = (text) => Buffer.from(text, 'utf16le').swap16();
const percent = (hex) => hex.replace(/../g, '%$&');

function shapes(bytes) {
  const text = bytes.toString('utf8'), hex = bytes.toString('hex');
  const made = {
    raw: [bytes],
    reversed: [Buffer.from(bytes).reverse()],
    hex: [hex, hex.toUpperCase()],
    base64: base64(bytes),
    'URL-encoded': [encodeURIComponent(text), new URLSearchParams({ x: text }).toString().slice(2), percent(hex), percent(hex.toUpperCase())],
    'UTF-16': [Buffer.from(text, 'utf16le'), swap16(text)],
    JSON: [JSON.stringify(text).slice(1, -1), JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/')],
    HTML: [text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')],
  };
  return Object.entries(made).flatMap(([shape, all]) => all.map((one) => [shape, Buffer.from(one)]));
}

export function needlesOf(secrets) {
  const seen = new Set();
  return secrets.flatMap(({ name, bytes }) => {
    const text = bytes.toString();
    const all = shapes(bytes).map(([shape, needle]) => ({ what: `${name} as ${shape}`, needle }));
    if (RAW_TOKEN.test(text)) {
      const raw = Buffer.from(text, 'base64url');
      all.push({ what: `${name} as bytes`, needle: raw }, { what: `${name} as hex of bytes`, needle: Buffer.from(raw.toString('hex')) },
        { what: `${name} as HEX of bytes`, needle: Buffer.from(raw.toString('hex').toUpperCase()) });
    }
    return all.filter(({ needle }) => !seen.has(needle.toString('latin1')) && seen.add(needle.toString('latin1')));
  });
}

export const find = (bytes, needles) => needles.filter(({ needle }) => bytes.includes(needle)).map(({ what }) => what);

// Without the pages of zeros that most of a database's files are. What is left stands closer together: nothing gets lost.
function squeeze(bytes) {
  const kept = [];
  for (let at = 0; at < bytes.length; at += ZEROS.length) {
    const page = bytes.subarray(at, at + ZEROS.length);
    if (page.length < ZEROS.length || page.compare(ZEROS)) kept.push(page);
  }
  return Buffer.concat(kept);
}

export async function findInFiles(dir, needles, skip = () => false) {
  const found = [];
  let bytes = 0;
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.path, entry.name), name = relative(dir, path);
    if (!entry.isFile() || skip(name)) continue;
    const content = squeeze(await readFile(path));
    bytes += content.length;
    found.push(...find(content, needles).map((what) => `${name}: ${what}`));
  }
  return { found, bytes };
}

// Processes end while one looks.
const lines = (path) => readFile(path).catch(() => Buffer.alloc(0));

export async function descendants(pids) {
  const parents = new Map();
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const stat = (await lines(`/proc/${pid}/stat`)).toString();
    parents.set(pid, stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  }
  const all = new Set(pids.map(String));
  for (let grown = true; grown; ) {
    grown = false;
    for (const [pid, parent] of parents) if (all.has(parent) && !all.has(pid)) grown = Boolean(all.add(pid));
  }
  return [...all];
}

export async function findInProcesses(pids, needles) {
  const found = [];
  for (const pid of pids) {
    for (const file of ['cmdline', 'environ'])
      found.push(...find(await lines(`/proc/${pid}/${file}`), needles).map((what) => `process ${pid} ${file}: ${what}`));
  }
  return found;
}

// SPDX-License-Identifier: Apache-2.0
// The table of docs/providers.md that tells what became of real plugin folders: node tests/run/plugins.mjs FOLDER…,
// each a folder of a plugin (with manifest.yaml), or a folder of such, at any depth. Nothing is kept.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const bin = process.env.GRANTRY_BIN ?? join(root, 'build', 'start');

async function pluginsIn(dir) {
  const entries = await readdir(dir, { withFileTypes: true });
  if (entries.some(({ name }) => name === 'manifest.yaml')) return [dir];
  const below = entries.filter((entry) => entry.isDirectory()).map(({ name }) => pluginsIn(join(dir, name)));
  return (await Promise.all(below)).flat().sort();
}

const dir = await mkdtemp(join(tmpdir(), 'grantry-plugins-'));
try {
  const conf = join(dir, 'grantry.conf');
  await writeFile(conf, `public_origin = http://127.0.0.1:8080\ndb_socket = ${dir}/s\nprovider_dir = ${join(root, 'providers')}\n`
    + ['db_password_dir', 'key_dir', 'template_dir', 'message_dir', 'sql_dir', 'refresh_dir'].map((key) => `${key} = ${dir}\n`).join(''));
  const rows = new Map(), add = (row, plugin) => rows.set(row, [...(rows.get(row) ?? []), plugin]);
  const plugins = (await Promise.all(process.argv.slice(2).map(pluginsIn))).flat();
  for (const plugin of plugins) {
    const [first, second] = await new Promise((resolve) => execFile(join(bin, 'grantry'),
      ['-c', conf, 'provider', 'import', plugin, '--to', join(dir, 'kept')], (_, out) => resolve(out.split('\n'))));
    const [, outcome] = first.match(/: (loaded|nothing to connect|refused)/) ?? [];
    if (!outcome) throw new Error(`${plugin}: ${first}`);
    if (outcome === 'refused') add(`refused | ${second.trim().slice(dirname(plugin).length + 1)} | |`, basename(plugin));
    else if (outcome !== 'loaded') add(`${outcome} | | ${first.split(`${outcome}: `)[1]} |`, basename(plugin));
    for (const [, kind, ways] of outcome === 'loaded' ? first.matchAll(/(\w+) [\w-]+ \((.*?)\)(?=, \w+ [\w-]+ \(|$)/g) : []) {
      const how = /with the recipe/.test(ways) ? 'our recipe' : 'the schema alone';
      add(`loaded, ${kind} | ${ways.split(';')[0].replace(', ', ' and ')} | ${how} |`, basename(plugin));
    }
  }
  console.log('| outcome | ways to connect | by | plugins | |\n|---|---|---|---|---|');
  for (const row of [...rows.keys()].sort()) console.log(`| ${row} ${rows.get(row).join(', ')} | ${rows.get(row).length} |`);
} finally {
  await rm(dir, { recursive: true, force: true });
}

// SPDX-License-Identifier: Apache-2.0
// Memory of one worker of settings.fcgi after it showed pages and checked passwords: its proportional share
// (PSS) as the kernel counts it, the largest of the workers. A worker's smaps_rollup is open to root alone
// (platform/fcgi.h); for anybody else the resident size is given, which counts shared pages in full.
import { readFile } from 'node:fs/promises';

import { PROVIDER_PAGE, measure, signInRequest } from '../run/bench.mjs';
import { line } from '../run/load.mjs';

const kib = (text, name) => Number(text.match(new RegExp(`^${name}: *(\\d+) kB`, 'm'))[1]);
const pss = async (pid) => kib(await readFile(`/proc/${pid}/smaps_rollup`, 'utf8'), 'Pss');
const rss = async (pid) => kib(await readFile(`/proc/${pid}/status`, 'utf8'), 'VmRSS');
const largest = async (pids, size) => Math.max(...(await Promise.all(pids.map(size)))) / 1024;

await measure(async (bench) => {
  const page = { path: PROVIDER_PAGE, headers: { cookie: bench.cookie() } };
  const { request } = await signInRequest(bench);
  await bench.startBaseline(page);
  await bench.warm(request, 2);
  await bench.warm(page, 4);
  const { ours, bare } = await bench.workers();
  const readable = await pss(ours[0]).then(() => true, () => false);
  if (!readable) console.error('memory: smaps_rollup of a worker is open to root alone; this is the resident size');
  const size = readable ? pss : rss;
  const value = await largest(ours, size), baseline = await largest(bare, size);
  line(readable ? 'memory/worker-pss' : 'memory/worker-rss', value, 'MiB', baseline, value / baseline);
});

// SPDX-License-Identifier: Apache-2.0
// A product whose definitions' services are all ours: openWorld(definitions, more) → { ground, service, close }. The folder
// holds copies of these definitions, and of no others.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openRenewals } from '../cgi/renewing.mjs';
import { root, writeCopies } from './definitions.mjs';
import { startService } from './service.mjs';

export async function openWorld(definitions) {
  const service = await startService();
  const dir = await mkdtemp(join(tmpdir(), 'conformance-')), providers = join(dir, 'providers');
  for (const name of ['diagnosis.yaml', 'sandbox_drive.yaml']) await cp(join(root, 'providers', name), join(providers, name));
  await writeCopies(providers, definitions);
  const close = async () => {
    await service.close();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    const ground = await openRenewals({ env: { PROVIDERS: providers },
      conf: `egress_allow = ${service.origin}\noperator.provider_origin = ${service.origin}` });
    return { ground, service, close: async () => { await ground.close(); await close(); } };
  } catch (error) {
    await close();
    throw error;
  }
}

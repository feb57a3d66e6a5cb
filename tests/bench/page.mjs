// SPDX-License-Identifier: Apache-2.0
// Settings pages of somebody who is signed in: all data sources, and one provider with 15 authorizations.
import { PROVIDER_PAGE, measure } from '../run/bench.mjs';

await measure(async (bench) => {
  const headers = { cookie: bench.cookie() };
  await bench.compare('page/data-sources', { path: '/data-sources', headers });
  await bench.compare('page/provider', { path: PROVIDER_PAGE, headers });
});

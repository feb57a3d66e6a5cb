// SPDX-License-Identifier: Apache-2.0
// What the provider sends back, read by Apache first.
process.env.GRANTRY_FRONT = 'apache';
await import('./authorization-response.test.mjs');

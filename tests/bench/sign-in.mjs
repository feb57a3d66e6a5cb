// SPDX-License-Identifier: Apache-2.0
// Signing in: the form is posted with the right password. Most of it is Argon2id, which is slow on purpose.
import { measure, signInRequest } from '../run/bench.mjs';

await measure(async (bench) => {
  const { request, password } = await signInRequest(bench);
  await bench.compare('sign-in', request, { rounds: 7, seconds: 3, connections: 2, password });
});

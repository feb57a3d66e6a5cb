// SPDX-License-Identifier: Apache-2.0
// A service that is told by webhook: keeps what it received, answers as it was told to.
//
//   const receiver = await startReceiver();
//   receiver.origin                              for egress_allow, and for addresses
//   receiver.answer('/hook', { status: 500 })    from now on; headers; hang: true never answers
//   const message = await receiver.next('/hook') the first that was not yet taken, as soon as it is there
//   receiver.all('/hook')                        every one so far
//   isSigned(message, secret)                    as the Standard Webhooks specification says
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

export async function startReceiver() {
  const received = new Map(), taken = new Map(), waiting = new Map(), answers = new Map();
  const listOf = (map, path) => map.get(path) ?? map.set(path, []).get(path);

  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8'), path = request.url;
      const message = { method: request.method, path, headers: request.headers, body, json: JSON.parse(body || 'null') };
      const { status = 204, headers = {}, hang = false } = answers.get(path) ?? {};
      listOf(received, path).push(message);
      if (!hang) response.writeHead(status, headers).end();
      listOf(waiting, path).shift()?.();
    });
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });

  async function next(path) {
    const n = taken.get(path) ?? 0;
    taken.set(path, n + 1);
    while (listOf(received, path).length <= n) await new Promise((resolve) => { listOf(waiting, path).push(resolve); });
    return received.get(path)[n];
  }

  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    answer: (path, how) => answers.set(path, how),
    all: (path) => listOf(received, path),
    next,
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => { server.close(resolve); });
    },
  };
}

export function isSigned(message, secret) {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = message.headers;
  const want = Buffer.from(`v1,${createHmac('sha256', key).update(`${id}.${at}.${message.body}`).digest('base64')}`);
  const got = Buffer.from(signature ?? '');
  return got.length === want.length && timingSafeEqual(got, want);
}

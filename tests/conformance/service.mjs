// SPDX-License-Identifier: Apache-2.0
// A strict service: it stands for every host of the internet, /HOST/PATH here is https://HOST/PATH there, and answers
// exactly the requests that it was told to expect, in that order. Anything else is a fault, and answered with status 500.
//
//   const service = await startService();           service.origin
//   service.expect({ what: 'exchange', request, answer: { status, body } }, …);
//   service.expect({ what: 'check', look: (got) => [...faults], answer })    where the request is known in part
//   service.settle()      faults since the last time, and what was expected and did not come; then expects nothing
import { once } from 'node:events';
import { createServer } from 'node:http';

import { differences } from './requests.mjs';

// As the service itself would see it.
export function realUrl(path) {
  const [, host, rest] = path.match(/^\/([^/?]*)(.*)$/s);
  const origin = decodeURIComponent(host);
  return `${origin.startsWith('https://') ? origin.replace(/\/+$/, '') : `https://${origin}`}${rest}`;
}

export async function startService() {
  let expected = [], faults = [], calls = [];

  function take(got) {
    calls.push(`${got.method} ${got.url}`);
    const next = expected.shift();
    if (!next) {
      faults.push(`${got.method} ${got.url}: nothing was expected`);
      return { status: 500, body: {} };
    }
    const found = next.look ? next.look(got) : differences(next.request, got);
    faults.push(...found.map((one) => `${next.what}: ${one}`));
    return found.length > 0 ? { status: 500, body: {} } : next.answer;
  }

  const server = createServer((req, res) => {
    const chunks = [];
    req.on('data', (chunk) => chunks.push(chunk));
    req.on('end', () => {
      const names = req.rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
      const twice = names.filter((name, i) => names.indexOf(name) !== i);
      faults.push(...twice.map((name) => `${req.method} ${req.url}: header ${name} comes twice`));
      const { status, body, type = 'application/json', headers } = take({ method: req.method, url: realUrl(req.url), headers: req.headers,
        body: Buffer.concat(chunks).toString('utf8') });
      res.writeHead(status, { 'content-type': type, ...headers }).end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    expect: (...more) => { expected.push(...more); },
    // How many are still to come.
    get open() { return expected.length; },
    settle() {
      const told = [...faults, ...expected.map(({ what, request }) => `${what}: ${request ? `${request.method} ${request.url}` : 'a request'} did not come`)];
      [expected, faults, calls] = [[], [], []];
      return told;
    },
    close: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }),
  };
}

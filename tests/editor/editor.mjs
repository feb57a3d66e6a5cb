// SPDX-License-Identifier: Apache-2.0
// A small editor of pipelines: one page with a node that wants a data source. "Connect" leads to Grantry and back; the
// server then asks Grantry, with its runtime key, what came of it. Shows how an editor uses Connect (docs/http-api.md).
//
//   const editor = await startEditor({ provider });     editor.origin, editor.seen: what arrived, editor.close()
//   editor.use(grantryAddress, runtimeKey)              before the first visit
import { createServer } from 'node:http';

const escapeHtml = (text) => String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

const page = (title, body) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><title>${escapeHtml(title)}</title></head>
<body><main><h1>${escapeHtml(title)}</h1>${body}</main></body></html>`;

export async function startEditor({ provider }) {
  let grantry, key;
  const seen = [];
  const ask = async (path) => (await fetch(grantry + path, { headers: { authorization: `Bearer ${key}` } })).json();

  // The node before and after: without an id a link, with one what Grantry says of it.
  async function node(url) {
    const id = url.searchParams.get('connect_id');
    if (id) {
      const result = await ask(`/api/v1/connect-requests/${encodeURIComponent(id)}`);
      return `<p id="status">${escapeHtml(result.status ?? result.code)}</p><p id="credential">${escapeHtml(result.credential_id ?? '')}</p>`;
    }
    const { id: workspace } = await ask('/api/v1/workspace');
    const link = new URL(`/connect/${provider}`, grantry);
    link.search = new URLSearchParams({ return_to: `${editor.origin}/pipelines/7?node=2`, workspace });
    return `<p><a href="${escapeHtml(link)}">Connect</a></p>`;
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url, editor.origin);
    seen.push({ url: url.href, referer: request.headers.referer });
    if (url.pathname !== '/pipelines/7') {
      response.writeHead(404).end();
      return;
    }
    try {
      const body = await node(url);
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
      response.end(page('Pipeline 7', body));
    } catch (error) {
      response.writeHead(502).end(String(error));
    }
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const editor = {
    origin: `http://127.0.0.1:${server.address().port}`,
    seen,
    use(address, runtimeKey) {
      grantry = address;
      key = runtimeKey;
    },
    close: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(resolve);
    }),
  };
  return editor;
}

// A page of another origin, as a web UI would be: it talks to the service by its cookie and keeps no token. Served in two ways:
// beside the service (CORS), and in front of it (a development proxy that passes /v1/ on).

import { createServer, request } from 'node:http';

const page = (api) => `<!doctype html><meta charset="utf-8"><title>Page</title>
<a id="sign-in">sign in</a> <output id="who"></output>
<script>
const api = ${JSON.stringify(api)};
const link = document.getElementById('sign-in');
let csrf;
const call = async (method, path, body, headers = {}) => {
  const answer = await fetch(api + path, {
    method, credentials: 'include',
    headers: { ...(body ? { 'content-type': 'application/json' } : {}), ...(method === 'GET' || !csrf ? {} : { 'x-csrf-token': csrf }), ...headers },
    body: body && JSON.stringify(body),
  });
  return { status: answer.status, body: answer.status === 204 ? null : await answer.json() };
};
const start = async () => {
  const issuers = (await call('GET', '/v1/auth/issuers')).body.data;
  const wanted = new URLSearchParams(location.search).get('issuer') ?? issuers[0].issuer;
  const found = issuers.find((one) => one.issuer === wanted);
  link.href = api + found.sign_in + '&return_to=' + encodeURIComponent(location.origin + '/');
  const me = await call('GET', '/v1/me');
  csrf = me.body.session?.csrf_token;
  document.getElementById('who').textContent = me.status === 200 ? me.body.subject : 'nobody';
};
start();
</script>`;

/// Listens on 127.0.0.1, or another address, and answers with the page; with `service` named it passes /v1/ on to it.
export async function serve({ port = 0, api, service, host = '127.0.0.1', html }) {
  const server = createServer((incoming, outgoing) => {
    if (service && incoming.url.startsWith('/v1/')) {
      const { hostname, port } = new URL(service);
      const passed = request({ hostname, port, path: incoming.url, method: incoming.method, headers: incoming.headers }, (answer) => {
        outgoing.writeHead(answer.statusCode, answer.rawHeaders);
        answer.pipe(outgoing);
      });
      incoming.pipe(passed);
      return;
    }
    outgoing.setHeader('content-type', 'text/html');
    outgoing.end(incoming.url === '/favicon.ico' ? '' : (html ?? page(api)));
  });
  await new Promise((resolve) => server.listen(port, host, resolve));
  return { url: `http://${host}:${server.address().port}`, close: () => server.close() };
}

// A certified OpenID provider (npm oidc-provider) with two clients. It runs until it is stopped, and signs in anybody who gives a name.
// Usage: node provider.mjs PORT KEYS, where KEYS is a JSON Web Key Set; CLOCK shifts its clock by seconds, and SERVICE is where
// the service is, which then is a client of its own.

import { readFileSync } from 'node:fs';

const shift = Number(process.env.CLOCK ?? 0) * 1000;
if (shift !== 0) {
  const now = Date.now.bind(Date);
  Date.now = () => now() + shift;
}
// It warns of what is for development alone, which this is.
console.info = console.warn = () => {};
const { default: Provider } = await import('oidc-provider');

const [port, keys] = process.argv.slice(2);
const TRUSTED = 'https://tickets.example.com';

const service = process.env.SERVICE;
const web = service && {
  client_id: 'ringfence',
  client_secret: 'known to this test alone',
  redirect_uris: [`${service}/v1/auth/callback`],
  post_logout_redirect_uris: [`${service}/`, ...(process.env.PAGES ?? '').split(' ').filter(Boolean)],
  backchannel_logout_uri: `${service}/v1/auth/backchannel-logout`,
  backchannel_logout_session_required: true,
};

const provider = new Provider(`http://127.0.0.1:${port}`, {
  jwks: JSON.parse(readFileSync(keys, 'utf8')),
  clients: [
    { client_id: 'robot', client_secret: 'known to this test alone', grant_types: ['client_credentials'], response_types: [], redirect_uris: [] },
    {
      client_id: 'web',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      redirect_uris: ['http://127.0.0.1/signed-in'],
    },
    ...(web ? [web] : []),
  ],
  cookies: { keys: ['known to this test alone'] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'] },
  conformIdTokenClaims: false,
  // Everybody has the address that a member of a tenant is known by elsewhere: it must not let them in.
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email: process.env.EMAIL, email_verified: true }) }),
  // It tells nobody on loopback that a session has ended, which is right for a provider; here that is where its one client is.
  fetch: (url, { dispatcher, ...options }) => fetch(url, service && url.startsWith(`${service}/`) ? options : { dispatcher, ...options }),
  pkce: { required: () => true },
  features: {
    backchannelLogout: { enabled: true },
    clientCredentials: { enabled: true },
    devInteractions: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => TRUSTED,
      useGrantedResource: () => true,
      getResourceServerInfo: (_, resource) => ({ scope: 'tickets', audience: resource, accessTokenTTL: 600, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } }),
    },
  },
});

// What it could not tell its client ends in the test's own complaint.
provider.on('backchannel.error', (_, error) => console.error(`no back-channel logout: ${error.message}`));
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));

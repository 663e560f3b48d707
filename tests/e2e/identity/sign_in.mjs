// A person signs in with a browser: authorization code and PKCE (RFC 7636). Prints the tokens that came of it.
// Usage: node sign_in.mjs ISSUER SUBJECT

import { createHash, randomBytes } from 'node:crypto';
import { open } from '../browser.mjs';

const [issuer, subject] = process.argv.slice(2);
const redirect = 'http://127.0.0.1:9009/signed-in';
const verifier = randomBytes(32).toString('base64url');
const state = randomBytes(16).toString('base64url');
const discovery = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();

const ask = new URL(discovery.authorization_endpoint);
ask.search = new URLSearchParams({
  client_id: 'web',
  response_type: 'code',
  redirect_uri: redirect,
  scope: 'openid email tickets',
  resource: 'https://tickets.example.com',
  state,
  code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  code_challenge_method: 'S256',
}).toString();

const { page, close } = await open();
let answer;
try {
  // Nothing listens where the provider sends the browser back to; the address alone matters.
  const back = new Promise((resolve) => {
    page.route(`${redirect}*`, (route) => {
      resolve(new URL(route.request().url()));
      return route.fulfill({ body: 'signed in' });
    });
  });
  await page.goto(ask.href);
  await page.fill('input[name=login]', subject);
  await page.fill('input[name=password]', 'any');
  await page.click('button[type=submit]');
  await page.waitForSelector('form input[name=prompt][value=consent]', { state: 'attached' });
  await page.click('button[type=submit]');
  answer = await back;
} finally {
  await close();
}
if (answer.searchParams.get('state') !== state) throw new Error(`the answer is to another question: ${answer.search}`);

const exchange = await fetch(discovery.token_endpoint, {
  method: 'POST',
  body: new URLSearchParams({ grant_type: 'authorization_code', client_id: 'web', code: answer.searchParams.get('code') ?? '', redirect_uri: redirect, code_verifier: verifier }),
});
const tokens = await exchange.json();
if (!exchange.ok) throw new Error(JSON.stringify(tokens));
console.log(JSON.stringify({ access_token: tokens.access_token, id_token: tokens.id_token }));

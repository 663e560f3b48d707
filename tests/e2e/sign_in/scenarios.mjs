// People sign in and out with a browser, and others try to take their place. Usage: node scenarios.mjs NAME, with SERVICE,
// FIRST and SECOND (issuers), DEVELOPMENT (the service's own issuer) in the environment. Prints the name when all of it held.

import assert from 'node:assert/strict';
import { open } from '../browser.mjs';
import { atDevelopmentIssuer, atProvider, seenAs, session } from './people.mjs';
import { serve } from './pages.mjs';

const { SERVICE: service, FIRST: first, SECOND: second, DEVELOPMENT: development, PAGES: pages } = process.env;
const { page, context, close } = await open();

const call = (method, path, body, headers) => page.evaluate(([m, p, b, h]) => call(m, p, b, h), [method, path, body, headers]);
const signInUrl = (issuer, returnTo = '/') => `${service}/v1/auth/sign-in?issuer=${encodeURIComponent(issuer)}&return_to=${encodeURIComponent(returnTo)}`;
const ports = pages.split(' ').map((url) => Number(new URL(url).port));
const listening = [await serve({ port: ports[0], api: service }), await serve({ port: ports[1], api: '', service })];
const [beside, inFront] = pages.split(' ');

/// Signs in at the development issuer, and ends on the page beside the service.
async function signedIn(subject) {
  await page.goto(signInUrl(development, `${beside}/`));
  await atDevelopmentIssuer(page, subject);
  await page.waitForURL(`${beside}/`);
  assert.equal(await seenAs(page), subject);
}

/// What the service answers to a navigation, as JSON.
async function visited(url) {
  const answer = await page.goto(url);
  return { status: answer.status(), body: await answer.json().catch(() => null) };
}

/// Goes to an issuer and signs in there, but brings the answer without the attempt's cookie, so that it is not taken yet: its URL.
/// The cookie is put back.
async function caught(issuer, subject) {
  let answered;
  const look = (request) => request.url().startsWith(`${service}/v1/auth/callback`) && (answered = request.url());
  page.on('request', look);
  await page.goto(signInUrl(issuer));
  const attempt = (await context.cookies()).find((cookie) => cookie.name.startsWith('__Host-ringfence_sign_in_'));
  await context.clearCookies({ name: attempt.name });
  await atProvider(page, subject);
  await page.waitForURL(`${service}/v1/auth/callback*`);
  page.off('request', look);
  await context.addCookies([attempt]);
  return new URL(answered);
}

/// Signs in, works in a tenant and signs out, on a page that is served in one way or another.
async function wholeStory(ui, api) {
  await page.goto(`${ui}/?issuer=${encodeURIComponent(first)}`);
  assert.equal(await seenAs(page), 'nobody');
  await page.waitForSelector('#sign-in[href]');
  await page.click('#sign-in');
  await atProvider(page, 'agent-of-acme');
  await page.waitForURL(`${ui}/`);
  assert.equal(await seenAs(page), 'agent-of-acme');

  const cookie = await session(context);
  assert.deepEqual([cookie.httpOnly, cookie.secure, cookie.sameSite, cookie.path, cookie.domain], [true, true, 'Lax', '/', '127.0.0.1']);
  assert.deepEqual(await page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length]), ['', 0, 0]);

  // The tenant is chosen from what /v1/me tells, and named in the route.
  const me = (await call('GET', '/v1/me')).body;
  assert.deepEqual(me.tenants.map((tenant) => tenant.slug), ['acme']);
  const tickets = `/v1/tenants/${me.tenants[0].slug}/tickets`;
  assert.equal((await call('GET', tickets)).status, 200);
  assert.equal((await call('GET', '/v1/tenants/globex/tickets')).status, 404);
  assert.equal((await call('POST', tickets, { subject: 'By a page' })).status, 201);
  assert.equal((await call('POST', tickets, { subject: 'Forged' }, { 'x-csrf-token': 'guessed' })).status, 403);

  const out = await call('POST', '/v1/auth/sign-out', { return_to: `${ui}/` });
  assert.equal(out.status, 200);
  assert.equal(await session(context), undefined, 'the cookie is gone');
  assert.equal((await call('GET', '/v1/me')).status, 401);
  // And at the issuer: it asks, and sends the browser back.
  await page.goto(out.body.end_session_url);
  await page.click('button[value=yes]');
  await page.waitForURL((url) => url.href.startsWith(`${ui}/`));
  assert.equal(await seenAs(page), 'nobody');
  // Whoever kept the cookie has nothing.
  await context.addCookies([cookie]);
  await page.goto(`${ui}/`);
  assert.equal(await seenAs(page), 'nobody');
}

const scenarios = {
  by_cors: () => wholeStory(beside, service),
  by_proxy: () => wholeStory(inFront, ''),

  async by_development_issuer() {
    await page.goto(`${beside}/?issuer=${encodeURIComponent(development)}`);
    await page.waitForSelector('#sign-in[href]');
    await page.click('#sign-in');
    await page.waitForSelector('h1');
    assert.equal(await page.$$eval('script, form', (found) => found.length), 0);
    await atDevelopmentIssuer(page, 'acme:agent');
    await page.waitForURL(`${beside}/`);
    assert.equal(await seenAs(page), 'acme:agent');
    const out = await call('POST', '/v1/auth/sign-out', { return_to: `${service}/` });
    await page.goto(out.body.end_session_url);
    assert.equal(page.url(), `${service}/`);
  },

  async back_channel_logout() {
    await page.goto(signInUrl(first, `${beside}/`));
    await atProvider(page, 'agent-of-acme');
    await page.waitForURL(`${beside}/`);
    assert.equal(await seenAs(page), 'agent-of-acme');
    // At the issuer alone: the service hears of it from the issuer, and the browser still holds the cookie.
    await page.goto(`${first}/session/end`);
    await page.click('button[value=yes]');
    await page.waitForURL((url) => url.href.includes('/session/end/success'));
    assert.ok(await session(context));
    await page.goto(`${beside}/`);
    assert.equal(await seenAs(page), 'nobody');
    assert.equal((await call('GET', '/v1/me')).body.code, 'credential_invalid');
  },

  async fixation() {
    const known = 'A'.repeat(43);
    const planted = { name: '__Host-ringfence_session', value: known, url: service, secure: true, httpOnly: true, sameSite: 'Lax' };
    await context.addCookies([{ ...planted, url: undefined, domain: '127.0.0.1', path: '/' }]);
    await signedIn('acme:owner');
    const own = (await session(context)).value;
    assert.notEqual(own, known);
    // A page cannot plant one either: it is out of reach for scripts.
    await page.evaluate((value) => { document.cookie = `__Host-ringfence_session=${value}; Secure; Path=/`; }, known);
    assert.equal((await session(context)).value, own);
    // Signing in anew never goes on with what was there.
    await signedIn('acme:agent');
    const next = (await session(context)).value;
    assert.notEqual(next, own);
    for (const value of [known, own]) {
      const answer = await fetch(`${service}/v1/me`, { headers: { cookie: `__Host-ringfence_session=${value}` } });
      assert.equal(answer.status, 401);
    }
  },

  async csrf() {
    await signedIn('acme:agent');
    const tickets = `${service}/v1/tenants/acme/tickets`;
    const total = async () => (await call('GET', '/v1/tenants/acme/tickets?include=total')).body.page.total;
    const before = await total();
    await context.route((url) => url.hostname === '127.0.0.2', (route) => route.continue());
    // Another port is the same site to a cookie, another address is not: neither is an origin of ours.
    for (const host of ['127.0.0.1', '127.0.0.2']) {
      const html = `<!doctype html><form id="form" method="post" enctype="text/plain" action="${tickets}"><input name='{"subject": "Forged", "a' value='": 1}'></form>`;
      const evil = await serve({ host, html });
      await page.goto(evil.url);
      const statuses = await page.evaluate(async (url) => {
        const tried = [];
        for (const options of [
          { method: 'POST', body: '{"subject": "Forged"}' },
          { method: 'POST', body: '{"subject": "Forged"}', headers: { 'content-type': 'application/json', 'x-csrf-token': 'guessed' } },
          { method: 'POST', body: '{"subject": "Forged"}', mode: 'no-cors' },
          { method: 'GET' },
        ]) {
          tried.push(await fetch(url, { credentials: 'include', ...options }).then((answer) => `${answer.type} ${answer.status}`, () => 'kept from the page'));
        }
        return tried;
      }, tickets);
      assert.deepEqual(statuses, ['kept from the page', 'kept from the page', 'opaque 0', 'kept from the page']);
      const [answer] = await Promise.all([page.waitForNavigation({ url: tickets }), page.evaluate(() => document.getElementById('form').submit())]);
      assert.ok([401, 403].includes(answer.status()), `${host}: ${answer.status()}`);
      evil.close();
    }
    await page.goto(`${beside}/`);
    assert.equal(await seenAs(page), 'acme:agent');
    assert.equal(await total(), before);
  },

  async replay() {
    let answered;
    page.on('request', (request) => request.url().startsWith(`${service}/v1/auth/callback`) && (answered = request.url()));
    await page.goto(signInUrl(first, `${beside}/`));
    await atProvider(page, 'agent-of-acme');
    await page.waitForURL(`${beside}/`);
    const old = new URL(answered);
    const cookie = (await session(context)).value;
    assert.deepEqual([(await visited(old.href)).body.code, (await session(context)).value], ['sign_in_unknown', cookie]);
    // Its code in the answer to another question: this browser asks, and somebody puts the old code into the answer.
    await context.clearCookies();
    const asked = await caught(first, 'agent-of-acme');
    asked.searchParams.set('code', old.searchParams.get('code'));
    assert.equal((await visited(asked.href)).body.code, 'code_refused');
    assert.equal(await session(context), undefined);
    // A stolen answer is worth nothing in another browser.
    await context.clearCookies();
    const stolen = await caught(first, 'agent-of-acme');
    await context.clearCookies();
    assert.equal((await visited(stolen.href)).body.code, 'sign_in_unknown');
  },

  async mixed_up() {
    // The browser asked the first issuer; what comes back is the second's, in its own name, in the first's, and in nobody's.
    const foreign = await caught(second, 'agent-of-acme');
    for (const [iss, code, expected] of [
      [second, foreign.searchParams.get('code'), 'issuer_mixed_up'],
      [null, foreign.searchParams.get('code'), 'issuer_unnamed'],
      [first, foreign.searchParams.get('code'), 'code_refused'],
      [second, null, 'issuer_mixed_up'],
    ]) {
      await context.clearCookies();
      const own = await caught(first, 'agent-of-acme');
      own.searchParams.delete('iss');
      if (iss) own.searchParams.set('iss', iss);
      if (code) own.searchParams.set('code', code);
      assert.equal((await visited(own.href)).body.code, expected, `${iss} ${code}`);
      assert.equal(await session(context), undefined);
    }
  },

  async open_redirect() {
    for (const target of ['//evil.example', 'https://evil.example', '/\\evil.example', `${beside}.evil.example`, 'javascript:alert(1)', `${beside}@evil.example/`]) {
      const answer = await visited(signInUrl(first, target));
      assert.deepEqual([answer.status, answer.body.errors[0].field], [400, 'return_to'], target);
    }
    // Nor does the issuer send a code anywhere but back.
    const { url } = await (await fetch(signInUrl(first), { redirect: 'manual' }).then((answer) => ({ url: new URL(answer.headers.get('location')) })));
    assert.equal(url.searchParams.get('redirect_uri'), `${service}/v1/auth/callback`);
    url.searchParams.set('redirect_uri', `${beside}/`);
    await page.goto(url.href);
    assert.ok(page.url().startsWith(first));
    await signedIn('acme:agent');
    const out = await call('POST', '/v1/auth/sign-out', { return_to: 'https://evil.example' });
    assert.deepEqual([out.status, out.body.errors[0].field], [400, 'return_to']);
  },

  async two_issuers() {
    const seen = [];
    for (const [issuer, subject] of [[first, 'agent-of-acme'], [second, 'agent-of-acme'], [first, 'somebody'], [second, 'another']]) {
      await context.clearCookies();
      await page.goto(signInUrl(issuer, `${beside}/`));
      await atProvider(page, subject);
      await page.waitForURL(`${beside}/`);
      assert.equal(await seenAs(page), subject);
      seen.push((await call('GET', '/v1/me')).body);
    }
    assert.equal(new Set(seen.map((me) => me.identity_id)).size, 4);
    // All have the address of the owner of acme, and the issuers call it verified: it lets nobody in.
    assert.deepEqual(new Set(seen.map((me) => me.session.verified_email)), new Set(['owner@acme.example']));
    assert.deepEqual(seen.map((me) => me.tenants.length), [1, 0, 0, 0]);
  },
};

try {
  await scenarios[process.argv[2]]();
} finally {
  await close();
  listening.forEach((one) => one.close());
}
console.log(process.argv[2]);
process.exit(0);

// The page at /docs in a browser: complete, quiet, from one origin alone, and able to make a call.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { open } from '../browser.mjs';

const url = process.env.RINGFENCE_URL;
const token = process.env.RINGFENCE_AGENT;
const shots = new URL('../target/', import.meta.url).pathname;
mkdirSync(shots, { recursive: true });

const { page, context, close } = await open({ viewport: { width: 1200, height: 900 } });
try {
  const complaints = [];
  const elsewhere = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => new URL(request.url()).origin === url || elsewhere.push(request.url()));

  await page.goto(`${url}/docs`);
  await page.waitForSelector('details.operation');
  const contract = await (await fetch(`${url}/openapi.json`)).json();
  const operations = Object.values(contract.paths).flatMap((item) => Object.values(item).map((operation) => operation.operationId));
  assert.deepEqual((await page.$$eval('details.operation', (found) => found.map((each) => each.id))).sort(), operations.sort());
  await page.screenshot({ path: `${shots}docs.png` });

  for (const operation of operations) {
    await page.click(`#${operation} > summary`);
    await page.waitForSelector(`#${operation} form`);
  }

  const tried = async (operation, values, status) => {
    for (const [name, value] of Object.entries(values)) await page.fill(`[id="${operation}-${name}"]`, value);
    await page.click(`#${operation} form button`);
    await page.waitForFunction(([id, expected]) => document.querySelector(`#${id} form [aria-live]`).textContent.startsWith(expected), [operation, status]);
    return page.textContent(`#${operation} form [aria-live]`);
  };
  await tried('getMe', {}, '401');
  await page.fill('#token', token);
  assert.match(await tried('getMe', {}, '200'), /"slug": "acme"/);
  assert.match(await tried('createTicket', { tenant: 'acme' }, '201'), /location: \/v1\/tenants\/acme\/tickets\//);
  assert.match(await tried('getTicket', { tenant: 'acme', ticket_id: '1' }, '200'), /etag: "1"/);
  await tried('listTickets', { tenant: 'globex' }, '404');
  await page.click('#listTickets > summary');
  await page.locator('#createTicket').scrollIntoViewIfNeeded();
  await page.screenshot({ path: `${shots}docs-tried.png` });

  const kept = await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]);
  assert.deepEqual(kept, [0, 0, ''], 'the token is kept nowhere');
  await page.reload();
  assert.equal(await page.inputValue('#token'), '', 'the token ends with the page');

  await page.waitForSelector('details.operation');
  await page.fill('#find', 'comments');
  const found = await page.$$eval('details.operation:not([hidden])', (shown) => shown.map((each) => each.id));
  assert.deepEqual(found, ['listComments', 'createComment', 'getComment', 'listCommentShares', 'shareComment']);

  await page.goto(`${url}/docs#getTicket`);
  await page.waitForSelector('#getTicket[open] form');

  // What a foreign script would be: refused by the policy.
  const injected = await page.evaluate(() => {
    const script = document.createElement('script');
    try { script.textContent = 'window.foreign = true'; document.body.append(script); } catch { return false; }
    return Boolean(window.foreign);
  });
  assert.equal(injected, false);

  const before = complaints.filter((text) => !/status of 40[14]|Content Security Policy|TrustedScript|requires 'Trusted/.test(text));
  assert.deepEqual(before, []);
  assert.deepEqual(elsewhere, []);

  await page.goto(`${url}/problems/precondition_failed`);
  assert.match(await page.textContent('main'), /current_version/);
  await page.screenshot({ path: `${shots}problem.png` });
  const dark = await context.newPage();
  await dark.emulateMedia({ colorScheme: 'dark' });
  await dark.goto(`${url}/docs#listTickets`);
  await dark.waitForSelector('#listTickets[open] form');
  await dark.screenshot({ path: `${shots}docs-dark.png` });
  console.log(`docs: ${operations.length} operations`);
} finally {
  await close();
}

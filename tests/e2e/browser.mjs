// Headless Chromium, as Debian packages it, with a profile that ends with it. It is told to ask nobody but the pages it is given.

import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const places = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export async function open(options = {}) {
  const executablePath = places.find((place) => place && existsSync(place));
  if (!executablePath) throw new Error('Chromium is missing: install it (Debian: apt-get install chromium), or name it in CHROMIUM');
  const quiet = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  // Root has no sandbox of Chromium's.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath, args: [...quiet, ...sandbox] });
  const context = await browser.newContext(options);
  // A page that wants something from elsewhere does without it at once, instead of waiting for a network that is not there.
  await context.route((url) => url.hostname !== '127.0.0.1', (route) => route.abort());
  return { page: await context.newPage(), context, close: () => browser.close() };
}

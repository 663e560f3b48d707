// What people do at an issuer's pages, in a browser.

/// Signs in at the certified provider, from wherever a page has led.
export async function atProvider(page, subject) {
  await page.waitForSelector('input[name=login]');
  await page.fill('input[name=login]', subject);
  await page.fill('input[name=password]', 'any');
  await page.click('button[type=submit]');
  await page.waitForSelector('form input[name=prompt][value=consent]', { state: 'attached' });
  await page.click('button[type=submit]');
}

/// Picks a person on the development issuer's page.
export async function atDevelopmentIssuer(page, subject) {
  await page.waitForSelector(`a[href$="picked=${subject}"]`);
  await page.click(`a[href$="picked=${subject}"]`);
}

/// Whom a page of ours takes the browser for.
export async function seenAs(page) {
  await page.waitForFunction(() => document.getElementById('who')?.textContent);
  return page.textContent('#who');
}

export const session = async (context) => (await context.cookies()).find((cookie) => cookie.name === '__Host-ringfence_session');

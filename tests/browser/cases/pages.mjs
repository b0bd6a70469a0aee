import { equal, ok, test, until } from '../lib/harness.mjs';
import { album } from '../lib/library.mjs';
import { openPage } from '../lib/browser.mjs';

test('the home page shows what was added, with covers', async (world) => {
  const { page, visit, quiet } = await openPage(world);
  await visit('/');
  await page.getByRole('link', { name: album.title }).waitFor();
  await page.getByRole('heading', { name: 'Films' }).waitFor();
  const cover = page.locator('.card', { hasText: album.title }).locator('img.shown');
  await cover.waitFor();
  ok(await cover.evaluate((image) => image.naturalWidth) >= 100, 'the cover is no picture');
  equal(await page.title(), 'Consort', 'title');
  quiet();
});

test('links lead to album and artist, and the browser\'s back comes back', async (world) => {
  const { page, visit, quiet } = await openPage(world);
  await visit('/albums');
  await page.getByRole('link', { name: album.title }).click();
  await page.getByRole('heading', { name: album.title, level: 1 }).waitFor();
  equal(await page.title(), `${album.title} · Consort`, 'title');
  equal(await page.locator('.track-row .track-title').allTextContents(), album.tracks, 'tracks');
  await page.locator('.hero').getByRole('link', { name: album.artist }).click();
  await page.getByRole('heading', { name: album.artist, level: 1 }).waitFor();
  await page.goBack();
  await page.getByRole('heading', { name: album.title, level: 1 }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: album.title, level: 1 }).waitFor();
  quiet();
});

test('every page opens from the navigation', async (world) => {
  const { page, visit, quiet } = await openPage(world);
  await visit('/');
  for (const place of ['Albums', 'Artists', 'Tracks', 'Films', 'Shows', 'Home']) {
    await page.getByRole('navigation').getByRole('link', { name: place, exact: true }).click();
    await page.locator('a[aria-current=page]', { hasText: place }).waitFor();
    await page.locator('.card, .track-row, .message').first().waitFor();
  }
  quiet();
});

test('search finds while one types', async (world) => {
  const { page, visit, quiet } = await openPage(world);
  await visit('/');
  await page.keyboard.press('/');
  await page.keyboard.type('slow wa');
  await page.locator('.track-row', { hasText: 'Slow Water' }).waitFor();
  ok(page.url().endsWith('/search?q=slow+wa'), `the address is ${page.url()}`);
  await page.getByRole('searchbox').fill('matroska');
  await page.getByRole('link', { name: /Film Matroska/ }).waitFor();
  await page.getByRole('searchbox').fill('nothing like this');
  await page.getByRole('heading', { name: /Nothing found/ }).waitFor();
  quiet();
});

test('what is not there gets a message that helps', async (world) => {
  const { page, visit } = await openPage(world);
  await visit('/albums/no-such-album');
  await page.getByRole('button', { name: 'Try again' }).waitFor();
  await visit('/no/such/page');
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
});

test('the question mark opens the help and Escape closes it', async (world) => {
  const { page, visit, quiet } = await openPage(world);
  await visit('/');
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keyboard' });
  await help.waitFor();
  await page.keyboard.press('Escape');
  await help.waitFor({ state: 'hidden' });
  quiet();
});

test('on a phone nothing is wider than the screen and targets are large', async (world) => {
  const { page, visit, quiet } = await openPage(world, {
    viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true,
  });
  for (const address of ['/', '/albums', '/artists', '/tracks', '/films', '/search?q=format']) {
    await visit(address);
    await page.locator('.card, .track-row').first().waitFor();
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    ok(over <= 0, `${address} is ${over} px too wide`);
  }
  await page.locator('.track-play').first().tap();
  await page.locator('.player').waitFor();
  await page.locator('.now').tap();
  await page.getByRole('complementary', { name: 'Queue' }).waitFor();
  const small = await page.evaluate(() => [...document.querySelectorAll('button, nav a')]
    .filter((element) => element.checkVisibility())
    .map((element) => [element.ariaLabel ?? element.textContent, element.getBoundingClientRect()])
    .filter(([, box]) => box.width > 0 && (box.width < 43.5 || box.height < 43.5))
    .map(([name, box]) => `${name}: ${Math.round(box.width)} x ${Math.round(box.height)}`));
  equal(small, [], 'buttons below 44 px');
  ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'too wide with the queue');
  quiet();
});

test('a refused script shows that the security policy holds', async (world) => {
  const { page, visit } = await openPage(world);
  await visit('/');
  const ran = await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.inlineRan = true';
    document.head.append(script);
    return window.inlineRan === true;
  });
  equal(ran, false, 'an inline script ran');
});

test('a long list keeps few rows in the document', async (world) => {
  const { page, visit, quiet } = await openPage(world);
  const rows = Array.from({ length: 5000 }, (_, i) => ({ id: `x${i}`, title: `Row ${i}`, duration: 60, has_cover: false }));
  await page.route('**/api/v1/tracks?*', (route) => {
    const query = new URL(route.request().url()).searchParams;
    const from = Number(query.get('cursor') ?? 0);
    const end = from + Number(query.get('limit'));
    return route.fulfill({ json: { items: rows.slice(from, end), next: end < rows.length ? String(end) : null } });
  });
  await visit('/tracks');
  await page.locator('.track-row').first().waitFor();
  await until(async () => {
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    return await page.locator('.track-row', { hasText: 'Row 4999' }).count() > 0;
  }, 'the last row showed');
  ok(await page.locator('.track-row').count() < 80, 'too many rows are in the document');
  quiet();
});

// Pictures of the web app with the demo library: screenshots.mjs SCRATCH OUT; see `screenshots`.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { launch, openPage } from './lib/browser.mjs';
import { until } from './lib/harness.mjs';
import { Server } from './lib/server.mjs';

const [scratch, out] = process.argv.slice(2);
const { CONSORT, CONSORT_WEB, CONSORT_DEMO } = process.env;
const album = 'Quiet Machines';
const wide = { width: 1280, height: 800 };
const narrow = { width: 390, height: 844 };

const world = { contexts: [], server: new Server(scratch, { executable: CONSORT, web: CONSORT_WEB, media: [CONSORT_DEMO] }) };
await world.server.start();
world.browser = await launch();

const pictures = (page) => until(() => page.evaluate(() =>
  [...document.querySelectorAll('.cover img')].every((image) => image.complete)), 'the covers were there');

async function openAlbum(options) {
  const opened = await openPage(world, options);
  await opened.visit('/');
  await opened.page.locator('.card', { hasText: album }).locator('a').first().click();
  await opened.page.locator('h1', { hasText: album }).waitFor();
  return opened;
}

async function play(page) {
  await page.getByRole('button', { name: 'Play', exact: true }).first().click();
  await page.waitForFunction(() => [...document.querySelectorAll('audio, video')].some((one) => one.currentTime > 6)
    || document.querySelector('.seek .time')?.textContent?.startsWith('0:06'), undefined, { timeout: 30_000 });
}

try {
  await mkdir(out, { recursive: true });
  const { page } = await openAlbum({ viewport: wide, colorScheme: 'light' });
  await play(page);
  await pictures(page);
  await page.mouse.move(0, 0);
  await page.screenshot({ path: path.join(scratch, 'web.png'), animations: 'disabled' });

  if (!path.resolve(out).endsWith(path.join('docs', 'images'))) {
    for (const [name, viewport] of [['wide', wide], ['narrow', narrow]]) {
      for (const colorScheme of ['light', 'dark']) {
        const { page: one, visit } = await openPage(world, { viewport, colorScheme });
        for (const address of ['/', '/albums', '/artists', '/films', '/tracks', '/search?q=a']) {
          await visit(address);
          await one.waitForLoadState('networkidle');
          await pictures(one);
          const label = address.replaceAll(/\W+/g, '') || 'home';
          await one.screenshot({ path: path.join(out, `${label}-${name}-${colorScheme}.png`) });
        }
      }
      const { page: one } = await openAlbum({ viewport, colorScheme: 'dark' });
      await play(one);
      await pictures(one);
      await one.screenshot({ path: path.join(out, `album-${name}-dark.png`) });
    }
  }
} finally {
  await world.browser?.close();
  await world.server.stop();
}

// axe-core finds nothing serious, in light and dark.
import { createRequire } from 'node:module';
import { equal, test } from '../lib/harness.mjs';
import { album } from '../lib/library.mjs';
import { openPage } from '../lib/browser.mjs';

const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

async function violations(page) {
  await page.addScriptTag({ path: axeFile });
  return page.evaluate(async () => {
    const { violations: found } = await window.axe.run(document, { resultTypes: ['violations'] });
    return found.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
  });
}

const places = [
  ['home', '/', '.card'],
  ['tracks', '/tracks', '.track-row'],
  ['search', '/search?q=format', '.track-row'],
  ['films', '/films', '.card'],
  ['an empty page', '/shows', '.message'],
];

for (const colorScheme of ['light', 'dark']) {
  for (const [name, address, ready] of places) {
    test(`accessible: ${name}, ${colorScheme}`, async (world) => {
      const { page, visit } = await openPage(world, { colorScheme, bypassCSP: true, reducedMotion: 'reduce' });
      await visit(address);
      await page.locator(ready).first().waitFor();
      equal(await violations(page), [], 'axe');
    });
  }

  test(`accessible: album with player, queue and help, ${colorScheme}`, async (world) => {
    const { page, visit } = await openPage(world, { colorScheme, bypassCSP: true, reducedMotion: 'reduce' });
    await visit('/albums');
    await page.getByRole('link', { name: album.title }).click();
    await page.locator('.track-play').first().click();
    await page.locator('.player').waitFor();
    equal(await violations(page), [], 'axe, player');
    await page.locator('main').focus();
    await page.keyboard.press('q');
    await page.locator('.queue').waitFor();
    equal(await violations(page), [], 'axe, queue');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    equal(await violations(page), [], 'axe, help');
  });

  test(`accessible: film, ${colorScheme}`, async (world) => {
    const { page, visit } = await openPage(world, { colorScheme, bypassCSP: true, reducedMotion: 'reduce' });
    await visit('/films');
    await page.getByRole('link', { name: /Film H264/ }).click();
    await page.locator('video').waitFor();
    equal(await violations(page), [], 'axe');
  });
}

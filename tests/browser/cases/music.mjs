import { equal, ok, test, until } from '../lib/harness.mjs';
import { album } from '../lib/library.mjs';
import { onlyOriginals, openPage } from '../lib/browser.mjs';

const position = (page) => page.locator('.player').getByRole('slider', { name: 'Position' })
  .getAttribute('aria-valuenow').then(Number);
const playing = (page, title) => until(async () =>
  (await page.locator('.now-title').textContent({ timeout: 5000 })) === title, `“${title}” plays`);
const advances = async (page, from, what) => until(async () => await position(page) > from, what);

async function openAlbum(world) {
  const opened = await openPage(world);
  await opened.visit('/albums');
  await opened.page.getByRole('link', { name: album.title }).click();
  await opened.page.getByRole('heading', { name: album.title, level: 1 }).waitFor();
  return opened;
}

test('a track plays, pauses and seeks', async (world) => {
  const { page, quiet } = await openAlbum(world);
  await page.getByRole('button', { name: 'Play', exact: true }).first().click();
  await playing(page, album.tracks[0]);
  await advances(page, 0.7, 'the position moves');
  const slider = page.locator('.player').getByRole('slider', { name: 'Position' });
  equal(Math.round(Number(await slider.getAttribute('aria-valuemax'))), 20, 'length in seconds');
  const box = await slider.boundingBox();
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await until(async () => Math.abs(await position(page) - 10) < 1.5, 'the click sought to the middle');
  await advances(page, 10.6, 'it plays on from there');
  await page.locator('.player').getByRole('button', { name: 'Pause' }).click();
  await page.locator('.player').getByRole('button', { name: 'Play', exact: true }).waitFor();
  quiet();
});

test('the keyboard plays, pauses, seeks and skips', async (world) => {
  const { page, quiet } = await openAlbum(world);
  await page.locator('.track-play').first().click();
  await playing(page, album.tracks[0]);
  await advances(page, 0.1, 'the position moves');
  await page.locator('main').focus();
  await page.keyboard.press('ArrowRight');
  await advances(page, 5, 'the right arrow goes on by 5 seconds');
  await page.keyboard.press('Shift+ArrowRight');
  await playing(page, album.tracks[1]);
  await page.keyboard.press('Space');
  await page.locator('.player').getByRole('button', { name: 'Play', exact: true }).waitFor();
  await page.keyboard.press('Shift+ArrowLeft');
  await playing(page, album.tracks[0]);
  await page.keyboard.press('m');
  await page.locator('.player').getByRole('button', { name: 'Sound on' }).waitFor();
  const slider = page.locator('.player').getByRole('slider', { name: 'Position' });
  await slider.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('PageUp');
  await until(async () => await position(page) >= 19 || (await page.locator('.now-title').textContent()) !== album.tracks[0],
    'Page Up goes on by 30 seconds, at most to the end');
  quiet();
});

test('the next track follows by itself', async (world) => {
  const { page, quiet } = await openAlbum(world);
  await page.locator('.track-play').first().click();
  await playing(page, album.tracks[0]);
  await advances(page, 0.1, 'the position moves');
  const slider = page.locator('.player').getByRole('slider', { name: 'Position' });
  const box = await slider.boundingBox();
  await page.mouse.click(box.x + box.width * 0.96, box.y + box.height / 2);
  await playing(page, album.tracks[1]);
  await advances(page, 0.5, 'it plays');
  ok(await position(page) < 10, 'it starts at its beginning');
  quiet();
});

test('the queue shows what comes, jumps and removes', async (world) => {
  const { page, quiet } = await openAlbum(world);
  await page.locator('.track-play').first().click();
  await playing(page, album.tracks[0]);
  await page.locator('main').focus();
  await page.keyboard.press('q');
  const queue = page.getByRole('complementary', { name: 'Queue' });
  equal(await queue.locator('.queue-list .track-title').allTextContents(), album.tracks.slice(1), 'queue');
  await queue.getByRole('button', { name: `Remove ${album.tracks[1]} from the queue` }).click();
  await queue.locator('.queue-item', { hasText: album.tracks[2] }).click();
  await playing(page, album.tracks[2]);
  await page.keyboard.press('Escape');
  await queue.waitFor({ state: 'detached' });
  quiet();
});

test('volume, shuffle and repeat are kept for the next visit', async (world) => {
  const { page, quiet } = await openAlbum(world);
  await page.locator('.track-play').first().click();
  const volume = page.getByRole('slider', { name: 'Volume' });
  await volume.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('PageUp');
  await page.getByRole('button', { name: 'Shuffle' }).last().click();
  await page.getByRole('button', { name: 'Repeat: off' }).click();
  await page.reload();
  await page.locator('.track-play').first().click();
  equal(await volume.getAttribute('aria-valuetext'), '20 percent', 'volume');
  equal(await page.locator('.player').getByRole('button', { name: 'Shuffle' }).getAttribute('aria-pressed'), 'true', 'shuffle');
  await page.locator('.player').getByRole('button', { name: 'Repeat: all' }).waitFor();
  quiet();
});

test('the system is told what plays', async (world) => {
  const { page } = await openAlbum(world);
  await page.locator('.track-play').nth(1).click();
  await playing(page, album.tracks[1]);
  await until(() => page.evaluate(() => navigator.mediaSession.playbackState === 'playing'), 'the state is told');
  equal(await page.evaluate(() => {
    const { title, artist, album: name } = navigator.mediaSession.metadata;
    return [title, artist, name];
  }), [album.tracks[1], album.artist, album.title], 'metadata');
});

test('a track the browser has no decoder for plays as the server codes it anew', async (world) => {
  const { page, visit, quiet } = await openPage(world);
  await visit('/search?q=format+alac');
  await page.locator('.track-row', { hasText: 'Format ALAC' }).locator('.track-play').click();
  await playing(page, 'Format ALAC');
  await advances(page, 0, 'it goes on');
  quiet();
});

test('a track that the server has only in a codec without a decoder says so', async (world) => {
  const { page, visit } = await openPage(world);
  await onlyOriginals(page);
  await visit('/search?q=format+alac');
  await page.locator('.track-row', { hasText: 'Format ALAC' }).locator('.track-play').click();
  const notice = page.getByRole('alert');
  await notice.waitFor();
  const text = await notice.textContent();
  ok(/Format ALAC.*can't be played here/.test(text), text);
  ok(/ALAC/.test(text.replace('Format ALAC', '')), `the reason is missing: ${text}`);
});

import { equal, ok, test, until } from '../lib/harness.mjs';
import { films } from '../lib/library.mjs';
import { onlyOriginals, openPage } from '../lib/browser.mjs';

async function openFilm(world, title, prepare = async () => {}) {
  const opened = await openPage(world);
  await prepare(opened.page);
  const asked = [];
  opened.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await opened.visit('/films');
  await opened.page.getByRole('link', { name: new RegExp(title) }).click();
  await opened.page.getByRole('heading', { name: title, level: 1 }).waitFor();
  return { ...opened, asked };
}

const video = (page, read) => page.locator('video').evaluate(read);

test('a film plays through hls.js and obeys the keyboard', async (world) => {
  const { page, quiet, asked } = await openFilm(world, 'Film H264');
  await until(() => video(page, (v) => v.readyState >= 1), 'the film is loaded');
  await page.keyboard.press('Space');
  await until(() => video(page, (v) => v.currentTime > 0.5 && !v.paused), 'it plays');
  equal(await video(page, (v) => [v.videoWidth, v.videoHeight]), [640, 360], 'picture');
  ok(await video(page, (v) => v.src.startsWith('blob:')), 'it does not come through Media Source');
  ok(asked.some((path) => path.endsWith('.m3u8')) && asked.some((path) => path.endsWith('.m4s')),
    `no HLS requests: ${asked.join(' ')}`);
  const before = await video(page, (v) => v.currentTime);
  await page.keyboard.press('ArrowRight');
  await until(async () => await video(page, (v) => v.currentTime) >= before + 5, 'the right arrow goes on');
  await until(() => video(page, (v) => !v.seeking && v.readyState >= 3), 'it plays on from there');
  await page.keyboard.press('m');
  equal(await video(page, (v) => v.muted), true, 'muted');
  await page.keyboard.press('f');
  await until(() => page.evaluate(() => document.fullscreenElement !== null), 'full screen');
  await page.keyboard.press('f');
  await until(() => page.evaluate(() => document.fullscreenElement === null), 'no full screen');
  await page.keyboard.press('Space');
  equal(await video(page, (v) => v.paused), true, 'paused');
  quiet();
});

for (const film of films.filter(({ title }) => title !== 'Film H264')) {
  test(`${film.title} plays on its page`, async (world) => {
    const { page, quiet } = await openFilm(world, film.title);
    await until(() => video(page, (v) => v.readyState >= 1), 'the film is loaded');
    await page.keyboard.press('Space');
    await until(() => video(page, (v) => v.currentTime > 0.5), 'it plays');
    equal(await video(page, (v) => v.videoWidth), 640, 'picture');
    quiet();
  });
}

test('a film that the server has only in a codec without a decoder says why', async (world) => {
  const { page } = await openFilm(world, 'Film HEVC', onlyOriginals);
  const alert = page.getByRole('alert');
  await alert.waitFor();
  const text = await alert.textContent();
  ok(/HEVC/.test(text.replace('Film HEVC', '')), `the reason is missing: ${text}`);
});

test('a film silences the music, and leaving the page ends it', async (world) => {
  const { page, visit, quiet } = await openPage(world);
  await visit('/tracks');
  await page.locator('.track-row', { hasText: 'Format FLAC' }).locator('.track-play').click();
  await page.locator('.player').getByRole('button', { name: 'Pause' }).waitFor();
  await page.getByRole('navigation').getByRole('link', { name: 'Films' }).click();
  await page.getByRole('link', { name: /Film H264/ }).click();
  await until(() => video(page, (v) => v.readyState >= 1), 'the film is loaded');
  await video(page, (v) => v.play());
  await page.locator('.player').getByRole('button', { name: 'Play', exact: true }).waitFor();
  await page.getByRole('navigation').getByRole('link', { name: 'Home' }).click();
  await page.locator('video').waitFor({ state: 'detached' });
  quiet();
});

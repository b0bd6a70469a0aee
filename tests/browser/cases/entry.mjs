// The one entry sends this browser to something that its own element plays, whatever the format.
import { ok, test, until } from '../lib/harness.mjs';
import { filmSeconds, films, formats, formatSeconds } from '../lib/library.mjs';
import { openPage } from '../lib/browser.mjs';
import { itemByTitle } from '../lib/items.mjs';

const state = (page) => page.evaluate(() => {
  const { error, currentTime, duration, ended, videoWidth } = document.querySelector('video');
  return { error: error?.message, time: currentTime, duration, ended, width: videoWidth };
});

async function play(world, title) {
  const { page, visit } = await openPage(world, { bypassCSP: true });
  await visit('/search');
  const { id } = await itemByTitle(world.server, title);
  await page.evaluate((url) => {
    const video = document.createElement('video');
    video.muted = true;
    video.src = url;
    document.body.append(video);
    void video.play();
  }, `/api/v1/stream/${id}`);
  const fine = async () => {
    const now = await state(page);
    ok(now.error === undefined, now.error);
    return now;
  };
  await until(async () => (await fine()).time > 0.3, 'it plays');
  return { page, fine };
}

for (const { title } of formats) {
  test(`entry: ${title} plays to its end`, async (world) => {
    const { fine } = await play(world, title);
    await until(async () => (await fine()).ended, 'it ends', 3 * formatSeconds);
    const { time } = await fine();
    ok(Math.abs(time - formatSeconds) < 0.5, `it ends at ${time} s`);
  });
}

for (const { title } of films.filter(({ browser }) => browser)) {
  test(`entry: ${title} plays, and seeks`, async (world) => {
    const { page, fine } = await play(world, title);
    ok((await fine()).width > 0, 'there is no picture');
    await page.evaluate((time) => { document.querySelector('video').currentTime = time; }, filmSeconds - 2);
    await until(async () => (await fine()).ended, 'it ends');
  });
}

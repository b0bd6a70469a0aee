// hls.js plays the playlist of every format: the original where the browser decodes it and it can be
// cut into segments, else what the server makes of it.
import { createRequire } from 'node:module';
import { ok, test } from '../lib/harness.mjs';
import { filmSeconds, films, formats, formatSeconds } from '../lib/library.mjs';
import { openPage } from '../lib/browser.mjs';
import { itemByTitle } from '../lib/items.mjs';

const hlsFile = createRequire(import.meta.url).resolve('hls.js/dist/hls.min.js');

// Plays from the start, then from near the end up to the end.
async function playAll(page, address) {
  await page.addScriptTag({ path: hlsFile });
  return page.evaluate((url) => new Promise((resolve) => {
    const video = document.createElement('video');
    video.muted = true;
    document.body.append(video);
    const hls = new window.Hls();
    const done = (result) => { hls.destroy(); resolve(result); };
    hls.on('hlsError', (_event, data) => {
      if (data.fatal) done({ error: `${data.details}: ${data.error?.message ?? ''}` });
    });
    video.addEventListener('error', () => done({ error: video.error?.message ?? 'media error' }));
    let sought = false;
    video.addEventListener('timeupdate', () => {
      if (sought || video.currentTime < 0.5 || !Number.isFinite(video.duration)) return;
      sought = true;
      video.currentTime = video.duration - 1;
    });
    video.addEventListener('ended', () => done({
      sought, duration: video.duration, end: video.currentTime, width: video.videoWidth,
    }));
    hls.attachMedia(video);
    hls.loadSource(url);
    void video.play();
  }), address);
}

async function play(world, title, query = '') {
  const { page, visit } = await openPage(world, { bypassCSP: true });
  await visit('/search');
  const { id } = await itemByTitle(world.server, title);
  return playAll(page, `/api/v1/stream/${id}/playlist.m3u8${query}`);
}

for (const { title } of formats) {
  test(`hls.js: ${title} plays to its end`, async (world) => {
    const result = await play(world, title);
    ok(result.sought && Math.abs(result.duration - formatSeconds) < 0.2, JSON.stringify(result));
    ok(Math.abs(result.end - result.duration) < 0.3, JSON.stringify(result));
  });
}

for (const { title } of films) {
  test(`hls.js: ${title} plays to its end`, async (world) => {
    const result = await play(world, title);
    ok(result.width === 640, JSON.stringify(result));
    ok(result.sought && Math.abs(result.duration - filmSeconds) < 0.3, JSON.stringify(result));
  });
}

for (const title of ['Format AAC', 'Format MP3', 'Format FLAC', 'Format Vorbis', 'Film H264', 'Film VP9', 'Film HEVC']) {
  test(`hls.js: ${title} plays to its end as transport streams`, async (world) => {
    const result = await play(world, title, '?segments=ts');
    const film = title.startsWith('Film');
    ok(result.width === (film ? 640 : 0), JSON.stringify(result));
    ok(result.sought && Math.abs(result.duration - (film ? filmSeconds : formatSeconds)) < 0.3, JSON.stringify(result));
  });
}

test('what cannot be cut into segments says why', async (world) => {
  for (const { title } of formats.filter(({ segments }) => segments === false)) {
    const { id } = await itemByTitle(world.server, title);
    const { offers } = await world.server.json(`/api/v1/stream/${id}`);
    const refused = offers.find(({ delivery, playable }) => delivery === 'hls' && !playable);
    ok(refused !== undefined && refused.reason.length > 10, `${title}: ${JSON.stringify(offers)}`);
  }
});

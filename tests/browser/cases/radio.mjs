// Radio stations in the web app, and live HLS in a player of its own.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { equal, ok, test, until } from '../lib/harness.mjs';
import { openPage } from '../lib/browser.mjs';
import { radioWorld, songs, stations } from '../lib/stations.mjs';

const hlsFile = fileURLToPath(new URL('../node_modules/hls.js/dist/hls.min.js', import.meta.url));
const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const bar = (page) => page.locator('.radio-player');
const live = async (page) => bar(page).locator('.live:not(.off)').waitFor({ state: 'attached' });
const byHls = stations.filter(({ format }) => format !== 'ogg');
// What the app's own element does; it is in no document.
const watchAudio = (page) => page.addInitScript(() => {
  const make = document.createElement.bind(document);
  window.made = [];
  document.createElement = (name, ...more) => {
    const element = make(name, ...more);
    if (name === 'audio') window.made.push(element);
    return element;
  };
});
const heardTime = (page) => page.evaluate(() => {
  const element = window.made.find(({ paused }) => !paused);
  return element === undefined ? -1 : element.currentTime;
});
const advances = async (page, seconds, what) => {
  const from = await until(async () => {
    const time = await heardTime(page);
    return time > 0 ? time : 0;
  }, `${what}: it plays`);
  await until(async () => await heardTime(page) > from + seconds, what);
};

test('radio: a server without stations shows nothing of it', async (world) => {
  const { page, visit, quiet } = await openPage(world);
  await visit('/');
  await page.getByRole('link', { name: 'Albums', exact: true }).waitFor();
  await page.waitForLoadState('networkidle');
  equal(await page.getByRole('navigation').getByRole('link', { name: 'Radio' }).count(), 0, 'links to the radio');
  await visit('/stations');
  await page.getByRole('heading', { name: 'There is no radio here' }).waitFor();
  quiet();
});

test('radio: stations stand in the order of their names, with what they play', async (world) => {
  const { page, visit, quiet } = await openPage(await radioWorld(world));
  await visit('/');
  await page.getByRole('navigation').getByRole('link', { name: 'Radio' }).click();
  await page.locator('.station').first().waitFor();
  equal(await page.locator('.station-name').allTextContents(), stations.map(({ name }) => name), 'names');
  const now = page.locator('.station-now').first();
  const first = await now.textContent();
  ok(songs.some((song) => first === `The Tides – ${song}`), `it plays “${first}”`);
  await until(async () => await now.textContent() !== first, 'another title is shown by itself');
  quiet();
});

for (const { route, name, format } of stations) {
  test(`radio: ${format} plays in the app`, async (world) => {
    const { page, visit, quiet } = await openPage(await radioWorld(world));
    const asked = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await watchAudio(page);
    await visit('/stations');
    await page.getByRole('button', { name: `Play ${name}` }).click();
    await live(page);
    await advances(page, 3, 'it goes on');
    equal(asked.includes(`${route}/hls/index.m3u8`), format !== 'ogg', 'by HLS');
    equal(asked.includes(route), format === 'ogg', 'as a plain stream');
    const title = () => bar(page).locator('.now-title').textContent();
    const first = await title();
    ok(songs.includes(first), `the bar shows “${first}”`);
    await until(async () => await title() !== first && songs.includes(await title()), 'it shows another title');
    equal(await page.evaluate(() => [navigator.mediaSession.playbackState, navigator.mediaSession.metadata.album]),
      ['playing', name], 'the system is told');
    await page.locator('main').focus();
    await page.keyboard.press('Space');
    await bar(page).getByRole('button', { name: 'Play' }).waitFor();
    equal(await heardTime(page), -1, 'it is silent');
    await page.keyboard.press('Space');
    await advances(page, 1, 'it is joined again');
    await bar(page).getByRole('button', { name: 'Close the radio' }).click();
    await bar(page).waitFor({ state: 'detached' });
    quiet();
  });
}

test('radio: a station has a page with what it played', async (world) => {
  const { page, visit, quiet } = await openPage(await radioWorld(world));
  await visit('/stations');
  await page.getByRole('link', { name: new RegExp(stations[1].name) }).click();
  await page.getByRole('heading', { name: stations[1].name, level: 1 }).waitFor();
  const rows = page.locator('.history .track-title');
  await rows.first().waitFor();
  ok(songs.includes(await rows.first().textContent()), 'it lists what was played');
  const before = await rows.count();
  await until(async () => await rows.count() > before, 'it grows by itself');
  await page.reload();
  await page.getByRole('heading', { name: stations[1].name, level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Listen' }).click();
  await live(page);
  quiet();
});

test('radio: it connects again when the network was gone', async (world) => {
  const { page, visit } = await openPage(await radioWorld(world));
  await watchAudio(page);
  await visit('/stations');
  await page.getByRole('button', { name: `Play ${stations[0].name}` }).click();
  await advances(page, 1, 'it plays');
  await page.context().setOffline(true);
  await bar(page).getByText('Connecting again').waitFor({ timeout: 45_000 });
  await page.context().setOffline(false);
  await live(page);
  await advances(page, 1, 'it plays again');
}, { seconds: 90 });

test('radio: volume and mute are the app’s', async (world) => {
  const { page, visit, quiet } = await openPage(await radioWorld(world));
  await watchAudio(page);
  await visit('/stations');
  await page.getByRole('button', { name: `Play ${stations[0].name}` }).click();
  await live(page);
  await page.locator('main').focus();
  await page.keyboard.press('ArrowDown');
  const volume = () => page.evaluate(() => window.made.find(({ paused }) => !paused).volume);
  await until(async () => Math.abs(await volume() - 0.95 ** 2) < 1e-6, 'it is softer');
  await page.keyboard.press('m');
  await until(() => page.evaluate(() => window.made.find(({ paused }) => !paused).muted), 'it is mute');
  quiet();
});

test('radio: phones show all of it', async (world) => {
  const { page, visit, quiet } = await openPage(await radioWorld(world), { viewport: { width: 360, height: 640 } });
  await visit('/stations');
  await page.getByRole('button', { name: `Play ${stations[0].name}` }).click();
  await live(page);
  for (const address of ['/stations', '/stations/jazz']) {
    await page.evaluate((to) => history.pushState({ key: 0 }, '', to), address);
    ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${address} is too wide`);
  }
  for (const one of ['Stop', 'Close the radio']) {
    const box = await bar(page).getByRole('button', { name: one }).boundingBox();
    ok(box !== null && box.x >= 0 && box.x + box.width <= 360 && box.width >= 40, `“${one}” is not to be had`);
  }
  const links = page.getByRole('navigation').getByRole('link');
  for (const link of await links.all()) {
    const box = await link.boundingBox();
    if (box !== null) ok(box.x >= 0 && box.x + box.width <= 361, 'a place is outside');
  }
  quiet();
});

for (const colorScheme of ['light', 'dark']) {
  test(`accessible: radio, ${colorScheme}`, async (world) => {
    const { page, visit } = await openPage(await radioWorld(world), { colorScheme, bypassCSP: true, reducedMotion: 'reduce' });
    for (const [address, ready] of [['/stations', '.station'], ['/stations/jazz', '.history li']]) {
      await visit(address);
      await page.locator(ready).first().waitFor();
      await page.getByRole('button', { name: /^(Play All|Listen)/ }).first().click();
      await live(page);
      await page.addScriptTag({ path: axeFile });
      equal(await page.evaluate(async () => {
        const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
        return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
      }), [], `axe at ${address}`);
    }
  });
}

for (const { route, format } of byHls) {
  test(`radio: hls.js plays ${format} as a live stream, and tells titles`, async (world) => {
    const { page, visit } = await openPage(await radioWorld(world), { bypassCSP: true });
    await visit('/search');
    await page.addScriptTag({ path: hlsFile });
    await page.evaluate((url) => {
      const audio = document.createElement('audio');
      const hls = new window.Hls({ lowLatencyMode: true, enableID3MetadataCues: false, enableEmsgMetadataCues: false });
      const live = { audio, hls, troubles: [], titles: [], waits: 0, parts: 0 };
      hls.on('hlsError', (_event, { details, fatal, reason, error }) => {
        live.troubles.push(`${fatal ? 'fatal ' : ''}${details} ${reason ?? error?.message ?? ''}`);
      });
      hls.on('hlsFragLoaded', (_event, { part }) => { if (part) live.parts++; });
      hls.on('hlsFragParsingMetadata', (_event, { samples }) => {
        for (const { data } of samples) {
          const [, title] = /TIT2[^]{6}\x03([^]*?)(?:TPE1|TALB|$)/.exec(new TextDecoder().decode(data)) ?? [];
          if (title !== undefined && live.titles.at(-1) !== title) live.titles.push(title);
        }
      });
      audio.addEventListener('waiting', () => { if (live.started) live.waits++; });
      audio.addEventListener('playing', () => { live.started = true; });
      hls.attachMedia(audio);
      hls.loadSource(url);
      void audio.play();
      window.live = live;
    }, `${route}/hls/index.m3u8`);
    const state = () => page.evaluate(() => ({
      time: window.live.audio.currentTime, latency: window.live.hls.latency, troubles: window.live.troubles,
      titles: window.live.titles, parts: window.live.parts, waits: window.live.waits, started: window.live.started === true,
    }));
    await until(async () => (await state()).started, 'it plays');
    const { time } = await state();
    await until(async () => {
      const now = await state();
      equal(now.troubles, [], 'troubles');
      return now.time > time + 20 && now.titles.length >= 4;
    }, 'it plays for twenty seconds and four titles', 60);
    const now = await state();
    ok(now.titles.every((title) => songs.includes(title)), `titles: ${now.titles}`);
    equal(now.waits, 0, 'it waited for sound');
    const parts = format !== 'mp3'; // which has none
    ok(parts ? now.parts > 20 : now.parts === 0, `${now.parts} parts were loaded`);
    ok(now.latency > 0 && now.latency < (parts ? 4 : 9), `it is ${now.latency} s behind`);
    console.log(`        ${format}: ${now.latency.toFixed(2)} s behind, ${now.parts} parts`);
  }, { seconds: 120 });
}

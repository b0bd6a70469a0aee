// dash.js and shaka-player play the manifest of every format: the original where the browser decodes
// it, else what the server makes of it.
import { ok, test, until } from '../lib/harness.mjs';
import { filmSeconds, films, formats, formatSeconds, long } from '../lib/library.mjs';
import { itemByTitle } from '../lib/items.mjs';
import { dashPlayers, playerPage, state } from '../lib/players.mjs';

async function start(world, player, title) {
  const opened = await playerPage(world, player);
  const { id } = await itemByTitle(world.server, title);
  const fetched = []; // names of renditions, one for each segment
  opened.page.on('request', (request) => {
    const found = /\/([^/]+)\/segment\d+\.m4s/.exec(request.url());
    if (found) fetched.push(found[1]);
  });
  await opened.page.evaluate((url) => window.player.start(url), `/api/v1/stream/${id}/manifest.mpd`);
  await playing(opened.page, 0.3);
  return { ...opened, fetched };
}

// The state, without troubles.
async function fine(page) {
  const now = await state(page);
  ok(now.errors.length === 0, now.errors.join('; '));
  return now;
}

// Until the position is behind `time`, and moves.
const playing = (page, time) => until(async () => (await fine(page)).time > time, `it plays behind ${time} s`);

async function playsToItsEnd(page, seconds, tolerance) {
  const { duration } = await fine(page);
  ok(Math.abs(duration - seconds) < 0.05, `it lasts ${duration} s, not ${seconds} s`);
  await page.evaluate(() => { window.player.video.currentTime = window.player.video.duration - 1; });
  await until(async () => (await fine(page)).ended, 'it ends').catch(async (error) => {
    throw new Error(`${error.message}: ${JSON.stringify(await state(page))}`);
  });
  const { furthest } = await fine(page);
  ok(Math.abs(furthest - seconds) < tolerance, `it ends at ${furthest} s, not at ${seconds} s`);
}

for (const player of dashPlayers) {
  for (const { title } of formats) {
    test(`${player}: ${title} plays to its end`, async (world) => {
      const { page } = await start(world, player, title);
      await playsToItsEnd(page, formatSeconds, 0.25);
    });
  }

  for (const { title, browser } of films.filter(({ browser }) => browser)) {
    test(`${player}: ${title} plays to its end`, async (world) => {
      const { page } = await start(world, player, title);
      ok((await state(page)).width > 0, 'there is no picture');
      await playsToItsEnd(page, filmSeconds, 0.3);
    });
  }

  test(`${player}: ten seeks to random places`, async (world) => {
    const { page } = await start(world, player, long.title);
    let seed = 20_26;
    for (let i = 0; i < 10; i++) {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      const target = (seed / 2_147_483_648) * (long.seconds - 3);
      await page.evaluate((time) => { window.player.video.currentTime = time; }, target);
      await playing(page, target + 0.2);
      const { time } = await state(page);
      ok(time < target + 5, `sought ${target}, plays at ${time}`);
    }
  }, { seconds: 120 });

  test(`${player}: a slow line gets a lower bit rate, a fast one a higher`, async (world) => {
    const { page, fetched } = await start(world, player, long.title);
    const rates = () => fetched.map((name) => Number(/^aac-(\d+)$/.exec(name)?.[1]));
    const fetches = async (rate, from, what) => {
      await until(() => rates().some((each, at) => at >= from && rate(each, rates()[at - 1])), what,
        90).catch((error) => {
        throw new Error(`${error.message}; it fetched ${fetched.join(' ')}`);
      });
      return fetched.length;
    };
    const before = await fetches((rate) => rate >= 256, 0, 'a fast line gets 256 kb/s or more');
    const network = await page.context().newCDPSession(page);
    const line = (bytes) => network.send('Network.emulateNetworkConditions', {
      offline: false, latency: 20, downloadThroughput: bytes, uploadThroughput: bytes,
    });
    await line(20_000); // 160 kb/s
    const slow = await fetches((rate) => rate <= 128, before, 'a slow line gets 128 kb/s or less');
    await line(-1);
    // Step by step: what the slow line took long for weighs for a while.
    await fetches((rate, last) => rate > last, slow, 'the fast line gets more again');
    await fine(page);
  }, { seconds: 240 });
}

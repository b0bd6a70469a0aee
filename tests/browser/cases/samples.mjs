// The browser's own decoder yields every sample of the sound that was encoded, first and last
// included, and the same ones from the file and from the one fragmented MP4 file made of it.
//
// Chromium does not end a fragmented MP4 where its edit list does: behind the last sample it plays
// what the encoder filled its last frame with. Only that may follow.
import { equal, ok, test } from '../lib/harness.mjs';
import { formats, formatSeconds } from '../lib/library.mjs';
import { openPage } from '../lib/browser.mjs';
import { offer, offersOf } from '../lib/items.mjs';

// Decodes both; `difference` is the largest one between two samples at the same place.
const compare = (page, direct, packaged, rate) => page.evaluate(async ([urls, sampleRate]) => {
  const decode = async (url) => {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
    const context = new OfflineAudioContext(2, 1, sampleRate);
    return context.decodeAudioData(await response.arrayBuffer());
  };
  const buffers = await Promise.all(urls.map(decode));
  const [first] = buffers;
  let loudest = 0;
  let difference = 0;
  for (let channel = 0; channel < first.numberOfChannels; channel++) {
    const [a, b = a] = buffers.map((buffer) => buffer.getChannelData(channel));
    for (let i = 0; i < Math.min(a.length, b.length); i++) {
      loudest = Math.max(loudest, Math.abs(a[i]));
      difference = Math.max(difference, Math.abs(a[i] - b[i]));
    }
  }
  return { samples: buffers.map(({ length }) => length), channels: first.numberOfChannels, loudest, difference };
}, [packaged === undefined ? [direct] : [direct, packaged], rate]);

const longestFrame = 1152;

for (const { title, rate = 44100, segments, lossless = false } of formats.filter(({ exact }) => exact)) {
  test(`samples: ${title}, every one`, async (world) => {
    const { page, visit } = await openPage(world);
    await visit('/search');
    const { item, offers } = await offersOf(world.server, title);
    const packaged = offer(offers, 'progressive');
    ok(packaged !== undefined || segments === false, 'there is no progressive file');
    const found = await compare(page, `/api/v1/stream/${item.id}/direct`, packaged?.path, rate);
    const [file, fragmented = file] = found.samples;
    equal(file, formatSeconds * rate, 'samples of the file');
    const excess = fragmented - file;
    ok(excess >= 0 && excess < longestFrame, `the fragmented file has ${excess} samples more`);
    ok(!lossless || excess === 0, `${excess} samples more, though nothing was filled`);
    equal(found.channels, 2, 'channels');
    ok(found.loudest > 0.1, 'it is silent');
    equal(found.difference, 0, 'difference between the file and the fragmented one');
  });
}

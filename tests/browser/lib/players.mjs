// The DASH players that pages use, each behind the same few functions of `window.player`.
import { fileURLToPath } from 'node:url';
import { openPage } from './browser.mjs';

// For a script tag: what packages export is for bundlers.
const inModules = (file) => fileURLToPath(new URL(`../node_modules/${file}`, import.meta.url));

// Both keep eight seconds ahead, so that a change of the line shows soon.
const adapters = {
  'dash.js': {
    file: inModules('dashjs/dist/modern/umd/dash.all.min.js'),
    start: `(url) => {
      const { dashjs, player } = window;
      const made = dashjs.MediaPlayer().create();
      made.updateSettings({ streaming: { buffer: { bufferTimeDefault: 8, bufferTimeAtTopQuality: 8,
        bufferTimeAtTopQualityLongForm: 8, fastSwitchEnabled: false } } });
      made.on('error', ({ error }) => player.errors.push(String(error?.message ?? error)));
      // It may notice the end before the element does, and then goes back a little.
      made.on('playbackEnded', () => { player.ended = true; });
      made.initialize(player.video, url, true);
    }`,
  },
  shaka: {
    file: inModules('shaka-player/dist/shaka-player.compiled.js'),
    start: `async (url) => {
      const { shaka, player } = window;
      const made = new shaka.Player();
      made.addEventListener('error', ({ detail }) => player.errors.push('shaka ' + detail.code));
      await made.attach(player.video);
      made.configure({ streaming: { bufferingGoal: 8, rebufferingGoal: 1 } });
      await made.load(url);
      await player.video.play();
    }`,
  },
};

export const dashPlayers = Object.keys(adapters);

// A page in which window.player.start(url) plays. Errors of the player gather in player.errors.
export async function playerPage(world, name) {
  const opened = await openPage(world, { bypassCSP: true });
  await opened.visit('/search');
  await opened.page.addScriptTag({ path: adapters[name].file });
  await opened.page.addScriptTag({
    content: `
      const video = document.createElement('video');
      video.muted = true;
      document.body.append(video);
      const player = { video, errors: [], ended: false, furthest: 0, start: ${adapters[name].start} };
      for (const event of ['timeupdate', 'seeking', 'pause', 'ended']) {
        video.addEventListener(event, () => { player.furthest = Math.max(player.furthest, video.currentTime); });
      }
      video.addEventListener('ended', () => { player.ended = true; });
      window.player = player;`,
  });
  return opened;
}

export const state = (page) => page.evaluate(() => {
  const { video, errors, ended, furthest } = window.player;
  return {
    errors, time: video.currentTime, furthest, duration: video.duration, ended,
    width: video.videoWidth, ready: video.readyState, paused: video.paused, rate: video.playbackRate, seeking: video.seeking,
    buffered: Array.from({ length: video.buffered.length }, (_, i) => [video.buffered.start(i), video.buffered.end(i)]),
  };
});

// A server of its own with radio stations, started for the first case that needs it.
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { until } from './harness.mjs';
import { Server } from './server.mjs';

const run = promisify(execFile);

export const songs = ['Morning Tide', 'Second Wind', 'Third Rail'];
export const stations = [ // in the order of their names
  { route: '/jazz', name: 'All That Jazz', format: 'aac' },
  { route: '/rock/late', name: 'late rock', format: 'mp3' },
  { route: '/waves', name: 'Waves', format: 'opus' },
  { route: '/yodel', name: 'Yodel', format: 'ogg' },
  { route: '/zither', name: 'Zither', format: 'flac' },
];
const songSeconds = 8;

export async function radioWorld(world) {
  if (world.radio === undefined) {
    const folder = path.join(world.folder, 'radio');
    const music = path.join(folder, 'songs');
    await mkdir(music, { recursive: true });
    await Promise.all(songs.map((title, i) => run('ffmpeg', ['-v', 'error', '-nostdin', '-f', 'lavfi',
      '-i', `sine=frequency=${300 + 100 * i}:sample_rate=44100:duration=${songSeconds}`, '-ac', '2',
      '-metadata', `title=${title}`, '-metadata', 'artist=The Tides', path.join(music, `${i}.flac`)])));
    const lines = [...stations].reverse().map(({ route, name, format }) =>
      `route=${route} name="${name}" format=${format} bitrate=96 genre=Sea directory="${music}"`);
    world.radio = new Server(folder, {
      executable: process.env.CONSORT, web: process.env.CONSORT_WEB, media: [],
      settings: `[plugins.radio]\nstations = ${JSON.stringify(lines)}\n`,
    });
    await world.radio.start();
    await until(async () => {
      const { items } = await world.radio.json('/streams');
      return items.length === stations.length && items.every(({ now_playing: now }) => now.title);
    }, 'every station plays', 60);
    // A station that has just begun has not yet made what players want to hold in reserve.
    await until(async () => {
      const playlist = await fetch(`${world.radio.url}/jazz/hls/live.m3u8`).then((answer) => answer.text());
      return playlist.split('#EXTINF').length > 3;
    }, 'there are three segments', 60);
  }
  return { ...world, server: world.radio };
}

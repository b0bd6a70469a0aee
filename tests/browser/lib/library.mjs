// A small library, made with ffmpeg: every source format once, tagged, with covers.
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ffmpeg = (...args) => run('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args.map(String)]);

// A tone that rises, with noise: no two moments sound alike, and no encoder finds it trivial.
const sound = (seconds, rate) =>
  `aevalsrc=exprs='0.3*sin(2*PI*(200*t+40*t*t))+0.05*(random(0)-0.5)|0.3*sin(2*PI*(300*t+30*t*t))'`
  + `:s=${rate}:d=${seconds}`;

// `exact`: the container tells where the sound begins and ends, to the sample. `browser`: Chromium
// has the decoder. `segments: false`: the codec cannot be cut into HLS segments as it is.
// `seekTable`: FFmpeg writes FLAC without one.
export const formats = [
  { title: 'Format AAC', file: 'aac.m4a', codec: ['-c:a', 'aac', '-b:a', '160k'], exact: true, browser: true },
  { title: 'Format ADTS', file: 'adts.aac', codec: ['-c:a', 'aac', '-b:a', '160k', '-write_id3v2', '1'], browser: true },
  { title: 'Format MP3', file: 'cbr.mp3', codec: ['-c:a', 'libmp3lame', '-b:a', '192k'], exact: true, browser: true },
  { title: 'Format MP3 VBR', file: 'vbr.mp3', codec: ['-c:a', 'libmp3lame', '-q:a', '4'], exact: true, browser: true },
  { title: 'Format FLAC', file: 'flac.flac', codec: ['-c:a', 'flac', '-sample_fmt', 's16'], exact: true, browser: true, lossless: true },
  { title: 'Format Opus', file: 'opus.opus', codec: ['-c:a', 'libopus', '-b:a', '128k'], rate: 48000, exact: true, browser: true },
  { title: 'Format ALAC', file: 'alac.m4a', codec: ['-c:a', 'alac', '-sample_fmt', 's16p'], browser: false },
  { title: 'Format Vorbis', file: 'vorbis.ogg', codec: ['-c:a', 'libvorbis', '-q:a', '5'], exact: true, browser: true, segments: false },
  { title: 'Format Seek Table', file: 'seektable.flac', codec: ['-c:a', 'flac', '-sample_fmt', 's16'], seekTable: true, exact: true, browser: true, lossless: true },
  { title: 'Format AIFF', file: 'aiff.aiff', codec: ['-c:a', 'pcm_s16be', '-write_id3v2', '1'], browser: false, segments: false },
  { title: 'Format WAV', file: 'wav.wav', codec: ['-c:a', 'pcm_s16le'], exact: true, browser: true, segments: false },
];

export const films = [
  { title: 'Film H264', file: 'Film H264 (2020).mp4', video: ['-c:v', 'libx264', '-preset', 'ultrafast'], audio: ['-c:a', 'aac'], browser: true },
  { title: 'Film MOV', file: 'Film MOV (2019).mov', video: ['-c:v', 'libx264', '-preset', 'ultrafast'], audio: ['-c:a', 'aac'], browser: true },
  { title: 'Film Matroska', file: 'Film Matroska (2021).mkv', video: ['-c:v', 'libx264', '-preset', 'ultrafast'], audio: ['-c:a', 'aac'], browser: true },
  { title: 'Film VP9', file: 'Film VP9 (2022).webm', video: ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '500k'], audio: ['-c:a', 'libopus'], browser: true },
  { title: 'Film AV1', file: 'Film AV1 (2023).mp4', video: ['-c:v', 'libsvtav1', '-preset', '12', '-crf', '45'], audio: ['-c:a', 'aac'], browser: true },
  { title: 'Film HEVC', file: 'Film HEVC (2024).mp4', video: ['-c:v', 'libx265', '-preset', 'ultrafast', '-tag:v', 'hvc1', '-x265-params', 'log-level=none'], audio: ['-c:a', 'aac'], browser: false },
];

export const album = {
  title: 'Northern Songs', artist: 'Mira Holt',
  tracks: ['Opening', 'Slow Water', 'Ember'],
};

// Long enough to seek in, and for a player to change its mind about the line.
export const long = { title: 'Long Road', file: 'long.flac', seconds: 150 };

export const formatSeconds = 9;
export const filmSeconds = 12;

async function makeCover(file, colours) {
  await ffmpeg('-f', 'lavfi', '-i', `gradients=s=300x300:c0=${colours[0]}:c1=${colours[1]}:d=0.04:n=2`,
    '-frames:v', 1, file);
}

// Puts a SEEKTABLE block (RFC 9639, section 8.5) behind the STREAMINFO block of a FLAC file: the first
// frame, and a placeholder.
async function addSeekTable(file) {
  const bytes = await readFile(file);
  const end = 4 + 4 + bytes.readUIntBE(5, 3);
  const table = Buffer.alloc(4 + 2 * 18);
  table.writeUInt8(3, 0);
  table.writeUIntBE(2 * 18, 1, 3);
  table.writeUInt16BE(bytes.readUInt16BE(8), 4 + 16); // samples in the frame
  table.fill(0xff, 4 + 18, 4 + 18 + 8);
  await writeFile(file, Buffer.concat([bytes.subarray(0, end), table, bytes.subarray(end)]));
}

function jobs(folder) {
  const tags = (values) => Object.entries(values).flatMap(([key, value]) => ['-metadata', `${key}=${value}`]);
  const music = path.join(folder, 'music');
  const songs = album.tracks.map((title, i) => () => ffmpeg(
    '-f', 'lavfi', '-i', sound(20, 44100), '-c:a', 'flac', '-sample_fmt', 's16',
    ...tags({ title, artist: album.artist, album: album.title, track: `${i + 1}/3`, date: 2021 }),
    path.join(music, 'songs', `${i + 1}.flac`)));
  const sources = formats.map(({ title, file, codec, rate = 44100, seekTable = false }, i) => async () => {
    const target = path.join(music, 'formats', file);
    await ffmpeg('-f', 'lavfi', '-i', sound(formatSeconds, rate), ...codec,
      ...tags({ title, artist: 'The Codecs', album: 'Formats', track: i + 1 }), target);
    if (seekTable) await addSeekTable(target);
  });
  const pictures = films.map(({ title, file, video, audio }) => () => ffmpeg(
    '-f', 'lavfi', '-i', `testsrc2=s=640x360:r=25:d=${filmSeconds}`,
    '-f', 'lavfi', '-i', sound(filmSeconds, 48000), ...video, '-g', 50, '-pix_fmt', 'yuv420p', ...audio,
    '-movflags', '+faststart', ...tags({ title }), path.join(folder, 'films', file)));
  const road = () => ffmpeg(
    '-f', 'lavfi', '-i', sound(long.seconds, 44100), '-c:a', 'flac', '-sample_fmt', 's16',
    ...tags({ title: long.title, artist: 'The Codecs', album: 'Formats', track: 99 }),
    path.join(music, 'formats', long.file));
  return [...pictures, ...sources, ...songs, road];
}

export async function makeLibrary(folder) {
  for (const part of ['music/songs', 'music/formats', 'films']) {
    await mkdir(path.join(folder, part), { recursive: true });
  }
  await makeCover(path.join(folder, 'music/songs/cover.jpg'), ['0xe07a3f', '0x30405a']);
  const waiting = jobs(folder);
  const worker = async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) await job();
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

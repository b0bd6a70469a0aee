// m3u8-parser reads every playlist, and everything that a playlist names is there.
import { Parser } from 'm3u8-parser';
import { equal, ok, test, until } from '../lib/harness.mjs';
import { filmSeconds, films, formats, formatSeconds } from '../lib/library.mjs';
import { itemByTitle } from '../lib/items.mjs';

function parse(text) {
  const troubles = [];
  const parser = new Parser();
  parser.on('warn', ({ message }) => troubles.push(message));
  parser.push(text);
  parser.end();
  equal(troubles, [], 'm3u8-parser');
  return parser.manifest;
}

async function checkPart(server, url, range) {
  const response = await fetch(url, range === undefined ? {} : {
    headers: { range: `bytes=${range.offset}-${range.offset + range.length - 1}` },
  });
  const size = (await response.arrayBuffer()).byteLength;
  equal(response.status, range === undefined ? 200 : 206, url);
  ok(size > 0, `${url} is empty`);
  if (range !== undefined) equal(size, range.length, url);
}

async function checkMedia(server, url, seconds) {
  const manifest = await until(async () => {
    const read = parse(await (await fetch(url)).text());
    return read.endList ? read : undefined; // one that is encoded grows until all of it is there
  }, `${url} ends`);
  const total = manifest.segments.reduce((sum, { duration }) => sum + duration, 0);
  ok(Math.abs(total - seconds) < 0.2, `${url} lasts ${total} s`);
  for (const { uri, duration, byterange, map } of manifest.segments) {
    ok(Math.round(duration) <= manifest.targetDuration, `${uri} is longer than the target duration`);
    await checkPart(server, new URL(uri, url).href, byterange);
    if (map !== undefined) await checkPart(server, new URL(map.uri, url).href, map.byterange);
  }
}

async function check(server, title, seconds) {
  const { id } = await itemByTitle(server, title);
  const url = `${server.url}/api/v1/stream/${id}/playlist.m3u8`;
  const { playlists = [], mediaGroups } = parse(await (await fetch(url)).text());
  ok(playlists.length > 0, 'it names no stream');
  const found = playlists.map(({ uri, attributes }) => {
    ok(attributes.BANDWIDTH > 0 && attributes.CODECS, `${uri} lacks BANDWIDTH or CODECS`);
    return uri;
  });
  for (const group of Object.values(mediaGroups?.AUDIO ?? {})) {
    for (const { uri } of Object.values(group)) if (uri) found.push(uri);
  }
  for (const uri of new Set(found)) await checkMedia(server, new URL(uri, url).href, seconds);
}

for (const { title } of formats.filter(({ segments }) => segments !== false)) {
  test(`playlists: ${title}`, ({ server }) => check(server, title, formatSeconds));
}
for (const { title } of films) {
  test(`playlists: ${title}`, ({ server }) => check(server, title, filmSeconds));
}

for (const title of ['Format AAC', 'Format FLAC', 'Format Opus']) {
  test(`byte-range playlist: ${title}`, async ({ server }) => {
    const { id } = await itemByTitle(server, title);
    await checkMedia(server, `${server.url}/api/v1/stream/${id}/progressive.m3u8`, formatSeconds);
  });
}

import { describe, expect, it } from 'vitest';
import { allCapable, makeOffer } from '../testing';
import { rank, unplayable, type Capabilities } from './offers';

const hls = (codecs: string, more = {}) => makeOffer({
  delivery: 'hls', path: '/playlist.m3u8', contentType: 'application/vnd.apple.mpegurl', codecs, ...more,
});
const file = (contentType: string, codecs: string) => makeOffer({ path: '/direct', contentType, codecs });
const methods = (offers: Parameters<typeof rank>[0], can: Capabilities) =>
  rank(offers, can).candidates.map((candidate) => `${candidate.method} ${candidate.url}`);

// What Chromium says of itself.
const chromium: Capabilities = {
  source: (type) => [
    'audio/flac', 'audio/flac; codecs="flac"', 'audio/mpeg', 'audio/mpeg; codecs="mp3"',
    'audio/mp4; codecs="mp4a.40.2"', 'audio/aac', 'audio/ogg; codecs="opus"', 'audio/wav',
    'video/mp4; codecs="avc1.64001f, mp4a.40.2"', 'video/mp4; codecs="hvc1.1.6.L93.B0"',
  ].includes(type),
  mediaSource: (type) => /mp4a\.40\.2|flac|opus|avc1|vp09|av01|^audio\/mpeg$/.test(type),
  nativeHls: true,
  preferNativeHls: false,
};

describe('rank', () => {
  it('takes the file first for music and the stream first for film', () => {
    const music = [hls('flac'), file('audio/flac', 'flac')];
    expect(methods(music, { ...chromium, nativeHls: false }))
      .toEqual(['source /direct', 'hls.js /playlist.m3u8']);
    const film = [file('video/mp4', 'avc1.64001f,mp4a.40.2'), hls('avc1.64001f,mp4a.40.2')];
    expect(methods(film, { ...chromium, nativeHls: false }))
      .toEqual(['hls.js /playlist.m3u8', 'source /direct']);
  });

  it('keeps native HLS as the last resort outside WebKit, and takes it first there', () => {
    const film = [hls('avc1.64001f')];
    expect(methods(film, chromium)).toEqual(['hls.js /playlist.m3u8', 'native-hls /playlist.m3u8']);
    expect(methods(film, { ...chromium, preferNativeHls: true }))
      .toEqual(['native-hls /playlist.m3u8', 'hls.js /playlist.m3u8']);
  });

  it('plays MP3 packed audio through Media Source where that takes MPEG audio', () => {
    const can = { ...chromium, nativeHls: false };
    expect(methods([hls('mp4a.40.34')], can)).toEqual(['hls.js /playlist.m3u8']);
    expect(methods([hls('mp4a.40.34')], { ...can, mediaSource: () => false })).toEqual([]);
  });

  it('does not trust the element with HEVC', () => {
    const can = { ...chromium, nativeHls: false };
    expect(methods([file('video/mp4', 'hvc1.1.6.L93.B0')], can)).toEqual([]);
    expect(methods([file('video/mp4', 'hvc1.1.6.L93.B0')], { ...can, mediaSource: () => true }))
      .toEqual(['source /direct']);
  });

  it('asks without codecs for formats that need none', () => {
    expect(methods([file('audio/aac', 'mp4a.40.2')], chromium)).toEqual(['source /direct']);
    expect(methods([file('audio/wav', 'pcm_s24le')], chromium)).toEqual(['source /direct']);
    expect(methods([file('audio/mp4', 'alac')], chromium)).toEqual([]);
  });

  it('takes the codecs of a bare file from the other offers', () => {
    const alac = rank([file('audio/mp4', ''), hls('alac')], { ...chromium, source: () => true });
    expect(alac.candidates.map((candidate) => candidate.method)).toEqual(['source', 'native-hls']);
    const webkit = { ...chromium, source: () => false, preferNativeHls: true };
    expect(methods([hls('alac')], webkit)).toEqual(['native-hls /playlist.m3u8']);
    expect(methods([hls('alac')], chromium)).toEqual([]);
    const can = {
      ...chromium, nativeHls: false,
      source: (type: string) => type === 'audio/mp4' || type === 'video/mp4' || type === 'audio/mpeg',
    };
    expect(rank([file('audio/mp4', ''), hls('alac')], can))
      .toEqual({ candidates: [], reasons: ["This browser can't decode ALAC."] });
    expect(methods([file('video/mp4', ''), hls('hvc1.1.6.L93.B0,mp4a.40.2')], can)).toEqual([]);
    expect(methods([file('audio/mp4', ''), hls('mp4a.40.2')], can))
      .toEqual(['source /direct', 'hls.js /playlist.m3u8']);
    expect(methods([file('audio/mpeg', ''), hls('mp4a.40.34')], can))
      .toEqual(['source /direct', 'hls.js /playlist.m3u8']);
    expect(methods([file('video/mp4', ''), hls('avc1.64001f,mp4a.40.2')], can))
      .toEqual(['hls.js /playlist.m3u8', 'source /direct']);
  });

  it('tells every reason once', () => {
    const { candidates, reasons } = rank([
      file('audio/mp4', 'alac'), makeOffer({ playable: false, reason: 'No segments for PCM.' }),
      makeOffer({ playable: false, reason: 'No segments for PCM.' }),
    ], { ...chromium, nativeHls: false });
    expect(candidates).toEqual([]);
    expect(reasons).toEqual(["This browser can't decode ALAC.", 'No segments for PCM.']);
    expect(unplayable('Aria', reasons)).toContain("“Aria” can't be played here. This browser");
  });

  it('ignores offers that are called playable but lead nowhere', () => {
    expect(methods([makeOffer({ path: '' })], allCapable)).toEqual([]);
  });
});

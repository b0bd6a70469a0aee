import { beforeEach, describe, expect, it, vi } from 'vitest';
import { station as decodeStation, type Station } from '../api/radio';
import { allCapable, FakeMedia, settle } from '../testing';
import type { HlsPlayer } from './deck';
import { heardIn, RadioPlayer, stationCandidates } from './radio';

const makeStation = (more: object = {}): Station => decodeStation({
  route: '/jazz', name: 'Jazz', format: 'aac', content_type: 'audio/aac', hls: '/jazz/hls/index.m3u8', ...more,
});
const ogg = makeStation({ format: 'opus', content_type: 'audio/ogg', hls: '' });

describe('stationCandidates', () => {
  const methods = (station: Station, more: object = {}) =>
    stationCandidates(station, { ...allCapable, ...more }).map(({ method, url }) => `${method} ${url}`);

  it('prefers HLS, with the plain stream to fall back to', () => {
    expect(methods(makeStation())).toEqual(['hls.js /jazz/hls/index.m3u8', 'source /jazz']);
  });
  it('takes the browser’s own HLS where it is better, or all there is', () => {
    expect(methods(makeStation(), { nativeHls: true, preferNativeHls: true })[0])
      .toBe('native-hls /jazz/hls/index.m3u8');
    expect(methods(makeStation(), { nativeHls: true, mediaSource: () => false, source: () => false })[0])
      .toBe('native-hls /jazz/hls/index.m3u8');
  });
  it('asks Media Source for what is in the segments', () => {
    const types = { mp3: 'audio/mpeg', opus: 'audio/mp4; codecs="opus"', flac: 'audio/mp4; codecs="flac"' };
    for (const [format, type] of Object.entries(types)) {
      const mediaSource = vi.fn(() => true);
      expect(methods(makeStation({ format, content_type: 'audio/ogg' }), { mediaSource })[0])
        .toBe('hls.js /jazz/hls/index.m3u8');
      expect(mediaSource).toHaveBeenCalledWith(type);
    }
  });
  it('plays the stream where there is no HLS', () => {
    expect(methods(ogg)).toEqual(['source /jazz']);
    expect(methods(makeStation(), { mediaSource: () => false })).toEqual(['source /jazz']);
  });
  it('asks for the codec within Ogg', () => {
    const source = vi.fn(() => false);
    expect(methods(ogg, { source })).toEqual([]);
    expect(source).toHaveBeenCalledWith('audio/ogg; codecs="opus"');
  });
});

describe('heardIn', () => {
  it('reads the frames of ID3', () => {
    expect(heardIn([{ value: { key: 'TPE1', data: 'B' } }, { value: { key: 'TIT2', data: 'A' } }, {}]))
      .toEqual({ title: 'A', artist: 'B' });
    expect(heardIn([{ value: { key: 'PRIV', info: 'x', data: new ArrayBuffer(8) } }])).toBeUndefined();
  });
});

describe('RadioPlayer', () => {
  let media: FakeMedia;
  let timers: { milliseconds: number; action: () => void; stopped: boolean }[];
  let radio: RadioPlayer;
  const hls = {
    loadSource: vi.fn<(url: string) => void>(),
    fail: (): void => undefined,
    tell: (_from: number, _title: string): void => undefined,
  };
  const waiting = () => timers.filter(({ stopped }) => !stopped);
  const pass = () => {
    const [next] = waiting();
    if (next === undefined) throw new Error('nothing is awaited');
    next.stopped = true;
    next.action();
    return next.milliseconds;
  };

  beforeEach(() => {
    media = new FakeMedia();
    timers = [];
    hls.loadSource.mockReset();
    radio = new RadioPlayer({
      element: media.element(),
      capabilities: allCapable,
      makeHls: () => Promise.resolve<HlsPlayer>({
        loadSource: hls.loadSource,
        attachMedia: () => undefined,
        destroy: () => undefined,
        recoverMediaError: () => undefined,
        onFatal: (handler) => { hls.fail = () => handler('other', 'gone'); },
        onHeard: (handler) => { hls.tell = (from, title) => handler(from, { title, artist: 'A' }); },
      }),
      later: (milliseconds, action) => {
        const timer = { milliseconds, action, stopped: false };
        timers.push(timer);
        return () => { timer.stopped = true; };
      },
    });
  });

  it('plays by HLS', async () => {
    radio.play(makeStation());
    await settle();
    expect(hls.loadSource).toHaveBeenCalledWith('/jazz/hls/index.m3u8');
    expect(radio.state()).toMatchObject({ playing: true, loading: true });
    media.emit('playing');
    expect(radio.state()).toMatchObject({ playing: true, loading: false, broken: false });
    expect(waiting()).toEqual([]);
  });

  it('tells a title when it is reached', async () => {
    radio.play(makeStation());
    await settle();
    media.currentTime = 50;
    media.emit('playing');
    hls.tell(49.9, 'One');
    hls.tell(56, 'One');
    hls.tell(58, 'Two');
    expect(radio.state().heard).toEqual({ title: 'One', artist: 'A' });
    media.currentTime = 57;
    media.emit('timeupdate');
    expect(radio.state().heard?.title).toBe('One');
    media.currentTime = 58;
    media.emit('timeupdate');
    expect(radio.state().heard?.title).toBe('Two');
    radio.pause();
    expect(radio.state().heard).toBeUndefined();
    media.emit('timeupdate');
    expect(radio.state().heard).toBeUndefined();
  });

  it('falls back to the plain stream, from its live edge', async () => {
    radio.play(makeStation());
    await settle();
    media.currentTime = 50;
    hls.fail();
    expect(media.src).toBe('/jazz');
    media.metadata(Infinity);
    expect(media.currentTime).toBe(0);
  });

  it('connects again, ever more seldom, until it works', async () => {
    radio.play(ogg);
    media.emit('playing');
    media.breakDown(2);
    expect(radio.state()).toMatchObject({ playing: true, broken: true });
    expect(media.src).toBeNull();
    const pauses: number[] = [];
    for (let i = 0; i < 6; i++) {
      pauses.push(pass());
      expect(media.src).toBe('/jazz');
      media.breakDown(2);
    }
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 15000, 15000]);
    pass();
    media.emit('playing');
    expect(radio.state()).toMatchObject({ playing: true, broken: false, loading: false });
    media.emit('ended');
    expect(pass()).toBe(1000);
  });

  it('does not wait when the network is back', () => {
    radio.play(ogg);
    media.breakDown(2);
    radio.online();
    expect(media.src).toBe('/jazz');
    expect(radio.state().loading).toBe(true);
    const loads = media.loads;
    radio.online();
    expect(media.loads).toBe(loads);
  });

  it('connects again after a stall', () => {
    radio.play(ogg);
    media.emit('playing');
    media.emit('waiting');
    expect(pass()).toBe(12_000);
    expect(radio.state().broken).toBe(true);
    pass();
    expect(media.src).toBe('/jazz');
  });

  it('leaves the stream when it is stopped', () => {
    radio.play(ogg);
    media.emit('playing');
    radio.toggle();
    expect(media.src).toBeNull();
    expect(waiting()).toEqual([]);
    expect(radio.state()).toMatchObject({ playing: false, station: ogg });
    media.emit('ended');
    expect(waiting()).toEqual([]);
    radio.toggle();
    expect(media.src).toBe('/jazz');
    radio.close();
    expect(radio.state()).toMatchObject({ playing: false, station: undefined });
  });

  it('says what the browser cannot play', () => {
    const deaf = new RadioPlayer({
      element: media.element(), capabilities: { ...allCapable, source: () => false },
      makeHls: () => Promise.reject(new Error('not here')),
    });
    deaf.play(ogg);
    expect(deaf.state().playing).toBe(false);
    expect(deaf.state().notice).toContain('OPUS');
  });

  it('says that the browser wants a click', async () => {
    media.playFails = new DOMException('no', 'NotAllowedError');
    radio.play(ogg);
    await settle();
    expect(radio.state().playing).toBe(false);
    expect(radio.state().notice).toContain('press play');
  });
});

// Plays a station. What is live is not paused but left and joined again; a connection that breaks
// is made anew until it works.
import type { Station } from '../api/radio';
import type { Offer } from '../api/types';
import { Deck, type HlsFactory } from './deck';
import type { Candidate, Capabilities, Method } from './offers';

export interface Heard {
  title: string;
  artist: string;
}

export interface RadioState {
  station: Station | undefined;
  playing: boolean; // the listener wants sound; it may still be loading
  loading: boolean;
  broken: boolean; // the connection is lost and is tried again
  heard: Heard | undefined; // what the stream itself says is heard now
  notice: string;
}

export interface RadioOptions {
  element: HTMLMediaElement;
  capabilities: Capabilities;
  makeHls: HlsFactory;
  // Calls back later; returns the way to stop it.
  later?: (milliseconds: number, action: () => void) => () => void;
}

const firstPause = 1000;
const longestPause = 15_000;
const stallLimit = 12_000;
const slack = 0.05; // seconds; media times are rounded

// What Media Source must take of a station's HLS; Vorbis has no place there.
const hlsTypes: Record<string, string> = {
  mp3: 'audio/mpeg',
  aac: 'audio/mp4; codecs="mp4a.40.2"',
  opus: 'audio/mp4; codecs="opus"',
  flac: 'audio/mp4; codecs="flac"',
};

// HLS first: it survives changes of the network, and is near to what is made just now. The plain
// stream is for browsers that cannot, and for formats that HLS has no place for.
export function stationCandidates(station: Station, can: Capabilities): Candidate[] {
  const offer: Offer = {
    delivery: 'radio', rendition: 'original', path: station.route, contentType: station.contentType,
    codecs: '', playable: true, reason: '',
  };
  const candidate = (method: Method, url: string): Candidate => ({ offer, method, url });
  const found: Candidate[] = [];
  const hlsType = hlsTypes[station.format];
  const mse = hlsType !== undefined && can.mediaSource(hlsType);
  if (station.hls !== '') {
    if (can.nativeHls && can.preferNativeHls) found.push(candidate('native-hls', station.hls));
    if (mse) found.push(candidate('hls.js', station.hls));
  }
  const codec = station.format === 'ogg' ? 'vorbis' : station.format;
  const type = station.contentType === 'audio/ogg' ? `audio/ogg; codecs="${codec}"` : station.contentType;
  if (can.source(type)) found.push(candidate('source', station.route));
  if (station.hls !== '' && can.nativeHls && found.length === 0) {
    found.push(candidate('native-hls', station.hls));
  }
  return found;
}

// The title among the cues that are active; hls.js gives ID3 frames as the value of a cue.
export function heardIn(cues: Iterable<unknown>): Heard | undefined {
  const heard: Heard = { title: '', artist: '' };
  for (const cue of cues) {
    const value = (cue as { value?: { key?: unknown; data?: unknown; info?: unknown } }).value;
    const said = typeof value?.data === 'string' ? value.data : '';
    if (value?.key === 'TIT2') heard.title = said;
    if (value?.key === 'TPE1') heard.artist = said;
  }
  return heard.title === '' ? undefined : heard;
}

const inTime = (milliseconds: number, action: () => void): (() => void) => {
  const timer = setTimeout(action, milliseconds);
  return () => clearTimeout(timer);
};

export class RadioPlayer {
  private readonly deck: Deck;
  private readonly later: (milliseconds: number, action: () => void) => () => void;
  private state_: RadioState = {
    station: undefined, playing: false, loading: false, broken: false, heard: undefined, notice: '',
  };
  private pause_ = firstPause;
  private announced: { from: number; heard: Heard }[] = []; // by hls.js, in the order of time
  private cancelRetry: (() => void) | undefined;
  private cancelStall: (() => void) | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly options: RadioOptions) {
    const { element, makeHls } = options;
    this.later = options.later ?? inTime;
    this.deck = new Deck(element, makeHls, {
      failed: () => this.lost(),
      blocked: () => {
        this.leave({ notice: 'The browser holds the sound back until you press play.' });
      },
      heard: (from, heard) => this.announce(from, heard),
    });
    element.addEventListener('timeupdate', () => this.reached());
    element.addEventListener('ended', () => this.lost());
    element.addEventListener('waiting', () => this.waiting());
    element.addEventListener('playing', () => {
      this.settle();
      this.pause_ = firstPause;
      this.set({ loading: false, broken: false, notice: '' });
    });
    // Not every element has text tracks in tests and old browsers.
    const tracks = (element as Partial<HTMLMediaElement>).textTracks;
    tracks?.addEventListener('addtrack', ({ track }) => {
      track?.addEventListener('cuechange', () => this.cued(track));
    });
  }

  state(): RadioState {
    return this.state_;
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  play(station: Station): void {
    this.settle();
    this.pause_ = firstPause;
    this.set({ station, broken: false });
    this.join();
  }

  resume(): void {
    const { station } = this.state_;
    if (station !== undefined) this.play(station);
  }

  // Stops the sound, and keeps the station in view.
  pause(): void {
    this.leave({});
  }

  toggle(): void {
    this.state_.playing ? this.pause() : this.resume();
  }

  close(): void {
    this.leave({ station: undefined });
  }

  setVolume(volume: number, muted: boolean): void {
    this.options.element.volume = volume * volume; // as the engine's
    this.options.element.muted = muted;
  }

  dismiss(): void {
    this.set({ notice: '' });
  }

  // The network is there again: no need to wait for the next try.
  online(): void {
    if (this.cancelRetry !== undefined) this.join();
  }

  private join(): void {
    const { station } = this.state_;
    if (station === undefined) return;
    this.settle();
    const candidates = stationCandidates(station, this.options.capabilities);
    if (candidates.length === 0) {
      this.leave({
        notice: `This browser does not play ${station.format.toUpperCase()}, in which ${station.name} sends.`,
      });
      return;
    }
    this.announced = [];
    this.set({ playing: true, loading: true, heard: undefined, notice: '' });
    this.deck.load({ candidates, reasons: [] }, { play: true, live: true });
    this.waiting();
  }

  private leave(more: Partial<RadioState>): void {
    this.settle();
    this.deck.clear();
    this.set({ playing: false, loading: false, broken: false, heard: undefined, ...more });
  }

  private lost(): void {
    if (!this.state_.playing) return;
    this.settle();
    this.deck.clear();
    this.set({ loading: true, broken: true });
    this.cancelRetry = this.later(this.pause_, () => this.join());
    this.pause_ = Math.min(2 * this.pause_, longestPause);
  }

  private waiting(): void {
    if (!this.state_.playing || this.cancelRetry !== undefined) return;
    this.cancelStall?.();
    this.cancelStall = this.later(stallLimit, () => this.lost());
    this.set({ loading: true });
  }

  private settle(): void {
    this.cancelRetry?.();
    this.cancelStall?.();
    this.cancelRetry = this.cancelStall = undefined;
  }

  private announce(from: number, heard: Heard): void {
    this.announced = this.announced.filter((one) => one.from < from);
    this.announced.push({ from, heard });
    this.reached();
  }

  private reached(): void {
    const now = this.options.element.currentTime + slack;
    while ((this.announced[1]?.from ?? Infinity) <= now) this.announced.shift();
    const [first] = this.announced;
    if (first !== undefined && first.from <= now) this.hear(first.heard);
  }

  // A segment says what is heard; parts of it say nothing, which changes nothing.
  private cued(track: TextTrack): void {
    const heard = heardIn(Array.from(track.activeCues ?? []));
    if (heard !== undefined) this.hear(heard);
  }

  private hear(heard: Heard): void {
    const { heard: before } = this.state_;
    if (!this.state_.playing) return;
    if (heard.title !== before?.title || heard.artist !== before.artist) this.set({ heard });
  }

  private set(more: Partial<RadioState>): void {
    this.state_ = { ...this.state_, ...more };
    for (const listener of this.listeners) listener();
  }
}

// Plays the queue. Two decks take turns: while one plays, the other loads what comes next, so that
// the change of tracks needs no network.
import type { Offer, Track } from '../api/types';
import { messageOf } from '../api/client';
import { Deck, type HlsFactory } from './deck';
import { rank, unplayable, type Capabilities, type Ranking } from './offers';
import { Queue, type QueueState, type Repeat } from './queue';

export interface PlayerState {
  track: Track | undefined;
  playing: boolean; // the listener wants sound; it may still be loading
  loading: boolean;
  duration: number; // seconds
  volume: number; // 0 to 1 as the slider shows it
  muted: boolean;
  notice: string; // what the listener must know; empty: nothing
  queue: QueueState<Track>;
}

export interface Progress {
  position: number;
  buffered: number; // end of the loaded piece that holds the position
}

export interface EngineOptions {
  offers(id: string): Promise<Offer[]>;
  elements: [HTMLMediaElement, HTMLMediaElement];
  capabilities: Capabilities;
  makeHls: HlsFactory;
  random?: () => number;
}

const preloadSeconds = 25;
const restartSeconds = 3; // `previous` after this goes to the start of the track

export class Engine {
  private readonly queue: Queue<Track>;
  private readonly decks: [Deck, Deck];
  private active = 0;
  private playing = false;
  private loading = false;
  private volume = 1;
  private muted = false;
  private notice = '';
  private load = 0; // numbers the loads; an answer to an older one is ignored
  private loaded: Track | undefined; // what the active deck holds
  private prepared: Track | undefined; // what the idle deck holds
  private preparing: Track | undefined; // what it will hold once the server has answered
  private failuresInARow = 0;
  private readonly listeners = new Set<() => void>();
  private readonly progressListeners = new Set<() => void>();

  constructor(private readonly options: EngineOptions) {
    this.queue = new Queue(options.random);
    this.decks = [this.makeDeck(0), this.makeDeck(1)];
  }

  state(): PlayerState {
    const track = this.queue.current();
    const known = this.loaded === track ? this.element.duration : NaN;
    return {
      track,
      playing: this.playing,
      loading: this.loading,
      duration: Number.isFinite(known) && known > 0 ? known : track?.duration ?? 0,
      volume: this.volume,
      muted: this.muted,
      notice: this.notice,
      queue: this.queue.state(),
    };
  }

  progress(): Progress {
    const position = this.loaded === this.queue.current() ? this.element.currentTime : 0;
    return { position, buffered: bufferedEnd(this.element, position) };
  }

  // Called after every change of `state()`. Returns the way to stop it.
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  onProgress(listener: () => void): () => void {
    this.progressListeners.add(listener);
    return () => this.progressListeners.delete(listener);
  }

  play(tracks: readonly Track[], start = 0): void {
    this.queue.set(tracks, start);
    this.begin();
  }

  // Plays all in a mixed order, whatever the shuffle switch said before.
  shuffle(tracks: readonly Track[]): void {
    this.queue.setShuffle(true);
    this.queue.set(tracks, Math.floor((this.options.random ?? Math.random)() * tracks.length));
    this.begin();
  }

  append(tracks: readonly Track[]): void {
    const wasEmpty = this.queue.current() === undefined;
    this.queue.append(tracks);
    wasEmpty ? this.begin() : this.requeued();
  }

  playNext(tracks: readonly Track[]): void {
    const wasEmpty = this.queue.current() === undefined;
    this.queue.playNext(tracks);
    wasEmpty ? this.begin() : this.requeued();
  }

  remove(at: number): void {
    const before = this.queue.current();
    this.queue.remove(at);
    const now = this.queue.current();
    if (before === now) return this.requeued();
    if (now === undefined) return this.stop();
    this.playing ? this.begin() : this.open(now, false);
  }

  jump(to: number): void {
    if (this.queue.jump(to) !== undefined) this.begin();
  }

  toggle(): void {
    this.playing ? this.pause() : this.resume();
  }

  pause(): void {
    this.playing = false;
    this.deck.pause();
    this.changed();
  }

  resume(): void {
    const track = this.queue.current();
    if (track === undefined) return;
    this.notice = '';
    this.playing = true;
    this.loaded === track ? this.deck.play() : this.open(track, true);
    this.changed();
  }

  next(): void {
    if (this.queue.next(true) !== undefined) this.begin();
  }

  previous(): void {
    if (this.element.currentTime > restartSeconds || this.queue.previous() === undefined) {
      this.seek(0);
      return;
    }
    this.begin();
  }

  seek(seconds: number): void {
    if (this.loaded === undefined) return;
    const { duration } = this.state();
    this.element.currentTime = Math.max(0, duration > 0 ? Math.min(seconds, duration) : seconds);
    this.progressed();
  }

  seekBy(seconds: number): void {
    this.seek(this.element.currentTime + seconds);
  }

  setVolume(volume: number): void {
    this.volume = Math.min(1, Math.max(0, volume));
    this.muted = false;
    this.applyVolume();
  }

  setMuted(muted: boolean): void {
    this.muted = muted;
    this.applyVolume();
  }

  setShuffle(on: boolean): void {
    this.queue.setShuffle(on);
    this.requeued();
  }

  setRepeat(repeat: Repeat): void {
    this.queue.setRepeat(repeat);
    this.requeued();
  }

  dismiss(): void {
    this.notice = '';
    this.changed();
  }

  private get deck(): Deck {
    return this.decks[this.active] as Deck;
  }
  private get idle(): Deck {
    return this.decks[1 - this.active] as Deck;
  }
  private get element(): HTMLMediaElement {
    return this.deck.element;
  }

  private makeDeck(index: 0 | 1): Deck {
    const element = this.options.elements[index];
    const whenActive = (action: () => void) => () => {
      if (index === this.active) action();
    };
    element.addEventListener('timeupdate', whenActive(() => {
      this.progressed();
      this.prepareNext();
    }));
    element.addEventListener('progress', whenActive(() => this.progressed()));
    element.addEventListener('seeking', whenActive(() => this.progressed()));
    element.addEventListener('durationchange', whenActive(() => this.changed()));
    element.addEventListener('waiting', whenActive(() => this.setLoading(true)));
    element.addEventListener('playing', whenActive(() => {
      this.failuresInARow = 0;
      this.setLoading(false);
    }));
    element.addEventListener('canplay', whenActive(() => this.setLoading(false)));
    element.addEventListener('ended', whenActive(() => this.ended()));
    return new Deck(element, this.options.makeHls, {
      failed: (why) => {
        if (index !== this.active) this.prepared = undefined;
        else if (this.loaded !== undefined) this.failed(unplayable(this.loaded.title, why));
      },
      blocked: whenActive(() => {
        this.playing = false;
        this.notice = 'The browser holds the sound back until you press play.';
        this.changed();
      }),
    });
  }

  private begin(): void {
    const track = this.queue.current();
    if (track === undefined) return;
    this.failuresInARow = 0;
    this.notice = '';
    this.open(track, true);
  }

  private open(track: Track, play: boolean): void {
    this.playing = play;
    this.preparing = undefined;
    if (this.prepared === track) {
      this.deck.clear();
      this.active = 1 - this.active;
      this.loaded = track;
      this.prepared = undefined;
      this.load++;
      this.loading = false;
      if (play) this.deck.play();
    } else {
      this.deck.clear();
      this.idle.clear();
      this.prepared = undefined;
      void this.loadInto(track, play);
    }
    this.applyVolume();
    this.progressed();
  }

  private async loadInto(track: Track, play: boolean): Promise<void> {
    const load = ++this.load;
    this.loaded = undefined;
    this.loading = true;
    this.changed();
    let ranking: Ranking;
    try {
      ranking = rank(await this.options.offers(track.id), this.options.capabilities);
    } catch (error) {
      if (load === this.load) this.failed(`“${track.title}” can't be played. ${messageOf(error)}`);
      return;
    }
    if (load !== this.load) return;
    if (ranking.candidates.length === 0) {
      this.failed(unplayable(track.title, ranking.reasons));
      return;
    }
    this.loaded = track;
    this.deck.load(ranking, { play: play && this.playing });
    this.changed();
  }

  private prepareNext(): void {
    const { duration } = this.state();
    const to = this.queue.peek(false);
    const track = to === undefined ? undefined : this.queue.state().items[to];
    if (track === undefined || track === this.loaded) return;
    if (track === this.prepared || track === this.preparing) return;
    if (duration <= 0 || duration - this.element.currentTime > preloadSeconds) return;
    this.preparing = track;
    void this.options.offers(track.id).then((offers) => {
      const ranking = rank(offers, this.options.capabilities);
      if (this.preparing !== track || ranking.candidates.length === 0) return;
      this.prepared = track;
      this.idle.load(ranking, { play: false });
    }, () => undefined); // the change of tracks will say what is wrong
  }

  private ended(): void {
    const last = this.queue.current();
    const track = this.queue.next(false);
    if (track === undefined) {
      this.playing = false;
      this.changed();
    } else if (track === last && this.loaded === track) {
      this.element.currentTime = 0;
      this.deck.play();
    } else {
      this.open(track, true);
    }
  }

  // Says why and goes on, unless nothing in the queue plays.
  private failed(why: string): void {
    this.notice = why;
    this.loading = false;
    this.loaded = undefined;
    this.failuresInARow++;
    const following = this.failuresInARow < this.queue.state().items.length && this.playing
      ? this.queue.next(true)
      : undefined;
    if (following === undefined) {
      this.playing = false;
      this.changed();
    } else {
      this.open(following, true);
    }
  }

  private stop(): void {
    this.load++;
    this.playing = this.loading = false;
    this.loaded = this.prepared = this.preparing = undefined;
    this.deck.clear();
    this.idle.clear();
    this.changed();
  }

  // The queue changed around the current track: what was prepared may not come next any more.
  private requeued(): void {
    const to = this.queue.peek(false);
    const track = to === undefined ? undefined : this.queue.state().items[to];
    if (this.preparing !== track) this.preparing = undefined;
    if (this.prepared !== undefined && this.prepared !== track) {
      this.prepared = undefined;
      this.idle.clear();
    }
    this.changed();
  }

  private applyVolume(): void {
    for (const deck of this.decks) {
      deck.element.volume = this.volume * this.volume; // loudness is felt by powers, not by sums
      deck.element.muted = this.muted;
    }
    this.changed();
  }

  private setLoading(loading: boolean): void {
    if (this.loading === loading) return;
    this.loading = loading;
    this.changed();
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }

  private progressed(): void {
    for (const listener of this.progressListeners) listener();
  }
}

export function bufferedEnd(element: HTMLMediaElement, position: number): number {
  const ranges = element.buffered;
  for (let i = 0; i < ranges.length; i++) {
    if (ranges.start(i) <= position + 0.5 && position <= ranges.end(i)) return ranges.end(i);
  }
  return position;
}

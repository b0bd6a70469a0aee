// Stand-ins for unit tests: tracks, offers and a media element that does what the test says.
import type { Offer, Track } from './api/types';
import type { Capabilities } from './player/offers';

export function makeTrack(id: string, more: Partial<Track> = {}): Track {
  return {
    kind: 'track', id, title: `Title ${id}`, artists: [], artist: '', album: '', albumId: '',
    disc: 0, number: 0, year: 0, duration: 200, codec: 'flac', cover: '', problem: '', ...more,
  };
}

export function makeOffer(more: Partial<Offer> = {}): Offer {
  return {
    delivery: 'progressive', rendition: 'original', path: '/direct', contentType: 'audio/flac',
    codecs: 'flac', playable: true, reason: '', ...more,
  };
}

export const allCapable: Capabilities = {
  source: () => true, mediaSource: () => true, nativeHls: false, preferNativeHls: false,
};

export class FakeMedia extends EventTarget {
  src: string | null = null;
  currentTime = 0;
  duration = NaN;
  paused = true;
  volume = 1;
  muted = false;
  error: { code: number } | null = null;
  loads = 0;
  playFails: DOMException | undefined;
  buffered = { length: 0, start: () => 0, end: () => 0 };

  hasAttribute(name: string): boolean { return name === 'src' && this.src !== null; }
  setAttribute(_name: string, value: string): void { this.src = value; }
  removeAttribute(): void { this.src = null; }
  load(): void {
    this.loads++;
    this.currentTime = 0;
    this.error = null;
  }
  play(): Promise<void> {
    if (this.playFails !== undefined) return Promise.reject(this.playFails);
    this.paused = false;
    return Promise.resolve();
  }
  pause(): void { this.paused = true; }

  emit(name: string): void { this.dispatchEvent(new Event(name)); }
  metadata(duration: number): void {
    this.duration = duration;
    this.emit('loadedmetadata');
    this.emit('durationchange');
  }
  breakDown(code: number): void {
    this.error = { code };
    this.emit('error');
  }
  at(seconds: number): void {
    this.currentTime = seconds;
    this.emit('timeupdate');
  }
  element(): HTMLMediaElement { return this as unknown as HTMLMediaElement; }
}

// Lets promises that are settled already run their handlers.
export async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}

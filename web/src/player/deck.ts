// One media element and what feeds it: the file itself, hls.js, or the browser's own HLS. If a
// candidate fails, the next one goes on from the same place.
import type { Candidate, Ranking } from './offers';
import type { Heard } from './radio';

// What the deck needs of hls.js, which is loaded when the first stream needs it.
export interface HlsPlayer {
  loadSource(url: string): void;
  attachMedia(element: HTMLMediaElement): void;
  destroy(): void;
  recoverMediaError(): void;
  onFatal(handler: (kind: 'media' | 'other', why: string) => void): void;
  // A live stream told what is heard from a time of the element on.
  onHeard?(handler: (from: number, heard: Heard) => void): void;
}
export type HlsFactory = () => Promise<HlsPlayer>;

export interface DeckEvents {
  // No candidate is left. `why`: the reasons known beforehand, and one sentence for each that failed.
  failed(why: string[]): void;
  // The browser wants a click before it plays sound.
  blocked(): void;
  // What hls.js finds in a live stream: what is heard from that time on.
  heard?(from: number, heard: Heard): void;
}

const mediaErrors: Record<number, string> = {
  1: 'Loading was stopped.',
  2: 'The connection broke while it was loading.',
  3: 'The file could not be decoded.',
  4: 'The browser did not accept the file.',
};

export class Deck {
  private candidates: readonly Candidate[] = [];
  private attempt = 0;
  private generation = 0;
  private hls: HlsPlayer | undefined;
  private recovered = false;
  private wantsPlay = false;
  private startAt = 0;
  private live = false;
  private why: string[] = [];

  constructor(
    readonly element: HTMLMediaElement,
    private readonly makeHls: HlsFactory,
    private readonly events: DeckEvents,
  ) {
    element.addEventListener('error', () => {
      const error = element.error;
      if (error === null || this.hls !== undefined) return; // hls.js reports its own
      this.fail(mediaErrors[error.code] ?? 'The browser could not play it.');
    });
    element.addEventListener('loadedmetadata', () => {
      if (this.startAt > 0) element.currentTime = this.startAt;
      this.startAt = 0;
    });
  }

  get current(): Candidate | undefined {
    return this.candidates[this.attempt];
  }

  load({ candidates, reasons }: Ranking, options: { play: boolean; live?: boolean }): void {
    this.candidates = candidates;
    this.attempt = 0;
    this.why = [...reasons];
    this.wantsPlay = options.play;
    this.live = options.live ?? false;
    this.open(0);
  }

  play(): void {
    this.wantsPlay = true;
    this.start();
  }

  pause(): void {
    this.wantsPlay = false;
    this.element.pause();
  }

  // Stops and lets go of everything that is loaded.
  clear(): void {
    this.candidates = [];
    this.wantsPlay = false;
    this.close();
  }

  private close(): void {
    this.generation++;
    this.hls?.destroy();
    this.hls = undefined;
    this.element.pause();
    if (this.element.hasAttribute('src')) {
      this.element.removeAttribute('src');
      this.element.load();
    }
  }

  private open(at: number): void {
    this.close();
    this.startAt = at;
    this.recovered = false;
    const candidate = this.current;
    if (candidate === undefined) {
      this.events.failed(this.why);
      return;
    }
    if (candidate.method === 'hls.js') {
      void this.openHls(candidate, this.generation);
      return;
    }
    this.element.setAttribute('src', candidate.url);
    this.element.load();
    this.start();
  }

  private async openHls(candidate: Candidate, generation: number): Promise<void> {
    let hls: HlsPlayer;
    try {
      hls = await this.makeHls();
    } catch {
      if (generation === this.generation) this.fail('The player for streams could not be loaded.');
      return;
    }
    if (generation !== this.generation) {
      hls.destroy();
      return;
    }
    this.hls = hls;
    hls.onFatal((kind, why) => {
      if (generation !== this.generation) return;
      if (kind === 'media' && !this.recovered) {
        this.recovered = true;
        hls.recoverMediaError();
        return;
      }
      this.fail(why);
    });
    hls.onHeard?.((from, heard) => {
      if (generation === this.generation) this.events.heard?.(from, heard);
    });
    hls.attachMedia(this.element);
    hls.loadSource(candidate.url);
    this.start();
  }

  private start(): void {
    if (!this.wantsPlay || (this.hls === undefined && !this.element.hasAttribute('src'))) return;
    const generation = this.generation;
    Promise.resolve(this.element.play()).catch((error: unknown) => {
      if (generation !== this.generation) return;
      if (error instanceof DOMException && error.name === 'NotAllowedError') {
        this.wantsPlay = false;
        this.events.blocked();
      }
    });
  }

  private fail(why: string): void {
    this.why.push(why);
    const at = this.startAt > 0 ? this.startAt : this.element.currentTime;
    this.attempt++;
    this.open(this.live ? 0 : at);
  }
}

import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeMedia, makeOffer, settle } from '../testing';
import { Deck, type HlsPlayer } from './deck';
import type { Candidate, Method, Ranking } from './offers';

const ranked = (candidates: Candidate[], reasons: string[] = []): Ranking => ({ candidates, reasons });
const candidate = (method: Method, url: string): Candidate => ({ offer: makeOffer(), method, url });

class FakeHls implements HlsPlayer {
  fatal: (kind: 'media' | 'other', why: string) => void = () => undefined;
  loadSource = vi.fn();
  attachMedia = vi.fn();
  destroy = vi.fn();
  recoverMediaError = vi.fn();
  onFatal(handler: FakeHls['fatal']): void { this.fatal = handler; }
}

describe('Deck', () => {
  let media: FakeMedia;
  let made: FakeHls[];
  let deck: Deck;
  const failed = vi.fn();
  const blocked = vi.fn();

  beforeEach(() => {
    media = new FakeMedia();
    made = [];
    failed.mockReset();
    blocked.mockReset();
    deck = new Deck(media.element(), () => {
      const hls = new FakeHls();
      made.push(hls);
      return Promise.resolve(hls);
    }, { failed, blocked });
  });

  it('goes on with the next candidate from the same place', async () => {
    deck.load(ranked([candidate('source', '/a'), candidate('hls.js', '/b')]), { play: true });
    expect(media.src).toBe('/a');
    media.currentTime = 42;
    media.breakDown(3);
    await settle();
    expect(made[0]?.loadSource).toHaveBeenCalledWith('/b');
    expect(made[0]?.attachMedia).toHaveBeenCalled();
    expect(media.paused).toBe(false);
    media.metadata(100);
    expect(media.currentTime).toBe(42);
    expect(failed).not.toHaveBeenCalled();
  });

  it('tells why once no candidate is left', async () => {
    deck.load(ranked([candidate('source', '/a'), candidate('hls.js', '/b')], ['No ALAC.']), { play: false });
    media.breakDown(4);
    await settle();
    made[0]?.fatal('other', 'The stream failed (manifestLoadError).');
    expect(failed).toHaveBeenCalledWith([
      'No ALAC.', 'The browser did not accept the file.', 'The stream failed (manifestLoadError).',
    ]);
    expect(made[0]?.destroy).toHaveBeenCalled();
  });

  it('gives a stream one chance to recover from a media error', async () => {
    deck.load(ranked([candidate('hls.js', '/b')]), { play: true });
    await settle();
    made[0]?.fatal('media', 'x');
    expect(made[0]?.recoverMediaError).toHaveBeenCalledTimes(1);
    expect(failed).not.toHaveBeenCalled();
    made[0]?.fatal('media', 'x');
    expect(failed).toHaveBeenCalledTimes(1);
  });

  it('drops a stream player that comes too late', async () => {
    deck.load(ranked([candidate('hls.js', '/old')]), { play: true });
    deck.load(ranked([candidate('source', '/new')]), { play: true });
    await settle();
    expect(made[0]?.destroy).toHaveBeenCalled();
    expect(made[0]?.loadSource).not.toHaveBeenCalled();
    expect(media.src).toBe('/new');
  });

  it('says when the browser wants a click first', async () => {
    media.playFails = new DOMException('no', 'NotAllowedError');
    deck.load(ranked([candidate('source', '/a')]), { play: true });
    await settle();
    expect(blocked).toHaveBeenCalledTimes(1);
  });

  it('lets go of everything', () => {
    deck.load(ranked([candidate('source', '/a')]), { play: true });
    deck.clear();
    expect(media.src).toBeNull();
    expect(media.paused).toBe(true);
  });
});

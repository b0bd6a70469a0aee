import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../api/client';
import type { Offer } from '../api/types';
import { allCapable, FakeMedia, makeOffer, makeTrack, settle } from '../testing';
import { Engine } from './engine';

const a = makeTrack('a');
const b = makeTrack('b');
const c = makeTrack('c');

describe('Engine', () => {
  let first: FakeMedia;
  let second: FakeMedia;
  let offers: ReturnType<typeof vi.fn<(id: string) => Promise<Offer[]>>>;
  let engine: Engine;

  beforeEach(() => {
    first = new FakeMedia();
    second = new FakeMedia();
    offers = vi.fn((id: string) => Promise.resolve([makeOffer({ path: `/${id}` })]));
    engine = new Engine({
      offers,
      elements: [first.element(), second.element()],
      capabilities: allCapable,
      makeHls: () => Promise.reject(new Error('not here')),
    });
  });

  it('plays from where it is told', async () => {
    engine.play([a, b], 1);
    expect(engine.state().loading).toBe(true);
    await settle();
    expect(first.src).toBe('/b');
    expect(first.paused).toBe(false);
    expect(engine.state().track).toBe(b);
    expect(engine.state().playing).toBe(true);
  });

  it('loads the next track ahead and changes over without asking again', async () => {
    engine.play([a, b]);
    await settle();
    first.metadata(100);
    first.at(50);
    await settle();
    expect(offers).toHaveBeenCalledTimes(1);
    first.at(80);
    await settle();
    expect(second.src).toBe('/b');
    expect(second.paused).toBe(true);
    first.emit('ended');
    expect(second.paused).toBe(false);
    expect(first.src).toBeNull();
    expect(engine.state().track).toBe(b);
    expect(offers).toHaveBeenCalledTimes(2);
  });

  it('loads afresh if the track ends before the next one was ready', async () => {
    engine.play([a, b]);
    await settle();
    first.metadata(100);
    first.at(99);
    first.emit('ended');
    await settle();
    expect(first.src).toBe('/b');
    expect(first.paused).toBe(false);
  });

  it('forgets what it prepared when the queue changes', async () => {
    engine.play([a, b]);
    await settle();
    first.metadata(100);
    first.at(90);
    await settle();
    expect(second.src).toBe('/b');
    engine.playNext([c]);
    expect(second.src).toBeNull();
    first.at(91);
    await settle();
    expect(second.src).toBe('/c');
  });

  it('skips what cannot be played, says so, and stops if nothing can', async () => {
    offers.mockImplementation((id) => Promise.resolve(
      id === 'b' ? [makeOffer({ path: '/b' })]
        : [makeOffer({ playable: false, reason: 'It is damaged.' })]));
    engine.play([a, b]);
    await settle();
    expect(engine.state().track).toBe(b);
    expect(engine.state().notice).toContain('“Title a” can\'t be played here. It is damaged.');
    engine.play([a, c]);
    await settle();
    expect(engine.state().playing).toBe(false);
    expect(engine.state().notice).toContain('Title c');
    expect(offers).toHaveBeenCalledTimes(4);
  });

  it('shows what the server says', async () => {
    offers.mockRejectedValue(new ApiError('The disk is gone.', 500, 'io'));
    engine.play([a]);
    await settle();
    expect(engine.state().notice).toContain('The disk is gone.');
    expect(engine.state().playing).toBe(false);
  });

  it('plays only the last of several quick choices', async () => {
    engine.play([a]);
    engine.play([b]);
    engine.play([c]);
    await settle();
    expect(first.src).toBe('/c');
    expect(first.loads).toBe(1);
  });

  it('does not start a track that was paused while it loaded', async () => {
    engine.play([a]);
    engine.pause();
    await settle();
    expect(first.src).toBe('/a');
    expect(first.paused).toBe(true);
    engine.resume();
    expect(first.paused).toBe(false);
  });

  it('goes back to the start before it goes to the previous track', async () => {
    engine.play([a, b], 1);
    await settle();
    first.metadata(100);
    first.at(30);
    engine.previous();
    expect(engine.state().track).toBe(b);
    expect(first.currentTime).toBe(0);
    engine.previous();
    await settle();
    expect(engine.state().track).toBe(a);
  });

  it('keeps seeking within the track', async () => {
    engine.play([a]);
    await settle();
    first.metadata(100);
    engine.seek(500);
    expect(first.currentTime).toBe(100);
    engine.seekBy(-1000);
    expect(first.currentTime).toBe(0);
  });

  it('repeats one track without loading it again', async () => {
    engine.setRepeat('one');
    engine.play([a, b]);
    await settle();
    first.metadata(100);
    first.at(100);
    first.emit('ended');
    expect(first.currentTime).toBe(0);
    expect(first.loads).toBe(1);
    expect(engine.state().track).toBe(a);
  });

  it('stops at the end of the queue and starts again from there', async () => {
    engine.play([a]);
    await settle();
    first.metadata(10);
    first.emit('ended');
    expect(engine.state().playing).toBe(false);
    engine.toggle();
    expect(engine.state().playing).toBe(true);
    expect(first.paused).toBe(false);
  });

  it('moves on when the current entry is removed, and falls silent with the last', async () => {
    engine.play([a, b]);
    await settle();
    engine.remove(0);
    await settle();
    expect(first.src).toBe('/b');
    engine.remove(0);
    expect(first.src).toBeNull();
    expect(engine.state().track).toBeUndefined();
  });

  it('sets the volume of both elements', () => {
    engine.setVolume(0.5);
    expect([first.volume, second.volume]).toEqual([0.25, 0.25]);
    engine.setMuted(true);
    expect(second.muted).toBe(true);
    engine.setVolume(7);
    expect(engine.state()).toMatchObject({ volume: 1, muted: false });
  });
});

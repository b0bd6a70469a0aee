// The system's own controls: lock screen, headset buttons, media keys.
import { sized } from '../lib/picture';
import type { Engine } from './engine';
import type { RadioPlayer } from './radio';

export function bindMediaSession(engine: Engine, radio: RadioPlayer): void {
  if (!('mediaSession' in navigator)) return;
  const session = navigator.mediaSession;
  const tuned = (): boolean => radio.state().station !== undefined;
  const actions: [MediaSessionAction, MediaSessionActionHandler][] = [
    ['play', () => (tuned() ? radio.resume() : engine.resume())],
    ['pause', () => (tuned() ? radio.pause() : engine.pause())],
    ['nexttrack', () => engine.next()],
    ['previoustrack', () => engine.previous()],
    ['seekto', (details) => engine.seek(details.seekTime ?? 0)],
    ['seekbackward', (details) => engine.seekBy(-(details.seekOffset ?? 10))],
    ['seekforward', (details) => engine.seekBy(details.seekOffset ?? 10)],
  ];
  for (const [action, handler] of actions) {
    try {
      session.setActionHandler(action, handler);
    } catch {
      // A browser that does not know an action does without it.
    }
  }
  let shown = '';
  engine.onChange(() => {
    if (tuned()) return;
    const { track, playing } = engine.state();
    session.playbackState = track === undefined ? 'none' : playing ? 'playing' : 'paused';
    if ((track?.id ?? '') === shown) return;
    shown = track?.id ?? '';
    session.metadata = track === undefined ? null : new MediaMetadata({
      title: track.title,
      artist: track.artist,
      album: track.album,
      artwork: track.cover === '' ? [] : [{ src: sized(track.cover, 512) }],
    });
  });
  radio.onChange(() => {
    const { station, playing, heard } = radio.state();
    if (station === undefined) return;
    session.playbackState = playing ? 'playing' : 'paused';
    const now = [station.route, heard?.title, heard?.artist].join('\n');
    if (now === shown) return;
    shown = now;
    session.metadata = new MediaMetadata({
      title: heard?.title ?? station.name, artist: heard?.artist ?? '', album: station.name,
    });
    session.setPositionState?.();
  });
  engine.onProgress(() => {
    if (tuned()) return;
    const { duration } = engine.state();
    const { position } = engine.progress();
    if (duration > 0 && position <= duration) session.setPositionState?.({ duration, position });
  });
}

// The system's own controls: lock screen, headset buttons, media keys.
import { sized } from '../lib/picture';
import type { Engine } from './engine';

export function bindMediaSession(engine: Engine): void {
  if (!('mediaSession' in navigator)) return;
  const session = navigator.mediaSession;
  const actions: [MediaSessionAction, MediaSessionActionHandler][] = [
    ['play', () => engine.resume()],
    ['pause', () => engine.pause()],
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
  engine.onProgress(() => {
    const { duration } = engine.state();
    const { position } = engine.progress();
    if (duration > 0 && position <= duration) session.setPositionState?.({ duration, position });
  });
}

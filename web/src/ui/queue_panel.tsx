// What plays and what comes next. On phones it is the whole player.
import { useEffect, useRef } from 'preact/hooks';
import { clock, plural } from '../lib/format';
import { engine, player, queueOpen } from '../store';
import { ArtistLinks, Cover, IconButton } from './parts';
import { Controls, SeekBar } from './player_bar';

const mostRows = 200;

export function QueuePanel() {
  const panel = useRef<HTMLElement>(null);
  const open = queueOpen.value;
  useEffect(() => {
    if (!open) return;
    const before = document.activeElement;
    panel.current?.focus();
    const close = (event: KeyboardEvent) => {
      if (event.key === 'Escape') queueOpen.value = false;
    };
    document.addEventListener('keydown', close);
    return () => {
      document.removeEventListener('keydown', close);
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [open]);
  if (!open) return null;

  const { track, queue } = player.value;
  const rest = queue.items.length - queue.index - 1;
  const following = queue.items.slice(queue.index + 1, queue.index + 1 + mostRows);
  return (
    <aside class="queue" aria-label="Queue" ref={panel} tabIndex={-1}>
      <header>
        <h2>Playing now</h2>
        <IconButton icon="down" label="Close" onClick={() => { queueOpen.value = false; }} />
      </header>
      {track === undefined ? <p class="quiet">Nothing plays. Pick an album or a track.</p> : (
        <div class="queue-now">
          <Cover src={track.cover} title={track.album || track.title} width={320} eager />
          <h3>{track.title}</h3>
          <p class="quiet">
            <ArtistLinks artists={track.artists} fallback={track.artist} />
            {track.album !== '' && <> — {track.album}</>}
          </p>
          <div class="queue-controls"><SeekBar /><Controls full /></div>
        </div>
      )}
      {following.length > 0 && <h2>Next: {plural(rest, 'track')}</h2>}
      <ul class="queue-list">
        {following.map((item, i) => {
          const at = queue.index + 1 + i;
          return (
            <li key={at}>
              <button type="button" class="queue-item" onClick={() => engine.jump(at)}>
                <Cover src={item.cover} title={item.album || item.title} width={48} />
                <span class="track-text">
                  <span class="track-title">{item.title}</span>
                  <span class="track-artist">{item.artist}</span>
                </span>
                <span class="track-time">{clock(item.duration)}</span>
              </button>
              <IconButton icon="close" label={`Remove ${item.title} from the queue`} size={16}
                onClick={() => engine.remove(at)} />
            </li>
          );
        })}
      </ul>
    </aside>
  );
}

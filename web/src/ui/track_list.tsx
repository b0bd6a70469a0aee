// Rows of tracks. A long list keeps only the rows near the window in the document.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Track } from '../api/types';
import { clock, spoken } from '../lib/format';
import { visibleSpan, type Span } from '../lib/window';
import { engine, player } from '../store';
import { Icon } from './icons';
import { ArtistLinks, Cover } from './parts';

export const rowHeight = 56; // as .track-row in the style sheet
const windowedFrom = 80;

interface RowProps {
  track: Track;
  index: number;
  count: number;
  numbered: boolean;
  top?: number;
  play: (index: number) => void;
}

function TrackRow({ track, index, count, numbered, top, play }: RowProps) {
  const current = player.value.track?.id === track.id;
  const playing = current && player.value.playing;
  const press = () => (current ? engine.toggle() : play(index));
  return (
    <li class={`track-row${current ? ' current' : ''}${numbered ? ' numbered' : ''}`}
      aria-setsize={count} aria-posinset={index + 1}
      {...(top === undefined ? {} : { style: { top: `${top}px` } })}
      onDblClick={() => play(index)}>
      <button type="button" class="track-play" onClick={press}
        aria-label={`${playing ? 'Pause' : 'Play'} ${track.title}`}>
        {numbered ? <span class="track-number" data-text={track.number > 0 ? track.number : index + 1} />
          : <Cover src={track.cover} title={track.album || track.title} width={48} />}
        <span class="track-state"><Icon name={playing ? 'pause' : 'play'} size={18} /></span>
      </button>
      <span class="track-text">
        <span class="track-title">{track.title}</span>
        <span class="track-artist">
          <ArtistLinks artists={track.artists} fallback={track.artist || 'Unknown artist'} />
        </span>
      </span>
      {!numbered && (
        <span class="track-album">
          {track.albumId === '' ? track.album
            : <a href={`/albums/${encodeURIComponent(track.albumId)}`}>{track.album}</a>}
        </span>
      )}
      <button type="button" class="icon-button track-add" aria-label={`Add ${track.title} to the queue`}
        title="Add to the queue" onClick={() => engine.append([track])}>
        <Icon name="plus" size={18} />
      </button>
      <span class="track-time">
        <span aria-hidden="true">{clock(track.duration)}</span>
        <span class="sr-only">{spoken(track.duration)}</span>
      </span>
    </li>
  );
}

export function TrackList({ tracks, numbered = false, label, play }: {
  tracks: readonly Track[]; numbered?: boolean; label: string; play?: (index: number) => void;
}) {
  const start = play ?? ((index: number) => engine.play(tracks, index));
  const windowed = tracks.length > windowedFrom;
  const list = useRef<HTMLUListElement>(null);
  const [span, setSpan] = useState<Span>({ first: 0, end: 40 });

  useEffect(() => {
    if (!windowed) return;
    let frame = 0;
    const measure = () => {
      frame = 0;
      if (list.current === null) return;
      const top = list.current.getBoundingClientRect().top;
      const next = visibleSpan(tracks.length, rowHeight, top, window.innerHeight);
      setSpan((old) => (old.first === next.first && old.end === next.end ? old : next));
    };
    const soon = () => { if (frame === 0) frame = requestAnimationFrame(measure); };
    measure();
    addEventListener('scroll', soon, { passive: true });
    addEventListener('resize', soon);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener('scroll', soon);
      removeEventListener('resize', soon);
    };
  }, [windowed, tracks.length]);

  const first = windowed ? span.first : 0;
  const shown = windowed ? tracks.slice(first, span.end) : tracks;
  return (
    <ul ref={list} class={`tracks${windowed ? ' windowed' : ''}`} aria-label={label}
      {...(windowed ? { style: { height: `${tracks.length * rowHeight}px` } } : {})}>
      {shown.map((track, i) => (
        <TrackRow key={`${first + i}`} track={track} index={first + i} count={tracks.length}
          numbered={numbered} play={start}
          {...(windowed ? { top: (first + i) * rowHeight } : {})} />
      ))}
    </ul>
  );
}

// The bar at the bottom: what plays, where in it, and the controls.
import { clock, spoken } from '../lib/format';
import { engine, player, progress, queueOpen } from '../store';
import { Icon } from './icons';
import { nextRepeat } from './keyboard';
import { ArtistLinks, Cover, IconButton } from './parts';
import { RadioBar } from './radio_bar';
import { Slider } from './slider';
import { radio } from '../radio_store';

const repeatLabels = { off: 'Repeat: off', all: 'Repeat: all', one: 'Repeat: this track' } as const;

export function SeekBar() {
  const { duration } = player.value;
  const { position, buffered } = progress.value;
  return (
    <div class="seek">
      <span class="time" aria-hidden="true">{clock(position)}</span>
      <Slider label="Position" value={position} max={duration} secondary={buffered} step={5} page={30}
        text={`${spoken(position)} of ${spoken(duration)}`} commit={(to) => engine.seek(to)} />
      <span class="time" aria-hidden="true">{clock(duration)}</span>
    </div>
  );
}

export function Controls({ full = false }: { full?: boolean }) {
  const { playing, loading, queue } = player.value;
  return (
    <div class={`controls${full ? ' full' : ''}`}>
      <IconButton icon="shuffle" label="Shuffle" pressed={queue.shuffled} active={queue.shuffled}
        class="secondary" size={20} onClick={() => engine.setShuffle(!queue.shuffled)} />
      <IconButton icon="previous" label="Previous track" onClick={() => engine.previous()} />
      <button type="button" class={`play-button${loading && playing ? ' loading' : ''}`}
        aria-label={playing ? 'Pause' : 'Play'} onClick={() => engine.toggle()}>
        <Icon name={playing ? 'pause' : 'play'} size={24} />
      </button>
      <IconButton icon="next" label="Next track" onClick={() => engine.next()} />
      <IconButton icon={queue.repeat === 'one' ? 'repeatOne' : 'repeat'} size={20}
        label={repeatLabels[queue.repeat]} active={queue.repeat !== 'off'} class="secondary"
        onClick={() => engine.setRepeat(nextRepeat[queue.repeat])} />
    </div>
  );
}

export function Volume() {
  const { volume, muted } = player.value;
  const shown = muted ? 0 : volume;
  return (
    <div class="volume">
      <IconButton icon={shown === 0 ? 'muted' : 'volume'} label={muted ? 'Sound on' : 'Sound off'}
        pressed={muted} size={20} onClick={() => engine.setMuted(!muted)} />
      <Slider label="Volume" value={shown} max={1} step={0.05} page={0.2} live
        text={`${Math.round(shown * 100)} percent`} commit={(to) => engine.setVolume(to)} />
    </div>
  );
}

export function PlayerBar() {
  const { track, notice } = player.value;
  if (radio.value.station !== undefined) return <RadioBar />;
  return (
    <>
      {notice !== '' && (
        <div class="notice" role="alert">
          <span>{notice}</span>
          <IconButton icon="close" label="Dismiss" size={18} onClick={() => engine.dismiss()} />
        </div>
      )}
      {track !== undefined && (
        <section class="player" aria-label="Player">
          <button type="button" class="now" aria-label={`Playing ${track.title}. Show the queue`}
            aria-expanded={queueOpen.value} onClick={() => { queueOpen.value = !queueOpen.value; }}>
            <Cover src={track.cover} title={track.album || track.title} width={64} eager />
          </button>
          <div class="now-text">
            <span class="now-title">
              {track.albumId === '' ? track.title
                : <a href={`/albums/${encodeURIComponent(track.albumId)}`}>{track.title}</a>}
            </span>
            <span class="now-artist"><ArtistLinks artists={track.artists} fallback={track.artist} /></span>
          </div>
          <div class="centre">
            <Controls />
            <SeekBar />
          </div>
          <div class="side">
            <Volume />
            <IconButton icon="queue" label="Queue" pressed={queueOpen.value} active={queueOpen.value}
              onClick={() => { queueOpen.value = !queueOpen.value; }} />
          </div>
        </section>
      )}
    </>
  );
}

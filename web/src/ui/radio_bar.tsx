// The bar at the bottom while a station plays: what is heard now, and that it is live.
import { stationAddress } from '../api/radio';
import { onAir, radio, radioPlayer } from '../radio_store';
import { Icon } from './icons';
import { Cover, IconButton } from './parts';
import { Volume } from './player_bar';

export function LiveBadge({ on = true }: { on?: boolean }) {
  return <span class={`live${on ? '' : ' off'}`}>Live</span>;
}

export function RadioButton({ label, playing, loading, press, class: extra = 'play-button' }: {
  label: string; playing: boolean; loading: boolean; press: () => void; class?: string;
}) {
  return (
    <button type="button" class={`${extra}${loading && playing ? ' loading' : ''}`}
      aria-label={`${playing ? 'Stop' : 'Play'} ${label}`.trim()} onClick={press}>
      <Icon name={playing ? 'stop' : 'play'} size={playing ? 20 : 24} />
    </button>
  );
}

export function RadioBar() {
  const { station, playing, loading, broken, heard, notice } = radio.value;
  if (station === undefined) return null;
  const now = onAir.value.get(station.route) ?? station.nowPlaying;
  // What the stream says is heard is nearer to the truth than what is sent just now.
  const title = heard?.title ?? now.title;
  const artist = heard?.artist ?? now.artist;
  const status = broken ? 'Connecting again …' : playing && loading ? 'Connecting …' : '';
  return (
    <>
      {notice !== '' && (
        <div class="notice" role="alert">
          <span>{notice}</span>
          <IconButton icon="close" label="Dismiss" size={18} onClick={() => radioPlayer.dismiss()} />
        </div>
      )}
      <section class="player radio-player" aria-label="Player">
        <a class="now" href={stationAddress(station.route)} aria-label={`Show ${station.name}`}>
          <Cover src="" title={station.name} width={64} round />
        </a>
        <div class="now-text">
          <span class="now-title">{title || station.name}</span>
          <span class="now-artist">
            {artist !== '' && `${artist} · `}
            <a href={stationAddress(station.route)}>{station.name}</a>
          </span>
        </div>
        <div class="centre controls">
          <RadioButton label="" playing={playing} loading={loading} press={() => radioPlayer.toggle()} />
          <LiveBadge on={playing && !loading} />
          <span class="radio-status" role="status">{status}</span>
        </div>
        <div class="side">
          <Volume />
          <IconButton icon="close" label="Close the radio" onClick={() => radioPlayer.close()} />
        </div>
      </section>
    </>
  );
}

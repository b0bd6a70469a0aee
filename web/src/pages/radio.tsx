// The stations and what they play.
import { useEffect } from 'preact/hooks';
import { fetchHistory, stationAddress, type NowPlaying, type Played, type Station } from '../api/radio';
import { plural } from '../lib/format';
import { resource } from '../lib/resource';
import { followOnAir, loadStations, onAir, radio, radioPlayer, stations, stationsKnown } from '../radio_store';
import { Icon } from '../ui/icons';
import { Cover, Message, Waiting } from '../ui/parts';
import { LiveBadge, RadioButton } from '../ui/radio_bar';
import { PageHead, useTitle } from './head';

function useOnAir(): void {
  const some = stations.value.length > 0;
  useEffect(() => (some ? followOnAir() : undefined), [some]);
}

const nowOn = (station: Station): NowPlaying => onAir.value.get(station.route) ?? station.nowPlaying;

function heardLine({ title, artist, state }: NowPlaying): string {
  if (title === '') return state === 'failed' ? 'Out of order' : 'Silence';
  return artist === '' ? title : `${artist} – ${title}`;
}

function facts(station: Station, now: NowPlaying): string {
  const format = [station.format.toUpperCase(), station.bitrate > 0 ? `${station.bitrate} kb/s` : ''];
  return [station.genre, format.filter((part) => part !== '').join(' '), plural(now.listeners, 'listener')]
    .filter((part) => part !== '').join(' · ');
}

function NoStations() {
  return <Message title="There is no radio here">This server has no stations.</Message>;
}

function StationRow({ station }: { station: Station }) {
  const now = nowOn(station);
  const tuned = radio.value.station?.route === station.route;
  const playing = tuned && radio.value.playing;
  return (
    <li class={`station${tuned ? ' current' : ''}`}>
      <RadioButton label={station.name} playing={playing} loading={radio.value.loading} class="station-play"
        press={() => (playing ? radioPlayer.pause() : radioPlayer.play(station))} />
      <a class="station-text" href={stationAddress(station.route)}>
        <span class="station-name">{station.name}{now.live && <LiveBadge />}</span>
        <span class="station-now">{heardLine(now)}</span>
        <span class="station-facts">{facts(station, now)}</span>
      </a>
    </li>
  );
}

export function StationsPage() {
  useOnAir();
  useEffect(() => void loadStations(), []);
  if (!stationsKnown.value) return <Waiting />;
  if (stations.value.length === 0) {
    return <><PageHead title="Radio" /><NoStations /></>;
  }
  return (
    <>
      <PageHead title="Radio" />
      <ul class="stations" aria-label="Stations">
        {stations.value.map((station) => <StationRow key={station.route} station={station} />)}
      </ul>
    </>
  );
}

const timeOf = (milliseconds: number): string =>
  new Date(milliseconds).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });

function History({ items }: { items: readonly Played[] }) {
  if (items.length === 0) return <p class="quiet">Nothing was played yet.</p>;
  return (
    <ol class="history">
      {items.map(({ title, artist, began, live }) => (
        <li key={`${began} ${title}`}>
          <time dateTime={new Date(began).toISOString()}>{timeOf(began)}</time>
          <span class="track-text">
            <span class="track-title">{title}{live && <LiveBadge />}</span>
            <span class="track-artist">{artist}</span>
          </span>
        </li>
      ))}
    </ol>
  );
}

export function StationPage({ route }: { route: string }) {
  useOnAir();
  const station = stations.value.find((one) => one.route === route);
  useTitle(station?.name ?? 'Radio');
  const now = station === undefined ? undefined : nowOn(station);
  if (!stationsKnown.value) return <Waiting />;
  if (station === undefined || now === undefined) return <NoStations />;
  const tuned = radio.value.station?.route === route;
  const playing = tuned && radio.value.playing;
  // What was played changes with every title.
  const history = resource(`history ${route} ${now.title} ${now.artist}`, () => fetchHistory(route)).value;
  return (
    <>
      <header class="hero small station-hero">
        <Cover src="" title={station.name} width={148} round />
        <div>
          <h1>{station.name}</h1>
          <p class="hero-artist" aria-live="polite">{heardLine(now)}{now.live && <LiveBadge />}</p>
          <p class="quiet">{facts(station, now)}</p>
          <div class="buttons">
            <button type="button" class="button primary"
              onClick={() => (playing ? radioPlayer.pause() : radioPlayer.play(station))}>
              <Icon name={playing ? 'stop' : 'play'} size={18} />{playing ? 'Stop' : 'Listen'}
            </button>
            <a class="button" href={station.route} target="_blank" rel="noopener">Stream address</a>
          </div>
        </div>
      </header>
      <h2>Played</h2>
      {history.error !== '' && <p class="quiet">{history.error}</p>}
      {history.value !== undefined && <History items={history.value} />}
    </>
  );
}

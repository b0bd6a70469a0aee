// The stations, what plays on them, and the player's state, as signals.
import { computed, effect, signal } from '@preact/signals';
import { fetchStations, nowPlaying, type NowPlaying, type Station } from './api/radio';
import { makeLiveHls } from './player/hls';
import { RadioPlayer, type RadioState } from './player/radio';
import { announcement, capabilities, engine, player } from './store';

const element = document.createElement('audio');
element.preload = 'none';

export const radioPlayer = new RadioPlayer({ element, capabilities, makeHls: makeLiveHls });
export const radio = signal<RadioState>(radioPlayer.state());
// Empty where the server has no radio.
export const stations = signal<readonly Station[]>([]);
export const stationsKnown = signal(false);
export const onAir = signal<ReadonlyMap<string, NowPlaying>>(new Map());

const again = 60_000;

export async function loadStations(): Promise<void> {
  try {
    const found = await fetchStations();
    stations.value = found;
    onAir.value = new Map(found.map(({ route, nowPlaying: now }) => [route, now]));
  } catch {
    // The server is away: what is known stays.
  }
  stationsKnown.value = true;
}

let readers = 0;
let source: EventSource | undefined;

function hear({ data }: MessageEvent): void {
  let now: NowPlaying;
  try {
    now = nowPlaying(JSON.parse(String(data)));
  } catch {
    return;
  }
  onAir.value = new Map(onAir.peek()).set(now.route, now);
}

// Follows what plays for as long as somebody looks. Returns the way to stop it.
export function followOnAir(): () => void {
  if (stations.peek().length === 0 || !('EventSource' in window)) return () => undefined;
  if (readers++ === 0) {
    source = new EventSource('/now-playing/events');
    source.addEventListener('now-playing', hear);
  }
  let followed = true;
  return () => {
    if (!followed) return;
    followed = false;
    if (--readers === 0) source?.close();
  };
}

// One after the other: the library's player and the radio are not heard together.
export function startRadio(): void {
  radioPlayer.onChange(() => {
    const before = radio.peek();
    radio.value = radioPlayer.state();
    const { playing, station } = radio.value;
    if (playing && !before.playing) engine.pause();
    if (playing && station !== before.station) announcement.value = `${station?.name ?? 'Radio'} plays`;
  });
  engine.onChange(() => {
    if (engine.state().playing && radioPlayer.state().station !== undefined) radioPlayer.close();
  });
  effect(() => {
    const { volume, muted } = player.value;
    radioPlayer.setVolume(volume, muted);
  });
  const tuned = computed(() => radio.value.station !== undefined && stations.value.length > 0);
  effect(() => (tuned.value ? followOnAir() : undefined));
  addEventListener('online', () => {
    radioPlayer.online();
    void loadStations();
  });
  const look = async (): Promise<void> => {
    await loadStations();
    setTimeout(() => void look(), again);
  };
  void look();
}

// Radio stations, which a plugin brings: a server without it has none.
import { ApiError } from './client';
import { list, number, record, text } from './decode';

export interface Station {
  route: string; // "/jazz"; its stream is there
  name: string;
  genre: string;
  format: string;
  contentType: string;
  bitrate: number; // kb/s; 0: unknown
  hls: string; // address of its playlist; empty: it has none
  nowPlaying: NowPlaying;
}

export interface NowPlaying {
  route: string;
  state: string; // "playing", "waiting", "live" or "failed"
  title: string; // empty: silence
  artist: string;
  album: string;
  live: boolean; // somebody speaks, instead of the station's files
  jingle: boolean;
  listeners: number;
}

export interface Played {
  title: string;
  artist: string;
  began: number; // milliseconds since 1970
  live: boolean;
}

export function nowPlaying(value: unknown): NowPlaying {
  const json = record(value);
  return {
    route: text(json['route']),
    state: text(json['state']),
    title: text(json['title']),
    artist: text(json['artist']),
    album: text(json['album']),
    live: json['live'] === true,
    jingle: json['jingle'] === true,
    listeners: number(json['listeners']),
  };
}

export function station(value: unknown): Station {
  const json = record(value);
  const route = text(json['route']);
  return {
    route,
    name: text(json['name']) || route,
    genre: text(json['genre']),
    format: text(json['format']),
    contentType: text(json['content_type']),
    bitrate: number(json['bitrate']),
    hls: text(json['hls']),
    nowPlaying: nowPlaying(json['now_playing']),
  };
}

function played(value: unknown): Played {
  const json = record(value);
  return {
    title: text(json['title']) || 'Untitled',
    artist: text(json['artist']),
    began: number(json['began_ms']),
    live: json['live'] === true,
  };
}

// In alphabetical order, whatever the case. A server without radio answers this address with the
// app's own page, or not at all: then there are none.
export async function fetchStations(fetcher: typeof fetch = fetch): Promise<Station[]> {
  const response = await fetcher('/streams', { headers: { accept: 'application/json' } });
  const type = response.headers.get('content-type') ?? '';
  if (!response.ok || !type.startsWith('application/json')) return [];
  const found = list(record(await response.json())['items']).map(station)
    .filter(({ route }) => route.startsWith('/'));
  return found.sort((a, b) => a.name.localeCompare(b.name) || a.route.localeCompare(b.route));
}

// The newest first.
export async function fetchHistory(route: string, fetcher: typeof fetch = fetch): Promise<Played[]> {
  const response = await fetcher(`/now-playing/history?${new URLSearchParams({ route })}`)
    .catch(() => undefined);
  if (response === undefined || !response.ok) {
    throw new ApiError('The station does not tell what it played. Check that the server runs.',
      response?.status ?? 0, 'unreachable');
  }
  return list(record(await response.json())['items']).map(played);
}

// In the app; routes hold no '@'.
const main = '@main';
export const stationAddress = (route: string): string =>
  `/stations/${encodeURIComponent(route === '/' ? main : route.slice(1))}`;
export const routeOfAddress = (id: string): string => (id === main ? '/' : `/${id}`);

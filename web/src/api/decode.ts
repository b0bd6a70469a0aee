// Reads the server's JSON. Fields that are missing or of the wrong type become empty values, so
// that one odd item never takes a page down.
import type {
  Album, Artist, ArtistRef, Film, Offer, Page, ScanState, SearchResult, Show, Track,
} from './types';

export type Json = Record<string, unknown>;

export function record(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : '';
}

export function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

function artistRefs(value: unknown): ArtistRef[] {
  return list(value).map((entry) => {
    if (typeof entry === 'string') return { id: '', name: entry };
    const json = record(entry);
    return { id: text(json['id']), name: text(json['name']) };
  }).filter((artist) => artist.name !== '');
}

function artistsOf(json: Json, single: string): { artists: ArtistRef[]; artist: string } {
  const artists = artistRefs(json['artists']);
  const artist = text(json[single]) || artists.map((entry) => entry.name).join(', ');
  return { artists, artist };
}

// `has_cover` is the library's word on it; without one the address is tried.
function coverOf(json: Json, address: string): string {
  return json['has_cover'] === false ? '' : address;
}

export function track(value: unknown): Track {
  const json = record(value);
  const id = text(json['id']);
  const albumId = text(json['album_id']);
  return {
    kind: 'track',
    id,
    title: text(json['title']) || 'Untitled',
    ...artistsOf(json, 'artist'),
    album: text(json['album']),
    albumId,
    disc: number(json['disc_number']),
    number: number(json['track_number']),
    year: number(json['year']),
    duration: number(json['duration']),
    codec: text(json['codec']),
    cover: coverOf(json, `/api/v1/tracks/${encodeURIComponent(id)}/cover`),
    problem: text(json['error']),
  };
}

export function album(value: unknown): Album {
  const json = record(value);
  const id = text(json['id']);
  return {
    id,
    title: text(json['title']) || 'Untitled album',
    ...artistsOf(json, 'artist'),
    year: number(json['year']),
    trackCount: number(json['track_count']),
    duration: number(json['duration']),
    cover: coverOf(json, `/api/v1/albums/${encodeURIComponent(id)}/cover`),
  };
}

export function artist(value: unknown): Artist {
  const json = record(value);
  return {
    id: text(json['id']),
    name: text(json['name']) || 'Unknown artist',
    albumCount: number(json['album_count']),
    trackCount: number(json['track_count']),
  };
}

function film(value: unknown, kind: Film['kind']): Film {
  const json = record(value);
  const id = text(json['id']);
  const folder = kind === 'movie' ? 'movies' : 'episodes';
  return {
    kind,
    id,
    title: text(json['title']) || 'Untitled',
    year: number(json['year']),
    duration: number(json['duration']),
    width: number(json['width']),
    height: number(json['height']),
    codec: text(json['codec']),
    cover: json['has_cover'] === true ? `/api/v1/${folder}/${encodeURIComponent(id)}/cover` : '',
    showId: text(json['show_id']),
    show: text(json['show']),
    season: number(json['season_number']),
    number: number(json['episode_number']),
  };
}

export const movie = (value: unknown): Film => film(value, 'movie');
export const episode = (value: unknown): Film => film(value, 'episode');

export function show(value: unknown): Show {
  const json = record(value);
  return {
    id: text(json['id']),
    title: text(json['title']) || 'Untitled show',
    episodeCount: number(json['episode_count']),
    cover: '',
  };
}

export function page<T>(value: unknown, item: (value: unknown) => T): Page<T> {
  const json = record(value);
  return { items: list(json['items']).map(item), next: text(json['next']) || null };
}

export function search(value: unknown): SearchResult {
  const json = record(value);
  return {
    tracks: list(json['tracks']).map(track),
    albums: list(json['albums']).map(album),
    artists: list(json['artists']).map(artist),
    films: [...list(json['movies']).map(movie), ...list(json['episodes']).map(episode)],
    shows: list(json['shows']).map(show),
  };
}

export function scan(value: unknown): ScanState {
  const json = record(value);
  return {
    running: json['running'] === true,
    done: number(json['done']),
    total: json['phase'] === 'listing' ? 0 : number(json['found']),
    failed: number(json['broken']),
    problems: list(json['problems']).map(text).filter((problem) => problem !== ''),
  };
}

export function offers(value: unknown): Offer[] {
  return list(record(value)['offers']).map((entry) => {
    const json = record(entry);
    return {
      delivery: text(json['delivery']),
      rendition: text(json['rendition']),
      path: text(json['path']),
      contentType: text(json['content_type']),
      codecs: text(json['codecs']),
      playable: json['playable'] === true || json['playable'] === 1,
      reason: text(json['reason']),
    };
  });
}

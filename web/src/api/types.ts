// What the server tells of the library, as the app uses it. `decode.ts` makes these from JSON.

export interface ArtistRef {
  id: string;
  name: string;
}

export interface Track {
  kind: 'track';
  id: string;
  title: string;
  artists: ArtistRef[];
  artist: string; // the artists as one line of text
  album: string;
  albumId: string;
  disc: number; // 0: unknown, as are number and year
  number: number;
  year: number;
  duration: number; // seconds
  codec: string;
  cover: string; // URL, empty if there is none
  problem: string; // why it can't be played; empty if it can
}

export interface Album {
  id: string;
  title: string;
  artists: ArtistRef[];
  artist: string;
  year: number;
  trackCount: number;
  duration: number;
  cover: string;
}

export interface Artist {
  id: string;
  name: string;
  albumCount: number;
  trackCount: number;
}

export interface Film {
  kind: 'movie' | 'episode';
  id: string;
  title: string;
  year: number;
  duration: number;
  width: number;
  height: number;
  codec: string;
  cover: string;
  showId: string; // the four below only for episodes
  show: string;
  season: number;
  number: number;
}

export interface Show {
  id: string;
  title: string;
  episodeCount: number;
  cover: string;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface SearchResult {
  tracks: Track[];
  albums: Album[];
  artists: Artist[];
  films: Film[];
  shows: Show[];
}

export interface ScanState {
  running: boolean;
  done: number; // files looked at
  total: number; // 0: not known yet
  failed: number;
  problems: string[]; // media folders that can't be read: sentences
}

// One way in which the server can bring a media object.
export interface Offer {
  delivery: string;
  rendition: string;
  path: string;
  contentType: string;
  codecs: string;
  playable: boolean;
  reason: string;
}

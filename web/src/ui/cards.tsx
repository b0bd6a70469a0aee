// The tiles of the grids.
import type { Album, Artist, Film, Show } from '../api/types';
import { plural, spoken } from '../lib/format';
import { api, engine } from '../store';
import { Icon } from './icons';
import { Cover } from './parts';

const to = (folder: string, id: string): string => `/${folder}/${encodeURIComponent(id)}`;

async function playAlbum(id: string): Promise<void> {
  engine.play(await api.all((query) => api.tracks(query), { album: id, limit: 500 }));
}

export function AlbumCard({ album }: { album: Album }) {
  return (
    <article class="card">
      <a href={to('albums', album.id)} class="card-link">
        <Cover src={album.cover} title={album.title} />
        <span class="card-title">{album.title}</span>
        <span class="card-note">{album.artist}</span>
      </a>
      <button type="button" class="card-play" aria-label={`Play ${album.title}`}
        onClick={() => void playAlbum(album.id)}>
        <Icon name="play" size={20} />
      </button>
    </article>
  );
}

export function ArtistCard({ artist }: { artist: Artist }) {
  const note = artist.albumCount > 0 ? plural(artist.albumCount, 'album')
    : artist.trackCount > 0 ? plural(artist.trackCount, 'track') : '';
  return (
    <article class="card">
      <a href={to('artists', artist.id)} class="card-link centred">
        <Cover src="" title={artist.name} round />
        <span class="card-title">{artist.name}</span>
        <span class="card-note">{note}</span>
      </a>
    </article>
  );
}

export const filmAddress = (film: Film): string =>
  to(film.kind === 'movie' ? 'films' : 'episodes', film.id);

export function FilmCard({ film }: { film: Film }) {
  const note = [film.year > 0 ? String(film.year) : '', film.duration > 0 ? spoken(film.duration) : '']
    .filter((part) => part !== '').join(' · ');
  return (
    <article class="card wide">
      <a href={filmAddress(film)} class="card-link">
        <Cover src={film.cover} title={film.title} tall />
        <span class="card-title">{film.title}</span>
        <span class="card-note">{note}</span>
      </a>
    </article>
  );
}

export function ShowCard({ show }: { show: Show }) {
  return (
    <article class="card wide">
      <a href={to('shows', show.id)} class="card-link">
        <Cover src={show.cover} title={show.title} tall />
        <span class="card-title">{show.title}</span>
        <span class="card-note">
          {show.episodeCount > 0 ? plural(show.episodeCount, 'episode') : ''}
        </span>
      </a>
    </article>
  );
}

// Pages that are one grid of tiles: albums, artists, films, shows.
import type { JSX } from 'preact';
import type { Album, Artist, Film, Page, Show } from '../api/types';
import type { ListQuery } from '../api/client';
import { pages } from '../lib/resource';
import { api, libraryVersion, scan } from '../store';
import { AlbumCard, ArtistCard, FilmCard, ShowCard } from '../ui/cards';
import { Failed, Message, Sentinel, Waiting } from '../ui/parts';
import { PageHead } from './head';

function Grid<T extends { id: string }>({ name, title, fetchPage, sort, card, empty, wide = false }: {
  name: string;
  title: string;
  fetchPage: (query: ListQuery) => Promise<Page<T>>;
  sort?: string;
  card: (item: T) => JSX.Element;
  empty: string;
  wide?: boolean;
}) {
  const list = pages<T>(`${name} ${libraryVersion.value}`, (cursor) => fetchPage({
    limit: 100, ...(sort === undefined ? {} : { sort }), ...(cursor === undefined ? {} : { cursor }),
  }));
  const items = list.items.value;
  const done = list.done.value;
  return (
    <>
      <PageHead title={title} />
      {items.length > 0 && (
        <div class={`grid${wide ? ' films' : ''}`}>{items.map((item) => card(item))}</div>
      )}
      {list.error.value !== '' && <Failed error={list.error.value} retry={() => void list.more()} />}
      {items.length === 0 && done && <EmptyLibrary what={empty} />}
      {items.length === 0 && !done && list.error.value === '' && <Waiting />}
      {items.length > 0 && !done && list.error.value === '' && (
        <Sentinel key={items.length} onNear={() => void list.more()} />
      )}
    </>
  );
}

export function EmptyLibrary({ what }: { what: string }) {
  if (scan.value?.running) {
    return (
      <Message title={`No ${what} yet`}>
        The library is being read. What is found shows up here by itself.
      </Message>
    );
  }
  const problems = scan.value?.problems ?? [];
  if (problems.length > 0) return <Message title={`No ${what}`}>{problems.join(' ')}</Message>;
  return (
    <Message title={`No ${what}`}>
      None of the media folders holds any. Put files there, or start the server with{' '}
      <code>--media FOLDER</code>; new files show up by themselves.
    </Message>
  );
}

export const AlbumsPage = () => (
  <Grid<Album> name="albums" title="Albums" empty="albums" fetchPage={(query) => api.albums(query)}
    card={(album) => <AlbumCard key={album.id} album={album} />} />
);
export const ArtistsPage = () => (
  <Grid<Artist> name="artists" title="Artists" empty="artists" fetchPage={(query) => api.artists(query)}
    card={(artist) => <ArtistCard key={artist.id} artist={artist} />} />
);
export const FilmsPage = () => (
  <Grid<Film> name="films" title="Films" empty="films" wide fetchPage={(query) => api.movies(query)}
    card={(film) => <FilmCard key={film.id} film={film} />} />
);
export const ShowsPage = () => (
  <Grid<Show> name="shows" title="Shows" empty="shows" wide fetchPage={(query) => api.shows(query)}
    card={(show) => <ShowCard key={show.id} show={show} />} />
);

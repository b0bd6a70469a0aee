import type { JSX } from 'preact';
import { resource } from '../lib/resource';
import { api, libraryVersion } from '../store';
import { AlbumCard, FilmCard, ShowCard } from '../ui/cards';
import { Failed, Waiting } from '../ui/parts';
import { EmptyLibrary } from './grid';
import { useTitle } from './head';

const few = 18;

function Shelf({ title, all, children, films = false }: {
  title: string; all: string; children: JSX.Element[]; films?: boolean;
}) {
  if (children.length === 0) return null;
  return (
    <section class="shelf">
      <header><h2>{title}</h2><a href={all}>Show all</a></header>
      <div class={`grid${films ? ' films' : ''}`}>{children}</div>
    </section>
  );
}

export function HomePage() {
  useTitle('');
  const loaded = resource(`home ${libraryVersion.value}`, async () => {
    const [albums, films, shows] = await Promise.all([
      api.albums({ limit: few, sort: '-added' }),
      api.movies({ limit: 8, sort: '-added' }),
      api.shows({ limit: 8 }),
    ]);
    return { albums: albums.items, films: films.items, shows: shows.items };
  }).value;
  if (loaded.error !== '') return <Failed error={loaded.error} retry={() => { libraryVersion.value++; }} />;
  if (loaded.value === undefined) return <Waiting />;
  const { albums, films, shows } = loaded.value;
  return (
    <>
      <h1 class="sr-only">Your library</h1>
      {albums.length + films.length + shows.length === 0 && <EmptyLibrary what="music or films" />}
      <Shelf title="Recently added" all="/albums">
        {albums.map((album) => <AlbumCard key={album.id} album={album} />)}
      </Shelf>
      <Shelf title="Films" all="/films" films>
        {films.map((film) => <FilmCard key={film.id} film={film} />)}
      </Shelf>
      <Shelf title="Shows" all="/shows" films>
        {shows.map((show) => <ShowCard key={show.id} show={show} />)}
      </Shelf>
    </>
  );
}

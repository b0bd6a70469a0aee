import type { JSX } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import { routeOfAddress } from './api/radio';
import { here, match, savedScroll } from './lib/router';
import { AlbumPage } from './pages/album';
import { ArtistPage } from './pages/artist';
import { AlbumsPage, ArtistsPage, FilmsPage, ShowsPage } from './pages/grid';
import { HomePage } from './pages/home';
import { StationPage, StationsPage } from './pages/radio';
import { SearchPage } from './pages/search';
import { TracksPage } from './pages/tracks';
import { FilmPage, NotFoundPage, ShowPage } from './pages/watch';
import { Shell } from './ui/shell';

const routes: [pattern: string, page: (parameters: Record<string, string>) => JSX.Element][] = [
  ['/', () => <HomePage />],
  ['/albums', () => <AlbumsPage />],
  ['/albums/:id', ({ id = '' }) => <AlbumPage key={id} id={id} />],
  ['/artists', () => <ArtistsPage />],
  ['/artists/:id', ({ id = '' }) => <ArtistPage key={id} id={id} />],
  ['/tracks', () => <TracksPage />],
  ['/films', () => <FilmsPage />],
  ['/films/:id', ({ id = '' }) => <FilmPage key={id} id={id} kind="movie" />],
  ['/shows', () => <ShowsPage />],
  ['/shows/:id', ({ id = '' }) => <ShowPage key={id} id={id} />],
  ['/episodes/:id', ({ id = '' }) => <FilmPage key={id} id={id} kind="episode" />],
  ['/stations', () => <StationsPage />],
  ['/stations/:id', ({ id = '' }) => <StationPage key={id} route={routeOfAddress(id)} />],
  ['/search', () => <SearchPage />],
];

function pageFor(path: string): JSX.Element {
  for (const [pattern, page] of routes) {
    const parameters = match(pattern, path);
    if (parameters !== undefined) return page(parameters);
  }
  return <NotFoundPage />;
}

export function App() {
  const { path, key } = here.value;
  useLayoutEffect(() => window.scrollTo(0, savedScroll(key)), [key]);
  return <Shell>{pageFor(path)}</Shell>;
}

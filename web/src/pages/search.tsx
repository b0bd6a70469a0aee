import { useEffect, useState } from 'preact/hooks';
import { isAbort, messageOf } from '../api/client';
import type { SearchResult } from '../api/types';
import { here } from '../lib/router';
import { announcement, api, libraryVersion } from '../store';
import { AlbumCard, ArtistCard, FilmCard, ShowCard } from '../ui/cards';
import { Failed, Message } from '../ui/parts';
import { TrackList } from '../ui/track_list';
import { useTitle } from './head';

const pause = 120; // milliseconds without a key before the server is asked

const countOf = (found: SearchResult): number =>
  found.tracks.length + found.albums.length + found.artists.length + found.films.length + found.shows.length;

export function SearchPage() {
  const text = here.value.query.get('q')?.trim() ?? '';
  const [found, setFound] = useState<{ for: string; result: SearchResult } | undefined>(undefined);
  const [error, setError] = useState('');
  const [attempt, setAttempt] = useState(0);
  useTitle(text === '' ? 'Search' : `${text} · Search`);

  useEffect(() => {
    document.querySelector<HTMLInputElement>('#search')?.focus();
  }, []);
  useEffect(() => {
    setError('');
    if (text === '') {
      setFound(undefined);
      return;
    }
    const controller = new AbortController();
    const timer = setTimeout(() => {
      api.search(text, controller.signal).then((result) => {
        setFound({ for: text, result });
        announcement.value = `${countOf(result)} found`;
      }, (reason: unknown) => {
        if (!isAbort(reason) && !controller.signal.aborted) setError(messageOf(reason));
      });
    }, pause);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [text, attempt, libraryVersion.value]);

  if (error !== '') return <Failed error={error} retry={() => setAttempt(attempt + 1)} />;
  if (text === '') {
    return <><h1 class="sr-only">Search</h1><Message title="Search your library">Titles, artists, albums, films.</Message></>;
  }
  if (found === undefined) return <h1 class="sr-only">Search</h1>;
  const { tracks, albums, artists, films, shows } = found.result;
  return (
    <div class={found.for === text ? '' : 'stale'}>
      <h1 class="sr-only">Search</h1>
      {countOf(found.result) === 0 && (
        <Message title={`Nothing found for “${found.for}”`}>Try fewer letters, or another spelling.</Message>
      )}
      {artists.length > 0 && (
        <section class="shelf"><header><h2>Artists</h2></header>
          <div class="grid">{artists.map((item) => <ArtistCard key={item.id} artist={item} />)}</div>
        </section>
      )}
      {albums.length > 0 && (
        <section class="shelf"><header><h2>Albums</h2></header>
          <div class="grid">{albums.map((item) => <AlbumCard key={item.id} album={item} />)}</div>
        </section>
      )}
      {tracks.length > 0 && (
        <section class="shelf"><header><h2>Tracks</h2></header>
          <TrackList tracks={tracks} label="Tracks found" />
        </section>
      )}
      {films.length + shows.length > 0 && (
        <section class="shelf"><header><h2>Films and shows</h2></header>
          <div class="grid films">
            {films.map((item) => <FilmCard key={item.id} film={item} />)}
            {shows.map((item) => <ShowCard key={item.id} show={item} />)}
          </div>
        </section>
      )}
    </div>
  );
}

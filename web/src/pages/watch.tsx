// Films and episodes: the picture across the page, and what is known of it below.
import { useEffect, useRef, useState } from 'preact/hooks';
import { messageOf } from '../api/client';
import type { Film } from '../api/types';
import { plural, spoken } from '../lib/format';
import { sized } from '../lib/picture';
import { resource } from '../lib/resource';
import { Deck } from '../player/deck';
import { makeHls } from '../player/hls';
import { rank, unplayable } from '../player/offers';
import { api, capabilities, engine, libraryVersion } from '../store';
import { radioPlayer } from '../radio_store';
import { filmAddress } from '../ui/cards';
import { Cover, Failed, Message, Waiting } from '../ui/parts';
import { useTitle, PageHead } from './head';

function toggleFullscreen(video: HTMLVideoElement): void {
  if (document.fullscreenElement !== null) void document.exitFullscreen();
  else void video.requestFullscreen?.().catch(() => undefined);
}

// Undefined: not a key of the film player.
export function filmKey(video: HTMLVideoElement, deck: Deck, key: string): (() => void) | undefined {
  const seek = (by: number) => () => {
    const end = Number.isFinite(video.duration) ? video.duration : Infinity;
    video.currentTime = Math.min(end, Math.max(0, video.currentTime + by));
  };
  const volume = (by: number) => () => {
    video.volume = Math.min(1, Math.max(0, video.volume + by));
    video.muted = false;
  };
  switch (key) {
    case ' ': case 'k': return () => (video.paused ? deck.play() : deck.pause());
    case 'ArrowLeft': return seek(-5);
    case 'ArrowRight': return seek(5);
    case 'ArrowUp': return volume(0.05);
    case 'ArrowDown': return volume(-0.05);
    case 'f': return () => toggleFullscreen(video);
    case 'm': return () => { video.muted = !video.muted; };
    default: return undefined;
  }
}

function FilmPlayer({ film }: { film: Film }) {
  const element = useRef<HTMLVideoElement>(null);
  const [error, setError] = useState('');
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    const video = element.current;
    if (video === null) return;
    setError('');
    let gone = false;
    const deck = new Deck(video, makeHls, {
      failed: (why) => setError(unplayable(film.title, why)),
      blocked: () => undefined, // the picture shows its own play button
    });
    const quiet = () => {
      engine.pause();
      radioPlayer.pause();
    };
    video.addEventListener('play', quiet);
    api.offers(film.id).then((offers) => {
      if (gone) return;
      const ranking = rank(offers, capabilities);
      if (ranking.candidates.length === 0) setError(unplayable(film.title, ranking.reasons));
      else deck.load(ranking, { play: false });
    }, (reason: unknown) => {
      if (!gone) setError(`“${film.title}” can't be played. ${messageOf(reason)}`);
    });
    const keys = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : document.body;
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      if (target.matches('input, button, a[href], [role=slider]')) return;
      if (document.querySelector('dialog[open]') !== null) return;
      const action = filmKey(video, deck, event.key);
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    addEventListener('keydown', keys, { capture: true });
    return () => {
      gone = true;
      removeEventListener('keydown', keys, { capture: true });
      video.removeEventListener('play', quiet);
      deck.clear();
    };
  }, [film.id, attempt]);

  return (
    <div class="stage">
      <video ref={element} controls playsInline preload="metadata" aria-label={film.title}
        {...(film.cover === '' ? {} : { poster: sized(film.cover, 1024) })} />
      {error !== '' && (
        <div class="stage-error" role="alert">
          <p>{error}</p>
          <button type="button" class="button" onClick={() => setAttempt(attempt + 1)}>Try again</button>
        </div>
      )}
    </div>
  );
}

function facts(film: Film): string {
  return [
    film.year > 0 ? String(film.year) : '',
    film.duration > 0 ? spoken(film.duration) : '',
    film.height > 0 ? `${film.width} × ${film.height}` : '',
  ].filter((fact) => fact !== '').join(' · ');
}

export function FilmPage({ id, kind }: { id: string; kind: Film['kind'] }) {
  const loaded = resource(`${kind} ${id} ${libraryVersion.value}`, () =>
    (kind === 'movie' ? api.movie(id) : api.episode(id))).value;
  const film = loaded.value;
  useTitle(film?.title ?? 'Film');
  if (loaded.error !== '') return <Failed error={loaded.error} retry={() => { libraryVersion.value++; }} />;
  if (film === undefined) return <Waiting />;
  return (
    <>
      <FilmPlayer key={film.id} film={film} />
      <header class="film-head">
        <h1>{film.title}</h1>
        {film.show !== '' && (
          <p class="hero-artist">
            <a href={`/shows/${encodeURIComponent(film.showId)}`}>{film.show}</a>
            {film.season > 0 && `, season ${film.season}, episode ${film.number}`}
          </p>
        )}
        <p class="quiet">{facts(film)}</p>
      </header>
    </>
  );
}

export function ShowPage({ id }: { id: string }) {
  const loaded = resource(`show ${id} ${libraryVersion.value}`, () => api.show(id)).value;
  if (loaded.error !== '') return <Failed error={loaded.error} retry={() => { libraryVersion.value++; }} />;
  if (loaded.value === undefined) return <Waiting />;
  const { show, episodes } = loaded.value;
  const seasons = [...new Set(episodes.map((episode) => episode.season))].sort((a, b) => a - b);
  return (
    <>
      <PageHead title={show.title} />
      <p class="quiet">{plural(episodes.length, 'episode')}</p>
      {seasons.map((season) => (
        <section key={season} class="shelf">
          <header><h2>{season > 0 ? `Season ${season}` : 'Episodes'}</h2></header>
          <ul class="episodes">
            {episodes.filter((episode) => episode.season === season).map((episode) => (
              <li key={episode.id}>
                <a href={filmAddress(episode)}>
                  <Cover src={episode.cover} title={episode.title} tall />
                  <span class="track-text">
                    <span class="track-title">
                      {episode.number > 0 ? `${episode.number}. ` : ''}{episode.title}
                    </span>
                    <span class="track-artist">{episode.duration > 0 ? spoken(episode.duration) : ''}</span>
                  </span>
                </a>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

export function NotFoundPage() {
  useTitle('Not found');
  return <Message title="There is no such page">Use the navigation to get back to your library.</Message>;
}

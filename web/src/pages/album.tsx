import type { Track } from '../api/types';
import { plural, spoken } from '../lib/format';
import { resource } from '../lib/resource';
import { api, engine, libraryVersion } from '../store';
import { Icon } from '../ui/icons';
import { ArtistLinks, Cover, Failed, Waiting } from '../ui/parts';
import { TrackList } from '../ui/track_list';
import { useTitle } from './head';

// Tracks come disc by disc; the headings stand only where there is more than one.
export function byDisc(tracks: readonly Track[]): [disc: number, from: number, tracks: Track[]][] {
  const discs: [number, number, Track[]][] = [];
  tracks.forEach((track, i) => {
    const last = discs[discs.length - 1];
    if (last !== undefined && last[0] === track.disc) last[2].push(track);
    else discs.push([track.disc, i, [track]]);
  });
  return discs;
}

export function PlayButtons({ tracks }: { tracks: readonly Track[] }) {
  return (
    <div class="buttons">
      <button type="button" class="button primary" disabled={tracks.length === 0}
        onClick={() => { engine.setShuffle(false); engine.play(tracks); }}>
        <Icon name="play" size={18} />Play
      </button>
      <button type="button" class="button" disabled={tracks.length === 0}
        onClick={() => engine.shuffle(tracks)}>
        <Icon name="shuffle" size={18} />Shuffle
      </button>
    </div>
  );
}

export function AlbumPage({ id }: { id: string }) {
  const loaded = resource(`album ${id} ${libraryVersion.value}`, () => api.album(id)).value;
  useTitle(loaded.value?.album.title ?? 'Album');
  if (loaded.error !== '') return <Failed error={loaded.error} retry={() => { libraryVersion.value++; }} />;
  if (loaded.value === undefined) return <Waiting />;
  const { album, tracks } = loaded.value;
  const seconds = tracks.reduce((sum, track) => sum + track.duration, 0);
  const facts = [album.year > 0 ? String(album.year) : '', plural(tracks.length, 'track'), spoken(seconds)];
  const discs = byDisc(tracks);
  return (
    <>
      <header class="hero">
        <Cover src={album.cover} title={album.title} width={256} eager />
        <div>
          <h1>{album.title}</h1>
          <p class="hero-artist"><ArtistLinks artists={album.artists} fallback={album.artist} /></p>
          <p class="quiet">{facts.filter((fact) => fact !== '').join(' · ')}</p>
          <PlayButtons tracks={tracks} />
        </div>
      </header>
      {discs.map(([disc, from, items]) => (
        <section key={from}>
          {discs.length > 1 && <h2 class="disc">Disc {disc}</h2>}
          <TrackList tracks={items} numbered label={discs.length > 1 ? `Disc ${disc}` : album.title}
            play={(index) => engine.play(tracks, from + index)} />
        </section>
      ))}
    </>
  );
}

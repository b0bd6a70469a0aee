import { resource } from '../lib/resource';
import { api, libraryVersion } from '../store';
import { AlbumCard } from '../ui/cards';
import { Cover, Failed, Waiting } from '../ui/parts';
import { TrackList } from '../ui/track_list';
import { PlayButtons } from './album';
import { useTitle } from './head';

export function ArtistPage({ id }: { id: string }) {
  const loaded = resource(`artist ${id} ${libraryVersion.value}`, async () => {
    const [{ artist, albums }, tracks] = await Promise.all([
      api.artist(id),
      api.all((query) => api.tracks(query), { artist: id, limit: 500 }),
    ]);
    return { artist, albums, tracks };
  }).value;
  useTitle(loaded.value?.artist.name ?? 'Artist');
  if (loaded.error !== '') return <Failed error={loaded.error} retry={() => { libraryVersion.value++; }} />;
  if (loaded.value === undefined) return <Waiting />;
  const { artist, albums, tracks } = loaded.value;
  return (
    <>
      <header class="hero small">
        <Cover src="" title={artist.name} round />
        <div>
          <h1>{artist.name}</h1>
          <PlayButtons tracks={tracks} />
        </div>
      </header>
      {albums.length > 0 && (
        <section class="shelf">
          <header><h2>Albums</h2></header>
          <div class="grid">{albums.map((album) => <AlbumCard key={album.id} album={album} />)}</div>
        </section>
      )}
      {tracks.length > 0 && (
        <section class="shelf">
          <header><h2>Tracks</h2></header>
          <TrackList tracks={tracks} label={`Tracks by ${artist.name}`} />
        </section>
      )}
    </>
  );
}

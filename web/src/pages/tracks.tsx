import type { Track } from '../api/types';
import { pages } from '../lib/resource';
import { api, engine, libraryVersion } from '../store';
import { Failed, Sentinel, Waiting } from '../ui/parts';
import { TrackList } from '../ui/track_list';
import { PlayButtons } from './album';
import { EmptyLibrary } from './grid';
import { PageHead } from './head';

export function TracksPage() {
  const list = pages<Track>(`tracks ${libraryVersion.value}`, (cursor) => api.tracks({
    limit: 500, ...(cursor === undefined ? {} : { cursor }),
  }));
  const tracks = list.items.value;
  const done = list.done.value;
  return (
    <>
      <PageHead title="Tracks">{tracks.length > 0 && <PlayButtons tracks={tracks} />}</PageHead>
      {tracks.length > 0 && (
        <TrackList tracks={tracks} label="All tracks" play={(index) => engine.play(tracks, index)} />
      )}
      {list.error.value !== '' && <Failed error={list.error.value} retry={() => void list.more()} />}
      {tracks.length === 0 && done && <EmptyLibrary what="tracks" />}
      {tracks.length === 0 && !done && list.error.value === '' && <Waiting />}
      {tracks.length > 0 && !done && list.error.value === '' && (
        <Sentinel key={tracks.length} onNear={() => void list.more()} />
      )}
    </>
  );
}

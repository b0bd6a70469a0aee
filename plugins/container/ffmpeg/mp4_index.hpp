// MP4 and MOV from their sample tables: no media bytes are read.
#pragma once

#include "consort/offers/container.hpp"

#include "plugins/container/ffmpeg/byte_window.hpp"
#include "plugins/container/ffmpeg/indexed_track.hpp"
#include "plugins/container/ffmpeg/mp4_boxes.hpp"

namespace consort::container_ffmpeg {

// Fragmented files go the general way, with the edits of their movie box.
Result<void> index_mp4(ByteWindow& bytes, std::string_view name, const IndexSink& sink);

// Puts an edit list on a track whose samples are complete. `ended` is the sum of the durations as
// the file tells them, in the track's timescale: with a shortened last sample it is more exact
// than the edit's own duration in movie units.
void apply_edits(const Mp4Movie& movie, const Mp4Track& from, std::uint64_t ended,
                 IndexedTrack& track);

}  // namespace consort::container_ffmpeg

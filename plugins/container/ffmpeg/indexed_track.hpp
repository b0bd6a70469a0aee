// The media index of one file while it is being made.
#pragma once

#include <cstdint>
#include <vector>

#include "consort/offers/container.hpp"

#include "plugins/container/ffmpeg/track_info.hpp"

namespace consort::container_ffmpeg {

// Bounds memory: 24 hours of audio at 48 kHz in frames of 120 samples are 35 million.
inline constexpr std::size_t kMostSamples = 40'000'000;

struct IndexedTrack {
    TrackInfo info;
    std::vector<consort_sample> samples;  // decode times are recomputed by the host
    std::int64_t edit_start = 0;          // in the track's timescale
    std::uint64_t edit_duration = 0;      // 0: all the rest
    std::int64_t start_ns = 0;            // of the presentation, on the file's own clock
};

// Hands the tracks to the host; their starts become offsets against the earliest. CORRUPT if no
// track has samples. Tracks without samples are left out.
Result<void> emit(const IndexSink& sink, std::vector<IndexedTrack>& tracks);

}  // namespace consort::container_ffmpeg

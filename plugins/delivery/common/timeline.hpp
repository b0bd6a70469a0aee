// Where a track's samples lie on the presentation's time line.
#pragma once

#include <cstdint>

#include "consort/abi/media.h"

namespace consort::delivery {

__extension__ typedef __int128 Wide;

// value * to / from, rounded to nearest; operands may be large (2^63 ns are 292 years).
inline std::int64_t rescale(std::int64_t value, std::int64_t to, std::int64_t from) noexcept {
    const auto product = static_cast<Wide>(value) * to;
    const Wide half = from / 2;
    return static_cast<std::int64_t>((product + (product < 0 ? -half : half)) / from);
}

// A track that begins later than the presentation is written with later decode times, not with an
// empty edit: players in browsers ignore empty edits. Units of the track's timescale.
inline std::int64_t start_offset(const consort_track& track) noexcept {
    return track.start_offset_ns <= 0
               ? 0
               : rescale(track.start_offset_ns, track.timescale, 1'000'000'000);
}

// The part of the track that is presented, also if the index leaves it open.
inline std::uint64_t presented_duration(const consort_track& track) noexcept {
    if (track.edit_duration != 0) return track.edit_duration;
    const auto skipped = static_cast<std::uint64_t>(track.edit_start > 0 ? track.edit_start : 0);
    return track.media_duration > skipped ? track.media_duration - skipped : 0;
}

}  // namespace consort::delivery

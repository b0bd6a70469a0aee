// The initialization segment: ftyp and a moov without samples (ISO/IEC 14496-12, CMAF 23000-19).
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "consort/abi/media.h"
#include "consort/result.hpp"

namespace consort::delivery {

// One track of the file to write. Track ids count from 1 in the order given.
struct InitTrack {
    consort_track track;
    std::uint32_t default_duration = 0;  // of a sample, as trex says; 0: each fragment says it
};

// What trex says of a sample unless the fragment says otherwise.
std::uint32_t default_sample_flags(const consort_track& track) noexcept;

// Whether iTunes' note repeats for AAC what the edit list says, for readers that apply no edit list
// to fragments.
enum class GaplessNote { kWrite, kOmit };

// The edit list carries encoder delay and true length: media_time is the track's edit_start, and
// segment_duration its presented duration, exact for audio because the movie counts in the first
// audio track's sample rate.
Result<std::string> write_init_segment(std::span<const InitTrack> tracks,
                                       GaplessNote note = GaplessNote::kWrite);
// Whether write_init_segment() has such a note to write for the track.
bool has_gapless_note(const consort_track& track) noexcept;

}  // namespace consort::delivery

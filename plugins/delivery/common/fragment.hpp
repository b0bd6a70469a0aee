// Movie fragments: moof and the head of mdat (ISO/IEC 14496-12, 8.8). The bytes of the samples
// follow from elsewhere, mostly straight from the source file.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "consort/abi/media.h"

namespace consort::delivery {

// Samples of one track that lie one after the other in the fragment's mdat.
struct FragmentRun {
    std::uint32_t first = 0;  // index into the track's samples
    std::uint32_t count = 0;
    std::uint64_t data_offset = 0;  // from the first byte after the head of mdat
};

struct FragmentTrack {
    std::uint32_t id = 1;
    std::uint32_t default_duration = 0;  // as in trex
    std::uint32_t default_flags = 0;     // as in trex
    std::int64_t start_offset = 0;       // added to decode times
    std::span<const consort_sample> samples;
    std::span<const FragmentRun> runs;  // cover the samples, in order
};

// Bytes that write_fragment_header appends; a track without samples takes none.
std::uint64_t fragment_header_size(std::span<const FragmentTrack> tracks,
                                   std::uint64_t payload_size) noexcept;

// What else than size is written sample by sample.
struct SampleVariety {
    bool durations = false;
    bool own_duration = false;  // one for all of them, but not the track's
    bool flags = false;
    bool composition = false;
};
// The most that a fragment's header takes for one run of `count` samples of one track; exactly that
// if their sizes differ and they need all that `variety` names.
std::uint64_t fragment_header_bound(std::uint64_t count, SampleVariety variety,
                                    std::uint64_t payload_size) noexcept;

// Appends moof and the head of an mdat of `payload_size` bytes.
void write_fragment_header(std::string& out, std::uint32_t sequence_number,
                           std::span<const FragmentTrack> tracks, std::uint64_t payload_size);

}  // namespace consort::delivery

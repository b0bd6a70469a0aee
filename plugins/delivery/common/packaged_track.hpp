// One track as it is written: what stays the same for all its fragments.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "consort/media.hpp"

#include "plugins/delivery/common/byte_runs.hpp"
#include "plugins/delivery/common/codecs.hpp"
#include "plugins/delivery/common/fragment.hpp"
#include "plugins/delivery/common/init_segment.hpp"

namespace consort::delivery {

// Header bytes and the pieces of the source that follow them: a segment, not yet copied.
struct Assembly {
    std::string header;
    std::vector<ByteRun> runs;
    std::uint64_t payload = 0;

    std::uint64_t size() const noexcept { return header.size() + payload; }
    // One piece of the file: a header from memory and a sendfile.
    bool contiguous() const noexcept { return runs.size() == 1 && !runs.front().in_line; }
};

// Valid as long as the media it was made from.
struct PackagedTrack {
    std::uint32_t index = 0;  // in the media
    Track track{};
    CodecSupport support;
    std::uint32_t default_duration = 0;  // 0: the samples differ

    InitTrack init() const noexcept { return {track, default_duration}; }
    // `id` counts from 1 in the file to write.
    FragmentTrack fragment(std::uint32_t id, std::span<const Sample> samples,
                           std::span<const FragmentRun> runs) const noexcept;
};

// Looks the track up; whether it can be packaged stands in `support`.
Result<PackagedTrack> package_track(const MediaView& media, std::uint32_t index);

// The fragment with the samples `first` … `first + count - 1` of one track. No I/O: for any thread.
Result<Assembly> assemble_fragment(const MediaView& media, const PackagedTrack& track,
                                   std::uint64_t first, std::uint64_t count,
                                   std::uint32_t sequence_number);

// The most bytes that a fragment of those samples can have, and almost always just what it has.
// For sound it takes a look at its ends. `payload` is what payload_size says.
Result<std::uint64_t> fragment_size_bound(const MediaView& media, const PackagedTrack& track,
                                          std::uint64_t first, std::uint64_t count,
                                          std::uint64_t payload);
Result<std::uint64_t> fragment_size_bound(const MediaView& media, const PackagedTrack& track,
                                          std::uint64_t first, std::uint64_t count);
// Bytes of the samples `first` … `first + count - 1`.
Result<std::uint64_t> payload_size(const MediaView& media, const PackagedTrack& track,
                                   std::uint64_t first, std::uint64_t count);

}  // namespace consort::delivery

// Packed audio segments: frames of MP3 behind an ID3 tag that tells their time (RFC 8216, 3.4).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "plugins/delivery/common/packaged_track.hpp"

namespace consort::delivery {

// An ID3v2.4 tag with the PRIV frame com.apple.streaming.transportStreamTimestamp: the time of the
// first sample on the 90 kHz clock of MPEG-2, 33 bits of it.
std::string timestamp_tag(std::int64_t time_90khz);
inline constexpr std::uint64_t kTimestampTagSize = 73;

// The segment with the samples `first` … `first + count - 1`, behind `lead`. No I/O: for any
// thread.
Result<Assembly> assemble_packed_audio(const MediaView& media, const PackagedTrack& track,
                                       std::uint64_t first, std::uint64_t count,
                                       std::string_view lead);

}  // namespace consort::delivery

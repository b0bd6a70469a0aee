// ID3v2.4: what stands before packed audio, and in events of fragmented MP4.
#pragma once

#include <cstdint>
#include <string>

#include "plugins/radio/common/track.hpp"

namespace consort::radio {

inline constexpr std::size_t most_id3_text = 1'000;  // bytes of one title

// A tag with the PRIV frame com.apple.streaming.transportStreamTimestamp (RFC 8216, 3.4): the time
// of the first sample on the 90 kHz clock of MPEG-2, 33 bits of it. `track`: also TIT2, TPE1 and
// TALB, those of them that are not empty; null: the time alone.
std::string id3_tag(std::uint64_t time_90khz, const Track* track);
// The same without the time, for where it stands elsewhere. Empty if the track has no names.
std::string id3_title(const Track& track);

}  // namespace consort::radio

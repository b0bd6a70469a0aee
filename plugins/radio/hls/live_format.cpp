#include "plugins/radio/hls/live_format.hpp"

#include <algorithm>
#include <array>

namespace consort::radio {

namespace {

constexpr std::uint32_t tags = 2'000, boxes = 6'000;
// Players that take MP3 through Media Source put its bytes one after the other and cannot tell
// where a part of a segment belongs. So it has no parts, but short segments.
constexpr LiveShape whole_segments{2, 0.5, false};
// 16 bits, and what music takes of them.
constexpr std::uint32_t flac_rate = 1'000'000;

constexpr std::array formats{
    LiveFormat{"mp3", "mp4a.40.34", "mp3", "audio/mpeg", tags, 1.05, 0, whole_segments},
    LiveFormat{"aac", "mp4a.40.2", "aac", "audio/aac", tags, 1.2, 0, {}},
    LiveFormat{"opus", "Opus", "m4s", "audio/mp4", boxes, 1.2, 0, {}},
    LiveFormat{"flac", "fLaC", "m4s", "audio/mp4", boxes, 1.6, flac_rate, {}},
};

}  // namespace

const LiveFormat* live_format(std::string_view name) noexcept {
    const auto found = std::ranges::find(formats, name, &LiveFormat::name);
    return found == formats.end() ? nullptr : &*found;
}

}  // namespace consort::radio

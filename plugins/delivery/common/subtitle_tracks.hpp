// The text tracks of a film as subtitles: /api/v1/stream/{id}/subtitles/{name}.vtt.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "consort/media.hpp"

namespace consort::delivery {

struct SubtitleTrack {
    std::uint32_t track = 0;  // of the media
    std::string name;         // in URLs: "en", "en-2", "und"
};

// Those that can be shown as text.
Result<std::vector<SubtitleTrack>> list_subtitles(const MediaView& media);

// Whether samples of this codec (FFmpeg's name) can be read.
bool is_text_codec(std::string_view codec) noexcept;

}  // namespace consort::delivery

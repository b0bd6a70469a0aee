// The text tracks of a film as subtitles.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "consort/media.hpp"

#include "plugins/delivery/common/subtitle_tracks.hpp"
#include "plugins/delivery/hls/webvtt.hpp"

namespace consort::delivery {

// Segments of HLS are so long: a minute of text is less than a kilobyte.
inline constexpr std::int64_t kSubtitleSegment = 60'000;  // ms

// All cues of a track, and how it is cut.
struct Subtitles {
    std::vector<Cue> cues;
    std::int64_t length = 0;  // of the presentation, ms

    // Reads the samples: for workers. `length` of the presentation in milliseconds.
    static Result<std::unique_ptr<Subtitles>> read(const MediaView& media, std::uint32_t track,
                                                   std::int64_t length);
    std::size_t segment_count() const noexcept;
    // The media playlist; `query` follows each URI.
    std::string playlist(const std::string& query) const;
    std::string segment(std::size_t number, std::int64_t mpegts) const;
};

}  // namespace consort::delivery

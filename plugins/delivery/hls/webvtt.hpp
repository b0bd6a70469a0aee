// WebVTT (W3C) made of the text tracks of a source.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "consort/abi/media.h"

namespace consort::delivery {

// Times in milliseconds of the presentation; `text` is WebVTT cue text, never empty.
struct Cue {
    std::int64_t start = 0, end = 0;
    std::string text;
};

// The cue text of one sample: SubRip with its few tags, SubStation Alpha without its styles, 3GPP
// timed text, WebVTT. Nothing if the sample shows nothing. What is not UTF-8 is replaced.
std::optional<std::string> cue_text(std::string_view codec, std::string_view sample);

// A whole file, or a segment of HLS (RFC 8216, 3.5) with the cues that are shown in it.
// `mpegts` is the time stamp, 90 kHz, at which the presentation begins.
std::string write_webvtt(const std::vector<Cue>& cues, std::optional<std::int64_t> mpegts,
                         std::int64_t from = 0, std::int64_t to = INT64_MAX);

}  // namespace consort::delivery

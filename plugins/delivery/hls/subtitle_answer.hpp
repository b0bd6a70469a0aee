// Answering with subtitles.
#pragma once

#include <string>

#include "consort/exchange.hpp"

#include "plugins/delivery/hls/subtitles.hpp"

namespace consort::delivery {

enum class SubtitleForm { kFile, kPlaylist, kSegment };

// `name` as in URLs. The request's `number` names a segment, `segments=ts` the time line of
// transport streams.
Result<void> answer_subtitles(SubtitleForm form, const ExchangeView& exchange,
                              const MediaView& media, const Subtitles& subtitles,
                              const std::string& name);

}  // namespace consort::delivery

// Media files through FFmpeg's demuxers, and our own readers where those must be exact.
#pragma once

#include "consort/offers/container.hpp"

namespace consort::container_ffmpeg {

// The container of the SDK: stateless, so every function is for any worker thread. Everything a
// file says is checked; a damaged one yields CORRUPT or UNSUPPORTED with a sentence.
class FfmpegContainer {
  public:
    FfmpegContainer();

    const char* const* extensions() const noexcept;
    Result<void> probe(Input& input, const ProbeSink& sink);
    Result<void> cover(Input& input, const CoverReady& ready);
    Result<void> index(Input& input, const IndexSink& sink);
};

}  // namespace consort::container_ffmpeg

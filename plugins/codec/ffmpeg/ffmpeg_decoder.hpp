// consort.decoder/1 for every sound codec that FFmpeg decodes.
#pragma once

#include <memory>

#include "consort/offers/decoder.hpp"
#include "consort/services/log.hpp"

#include "plugins/codec/ffmpeg/track_reader.hpp"

namespace consort::codec {

class FfmpegDecoder {
  public:
    explicit FfmpegDecoder(Log log) : log_(log) {}
    Result<Pcm> format(MediaView media, std::uint32_t track);
    Result<std::unique_ptr<TrackReader>> open(MediaView media, std::uint32_t track);

  private:
    Log log_;
};

}  // namespace consort::codec

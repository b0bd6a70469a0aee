// consort.encoder/1 for AAC-LC, by FFmpeg's own encoder.
#pragma once

#include <memory>

#include "plugins/codec/common/audio_encoding.hpp"

namespace consort::codec {

class AacEncoder {
  public:
    Result<std::unique_ptr<SoundEncoding>> prepare(const EncodeSource& source,
                                                   const EncodeSettings& settings);

  private:
    KnownEncoders known_;
};

}  // namespace consort::codec

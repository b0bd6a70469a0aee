// consort.encoder/1 for MP3, by LAME.
#pragma once

#include <memory>

#include "plugins/codec/common/audio_encoding.hpp"

namespace consort::codec {

class Mp3Encoder {
  public:
    Result<std::unique_ptr<SoundEncoding>> prepare(const EncodeSource& source,
                                                   const EncodeSettings& settings);

  private:
    KnownEncoders known_;
};

}  // namespace consort::codec

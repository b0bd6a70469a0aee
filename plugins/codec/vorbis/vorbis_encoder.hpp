// consort.encoder/1 for Vorbis, by libvorbis.
#pragma once

#include <memory>

#include "plugins/codec/common/audio_encoding.hpp"

namespace consort::codec {

class VorbisEncoder {
  public:
    Result<std::unique_ptr<SoundEncoding>> prepare(const EncodeSource& source,
                                                   const EncodeSettings& settings);

  private:
    KnownEncoders known_;
};

}  // namespace consort::codec

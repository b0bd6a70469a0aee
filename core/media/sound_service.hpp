// Sound of any source, and the encoders: the host side of consort.host.sound/1.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "consort/abi/sound.h"
#include "consort/result.hpp"

#include "core/host/component_registry.hpp"
#include "core/media/decoders.hpp"
#include "core/media/media_service.hpp"
#include "core/media/probe.hpp"
#include "core/media/storage.hpp"

// One opened sound. One thread at a time.
struct consort_sound {
    consort::media::MediaPtr media;
    consort::media::Sound sound;
    std::vector<std::pair<std::string, std::string>> tags;
    std::unique_ptr<consort::media::PcmReader> reader;
};

namespace consort::media {

// Any thread; open() blocks.
class SoundService {
  public:
    SoundService(Storage& storage, const Containers& containers, MediaService& media,
                 const host::ComponentRegistry& registry)
        : storage_(storage),
          containers_(containers),
          media_(media),
          registry_(registry),
          decoders_(registry) {}

    Result<std::unique_ptr<consort_sound>> open(std::string_view uri) const;
    // NOT_FOUND: no plugin encodes the codec.
    Result<consort_encoder_component> encoder(std::string_view codec) const;

  private:
    Storage& storage_;
    const Containers& containers_;
    MediaService& media_;
    const host::ComponentRegistry& registry_;
    const Decoders decoders_;
};

}  // namespace consort::media

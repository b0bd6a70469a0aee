// Sound out of tracks, through the decoder plugins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "consort/abi/codec.h"
#include "consort/result.hpp"

#include "core/host/component_registry.hpp"
#include "core/media/media.hpp"

namespace consort::media {

// One track as a decoder gives it.
struct Sound {
    std::uint32_t track = 0;
    consort_pcm pcm{};
    std::size_t decoder = 0;  // which of the Decoders

    std::size_t frame_bytes() const noexcept {
        return pcm.channels * (pcm.sample_format == CONSORT_PCM_S16 ? 2u : 4u);
    }
};

class Decoders;

// An open track. One thread at a time; worker threads.
class PcmReader {
  public:
    PcmReader(MediaPtr media, const consort_decoder* table, consort_pcm_reader* raw) noexcept
        : media_(std::move(media)), table_(table), raw_(raw) {}
    PcmReader(const PcmReader&) = delete;
    PcmReader& operator=(const PcmReader&) = delete;
    ~PcmReader() { table_->close(raw_); }

    // How many frames there were: less than `frames` only at the end.
    Result<std::uint64_t> read(std::uint64_t position, std::uint64_t frames, void* buffer);

  private:
    const MediaPtr media_;  // outlives the reader
    const consort_decoder* table_;
    consort_pcm_reader* raw_;
};

// Asks the decoder plugins in the order of the config. Blocks: worker threads.
class Decoders {
  public:
    explicit Decoders(const host::ComponentRegistry& registry)
        : decoders_(registry.all<consort_decoder>(CONSORT_DECODER)) {}

    // What the track decodes to. UNSUPPORTED: no decoder can, or it never ends.
    Result<Sound> sound(consort_media* media, std::uint32_t track) const;
    Result<std::unique_ptr<PcmReader>> open(MediaPtr media, const Sound& sound) const;

  private:
    std::vector<host::Component<consort_decoder>> decoders_;
};

}  // namespace consort::media

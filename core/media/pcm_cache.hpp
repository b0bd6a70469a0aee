// Decoded sound, kept a while so that several encoders share one decoding.
#pragma once

#include <cstdint>
#include <memory>

#include "consort/result.hpp"

#include "core/media/decoders.hpp"
#include "core/observe/metrics.hpp"

namespace consort::media {

// Blocks of a fixed number of frames, the least recently used go first. A block is decoded once,
// whoever wants it meanwhile waits. Readers stay open for a while after their last use, so that
// reading on starts no decoder anew.
//
// Metrics: consort_pcm_cache_bytes, consort_pcm_cache_hits_total, consort_pcm_cache_misses_total,
// consort_pcm_readers_opened_total.
class PcmCache {
  public:
    PcmCache(std::uint64_t max_bytes, const Decoders& decoders, observe::Metrics& metrics);
    ~PcmCache();

    static constexpr std::uint64_t kBlockFrames = 16'384;

    // Frames from `position` on into `buffer`; how many: less than `frames` only at the end. Any
    // thread that may block, also several at once.
    Result<std::uint64_t> read(const MediaPtr& media, const Sound& sound, std::uint64_t position,
                               std::uint64_t frames, void* buffer);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace consort::media

// A rendition of one media object: what stands behind the ABI's opaque consort_rendition.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "consort/abi/codec.h"
#include "consort/abi/rendition.h"
#include "consort/result.hpp"

#include "core/config/settings.hpp"
#include "core/host/component_registry.hpp"
#include "core/media/bit_rates.hpp"
#include "core/media/coded.hpp"
#include "core/media/pcm_cache.hpp"

namespace consort::media {

// Releases itself.
class Encoding {
  public:
    Encoding(const consort_encoder* table, consort_encoding* raw) noexcept
        : table_(table), raw_(raw) {}
    Encoding(const Encoding&) = delete;
    Encoding& operator=(const Encoding&) = delete;
    ~Encoding() { table_->release(raw_); }
    const consort_encoder* operator->() const noexcept { return table_; }
    consort_encoding* raw() const noexcept { return raw_; }

  private:
    const consort_encoder* table_;
    consort_encoding* raw_;
};

}  // namespace consort::media

// Lives as long as its media. Immutable but for the bit rates and the time it was last asked for.
// Any thread.
struct consort_rendition {
    std::string definition;  // its name in the configuration
    std::string name, revision;
    std::string key;  // of everything made for it: identity and revision
    std::uint32_t kind = 0, source_track = 0;
    std::uint32_t bit_rate = 0;  // as configured
    bool listed = false;
    bool above_source = false;  // not listed only because its lossy source has fewer bits
    std::unique_ptr<consort::media::Encoding> encoding;
    consort_encoding_info info{};      // texts live as long as `encoding`
    consort_track track{};             // or as the media
    consort::media::Sound sound;       // audio
    std::vector<std::int64_t> starts;  // of the segments, and the end; media time of `track`
    std::unique_ptr<consort::media::BitRates> rates;
    std::atomic<std::int64_t> asked_ns{0};  // steady clock

    std::uint32_t segment_count() const noexcept {
        return static_cast<std::uint32_t>(starts.size() - 1);
    }
    bool lossless() const noexcept { return track.bits_per_sample != 0; }
    std::string segment_key(std::uint32_t number) const { return key + std::to_string(number); }
    std::string sizes_key() const { return key + "sizes"; }

    void describe(consort_rendition_info& out) const noexcept;
    // Segment `number`; `canceled` is asked now and then. Blocks long: encoder threads.
    consort::Result<consort::media::CodedPtr> encode(const consort::media::MediaPtr& media,
                                                     std::uint32_t number,
                                                     consort::media::PcmCache& pcm,
                                                     const std::function<bool()>& canceled) const;
};

namespace consort::media {
using RenditionList = std::vector<std::unique_ptr<consort_rendition>>;
}

// Streams of frames that each stand alone: MPEG audio as it is, AAC in ADTS.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "plugins/radio/sound/framer.hpp"

namespace consort::radio {

std::unique_ptr<Format> make_plain_format(ChunkBuilder& chunks);
std::unique_ptr<Format> make_adts_format(ChunkBuilder& chunks);

// The header of an ADTS frame (ISO/IEC 14496-3, 1.A.2.2), from an AudioSpecificConfig.
class AdtsHeader {
  public:
    static constexpr std::size_t kSize = 7;
    // UNSUPPORTED: ADTS has no place for it.
    static Result<AdtsHeader> make(std::string_view configuration);
    // For a payload of so many bytes, at most 8184.
    std::array<std::byte, kSize> of(std::size_t payload) const noexcept;

  private:
    std::uint32_t profile_ = 0, rate_index_ = 0, channels_ = 0;
};

}  // namespace consort::radio

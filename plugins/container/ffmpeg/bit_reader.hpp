// Reads bits from the most significant on; past the end it yields zeros and says so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace consort::container_ffmpeg {

class BitReader {
  public:
    explicit BitReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
    // At most 32 bits.
    std::uint32_t get(unsigned count) {
        std::uint32_t value = 0;
        for (; count != 0; --count, ++position_) {
            const std::size_t byte = position_ / 8;
            const unsigned bit =
                byte < bytes_.size() ? (bytes_[byte] >> (7 - position_ % 8)) & 1u : 0u;
            value = value << 1 | bit;
        }
        return value;
    }
    bool overrun() const { return position_ > bytes_.size() * 8; }

  private:
    std::span<const std::uint8_t> bytes_;
    std::size_t position_ = 0;
};

}  // namespace consort::container_ffmpeg

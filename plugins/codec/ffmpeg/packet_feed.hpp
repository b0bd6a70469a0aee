// The coded samples of one track, in order, with few reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "consort/media.hpp"

namespace consort::codec {

// Reads neighbouring samples at once. For one thread; the media outlives it.
class PacketFeed {
  public:
    PacketFeed(const MediaView& media, std::uint32_t track, std::uint64_t count)
        : media_(media), track_(track), count_(count) {}

    struct Packet {
        Sample sample{};
        std::span<const std::uint8_t> bytes;  // empty: not in the source; valid until the next call
    };
    // The sample of that number. IO if the source can't be read.
    Result<Packet> get(std::uint64_t number);
    std::uint64_t count() const noexcept { return count_; }

  private:
    Result<void> load(std::uint64_t number);

    MediaView media_;
    std::uint32_t track_;
    std::uint64_t count_;
    std::vector<Sample> samples_;  // first_ … first_ + size - 1
    std::uint64_t first_ = 0;
    std::vector<std::uint8_t> bytes_;
    std::uint64_t bytes_from_ = 0;  // place of bytes_ in the source
    std::vector<std::uint8_t> single_;
};

}  // namespace consort::codec

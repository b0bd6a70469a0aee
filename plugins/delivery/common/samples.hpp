// Walking over the samples of a track without holding them all.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "consort/media.hpp"

namespace consort::delivery {

// Calls `each(sample_number, sample)` for the samples from `first` to before `end`, in decode
// order.
template <class Each>
Result<void> for_each_sample(const MediaView& media, std::uint32_t track, std::uint64_t first,
                             std::uint64_t end, Each&& each) {
    std::array<Sample, 512> block;
    while (first < end) {
        const std::uint64_t count = std::min<std::uint64_t>(end - first, block.size());
        if (auto read = media.samples(track, first, count, block); !read) return read;
        for (std::uint64_t i = 0; i < count; ++i) each(first + i, block[i]);
        first += count;
    }
    return {};
}

}  // namespace consort::delivery

// Where the segments of a rendition lie on the presentation's time line.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "plugins/delivery/common/segmenter.hpp"

namespace consort::delivery {

// Presentation times in the rendition's timescale; they sum up to the presented duration.
class SegmentTimes {
  public:
    // The beginning of each segment and the end of the last: rising, two at least.
    explicit SegmentTimes(std::vector<std::uint64_t> boundaries) : at_(std::move(boundaries)) {}
    explicit SegmentTimes(const SegmentTable& table) {
        at_.reserve(table.size() + 1);
        for (std::size_t i = 0; i < table.size(); ++i) at_.push_back(table[i].start);
        const Segment last = table[table.size() - 1];
        at_.push_back(last.start + last.duration);
    }

    std::size_t size() const noexcept { return at_.size() - 1; }
    std::uint64_t start(std::size_t number) const noexcept { return at_[number]; }
    std::uint64_t end(std::size_t number) const noexcept { return at_[number + 1]; }
    std::uint64_t duration(std::size_t number) const noexcept {
        return end(number) - start(number);
    }
    std::uint64_t total() const noexcept { return at_.back() - at_.front(); }
    std::uint64_t longest() const noexcept {
        std::uint64_t longest = 0;
        for (std::size_t i = 0; i < size(); ++i) longest = std::max(longest, duration(i));
        return longest;
    }

  private:
    std::vector<std::uint64_t> at_;
};

}  // namespace consort::delivery

// Peak and average bit rates of a sequence of segments, as RFC 8216 section 4.3.4.2 defines them.
#pragma once

#include <cstdint>
#include <span>

namespace consort::delivery {

struct SegmentMeasure {
    std::uint64_t bytes = 0;
    double seconds = 0;
};

struct BitRates {
    std::uint64_t peak = 0;  // bits a second, over any run of 0.5 to 1.5 target durations
    std::uint64_t average = 0;
};

BitRates bit_rates(std::span<const SegmentMeasure> segments, double target_seconds);

}  // namespace consort::delivery

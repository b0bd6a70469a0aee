#include "plugins/delivery/common/bit_rate.hpp"

#include <algorithm>
#include <cmath>

namespace consort::delivery {
namespace {

std::uint64_t bits_a_second(double bytes, double seconds) {
    return seconds > 0 ? static_cast<std::uint64_t>(std::ceil(bytes * 8 / seconds)) : 0;
}

}  // namespace

BitRates bit_rates(std::span<const SegmentMeasure> segments, double target_seconds) {
    BitRates rates;
    double all_bytes = 0, all_seconds = 0;
    for (std::size_t first = 0; first < segments.size(); ++first) {
        all_bytes += static_cast<double>(segments[first].bytes);
        all_seconds += segments[first].seconds;
        double bytes = 0, seconds = 0;
        for (std::size_t i = first; i < segments.size(); ++i) {
            bytes += static_cast<double>(segments[i].bytes);
            seconds += segments[i].seconds;
            if (seconds > 1.5 * target_seconds) break;
            if (seconds >= 0.5 * target_seconds) {
                rates.peak = std::max(rates.peak, bits_a_second(bytes, seconds));
            }
        }
    }
    rates.average = bits_a_second(all_bytes, all_seconds);
    rates.peak = std::max(rates.peak, rates.average);
    return rates;
}

}  // namespace consort::delivery

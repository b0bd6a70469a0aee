// Equal-power fades: both together have the power of one.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

namespace consort::radio {

// Of frame `at` of a fade in of `length` frames.
inline float rising(std::uint64_t at, std::uint64_t length) noexcept {
    if (at >= length) return 1;
    const double part = (static_cast<double>(at) + 0.5) / static_cast<double>(length);
    return static_cast<float>(std::sin(part * std::numbers::pi / 2));
}
inline float falling(std::uint64_t at, std::uint64_t length) noexcept {
    if (at >= length) return 0;
    const double part = (static_cast<double>(at) + 0.5) / static_cast<double>(length);
    return static_cast<float>(std::cos(part * std::numbers::pi / 2));
}

}  // namespace consort::radio

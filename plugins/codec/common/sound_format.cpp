#include "plugins/codec/common/sound_format.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace consort::codec {
namespace {

// SplitMix64's finaliser: every bit of the place reaches every bit of the result.
std::uint64_t mixed(std::uint64_t x) noexcept {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

std::int32_t bounded(double value, std::uint32_t bits) noexcept {
    const double full = std::ldexp(1.0, static_cast<int>(bits) - 1);
    return static_cast<std::int32_t>(std::clamp(std::floor(value + 0.5), -full, full - 1));
}

// What is a whole step already has no rounding error that would need dither.
std::int32_t rounded(double value, std::uint32_t bits, std::uint64_t frame,
                     std::uint32_t channel) noexcept {
    if (value != std::floor(value)) value += static_cast<double>(dither(frame, channel));
    return bounded(value, bits);
}

}  // namespace

void to_float(const void* from, const consort_pcm& format, std::uint64_t values,
              float* to) noexcept {
    if (format.sample_format == CONSORT_PCM_F32) {
        std::memcpy(to, from, values * sizeof *to);
    } else if (format.sample_format == CONSORT_PCM_S16) {
        const auto* in = static_cast<const std::int16_t*>(from);
        for (std::uint64_t i = 0; i < values; ++i) to[i] = static_cast<float>(in[i]) * 0x1p-15f;
    } else {
        const auto* in = static_cast<const std::int32_t*>(from);
        for (std::uint64_t i = 0; i < values; ++i) to[i] = static_cast<float>(in[i]) * 0x1p-31f;
    }
}

float dither(std::uint64_t frame, std::uint32_t channel) noexcept {
    const std::uint64_t random = mixed(frame * 256 + channel + 0x9e3779b97f4a7c15u);
    const auto one = static_cast<std::int32_t>(random >> 40);
    const auto other = static_cast<std::int32_t>(random & 0xffffff);
    return static_cast<float>(one - other) * 0x1p-24f;
}

std::int32_t quantized(float value, std::uint32_t bits, std::uint64_t frame,
                       std::uint32_t channel) noexcept {
    if (!(std::fabs(value) < 16.0f)) value = value > 0 ? 16.0f : value < 0 ? -16.0f : 0.0f;
    return rounded(std::ldexp(static_cast<double>(value), static_cast<int>(bits) - 1), bits, frame,
                   channel);
}

std::int32_t quantized(std::int32_t value, std::uint32_t bits, std::uint64_t frame,
                       std::uint32_t channel) noexcept {
    return rounded(std::ldexp(static_cast<double>(value), static_cast<int>(bits) - 32), bits, frame,
                   channel);
}

}  // namespace consort::codec

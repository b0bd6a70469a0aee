#include "plugins/codec/common/channel_mix.hpp"

#include <algorithm>
#include <bit>
#include <numbers>

namespace consort::codec {
namespace {

struct Gains {
    double left, right;
};

constexpr double kHalfPower = 1 / std::numbers::sqrt2;

// BS.775-3, table 2: centre and surround come 3 dB down; what is in the middle of the back goes to
// both sides, another 3 dB down. Top speakers count as surround.
Gains gains_of(std::uint64_t speaker) noexcept {
    switch (speaker) {
        case kFrontLeft:
        case kFrontLeftOfCenter:
            return {1, 0};
        case kFrontRight:
        case kFrontRightOfCenter:
            return {0, 1};
        case kFrontCenter:
            return {kHalfPower, kHalfPower};
        case kLowFrequency:
            return {0, 0};
        case kBackLeft:
        case kSideLeft:
        case kTopFrontLeft:
        case kTopBackLeft:
            return {kHalfPower, 0};
        case kBackRight:
        case kSideRight:
        case kTopFrontRight:
        case kTopBackRight:
            return {0, kHalfPower};
        default:  // the middle of the back and of the ceiling
            return {0.5, 0.5};
    }
}

}  // namespace

std::uint64_t usual_mask(std::uint32_t channels) noexcept {
    constexpr std::uint64_t kStereo = kFrontLeft | kFrontRight;
    constexpr std::uint64_t kBack = kBackLeft | kBackRight;
    switch (channels) {
        case 1:
            return kFrontCenter;
        case 2:
            return kStereo;
        case 3:
            return kStereo | kFrontCenter;
        case 4:
            return kStereo | kBack;
        case 5:
            return kStereo | kFrontCenter | kBack;
        case 6:
            return kStereo | kFrontCenter | kLowFrequency | kBack;
        case 7:
            return kStereo | kFrontCenter | kLowFrequency | kBackCenter | kSideLeft | kSideRight;
        case 8:
            return kStereo | kFrontCenter | kLowFrequency | kBack | kSideLeft | kSideRight;
        default:
            return 0;
    }
}

std::uint64_t known_mask(std::uint64_t mask, std::uint32_t channels) noexcept {
    return static_cast<std::uint32_t>(std::popcount(mask)) == channels ? mask
                                                                       : usual_mask(channels);
}

ChannelMix::ChannelMix(std::uint64_t mask, std::uint32_t from, std::uint32_t to)
    : from_(from), to_(to) {
    if (from == to) return;
    gains_.assign(std::size_t{to} * from, 0.0f);
    if (from == 1) {
        std::fill(gains_.begin(), gains_.end(), 1.0f);
        return;
    }
    std::uint64_t speakers = known_mask(mask, from);
    std::vector<Gains> gains(from, Gains{kHalfPower, kHalfPower});  // nobody knows where they stand
    for (std::uint32_t i = 0; i < from && speakers != 0; ++i) {
        const std::uint64_t speaker = speakers & (~speakers + 1);
        gains[i] = gains_of(speaker);
        speakers ^= speaker;
    }
    double left = 0, right = 0, mono = 0;
    for (const Gains& gain : gains) {
        left += gain.left;
        right += gain.right;
        mono += gain.left + gain.right;
    }
    const double most = to == 1 ? mono : std::max(left, right);
    const double scale = most > 0 ? 1 / most : 0;
    for (std::uint32_t i = 0; i < from; ++i) {
        if (to == 1) {
            gains_[i] = static_cast<float>((gains[i].left + gains[i].right) * scale);
        } else {
            gains_[i] = static_cast<float>(gains[i].left * scale);
            gains_[from + i] = static_cast<float>(gains[i].right * scale);
        }
    }
}

void ChannelMix::apply(const float* in, std::uint64_t frames, float* const* out) const noexcept {
    if (is_identity()) {
        for (std::uint32_t channel = 0; channel < to_; ++channel)
            for (std::uint64_t i = 0; i < frames; ++i) out[channel][i] = in[i * from_ + channel];
        return;
    }
    for (std::uint32_t channel = 0; channel < to_; ++channel) {
        const float* row = gains_.data() + std::size_t{channel} * from_;
        for (std::uint64_t i = 0; i < frames; ++i) {
            float sum = 0;
            for (std::uint32_t c = 0; c < from_; ++c) sum += row[c] * in[i * from_ + c];
            out[channel][i] = sum;
        }
    }
}

}  // namespace consort::codec

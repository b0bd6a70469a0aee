#include "plugins/radio/sound/limiter.hpp"

#include <algorithm>
#include <cmath>

namespace consort::radio {
namespace {

constexpr double kReleaseSeconds = 0.08;
// For what other meters find between the samples, and what the moving gain adds: 0.2 dB.
constexpr float kMargin = 0.977f;
// ITU-R BS.1770-4, annex 2, table of the 48-tap filter; phases 2 and 3 are 1 and 0 reversed.
constexpr float kPhases[4][12] = {
    {0.0017089843750f, 0.0109863281250f, -0.0196533203125f, 0.0332031250000f, -0.0594482421875f,
     0.1373291015625f, 0.9721679687500f, -0.1022949218750f, 0.0476074218750f, -0.0266113281250f,
     0.0148925781250f, -0.0083007812500f},
    {-0.0291748046875f, 0.0292968750000f, -0.0517578125000f, 0.0891113281250f, -0.1665039062500f,
     0.4650878906250f, 0.7797851562500f, -0.2003173828125f, 0.1015625000000f, -0.0582275390625f,
     0.0330810546875f, -0.0189208984375f},
    {-0.0189208984375f, 0.0330810546875f, -0.0582275390625f, 0.1015625000000f, -0.2003173828125f,
     0.7797851562500f, 0.4650878906250f, -0.1665039062500f, 0.0891113281250f, -0.0517578125000f,
     0.0292968750000f, -0.0291748046875f},
    {-0.0083007812500f, 0.0148925781250f, -0.0266113281250f, 0.0476074218750f, -0.1022949218750f,
     0.9721679687500f, 0.1373291015625f, -0.0594482421875f, 0.0332031250000f, -0.0196533203125f,
     0.0109863281250f, 0.0017089843750f}};

// No value between samples exceeds the greatest sample by more than a filter's gains added up.
float most_gain() noexcept {
    float most = 1;
    for (const auto& phase : kPhases) {
        float sum = 0;
        for (const float tap : phase) sum += std::abs(tap);
        most = std::max(most, sum);
    }
    return most;
}
const float kMostGain = most_gain();

}  // namespace

Limiter::Limiter(std::uint32_t rate, float ceiling, Peaks peaks)
    : peaks_(peaks),
      ceiling_(peaks == Peaks::kTrue ? ceiling * kMargin : ceiling),
      release_(1 - std::exp(-1 / (kReleaseSeconds * rate))),
      quiet_for_(kTaps),
      delay_(2 * kLatency),
      least_(kHold + 2),
      ramp_(kRamp, 1.0f),
      ramp_sum_(static_cast<double>(kRamp)) {}

float Limiter::peak_of_next(float left, float right) noexcept {
    const float values[2] = {left, right};
    for (std::size_t c = 0; c < 2; ++c)
        history_[c][history_at_] = history_[c][history_at_ + kTaps] = values[c];
    history_at_ = (history_at_ + 1) % kTaps;
    const float plain = std::max(std::abs(left), std::abs(right));
    if (plain * kMostGain > ceiling_) quiet_for_ = 0;
    if (++quiet_for_ > kTaps) return 0;
    float peak = 0;
    for (std::size_t c = 0; c < 2; ++c) {
        const float* oldest = history_[c].data() + history_at_;
        // The sample in the middle, which this frame's peak is said to be of.
        peak = std::max(peak, std::abs(oldest[kTaps - 1 - kHalf]));
        if (peaks_ == Peaks::kSamples) continue;
        for (const auto& phase : kPhases) {
            float sum = 0;
            for (std::size_t t = 0; t < kTaps; ++t) sum += phase[t] * oldest[t];
            peak = std::max(peak, std::abs(sum));
        }
    }
    return peak;
}

// The gain for the frame that leaves the delay now, given the peak of the newest.
float Limiter::gain_for(float peak) noexcept {
    const std::uint64_t now = frame_++;
    const float wanted = peak > ceiling_ ? ceiling_ / peak : 1.0f;
    while (least_count_ != 0 && least_[least_from_].frame + kHold < now) {
        least_from_ = (least_from_ + 1) % least_.size();
        --least_count_;
    }
    while (least_count_ != 0 &&
           least_[(least_from_ + least_count_ - 1) % least_.size()].gain >= wanted)
        --least_count_;
    least_[(least_from_ + least_count_++) % least_.size()] = {now, wanted};
    const float least = least_[least_from_].gain;

    released_ = least <= released_ ? least : released_ + (least - released_) * release_;
    if (least == 1.0f && released_ > 0.9999) released_ = 1;
    const auto level = static_cast<float>(released_);
    float& oldest = ramp_[ramp_at_];
    ramp_at_ = (ramp_at_ + 1) % kRamp;
    if (oldest < 1) --below_;
    if (level < 1) ++below_;
    ramp_sum_ += static_cast<double>(level) - oldest;
    oldest = level;
    if (below_ == 0) {
        ramp_sum_ = static_cast<double>(kRamp);  // rounding does not add up
        return 1;
    }
    return static_cast<float>(ramp_sum_ / static_cast<double>(kRamp));
}

void Limiter::apply(float* stereo, std::size_t frames) {
    for (std::size_t i = 0; i < frames; ++i) {
        float* in = stereo + 2 * i;
        const float gain = gain_for(peak_of_next(in[0], in[1]));
        float* old = delay_.data() + 2 * delay_at_;
        delay_at_ = (delay_at_ + 1) % kLatency;
        for (int c = 0; c < 2; ++c) {
            const float out = gain == 1.0f ? old[c] : std::clamp(old[c] * gain, -1.0f, 1.0f);
            old[c] = in[c];
            in[c] = out;
        }
    }
}

}  // namespace consort::radio

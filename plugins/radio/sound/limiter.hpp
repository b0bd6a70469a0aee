// Keeps peaks below a ceiling, also those between the samples.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace consort::radio {

// A look-ahead limiter for interleaved stereo. Peaks are those of the fourfold oversampled sound
// (ITU-R BS.1770-4, annex 2), so true peaks stay below the ceiling to within that measure's own
// accuracy. Where nothing comes near it, values come out bit for bit. What comes out is
// `kLatency` frames old. For one thread.
class Limiter {
  public:
    static constexpr std::size_t kLatency = 240;

    // What must not exceed the ceiling: samples and what lies between them, or samples alone.
    enum class Peaks { kTrue, kSamples };

    // `ceiling`: full scale is 1. Throws nothing but bad_alloc.
    Limiter(std::uint32_t rate, float ceiling, Peaks peaks = Peaks::kTrue);

    // In place.
    void apply(float* stereo, std::size_t frames);

  private:
    static constexpr std::size_t kTaps = 12;
    static constexpr std::size_t kHalf = kTaps / 2;  // delay of the oversampled peak
    // A gain is held for a little longer than the delay, so that a peak's neighbours get it too.
    static constexpr std::size_t kRamp = kLatency - kHalf - 4;
    static constexpr std::size_t kHold = kLatency - kHalf + 4;

    float peak_of_next(float left, float right) noexcept;
    float gain_for(float peak) noexcept;

    const Peaks peaks_;
    const float ceiling_;
    const double release_;
    std::array<std::array<float, 2 * kTaps>, 2> history_{};  // each value twice: no wrapping
    std::size_t history_at_ = 0;
    std::uint64_t quiet_for_ = 0;  // frames since a value that could peak above the ceiling
    std::vector<float> delay_;     // kLatency stereo frames
    std::size_t delay_at_ = 0;
    // The least gain of the last kHold frames, and the mean of kRamp of those: a ramp that is down
    // in time.
    struct Candidate {
        std::uint64_t frame;
        float gain;
    };
    std::vector<Candidate> least_;  // a ring, rising gains
    std::size_t least_from_ = 0, least_count_ = 0;
    std::vector<float> ramp_;  // the least gains, after their release
    std::size_t ramp_at_ = 0;
    double ramp_sum_;
    double released_ = 1;
    std::size_t below_ = 0;  // values in ramp_ below 1
    std::uint64_t frame_ = 0;
};

}  // namespace consort::radio

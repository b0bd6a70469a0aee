// A rate control of bounded memory for FFmpeg's AAC encoder.
#pragma once

#include <array>
#include <cstdint>

#include "plugins/codec/common/frame_control.hpp"

namespace consort::codec {

// FFmpeg's own control carries its factor from frame to frame for ever, so that a run that starts
// in the middle never quite becomes the whole run. This one decides anew every four samples, on a
// grid of sample numbers, from nothing but how the four before them came out, in steps of a tenth:
// two runs over the same sound agree after a few decisions, and from then on to the bit.
//
// It stands on three things about the encoder (measured with libavcodec 59, aac_coder=fast):
//   - with AV_CODEC_FLAG_QSCALE each frame is coded once, by the bits that `bit_rate` grants;
//   - where the psychoacoustic model finds a band too dear it gives it up for the rest of the run:
//     the noise of prime() makes it give up all of them at once, in long and in short blocks;
//   - with `global_quality` 1 the model's thresholds follow the frame at hand alone.
class SteadyRate final : public FrameControl {
  public:
    SteadyRate(std::uint32_t bit_rate, std::uint32_t rate, std::uint32_t channels);

    // So much sound before a range makes it equal to the whole run's: three samples for the
    // encoder, the others for the decisions.
    static constexpr std::uint32_t kPreRoll = 28;
    // Samples of silence coded before the first of a track.
    static constexpr std::uint32_t kSilence = 4;

    Result<std::uint32_t> prime(AVCodecContext& context) override;
    void before(AVCodecContext& context, std::int64_t number, const AVFrame& frame) override;
    void after(std::int64_t number, std::uint64_t bytes) override;

  private:
    static constexpr std::size_t kGroup = 4;
    // What it grants, each channel and sample, on its grid of steps.
    double granted_for(double yield) const noexcept;

    double channels_, rate_;
    double nominal_, most_;  // bits of one channel in one sample
    double usual_;           // granted where nothing is known
    double group_ = 0, granted_ = 0;
    std::array<double, kGroup> yields_;  // bits that came out for each granted
    std::int64_t settled_ = 0;           // the first sample that counts
    bool begun_ = false;
    std::array<double, 3> levels_{};  // mean squares of the last frames, the loudest channel's
};

}  // namespace consort::codec

#include "plugins/codec/aac/steady_rate.hpp"

extern "C" {
#include <libavutil/channel_layout.h>
}

#include <algorithm>
#include <numeric>

namespace consort::codec {
namespace {

// Measured over music: so many bits come out for each that is granted.
constexpr double kUsualYield = 0.9, kLeastYield = 0.4, kMostYield = 1.25;
// A frame with less is silence or nearly; it says nothing about the next.
constexpr double kSilentYield = 0.2;
constexpr double kStep = 1.1;
// The coder's finest steps are so fine that the largest values of loud tones do not fit into AAC's
// 13 bits any more; it cuts them off, and the frame is ruined. It gets there where it is granted
// more than the sound takes: above so many bits a channel where it is loud, and nowhere above
// kMostBits, which also keeps each sample below the 6144 bits a channel of ISO/IEC 14496-3,
// 4.5.3.3.
constexpr double kLoudBits = 2'600, kMostBits = 4'700;
constexpr double kLoud = 0.178 * 0.178;  // mean square, -15 dB of full scale
// Where the rendition's own rate is low, tones may have more than it, up to so much.
constexpr double kFreeBits = 2'500, kMostSurplus = 4.0 / 3;
constexpr int kNoiseFrames = 6;

}  // namespace

SteadyRate::SteadyRate(std::uint32_t bit_rate, std::uint32_t rate, std::uint32_t channels)
    : channels_(channels),
      rate_(rate),
      nominal_(double(bit_rate) * 1'024 / rate / channels),
      most_(std::clamp(nominal_ * kMostSurplus, kFreeBits, kMostBits)),
      usual_(granted_for(kUsualYield)) {
    yields_.fill(kUsualYield);
}

double SteadyRate::granted_for(double yield) const noexcept {
    const double wanted = nominal_ / std::clamp(yield, kLeastYield, kMostYield);
    // By multiplication alone, which gives the same on every machine.
    double step = nominal_ / kMostYield;
    while (step * ((1 + kStep) / 2) < wanted) step *= kStep;
    return std::min(step, most_);
}

Result<std::uint32_t> SteadyRate::prime(AVCodecContext& context) {
    context.flags |= AV_CODEC_FLAG_QSCALE;
    context.global_quality = 1;
    const FramePtr frame = new_frame();
    const PacketPtr packet = new_packet();
    std::uint32_t random = 12'345, made = 0;
    for (int number = 0; number < kNoiseFrames; ++number) {
        frame->format = context.sample_fmt;
        frame->nb_samples = context.frame_size;
        frame->sample_rate = context.sample_rate;
        av_channel_layout_copy(&frame->ch_layout, &context.ch_layout);
        frame->pts = std::int64_t{number - 1'000} * context.frame_size;
        if (const int code = av_frame_get_buffer(frame.get(), 0); code < 0)
            return libav_error(code, "cannot prepare the sound for the encoder");
        for (int i = 0; i < frame->nb_samples; ++i) {
            random = random * 1'664'525 + 1'013'904'223;
            // Silence, then two bursts that bring short blocks, then noise throughout.
            const bool on =
                number > 2 || (number == 2 && i % 512 >= 256) || (number == 1 && i >= 700);
            const float value =
                on ? static_cast<float>(static_cast<std::int32_t>(random)) * 0x1p-32f : 0;
            for (int c = 0; c < context.ch_layout.nb_channels; ++c)
                reinterpret_cast<float*>(frame->extended_data[c])[i] = value;
        }
        const int code = avcodec_send_frame(&context, frame.get());
        av_frame_unref(frame.get());
        if (code < 0) return libav_error(code, "the encoder failed");
        while (avcodec_receive_packet(&context, packet.get()) >= 0) {
            ++made;
            av_packet_unref(packet.get());
        }
    }
    return kNoiseFrames - made;
}

void SteadyRate::before(AVCodecContext& context, std::int64_t number, const AVFrame& frame) {
    double level = 0;
    for (int c = 0; c < frame.ch_layout.nb_channels; ++c) {
        const auto* values = reinterpret_cast<const float*>(frame.extended_data[c]);
        double sum = 0;
        for (int i = 0; i < frame.nb_samples; ++i) sum += double(values[i]) * values[i];
        level = std::max(level, sum / frame.nb_samples);
    }
    levels_ = {levels_[1], levels_[2], level};
    const bool first = !begun_;
    if (first) {
        begun_ = true;
        settled_ = number + 3;  // what comes out before has to do with the noise
    }
    if (first || number % std::int64_t{kGroup} == 0)
        group_ = first ? usual_
                       : granted_for(std::accumulate(yields_.begin(), yields_.end(), 0.0) / kGroup);
    // A sample lies over the two frames before the one that is fed.
    granted_ = std::max(levels_[0], levels_[1]) > kLoud ? std::min(group_, kLoudBits) : group_;
    context.bit_rate = static_cast<std::int64_t>(granted_ * channels_ * rate_ / 1'024);
}

void SteadyRate::after(std::int64_t number, std::uint64_t bytes) {
    double yield = static_cast<double>(bytes) * 8 / (granted_ * channels_);
    if (number < settled_ || yield < kSilentYield) yield = kUsualYield;
    std::rotate(yields_.begin(), yields_.begin() + 1, yields_.end());
    yields_.back() = yield;
}

}  // namespace consort::codec

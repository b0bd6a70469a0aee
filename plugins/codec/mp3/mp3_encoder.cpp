#include "plugins/codec/mp3/mp3_encoder.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>

namespace consort::codec {
namespace {

constexpr std::uint32_t kPreRoll = 20;  // frames

// The rates of MPEG-1; those of MPEG-2 stop at 160 kb/s and are no better for speech today.
constexpr std::array<std::uint32_t, 3> kRates = {48'000, 44'100, 32'000};
// ISO/IEC 11172-3, 2.4.2.3.
constexpr std::array<std::uint32_t, 14> kBitRates = {32'000,  40'000,  48'000,  56'000,  64'000,
                                                     80'000,  96'000,  112'000, 128'000, 160'000,
                                                     192'000, 224'000, 256'000, 320'000};

std::uint32_t nearest_bit_rate(std::uint32_t wanted) noexcept {
    std::uint32_t best = kBitRates[0];
    for (const std::uint32_t each : kBitRates)
        if (std::abs(std::int64_t{each} - wanted) < std::abs(std::int64_t{best} - wanted))
            best = each;
    return best;
}

}  // namespace

Result<std::unique_ptr<SoundEncoding>> Mp3Encoder::prepare(const EncodeSource& source,
                                                           const EncodeSettings& settings) {
    if (source.kind != CONSORT_TRACK_AUDIO)
        return Error{CONSORT_E_UNSUPPORTED, "MP3 is for sound; this track is none."};
    EncoderPlan plan;
    plan.encoder = "libmp3lame";
    plan.codec = "mp3";
    plan.codec_string = "mp4a.40.34";
    const auto channels = choose_channels(source.pcm.channels, settings.channels);
    if (!channels) return channels.error();
    if (*channels > 2) return Error{CONSORT_E_UNSUPPORTED, "MP3 is made in mono and stereo."};
    plan.target = {choose_rate(source.pcm.rate, settings.sample_rate, kRates), *channels,
                   SoundTarget::Values::kFloatPlanes};
    plan.bit_rate =
        nearest_bit_rate(settings.bit_rate != 0 ? settings.bit_rate : 96'000 * *channels);
    plan.average_bit_rate = plan.peak_bit_rate = plan.bit_rate;
    // Without the reservoir no frame needs bytes of an earlier one.
    plan.options = {{"reservoir", "0"}, {"joint_stereo", "1"}};
    plan.pre_roll = kPreRoll;
    plan.settings = "bit-rate=" + std::to_string(plan.bit_rate) + " reservoir=0";
    return AudioEncoding::make(source.pcm, std::move(plan), known_);
}

}  // namespace consort::codec

#include "plugins/codec/opus/opus_encoder.hpp"

#include <algorithm>
#include <cstring>

namespace consort::codec {
namespace {

constexpr std::uint32_t kPreRoll = 100;  // frames of 20 ms

// OpusHead (RFC 7845, 5.1) to dOps ("Encapsulation of Opus in ISO Base Media File Format", 4.3.2):
// the same fields in the other byte order. Mono and stereo have mapping family 0, without a table.
std::string dops_of(const AVCodecContext& context) {
    const std::string head = extradata_of(context);
    if (head.size() < 19 || head.compare(0, 8, "OpusHead") != 0) return {};
    std::string dops(1, '\0');
    dops += head[9];
    for (const std::size_t at : {11, 10, 15, 14, 13, 12, 17, 16}) dops += head[at];
    return dops + head.substr(18);
}

}  // namespace

Result<std::unique_ptr<SoundEncoding>> OpusEncoder::prepare(const EncodeSource& source,
                                                            const EncodeSettings& settings) {
    if (source.kind != CONSORT_TRACK_AUDIO)
        return Error{CONSORT_E_UNSUPPORTED, "Opus is for sound; this track is none."};
    if (settings.sample_rate != 0 && settings.sample_rate != 48'000)
        return Error{CONSORT_E_UNSUPPORTED, "Opus has a sampling rate of 48000 Hz, no other."};
    EncoderPlan plan;
    plan.encoder = "libopus";
    plan.codec = "opus";
    plan.codec_string = "opus";
    const auto channels = choose_channels(source.pcm.channels, settings.channels);
    if (!channels) return channels.error();
    if (*channels > 2) return Error{CONSORT_E_UNSUPPORTED, "Opus is made in mono and stereo."};
    plan.target = {48'000, *channels, SoundTarget::Values::kFloat};
    plan.bit_rate = settings.bit_rate != 0 ? settings.bit_rate : 64'000 * *channels;
    plan.bit_rate = std::clamp(plan.bit_rate, 6'000u, 256'000u * *channels);
    plan.average_bit_rate = plan.bit_rate;
    plan.peak_bit_rate = plan.bit_rate + plan.bit_rate / 2;
    plan.options = {{"frame_duration", "20"}, {"application", "audio"}, {"vbr", "on"}};
    plan.pre_roll = kPreRoll;
    plan.settings = "bit-rate=" + std::to_string(plan.bit_rate);
    plan.configuration = dops_of;
    return AudioEncoding::make(source.pcm, std::move(plan), known_);
}

}  // namespace consort::codec

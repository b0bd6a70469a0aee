#include "plugins/codec/vorbis/vorbis_encoder.hpp"

#include <algorithm>
#include <array>

#include "plugins/codec/vorbis/vorbis_encoding.hpp"

namespace consort::codec {
namespace {

constexpr std::array<std::uint32_t, 7> kRates = {48'000, 44'100, 32'000, 24'000,
                                                 22'050, 16'000, 8'000};

}  // namespace

Result<std::unique_ptr<SoundEncoding>> VorbisEncoder::prepare(const EncodeSource& source,
                                                              const EncodeSettings& settings) {
    if (source.kind != CONSORT_TRACK_AUDIO)
        return Error{CONSORT_E_UNSUPPORTED, "Vorbis is for sound; this track is none."};
    EncoderPlan plan;
    plan.encoder = "libvorbis";
    plan.codec = plan.codec_string = "vorbis";
    const auto channels = choose_channels(source.pcm.channels, settings.channels);
    if (!channels) return channels.error();
    if (*channels > 2) return Error{CONSORT_E_UNSUPPORTED, "Vorbis is made in mono and stereo."};
    plan.target = {choose_rate(source.pcm.rate, settings.sample_rate, kRates), *channels,
                   SoundTarget::Values::kFloatPlanes};
    plan.bit_rate = settings.bit_rate != 0 ? settings.bit_rate : 64'000 * *channels;
    plan.average_bit_rate = plan.bit_rate;
    plan.peak_bit_rate = plan.bit_rate + plan.bit_rate / 2;
    plan.settings = "bit-rate=" + std::to_string(plan.bit_rate);
    return VorbisEncoding::make(source.pcm, std::move(plan), known_);
}

}  // namespace consort::codec

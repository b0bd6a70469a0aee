#include "plugins/codec/flac/flac_encoder.hpp"

#include "plugins/codec/flac/flac_frame.hpp"

namespace consort::codec {
namespace {

constexpr std::uint32_t kBlockSize = 4'096;
constexpr std::uint32_t kMostRate = 655'350;  // RFC 9639, 9.1.2

// 16 bits where the source has no more, else 24: what is finer than that is noise in any room.
std::uint32_t bits_of(const Pcm& pcm, std::uint32_t wanted) noexcept {
    if (wanted != 0) return wanted <= 16 ? 16 : 24;
    return pcm.sample_format != CONSORT_PCM_F32 && pcm.bits <= 16 ? 16 : 24;
}

}  // namespace

Result<std::unique_ptr<SoundEncoding>> FlacEncoder::prepare(const EncodeSource& source,
                                                            const EncodeSettings& settings) {
    if (source.kind != CONSORT_TRACK_AUDIO)
        return Error{CONSORT_E_UNSUPPORTED, "FLAC is for sound; this track is none."};
    const Pcm& pcm = source.pcm;
    const std::uint32_t wanted = settings.channels != 0 ? settings.channels : pcm.channels;
    const auto channels = choose_channels(pcm.channels, wanted);
    if (!channels) return channels.error();
    if (*channels > 8) return Error{CONSORT_E_UNSUPPORTED, "FLAC has 8 channels at most."};
    EncoderPlan plan;
    plan.encoder = "flac";
    plan.codec = "flac";
    plan.codec_string = "fLaC";
    plan.bits_per_sample = bits_of(pcm, settings.bits_per_sample);
    plan.target.rate = settings.sample_rate != 0 ? settings.sample_rate : pcm.rate;
    plan.target.channels = *channels;
    plan.target.values =
        plan.bits_per_sample == 16 ? SoundTarget::Values::kS16 : SoundTarget::Values::kS24;
    if (plan.target.rate == 0 || plan.target.rate > kMostRate)
        return Error{CONSORT_E_UNSUPPORTED, "FLAC has no such sampling rate."};
    const std::uint32_t plain = plan.target.rate * *channels * plan.bits_per_sample;
    plan.average_bit_rate = plain / 10 * 6;
    plan.peak_bit_rate = plain;
    plan.frame_size = kBlockSize;
    plan.short_last = true;
    plan.settings =
        "bits=" + std::to_string(plan.bits_per_sample) + " block=" + std::to_string(kBlockSize);
    const Conversion conversion(pcm, plan.target);
    const std::uint64_t frames =
        conversion.frames() == CONSORT_PCM_ENDLESS ? 0 : conversion.frames();
    plan.own_configuration =
        stream_info({kBlockSize, plan.target.rate, *channels, plan.bits_per_sample, frames});
    plan.finish = [](std::uint64_t number, std::vector<std::uint8_t>& frame) -> Result<void> {
        if (renumber_frame(frame, number)) return {};
        return Error{CONSORT_E_INTERNAL, "the encoder made something that is no FLAC frame"};
    };
    return AudioEncoding::make(pcm, std::move(plan), known_);
}

}  // namespace consort::codec

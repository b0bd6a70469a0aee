#include "plugins/codec/aac/aac_encoder.hpp"

#include <algorithm>
#include <array>

#include "plugins/codec/aac/steady_rate.hpp"

namespace consort::codec {
namespace {

// A channel's bits a second above which both channels are coded for themselves or as middle and
// side.
constexpr std::uint32_t kFullStereo = 48'000;

constexpr std::array<std::uint32_t, 9> kRates = {48'000, 44'100, 32'000, 24'000, 22'050,
                                                 16'000, 12'000, 11'025, 8'000};

}  // namespace

Result<std::unique_ptr<SoundEncoding>> AacEncoder::prepare(const EncodeSource& source,
                                                           const EncodeSettings& settings) {
    if (source.kind != CONSORT_TRACK_AUDIO)
        return Error{CONSORT_E_UNSUPPORTED, "AAC is for sound; this track is none."};
    EncoderPlan plan;
    plan.encoder = "aac";
    plan.codec = "aac";
    plan.codec_string = "mp4a.40.2";
    auto channels = choose_channels(source.pcm.channels, settings.channels);
    if (!channels) return channels.error();
    plan.target.channels = *channels;
    plan.target.rate = choose_rate(source.pcm.rate, settings.sample_rate, kRates);
    plan.target.values = SoundTarget::Values::kFloatPlanes;
    plan.bit_rate = settings.bit_rate != 0 ? settings.bit_rate : 64'000 * plan.target.channels;
    // No frame may be longer than 6144 bits for each channel (ISO/IEC 14496-3, 4.5.3.3).
    plan.bit_rate = std::min<std::uint64_t>(
        plan.bit_rate, std::uint64_t{6'144} * plan.target.channels * plan.target.rate / 1'024);
    plan.average_bit_rate = plan.bit_rate;
    plan.peak_bit_rate = plan.bit_rate + plan.bit_rate / 4;
    plan.pre_roll = SteadyRate::kPreRoll;
    plan.silence = SteadyRate::kSilence;
    plan.control = [bits = plan.bit_rate, target = plan.target] {
        return std::make_unique<SteadyRate>(bits, target.rate, target.channels);
    };
    // The README says why these.
    const bool intensity = plan.bit_rate <= kFullStereo * plan.target.channels;
    plan.options = {{"aac_coder", "fast"}, {"aac_pns", "0"}, {"aac_is", intensity ? "1" : "0"}};
    plan.settings = "bit-rate=" + std::to_string(plan.bit_rate) + " fast steady-1";
    plan.configuration = extradata_of;
    return AudioEncoding::make(source.pcm, std::move(plan), known_);
}

}  // namespace consort::codec

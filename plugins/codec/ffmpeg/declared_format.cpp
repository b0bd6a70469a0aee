#include "plugins/codec/ffmpeg/declared_format.hpp"

#include <cstdint>
#include <string_view>

#include "plugins/codec/common/channel_mix.hpp"

namespace consort::codec {
namespace {

constexpr std::uint32_t kOpusRate = 48'000;  // whatever the source had (RFC 7845, 5.1)

// Bits of a text, highest first; zeros after its end.
class Bits {
  public:
    explicit Bits(std::string_view bytes) : bytes_(bytes) {}
    std::uint32_t take(int count) {
        std::uint32_t value = 0;
        for (; count > 0; --count, ++at_) {
            const std::size_t byte = at_ / 8;
            const auto bit = byte < bytes_.size() ? bytes_[byte] >> (7 - at_ % 8) & 1 : 0;
            value = value << 1 | static_cast<std::uint32_t>(bit);
        }
        return value;
    }

  private:
    std::string_view bytes_;
    std::size_t at_ = 0;
};

// AAC-LC of one or two channels, without SBR: an AudioSpecificConfig that says so, and a rate above
// those that SBR doubles.
bool is_plain_aac(const Track& track) {
    constexpr std::uint32_t kLowComplexity = 2, kExplicitRate = 15, kExtension = 0x2b7;
    constexpr std::uint32_t kRates[] = {96'000, 88'200, 64'000, 48'000, 44'100, 32'000};
    Bits config(view(track.configuration));
    if (config.take(5) != kLowComplexity) return false;
    const std::uint32_t index = config.take(4);
    const std::uint32_t rate = index == kExplicitRate      ? config.take(24)
                               : index < std::size(kRates) ? kRates[index]
                                                           : 0;
    if (rate <= 24'000 || rate != track.sample_rate) return false;
    if (config.take(4) != track.channels) return false;
    config.take(1);                         // frame length
    if (config.take(1) != 0) return false;  // depends on a core coder
    config.take(1);
    const bool extended = config.take(11) == kExtension;
    return !extended || (config.take(5), config.take(1) == 0);
}

}  // namespace

std::optional<consort_pcm> declared_format(const Track& track) {
    if (track.channels < 1 || track.channels > 2 || track.sample_rate == 0) return std::nullopt;
    const std::string_view codec = view(track.codec);
    consort_pcm pcm{};
    pcm.rate = codec == "opus" ? kOpusRate : track.sample_rate;
    pcm.channels = track.channels;
    pcm.channel_mask = usual_mask(track.channels);
    if (codec == "flac" || codec == "alac") {
        if (track.bits_per_sample < 4 || track.bits_per_sample > 32) return std::nullopt;
        pcm.bits = track.bits_per_sample;
        pcm.sample_format = pcm.bits <= 16 ? CONSORT_PCM_S16 : CONSORT_PCM_S32;
        return pcm;
    }
    pcm.sample_format = CONSORT_PCM_F32;
    if (codec == "mp3" || codec == "vorbis" || codec == "opus") return pcm;
    if (codec == "aac" && is_plain_aac(track)) return pcm;
    return std::nullopt;
}

}  // namespace consort::codec

#include "core/media/decoders.hpp"

#include "core/host/last_error.hpp"
#include "core/media/plugin_call.hpp"

namespace consort::media {
namespace {

constexpr std::uint32_t kMaxChannels = 64;
constexpr std::uint32_t kMaxRate = 1'000'000;
constexpr std::uint64_t kMaxFrames = 1ull << 40;

bool sensible(const consort_pcm& pcm) {
    const bool format = pcm.sample_format == CONSORT_PCM_S16 ||
                        pcm.sample_format == CONSORT_PCM_S32 ||
                        pcm.sample_format == CONSORT_PCM_F32;
    return format && pcm.channels != 0 && pcm.channels <= kMaxChannels && pcm.rate != 0 &&
           pcm.rate <= kMaxRate;
}

}  // namespace

Result<std::uint64_t> PcmReader::read(std::uint64_t position, std::uint64_t frames, void* buffer) {
    std::uint64_t got = 0;
    host::take_last_error();
    const consort_status status = table_->read(raw_, position, frames, buffer, &got);
    if (status < 0) return plugin_error(status, "The sound of the track can't be decoded.");
    if (got > frames) return Error{CONSORT_E_INTERNAL, "The decoder read more than was asked."};
    return got;
}

Result<Sound> Decoders::sound(consort_media* media, std::uint32_t track) const {
    Error last{CONSORT_E_UNSUPPORTED, "No plugin decodes the track's codec."};
    for (std::size_t i = 0; i < decoders_.size(); ++i) {
        Sound sound{track, {}, i};
        host::take_last_error();
        const auto& decoder = decoders_[i];
        const consort_status status = decoder.table->format(decoder.self, media, track, &sound.pcm);
        if (status >= 0) {
            if (!sensible(sound.pcm))
                return Error{CONSORT_E_CORRUPT,
                             "The track's sound has a form that makes no sense."};
            if (sound.pcm.frames > kMaxFrames)
                return Error{CONSORT_E_UNSUPPORTED, "The track has no end that is known."};
            return sound;
        }
        last = plugin_error(status, "The decoder " + decoder.plugin_id + " can't read the track.");
        if (status != CONSORT_E_UNSUPPORTED) break;
    }
    return last;
}

Result<std::unique_ptr<PcmReader>> Decoders::open(MediaPtr media, const Sound& sound) const {
    const auto& decoder = decoders_[sound.decoder];
    consort_pcm_reader* raw = nullptr;
    host::take_last_error();
    const consort_status status = decoder.table->open(decoder.self, media.get(), sound.track, &raw);
    if (status < 0) return plugin_error(status, "The sound of the track can't be decoded.");
    return std::make_unique<PcmReader>(std::move(media), decoder.table, raw);
}

}  // namespace consort::media

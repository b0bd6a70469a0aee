#include "plugins/radio/sound/converter.hpp"

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
}

#include <algorithm>
#include <bit>
#include <new>
#include <string>

#include "consort/failure.hpp"

namespace consort::radio {
namespace {

constexpr std::uint32_t kMostRate = 1'000'000, kMostChannels = 64;

AVSampleFormat format_of(const consort_pcm& pcm) noexcept {
    switch (pcm.sample_format) {
        case CONSORT_PCM_S16:
            return AV_SAMPLE_FMT_S16;
        case CONSORT_PCM_S32:
            return AV_SAMPLE_FMT_S32;
        case CONSORT_PCM_F32:
            return AV_SAMPLE_FMT_FLT;
        default:
            return AV_SAMPLE_FMT_NONE;
    }
}

// FFmpeg numbers speakers as WAVE_FORMAT_EXTENSIBLE does.
AVChannelLayout layout_of(const consort_pcm& pcm) {
    AVChannelLayout layout{};
    const auto channels = static_cast<int>(pcm.channels);
    if (std::popcount(pcm.channel_mask) == channels &&
        av_channel_layout_from_mask(&layout, pcm.channel_mask) == 0)
        return layout;
    av_channel_layout_default(&layout, channels);
    if (layout.order == AV_CHANNEL_ORDER_NATIVE) return layout;
    throw Failure(CONSORT_E_UNSUPPORTED, "Sound of " + std::to_string(channels) +
                                             " channels without known places cannot be mixed to "
                                             "stereo.");
}

}  // namespace

std::uint32_t frame_size(const consort_pcm& pcm) noexcept {
    const AVSampleFormat format = format_of(pcm);
    if (format == AV_SAMPLE_FMT_NONE || pcm.channels == 0 || pcm.channels > kMostChannels) return 0;
    return pcm.channels * static_cast<std::uint32_t>(av_get_bytes_per_sample(format));
}

void Converter::Free::operator()(SwrContext* context) const noexcept { swr_free(&context); }

Converter::Converter(const consort_pcm& from, std::uint32_t rate)
    : rate_in_(from.rate), rate_out_(rate), mono_(from.channels == 1) {
    if (frame_size(from) == 0 || from.rate == 0 || from.rate > kMostRate || rate == 0 ||
        rate > kMostRate)
        throw Failure(CONSORT_E_UNSUPPORTED, "The sound has a form that is not known.");
    AVChannelLayout in{}, out{};
    av_channel_layout_default(&out, mono_ ? 1 : 2);
    in = mono_ ? out : layout_of(from);
    SwrContext* made = nullptr;
    swr_alloc_set_opts2(&made, &out, AV_SAMPLE_FMT_FLT, static_cast<int>(rate), &in,
                        format_of(from), static_cast<int>(from.rate), 0, nullptr);
    swr_.reset(made);
    if (!swr_) throw std::bad_alloc();
    av_opt_set_double(made, "rematrix_maxval", 1.0, 0);
    av_opt_set_double(made, "lfe_mix_level", 0.0, 0);
    av_opt_set_sample_fmt(made, "internal_sample_fmt", AV_SAMPLE_FMT_FLTP, 0);
    av_opt_set_int(made, "filter_size", 64, 0);
    av_opt_set_double(made, "cutoff", 0.97, 0);
    av_opt_set_int(made, "exact_rational", 1, 0);
    if (swr_init(made) < 0)
        throw Failure(CONSORT_E_UNSUPPORTED, "The sound cannot be brought to the station's form.");
}

Converter::~Converter() = default;

std::uint64_t Converter::rest() const noexcept {
    const auto [whole, part] = length();
    return whole > made_ ? whole - made_ : 0;
}

// Of what was taken, at the other rate: whole frames, and the part of one.
std::pair<std::uint64_t, double> Converter::length() const noexcept {
    // Whole seconds apart: no overflow.
    const std::uint64_t seconds = taken_ / rate_in_, rest = taken_ % rate_in_ * rate_out_;
    return {seconds * rate_out_ + rest / rate_in_, static_cast<double>(rest % rate_in_) / rate_in_};
}

Result<void> Converter::run(const void* pcm, int frames, std::vector<float>& out) {
    const int room = std::max(swr_get_out_samples(swr_.get(), frames), 0) + 16;
    const std::size_t before = out.size();
    out.resize(before + 2 * static_cast<std::size_t>(room));
    std::uint8_t* to = reinterpret_cast<std::uint8_t*>(out.data() + before);
    const auto* from = static_cast<const std::uint8_t*>(pcm);
    const int got = swr_convert(swr_.get(), &to, room, pcm ? &from : nullptr, frames);
    if (got < 0) {
        out.resize(before);
        return Error{CONSORT_E_INTERNAL, "The sound could not be brought to the station's form."};
    }
    const auto count = static_cast<std::size_t>(got);
    if (mono_) {
        float* stereo = out.data() + before;
        for (std::size_t i = count; i-- > 0;) stereo[2 * i] = stereo[2 * i + 1] = stereo[i];
    }
    out.resize(before + 2 * count);
    made_ += count;
    return {};
}

Result<void> Converter::convert(const void* pcm, std::uint32_t frames, std::vector<float>& out) {
    if (frames == 0) return {};
    taken_ += frames;
    return run(pcm, static_cast<int>(frames), out);
}

Result<double> Converter::finish(std::vector<float>& out, double owed) {
    if (rate_in_ != rate_out_)
        if (auto done = run(nullptr, 0, out); !done) return done.error();
    const auto [whole, part] = length();
    const bool up = part + owed >= 0.5;
    const std::uint64_t wanted = whole + (up ? 1 : 0);
    if (made_ > wanted) {
        const std::uint64_t surplus = std::min<std::uint64_t>(made_ - wanted, out.size() / 2);
        out.resize(out.size() - 2 * surplus);
    } else {
        out.resize(out.size() + 2 * (wanted - made_), 0.0f);
    }
    made_ = wanted;
    return part + owed - (up ? 1 : 0);
}

}  // namespace consort::radio

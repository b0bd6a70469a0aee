#include "plugins/codec/ffmpeg/frame_values.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/channel_layout.h>
#include <libavutil/frame.h>
#include <libavutil/samplefmt.h>
}

#include <algorithm>
#include <cmath>
#include <cstring>

#include "plugins/codec/common/channel_mix.hpp"

namespace consort::codec {
namespace {

// One value of any of FFmpeg's formats. Integers keep their place below full scale.
template <class To, class From>
To converted(From value) noexcept {
    if constexpr (std::is_same_v<To, float>) {
        if constexpr (std::is_floating_point_v<From>)
            return static_cast<float>(value);
        else
            return static_cast<float>(
                std::ldexp(static_cast<double>(value), 1 - 8 * int{sizeof(From)}));
    } else if constexpr (std::is_floating_point_v<From>) {
        constexpr double kFull = std::is_same_v<To, std::int16_t> ? 32'768.0 : 2'147'483'648.0;
        const double scaled = std::nearbyint(static_cast<double>(value) * kFull);
        return static_cast<To>(std::clamp(std::isnan(scaled) ? 0.0 : scaled, -kFull, kFull - 1));
    } else if constexpr (sizeof(To) >= sizeof(From)) {
        return static_cast<To>(static_cast<std::int64_t>(value) *
                               (std::int64_t{1} << (8 * (sizeof(To) - sizeof(From)))));
    } else {
        return static_cast<To>(value >> (8 * (sizeof(From) - sizeof(To))));
    }
}

template <class To, class From, class Bias>
void append(const AVFrame& frame, std::uint32_t channels, bool planar, Bias bias,
            std::vector<std::byte>& to) {
    const auto count = static_cast<std::size_t>(frame.nb_samples);
    const auto own = static_cast<std::uint32_t>(frame.ch_layout.nb_channels);
    const std::size_t before = to.size();
    to.resize(before + count * channels * sizeof(To));
    auto* out = reinterpret_cast<To*>(to.data() + before);
    const auto value = [&](std::size_t i, std::uint32_t c) {
        const auto* plane = reinterpret_cast<const From*>(frame.extended_data[planar ? c : 0]);
        return bias(plane[planar ? i : i * own + c]);
    };
    if (own == channels) {
        for (std::uint32_t c = 0; c < channels; ++c)
            for (std::size_t i = 0; i < count; ++i)
                out[i * channels + c] = converted<To>(value(i, c));
    } else if (own == 1) {
        for (std::size_t i = 0; i < count; ++i)
            out[2 * i] = out[2 * i + 1] = converted<To>(value(i, 0));
    } else {
        for (std::size_t i = 0; i < count; ++i)
            out[i] =
                static_cast<To>(converted<To>(value(i, 0)) / 2 + converted<To>(value(i, 1)) / 2);
    }
}

template <class To>
bool append_as(const AVFrame& frame, std::uint32_t channels, std::vector<std::byte>& to) {
    const auto format = static_cast<AVSampleFormat>(frame.format);
    const bool planar = av_sample_fmt_is_planar(format) != 0;
    const auto same = [](auto v) { return v; };
    switch (av_get_packed_sample_fmt(format)) {
        case AV_SAMPLE_FMT_U8:
            append<To, std::uint8_t>(
                frame, channels, planar,
                [](std::uint8_t v) { return static_cast<std::int8_t>(int{v} - 128); }, to);
            return true;
        case AV_SAMPLE_FMT_S16:
            append<To, std::int16_t>(frame, channels, planar, same, to);
            return true;
        case AV_SAMPLE_FMT_S32:
            append<To, std::int32_t>(frame, channels, planar, same, to);
            return true;
        case AV_SAMPLE_FMT_S64:
            append<To, std::int64_t>(frame, channels, planar, same, to);
            return true;
        case AV_SAMPLE_FMT_FLT:
            append<To, float>(frame, channels, planar, same, to);
            return true;
        case AV_SAMPLE_FMT_DBL:
            append<To, double>(frame, channels, planar, same, to);
            return true;
        default:
            return false;
    }
}

}  // namespace

std::optional<consort_pcm> pcm_of(const AVFrame& frame, const AVCodecContext& context,
                                  std::uint32_t bits) {
    consort_pcm pcm{};
    if (frame.sample_rate <= 0 || frame.ch_layout.nb_channels <= 0 ||
        frame.ch_layout.nb_channels > 64)
        return std::nullopt;
    pcm.rate = static_cast<std::uint32_t>(frame.sample_rate);
    pcm.channels = static_cast<std::uint32_t>(frame.ch_layout.nb_channels);
    // FFmpeg's native order is that of WAVE_FORMAT_EXTENSIBLE, bit by bit, for its 18 speakers.
    constexpr std::uint64_t kWaveSpeakers = (1u << 18) - 1;
    if (frame.ch_layout.order == AV_CHANNEL_ORDER_NATIVE &&
        (frame.ch_layout.u.mask & ~kWaveSpeakers) == 0)
        pcm.channel_mask = frame.ch_layout.u.mask;
    else
        pcm.channel_mask = pcm.channels <= 2 ? usual_mask(pcm.channels) : 0;
    std::uint32_t width = 0;
    switch (av_get_packed_sample_fmt(static_cast<AVSampleFormat>(frame.format))) {
        case AV_SAMPLE_FMT_U8:
            width = 8;
            break;
        case AV_SAMPLE_FMT_S16:
            width = 16;
            break;
        case AV_SAMPLE_FMT_S32:
        case AV_SAMPLE_FMT_S64:
            width = 32;
            break;
        case AV_SAMPLE_FMT_FLT:
        case AV_SAMPLE_FMT_DBL:
            pcm.sample_format = CONSORT_PCM_F32;
            return pcm;
        default:
            return std::nullopt;
    }
    pcm.sample_format = width <= 16 ? CONSORT_PCM_S16 : CONSORT_PCM_S32;
    if (context.bits_per_raw_sample > 0)
        bits = static_cast<std::uint32_t>(context.bits_per_raw_sample);
    pcm.bits = bits > 0 && bits <= width ? bits : width;
    return pcm;
}

bool append_values(const AVFrame& frame, const consort_pcm& format, std::vector<std::byte>& to) {
    const auto channels = static_cast<std::uint32_t>(std::max(frame.ch_layout.nb_channels, 0));
    if (frame.sample_rate != static_cast<int>(format.rate)) return false;
    if (channels != format.channels && (channels > 2 || channels == 0 || format.channels > 2))
        return false;
    switch (format.sample_format) {
        case CONSORT_PCM_S16:
            return append_as<std::int16_t>(frame, format.channels, to);
        case CONSORT_PCM_S32:
            return append_as<std::int32_t>(frame, format.channels, to);
        default:
            return append_as<float>(frame, format.channels, to);
    }
}

}  // namespace consort::codec

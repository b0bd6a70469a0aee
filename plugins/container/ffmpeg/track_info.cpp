#include "plugins/container/ffmpeg/track_info.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
}

#include <algorithm>
#include <cmath>

#include "plugins/container/ffmpeg/codec_config.hpp"
#include "plugins/container/ffmpeg/utf8.hpp"

namespace consort::container_ffmpeg {
namespace {

std::string metadata(const AVStream& stream, const char* key) {
    const AVDictionaryEntry* entry = av_dict_get(stream.metadata, key, nullptr, 0);
    return entry == nullptr ? std::string() : valid_utf8(entry->value);
}

std::int32_t clockwise_rotation(const AVStream& stream) {
    std::size_t size = 0;
    const auto* matrix = reinterpret_cast<const std::int32_t*>(
        av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size));
    if (matrix == nullptr || size < 9 * sizeof(std::int32_t)) return 0;
    const double degrees = -av_display_rotation_get(matrix);
    if (std::isnan(degrees)) return 0;
    return ((static_cast<std::int32_t>(std::lround(degrees / 90)) * 90) % 360 + 360) % 360;
}

std::uint32_t positive(std::int64_t value) {
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(value, 0, UINT32_MAX));
}

void describe_audio(const AVStream& stream, TrackInfo& info) {
    const AVCodecParameters& codec = *stream.codecpar;
    consort_track& track = info.values;
    track.sample_rate = positive(codec.sample_rate);
    track.channels = positive(codec.ch_layout.nb_channels);
    const int exact = codec.bits_per_raw_sample != 0 ? codec.bits_per_raw_sample
                                                     : av_get_exact_bits_per_sample(codec.codec_id);
    const AVCodecDescriptor* known = avcodec_descriptor_get(codec.codec_id);
    const bool lossless = known != nullptr && (known->props & AV_CODEC_PROP_LOSSLESS) != 0;
    if (lossless)
        track.bits_per_sample = positive(exact != 0 ? exact : codec.bits_per_coded_sample);
    if (codec.codec_id == AV_CODEC_ID_OPUS) track.sample_rate = 48'000;
    const auto* cookie = reinterpret_cast<const std::uint8_t*>(info.configuration.data());
    if (codec.codec_id == AV_CODEC_ID_FLAC && info.configuration.size() >= 22) {
        // STREAMINFO: 20 bits of rate, 3 of channels, 5 of bits, all less one but the rate.
        const std::uint8_t* p = cookie + 14;
        track.sample_rate = unsigned{p[0]} << 12 | unsigned{p[1]} << 4 | p[2] >> 4;
        track.channels = ((p[2] >> 1) & 7u) + 1;
        track.bits_per_sample = ((p[2] & 1u) << 4 | p[3] >> 4) + 1;
    }
    if (codec.codec_id == AV_CODEC_ID_ALAC && info.configuration.size() >= 24) {
        track.bits_per_sample = cookie[5];
        track.channels = cookie[9];
        track.sample_rate = unsigned{cookie[20]} << 24 | unsigned{cookie[21]} << 16 |
                            unsigned{cookie[22]} << 8 | cookie[23];
    }
    if (codec.codec_id == AV_CODEC_ID_AAC)
        if (const auto config = AacConfig::parse({cookie, info.configuration.size()}))
            track.sample_rate = config->output_rate;
    track.timescale = track.sample_rate;
    if (track.sample_rate == 0 && info.unusable.empty())
        info.unusable = "its sample rate is not known";
}

void describe_video(const AVStream& stream, TrackInfo& info) {
    const AVCodecParameters& codec = *stream.codecpar;
    consort_track& track = info.values;
    track.width = positive(codec.width);
    track.height = positive(codec.height);
    const AVRational aspect =
        stream.sample_aspect_ratio.num > 0 ? stream.sample_aspect_ratio : codec.sample_aspect_ratio;
    track.sar_num = aspect.den > 0 ? positive(aspect.num) : 0;
    track.sar_den = track.sar_num != 0 ? positive(aspect.den) : 1;
    const AVRational rate = stream.avg_frame_rate;
    track.frame_rate_num = rate.den > 0 ? positive(rate.num) : 0;
    track.frame_rate_den = track.frame_rate_num != 0 ? positive(rate.den) : 1;
    track.rotation = clockwise_rotation(stream);
    track.colour_primaries = positive(codec.color_primaries);
    track.colour_transfer = positive(codec.color_trc);
    track.colour_matrix = positive(codec.color_space);
    track.colour_full_range = codec.color_range == AVCOL_RANGE_JPEG ? 1 : 0;
}

// Subtitles that are text; those that are pictures have no use here.
bool is_text(AVCodecID codec) {
    switch (codec) {
        case AV_CODEC_ID_SUBRIP:
        case AV_CODEC_ID_TEXT:
        case AV_CODEC_ID_ASS:
        case AV_CODEC_ID_SSA:
        case AV_CODEC_ID_WEBVTT:
        case AV_CODEC_ID_MOV_TEXT:
            return true;
        default:
            return false;
    }
}

}  // namespace

consort_track TrackInfo::view() const noexcept {
    const auto borrow = [](const std::string& text) {
        return consort_str{text.data(), text.size()};
    };
    consort_track track = values;
    track.struct_size = sizeof track;
    track.codec = borrow(codec);
    track.codec_string = borrow(codec_string);
    track.language = borrow(language);
    track.title = borrow(title);
    track.configuration = borrow(configuration);
    return track;
}

bool is_track(const AVStream& stream) {
    const AVMediaType type = stream.codecpar->codec_type;
    if ((stream.disposition & (AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS)) != 0)
        return false;
    if (type == AVMEDIA_TYPE_SUBTITLE) return is_text(stream.codecpar->codec_id);
    return (type == AVMEDIA_TYPE_AUDIO || type == AVMEDIA_TYPE_VIDEO) &&
           stream.codecpar->codec_id != AV_CODEC_ID_NONE;
}

TrackInfo describe(const AVStream& stream) {
    const AVCodecParameters& codec = *stream.codecpar;
    TrackInfo info;
    const bool audio = codec.codec_type == AVMEDIA_TYPE_AUDIO;
    const bool text = codec.codec_type == AVMEDIA_TYPE_SUBTITLE;
    info.values.kind = audio  ? CONSORT_TRACK_AUDIO
                       : text ? CONSORT_TRACK_TEXT
                              : CONSORT_TRACK_VIDEO;
    if ((stream.disposition & AV_DISPOSITION_DEFAULT) != 0)
        info.values.flags |= CONSORT_TRACK_DEFAULT;
    info.codec = avcodec_get_name(codec.codec_id);
    info.language = language_tag(metadata(stream, "language"));
    info.title = metadata(stream, "title");
    Configuration configuration = configuration_of(codec);
    info.configuration = std::move(configuration.bytes);
    info.unusable = std::move(configuration.unusable);
    info.codec_string = codec_string(info.codec, info.configuration);
    info.values.average_bit_rate = positive(codec.bit_rate);
    info.values.timescale = positive(stream.time_base.num == 1 ? stream.time_base.den : 0);
    info.values.sar_den = info.values.frame_rate_den = 1;
    if (audio)
        describe_audio(stream, info);
    else if (!text)
        describe_video(stream, info);
    if (info.values.timescale == 0) info.values.timescale = 90'000;
    return info;
}

std::string language_tag(std::string_view code) {
    // ISO 639-2 (bibliographic and terminological) to 639-1, where that exists: RFC 5646, 2.2.1.
    static constexpr const char* kCodes[][2] = {
        {"ara", "ar"}, {"baq", "eu"}, {"eus", "eu"}, {"bul", "bg"}, {"cat", "ca"}, {"chi", "zh"},
        {"zho", "zh"}, {"hrv", "hr"}, {"cze", "cs"}, {"ces", "cs"}, {"dan", "da"}, {"dut", "nl"},
        {"nld", "nl"}, {"eng", "en"}, {"est", "et"}, {"fin", "fi"}, {"fre", "fr"}, {"fra", "fr"},
        {"ger", "de"}, {"deu", "de"}, {"gre", "el"}, {"ell", "el"}, {"heb", "he"}, {"hin", "hi"},
        {"hun", "hu"}, {"ice", "is"}, {"isl", "is"}, {"ind", "id"}, {"gle", "ga"}, {"ita", "it"},
        {"jpn", "ja"}, {"kor", "ko"}, {"lav", "lv"}, {"lit", "lt"}, {"may", "ms"}, {"msa", "ms"},
        {"nor", "no"}, {"nob", "nb"}, {"nno", "nn"}, {"per", "fa"}, {"fas", "fa"}, {"pol", "pl"},
        {"por", "pt"}, {"rum", "ro"}, {"ron", "ro"}, {"rus", "ru"}, {"slo", "sk"}, {"slk", "sk"},
        {"slv", "sl"}, {"spa", "es"}, {"srp", "sr"}, {"swe", "sv"}, {"tam", "ta"}, {"tel", "te"},
        {"tha", "th"}, {"tur", "tr"}, {"ukr", "uk"}, {"vie", "vi"}, {"wel", "cy"}, {"cym", "cy"},
        {"lat", "la"}, {"geo", "ka"}, {"kat", "ka"}, {"arm", "hy"}, {"hye", "hy"}, {"ben", "bn"}};
    if (code.empty() || code == "und" || code == "mis" || code == "zxx" || code.size() > 35 ||
        !std::all_of(code.begin(), code.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '-';
        }))
        return {};
    for (const auto& [three, two] : kCodes)
        if (code == three) return two;
    return std::string(code);
}

}  // namespace consort::container_ffmpeg

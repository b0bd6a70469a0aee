#include "plugins/container/ffmpeg/codec_config.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
}

#include <cstdio>
#include <cstring>

#include "plugins/container/ffmpeg/bit_reader.hpp"

namespace consort::container_ffmpeg {
namespace {

constexpr unsigned kAacRates[13] = {96'000, 88'200, 64'000, 48'000, 44'100, 32'000, 24'000,
                                    22'050, 16'000, 12'000, 11'025, 8'000,  7'350};

std::string text(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
Bytes bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

template <class... Values>
std::string format(const char* pattern, Values... values) {
    char buffer[96];
    const int size = std::snprintf(buffer, sizeof buffer, pattern, values...);
    return {buffer, static_cast<std::size_t>(size < 0 ? 0 : size)};
}

void put_be(std::string& to, std::uint64_t value, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
        to.push_back(static_cast<char>(value >> shift));
}

// OpusHead (RFC 7845, 5.1) to dOps ("Encapsulation of Opus in ISO Base Media File Format", 4.3.2).
Configuration opus_config(Bytes head) {
    if (head.size() < 19 || std::memcmp(head.data(), "OpusHead", 8) != 0)
        return {{}, "the Opus header is missing"};
    std::string dops;
    put_be(dops, 0, 1);
    put_be(dops, head[9], 1);
    put_be(dops, head[10] | head[11] << 8, 2);
    put_be(dops, head[12] | head[13] << 8 | head[14] << 16 | std::uint32_t{head[15]} << 24, 4);
    put_be(dops, head[16] | head[17] << 8, 2);
    put_be(dops, head[18], 1);
    if (head[18] != 0) {
        if (head.size() < 21u + head[9]) return {{}, "the Opus header is too short"};
        dops += text(head.subspan(19, 2u + head[9]));
    }
    return {dops, {}};
}

Bytes flac_stream_info(Bytes extra) {
    if (extra.size() >= 42 && std::memcmp(extra.data(), "fLaC", 4) == 0)
        return extra.subspan(8, 34);
    if (extra.size() >= 34) return extra.first(34);
    return {};
}

std::string hevc_string(Bytes c) {
    if (c.size() < 13) return {};
    static constexpr const char* kSpace[4] = {"", "A", "B", "C"};
    std::uint32_t compatible = 0;  // in reverse bit order: ISO/IEC 14496-15, E.3
    for (int bit = 0; bit < 32; ++bit)
        if ((c[2 + static_cast<unsigned>(bit) / 8] >> (7 - bit % 8) & 1) != 0)
            compatible |= 1u << bit;
    std::string made = format("hvc1.%s%u.%X.%c%u", kSpace[c[1] >> 6], c[1] & 31u, compatible,
                              (c[1] & 0x20) != 0 ? 'H' : 'L', unsigned{c[12]});
    std::size_t last = 12;
    while (last > 6 && c[last - 1] == 0) --last;
    for (std::size_t i = 6; i < last; ++i) made += format(".%X", unsigned{c[i]});
    return made;
}

std::string av1_string(Bytes c) {
    if (c.size() < 4 || c[0] != 0x81) return {};
    const unsigned profile = c[1] >> 5, level = c[1] & 31u;
    const bool high = (c[2] & 0x40) != 0, twelve = (c[2] & 0x20) != 0;
    return format("av01.%u.%02u%c.%02u", profile, level, (c[2] & 0x80) != 0 ? 'H' : 'M',
                  high ? (profile == 2 && twelve ? 12u : 10u) : 8u);
}

unsigned vp9_level(unsigned width, unsigned height, double rate) {
    // Luma samples a second and a picture; VP9 levels (WebM project), table of constraints.
    static constexpr struct {
        unsigned level;
        double rate;
        std::uint64_t size;
    } kLevels[] = {{10, 829'440, 36'864},           {11, 2'764'800, 73'728},
                   {20, 4'608'000, 122'880},        {21, 9'216'000, 245'760},
                   {30, 20'736'000, 552'960},       {31, 36'864'000, 983'040},
                   {40, 83'558'400, 2'228'224},     {41, 160'432'128, 2'228'224},
                   {50, 311'951'360, 8'912'896},    {51, 588'251'136, 8'912'896},
                   {52, 1'176'502'272, 8'912'896},  {60, 1'176'502'272, 35'651'584},
                   {61, 2'353'004'544, 35'651'584}, {62, 4'706'009'088, 35'651'584}};
    const std::uint64_t size = std::uint64_t{width} * height;
    for (const auto& level : kLevels)
        if (size <= level.size && static_cast<double>(size) * rate <= level.rate)
            return level.level;
    return 62;
}

}  // namespace

std::optional<AacConfig> AacConfig::parse(Bytes bytes) {
    BitReader bits(bytes);
    const auto object = [&] {
        const unsigned type = bits.get(5);
        return type == 31 ? 32 + bits.get(6) : type;
    };
    const auto rate = [&] {
        const unsigned index = bits.get(4);
        return index == 15 ? bits.get(24) : index < std::size(kAacRates) ? kAacRates[index] : 0;
    };
    AacConfig config;
    config.object_type = config.core_object_type = object();
    config.core_rate = config.output_rate = rate();
    config.channel_configuration = bits.get(4);
    if (config.object_type == 5 || config.object_type == 29) {
        config.output_rate = rate();
        config.core_object_type = object();
    }
    if (bits.overrun() || config.core_rate == 0 || config.output_rate == 0) return std::nullopt;
    // frameLengthFlag is the first bit of GASpecificConfig.
    const unsigned core = config.core_object_type;
    if ((core >= 1 && core <= 4) || core == 6 || core == 7)
        if (bits.get(1) == 1 && !bits.overrun()) config.frame_samples = 960;
    return config;
}

std::string aac_config_bytes(unsigned object_type, unsigned rate_index, unsigned channels) {
    std::string made;
    put_be(made, object_type << 11 | rate_index << 7 | channels << 3, 2);
    return made;
}

std::string flac_config(Bytes stream_info) {
    std::string made;
    put_be(made, 0x80000000u | 34, 4);  // the last metadata block, STREAMINFO
    return made + text(stream_info.first(34));
}

Configuration configuration_of(const AVCodecParameters& codec) {
    const Bytes extra{codec.extradata, static_cast<std::size_t>(
                                           codec.extradata != nullptr ? codec.extradata_size : 0)};
    switch (codec.codec_id) {
        case AV_CODEC_ID_OPUS:
            return opus_config(extra);
        case AV_CODEC_ID_FLAC: {
            const Bytes info = flac_stream_info(extra);
            if (info.empty()) return {{}, "the FLAC stream information is missing"};
            return {flac_config(info), {}};
        }
        case AV_CODEC_ID_ALAC:
            // FFmpeg keeps the whole 'alac' atom: size, type, version and flags, then the cookie.
            if (extra.size() >= 36 && std::memcmp(extra.data() + 4, "alac", 4) == 0)
                return {text(extra.subspan(12)), {}};
            return {text(extra), extra.size() < 24 ? "the ALAC magic cookie is missing" : ""};
        case AV_CODEC_ID_H264:
        case AV_CODEC_ID_HEVC:
            if (extra.size() < 7 || extra[0] != 1)
                return {text(extra), "its parameter sets are not stored as ISO BMFF wants them"};
            return {text(extra), {}};
        case AV_CODEC_ID_AV1:
            if (extra.size() < 4 || extra[0] != 0x81)
                return {text(extra), "its configuration record is missing"};
            return {text(extra), {}};
        case AV_CODEC_ID_AAC:
            if (!AacConfig::parse(extra))
                return {text(extra), "its AudioSpecificConfig is missing"};
            return {text(extra), {}};
        case AV_CODEC_ID_VP9:
            return {};  // made from the first key frame
        default:
            return {text(extra), {}};
    }
}

std::string codec_string(std::string_view codec, std::string_view configuration) {
    const Bytes c = bytes_of(configuration);
    if (codec == "aac") {
        const auto config = AacConfig::parse(c);
        return config ? format("mp4a.40.%u", config->object_type) : std::string();
    }
    if (codec == "mp3") return "mp4a.40.34";
    if (codec == "mp2") return "mp4a.40.33";
    if (codec == "mp1") return "mp4a.40.32";
    if (codec == "flac") return "fLaC";
    if (codec == "opus" || codec == "alac" || codec == "vorbis") return std::string(codec);
    if (codec == "ac3") return "ac-3";
    if (codec == "eac3") return "ec-3";
    if (codec == "h264" && c.size() >= 4 && c[0] == 1)
        return format("avc1.%02X%02X%02X", unsigned{c[1]}, unsigned{c[2]}, unsigned{c[3]});
    if (codec == "hevc" && !c.empty() && c[0] == 1) return hevc_string(c);
    if (codec == "vp9" && c.size() >= 3)
        return format("vp09.%02u.%02u.%02u", unsigned{c[0]}, unsigned{c[1]}, c[2] >> 4u);
    if (codec == "vp8") return "vp8";
    if (codec == "av1") return av1_string(c);
    return {};
}

std::optional<std::string> vp9_config(Bytes key_frame, unsigned width, unsigned height, double rate,
                                      const AVCodecParameters& codec) {
    BitReader bits(key_frame);
    if (bits.get(2) != 2) return std::nullopt;
    const unsigned profile = bits.get(1) | bits.get(1) << 1;
    if (profile == 3) bits.get(1);
    if (bits.get(1) != 0) return std::nullopt;  // shows an existing frame
    if (bits.get(1) != 0) return std::nullopt;  // not a key frame
    bits.get(2);
    if (bits.get(24) != 0x498342) return std::nullopt;
    const unsigned depth = profile >= 2 ? (bits.get(1) != 0 ? 12 : 10) : 8;
    const unsigned space = bits.get(3);
    unsigned full_range = 1, chroma = 3;  // RGB is 4:4:4
    if (space != 7) {
        full_range = bits.get(1);
        chroma = 1;
        if (profile == 1 || profile == 3) {
            const unsigned x = bits.get(1), y = bits.get(1);
            chroma = x == 0 ? 3 : y == 0 ? 2 : 1;
        }
    }
    if (bits.overrun()) return std::nullopt;
    std::string made;
    put_be(made, profile, 1);
    put_be(made, vp9_level(width, height, rate), 1);
    put_be(made, depth << 4 | chroma << 1 | full_range, 1);
    const auto named = [](int value) { return static_cast<unsigned>(value <= 0 ? 2 : value); };
    put_be(made, named(codec.color_primaries), 1);
    put_be(made, named(codec.color_trc), 1);
    put_be(made, codec.color_space == AVCOL_SPC_RGB ? 0 : named(codec.color_space), 1);
    put_be(made, 0, 2);
    return made;
}

std::optional<std::uint64_t> flac_total_samples(std::string_view configuration) {
    if (configuration.size() < 22) return std::nullopt;
    // 36 bits, behind the block's header and 13 bytes and a half.
    const auto* p = reinterpret_cast<const std::uint8_t*>(configuration.data()) + 17;
    return std::uint64_t{p[0] & 15u} << 32 | std::uint64_t{p[1]} << 24 | std::uint64_t{p[2]} << 16 |
           std::uint64_t{p[3]} << 8 | p[4];
}

}  // namespace consort::container_ffmpeg

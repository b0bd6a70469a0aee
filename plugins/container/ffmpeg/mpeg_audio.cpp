#include "plugins/container/ffmpeg/mpeg_audio.hpp"

#include <cstring>

namespace consort::container_ffmpeg {
namespace {

std::uint32_t be32(const std::uint8_t* p) {
    return std::uint32_t{p[0]} << 24 | std::uint32_t{p[1]} << 16 | std::uint32_t{p[2]} << 8 | p[3];
}

constexpr unsigned kRates[3] = {44'100, 48'000, 32'000};
// kb/s by [low sampling frequencies][layer - 1][index]; ISO/IEC 13818-3, table 2.4.2.3.
constexpr std::uint16_t kBitRates[2][3][15] = {
    {{0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
     {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
     {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}},
    {{0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
     {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
     {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}}};
constexpr unsigned kAacRates[13] = {96'000, 88'200, 64'000, 48'000, 44'100, 32'000, 24'000,
                                    22'050, 16'000, 12'000, 11'025, 8'000,  7'350};

}  // namespace

std::optional<MpegAudioHeader> MpegAudioHeader::parse(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < 4) return std::nullopt;
    const std::uint32_t word = be32(bytes.data());
    const unsigned version = (word >> 19) & 3, layer_bits = (word >> 17) & 3;
    const unsigned rate_index = (word >> 12) & 15, frequency = (word >> 10) & 3;
    if (word >> 21 != 0x7ff || version == 1 || layer_bits == 0 || rate_index == 0 ||
        rate_index == 15 || frequency == 3)
        return std::nullopt;
    MpegAudioHeader header{};
    header.layer = 4 - layer_bits;
    header.lsf = version != 3;
    header.sample_rate = kRates[frequency] >> (version == 3 ? 0 : version == 2 ? 1 : 2);
    header.channels = ((word >> 6) & 3) == 3 ? 1 : 2;
    header.bit_rate = kBitRates[header.lsf ? 1 : 0][header.layer - 1][rate_index] * 1'000u;
    const unsigned padding = (word >> 9) & 1;
    if (header.layer == 1) {
        header.frame_samples = 384;
        header.frame_bytes = (12 * header.bit_rate / header.sample_rate + padding) * 4;
    } else {
        header.frame_samples = header.layer == 3 && header.lsf ? 576 : 1'152;
        header.frame_bytes =
            header.frame_samples / 8 * header.bit_rate / header.sample_rate + padding;
    }
    header.identity = word & 0xfffe0c00;
    return header;
}

std::optional<AdtsHeader> AdtsHeader::parse(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < 7 || bytes[0] != 0xff || (bytes[1] & 0xf6) != 0xf0) return std::nullopt;
    AdtsHeader header{};
    header.object_type = (bytes[2] >> 6) + 1u;
    header.rate_index = (bytes[2] >> 2) & 15;
    if (header.rate_index >= std::size(kAacRates)) return std::nullopt;
    header.sample_rate = kAacRates[header.rate_index];
    header.channel_configuration = (bytes[2] & 1u) << 2 | bytes[3] >> 6;
    header.header_bytes = (bytes[1] & 1) != 0 ? 7 : 9;
    header.frame_bytes = (bytes[3] & 3u) << 11 | unsigned{bytes[4]} << 3 | bytes[5] >> 5;
    header.blocks = (bytes[6] & 3u) + 1;
    if (header.frame_bytes <= header.header_bytes) return std::nullopt;
    header.identity =
        header.object_type << 16 | header.rate_index << 8 | header.channel_configuration;
    return header;
}

std::uint64_t id3v2_size(std::span<const std::uint8_t> b) {
    if (b.size() < 10 || b[0] != 'I' || b[1] != 'D' || b[2] != '3' || b[3] == 0xff ||
        b[4] == 0xff || ((b[6] | b[7] | b[8] | b[9]) & 0x80) != 0)
        return 0;
    const std::uint64_t size =
        std::uint64_t{b[6]} << 21 | std::uint64_t{b[7]} << 14 | std::uint64_t{b[8]} << 7 | b[9];
    return size + 10 + ((b[5] & 0x10) != 0 ? 10 : 0);
}

std::optional<InfoFrame> InfoFrame::parse(std::span<const std::uint8_t> frame,
                                          const MpegAudioHeader& header) {
    if (header.layer != 3) return std::nullopt;
    InfoFrame info;
    if (frame.size() >= 36 + 26 && std::memcmp(frame.data() + 36, "VBRI", 4) == 0) {
        info.frames = be32(frame.data() + 36 + 14);
        return info;
    }
    const std::size_t side =
        header.lsf ? (header.channels == 1 ? 9 : 17) : (header.channels == 1 ? 17 : 32);
    std::size_t at = 4 + side;
    if (frame.size() < at + 8) return std::nullopt;
    if (std::memcmp(frame.data() + at, "Xing", 4) != 0 &&
        std::memcmp(frame.data() + at, "Info", 4) != 0)
        return std::nullopt;
    const std::uint32_t fields = be32(frame.data() + at + 4);
    at += 8;
    if ((fields & 1) != 0) {
        if (frame.size() < at + 4) return info;
        info.frames = be32(frame.data() + at);
        at += 4;
    }
    if ((fields & 2) != 0) at += 4;
    if ((fields & 4) != 0) at += 100;
    if ((fields & 8) != 0) at += 4;
    // The LAME extension: nine bytes of encoder name, at 21 delay and padding of 12 bits each.
    if (frame.size() < at + 24) return info;
    const auto named = [&](const char* text) {
        return std::memcmp(frame.data() + at, text, 4) == 0;
    };
    if (named("LAME") || named("Lavf") || named("Lavc")) {
        const std::uint32_t both = be32(frame.data() + at + 20) & 0xffffff;
        info.gapless = true;
        info.delay = both >> 12;
        info.padding = both & 0xfff;
    }
    return info;
}

}  // namespace consort::container_ffmpeg

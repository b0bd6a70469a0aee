// Frame headers of MPEG audio (ISO/IEC 11172-3, 13818-3) and of AAC in ADTS (ISO/IEC 13818-7).
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace consort::container_ffmpeg {

struct MpegAudioHeader {
    unsigned layer;  // 1 … 3
    unsigned sample_rate, channels, bit_rate;
    unsigned frame_bytes, frame_samples;
    bool lsf;                // MPEG-2 or 2.5
    std::uint32_t identity;  // bits that all frames of a stream share

    // Nothing for reserved values and for free format. Needs four bytes.
    static std::optional<MpegAudioHeader> parse(std::span<const std::uint8_t> bytes);
};

struct AdtsHeader {
    unsigned object_type, rate_index, sample_rate, channel_configuration;
    unsigned header_bytes, frame_bytes, blocks;
    std::uint32_t identity;

    static std::optional<AdtsHeader> parse(std::span<const std::uint8_t> bytes);
};

// Bytes of the ID3v2 tag that begins here, 0 if none does. Needs ten bytes.
std::uint64_t id3v2_size(std::span<const std::uint8_t> bytes);

// What a Xing, Info or VBRI frame says. Such a frame holds no audio.
struct InfoFrame {
    std::uint64_t frames = 0;  // 0: not said
    bool gapless = false;      // delay and padding are known
    unsigned delay = 0, padding = 0;

    // `frame` is the whole first frame.
    static std::optional<InfoFrame> parse(std::span<const std::uint8_t> frame,
                                          const MpegAudioHeader& header);
};

}  // namespace consort::container_ffmpeg

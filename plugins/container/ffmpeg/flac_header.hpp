// Frame headers of FLAC (RFC 9639, 9.1) and its checksums.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace consort::container_ffmpeg {

struct FlacHeader {
    static constexpr std::size_t kMost = 16;  // bytes of a header

    std::uint32_t number;  // of the frame; with variable block sizes, of its first sample
    std::uint32_t samples;
    std::uint32_t sample_rate;  // 0: as STREAMINFO says
    unsigned channels;
    unsigned bits_code;  // as coded: 0 is as STREAMINFO says
    unsigned bytes;      // of the header
    bool variable;

    // Nothing for reserved values, for numbers of more than 31 bits, as FFmpeg counts, and where
    // the header's checksum is wrong. Bytes that are missing count as zeros.
    static std::optional<FlacHeader> parse(std::span<const std::uint8_t> bytes);
};

// Of the first two bytes: a header may begin here.
inline bool flac_sync(std::uint8_t first, std::uint8_t second) {
    return first == 0xff && (second & 0xfe) == 0xf8;
}

// RFC 9639, 9.1.8: polynomial 0x07; over a whole header, checksum included, it is 0.
std::uint8_t flac_crc8(std::span<const std::uint8_t> bytes);
// RFC 9639, 9.3: polynomial 0x8005; over a whole frame, footer included, it is 0.
std::uint16_t flac_crc16(std::span<const std::uint8_t> bytes);

}  // namespace consort::container_ffmpeg

// For tests: FLAC streams made frame by frame (RFC 9639).
#pragma once

#include <cstdint>

#include "plugins/container/ffmpeg/test_media.hpp"

namespace consort::container_ffmpeg::testing {

struct FlacFrame {
    std::uint64_t number = 0;  // of the frame; with variable blocks of its first sample
    std::uint32_t samples = 4'096;
    bool variable = false;
    unsigned rate_code = 9;     // 44.1 kHz
    unsigned channel_code = 0;  // mono
    unsigned bits_code = 4;     // 16
};

// With a good checksum.
Blob flac_frame_header(const FlacFrame& frame);
// Header, body and footer; the body should begin with a subframe.
Blob flac_frame(const FlacFrame& frame, const Blob& body);
// "fLaC" and STREAMINFO of a stream of 16 bits; `total` samples, 0 if that is unknown.
Blob flac_start(std::uint32_t rate, unsigned channels, std::uint64_t total,
                std::uint32_t least_frame = 0);

}  // namespace consort::container_ffmpeg::testing

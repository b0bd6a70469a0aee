// For tests: FLAC streams made frame by frame (RFC 9639), and both ways to an index.
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

// Where the first frame of a whole file begins.
std::uint64_t flac_frames_start(const Blob& bytes);
// Whether an index can be made of frame headers alone; `block` bytes are read at once.
bool flac_by_headers(const Blob& bytes, std::size_t block = 1 << 20);
// What FFmpeg's packets say.
CollectedIndex index_by_packets(const Blob& bytes);

}  // namespace consort::container_ffmpeg::testing

// The index of a native FLAC stream (RFC 9639), from its frame headers.
#pragma once

#include <optional>
#include <vector>

#include "consort/offers/container.hpp"

#include "plugins/container/ffmpeg/byte_window.hpp"

namespace consort::container_ffmpeg {

// The index that index_packets() makes, several times as fast. Where a stream is not as an encoder
// writes it, and FFmpeg would have to weigh what to make of it, index_packets() is asked.
// `bytes` are those of `input`, with what was looked at so far.
Result<void> index_flac(const Input& input, ByteWindow& bytes, const IndexSink& sink);

// What STREAMINFO says of every frame.
struct FlacStream {
    std::uint32_t sample_rate = 0;
    unsigned channels = 0;
};

// The frames of a stream whose first one begins at `at`. A frame ends where the next begins: at a
// header with a good checksum and the one number that can follow. What looks like a header within a
// frame is passed over if the bytes before it are no whole frame. The last frame ends with the
// source. Nothing where there is any doubt: frames missing, damaged headers, a changed format,
// frames of more than kMostFrame bytes; and where the source can't be read, or nobody wants the
// result any more. A damaged frame between good headers is not noticed.
std::optional<std::vector<consort_sample>> flac_frames(ByteWindow& bytes, std::uint64_t at,
                                                       const FlacStream& stream);
// More than the longest block of eight channels with 32 bits takes. FFmpeg's parser loses frames
// far smaller.
inline constexpr std::uint64_t kMostFrame = 4 << 20;

}  // namespace consort::container_ffmpeg

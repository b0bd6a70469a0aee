// The header of a FLAC frame (RFC 9639, 9.1), to give a frame another number.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace consort::codec {

// A number as FLAC codes it, "like UTF-8", in 1 to 7 bytes.
std::string coded_number(std::uint64_t number);

// The number of a frame of a stream with fixed block size; nothing if the bytes are no such frame
// or one of its checksums is wrong.
std::optional<std::uint64_t> frame_number(std::span<const std::uint8_t> frame);

// Puts another number into the frame, with both checksums. False: it is no frame.
bool renumber_frame(std::vector<std::uint8_t>& frame, std::uint64_t number);

struct FlacStream {
    std::uint32_t block_size = 0, rate = 0, channels = 0, bits = 0;
    std::uint64_t frames = 0;  // PCM frames; 0: not known
};
// The payload of dfLa: the one block STREAMINFO, with its header. The MD5 is 0: not known.
std::string stream_info(const FlacStream& stream);

}  // namespace consort::codec

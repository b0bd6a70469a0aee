// A piece of a station's stream, made once and sent to every listener.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "plugins/radio/common/track.hpp"

namespace consort::radio {

using Bytes = std::vector<std::byte>;

// What a decoder must know of coded frames that do not say it themselves.
struct FrameCoding {
    std::string codec;          // "opus" or "flac"
    std::string configuration;  // as media.h says
    std::uint32_t rate = 0, channels = 0, bits = 0;
};

// Whole frames (MPEG audio, ADTS) or whole pages (Ogg): a listener may begin with any chunk, after
// `opening`. Immutable.
struct Chunk {
    Bytes bytes;
    std::uint64_t number = 0;  // counts from 0, without a gap
    std::uint64_t first = 0;   // PCM frames from the station's beginning to the first one in here
    std::uint32_t frames = 0;  // PCM frames in here; about a half of a second
    std::uint32_t rate = 0;    // PCM frames a second
    std::uint32_t run = 0;     // of the encoder: counts up where it was started anew
    // What plays at its first frame; null: silence.
    std::shared_ptr<const Track> track;
    // Ogg: the header pages of the logical stream that `bytes` continues, which a listener who
    // begins here gets first; null where `bytes` begin with them, and for formats without.
    std::shared_ptr<const Bytes> opening;
    // For those who package the coded frames again: where they begin in `frames_alone` if there is
    // a `coding` (Opus and FLAC in Ogg, whose pages hold them in pieces), else in `bytes`.
    std::vector<std::uint32_t> frame_offsets;
    Bytes frames_alone;
    std::shared_ptr<const FrameCoding> coding;

    const Bytes& coded() const noexcept { return coding ? frames_alone : bytes; }
};

using SharedChunk = std::shared_ptr<const Chunk>;

// Takes the stream as it is made. Called on the station's encoder thread; must not block.
class ChunkSink {
  public:
    virtual ~ChunkSink() = default;
    virtual void chunk(SharedChunk made) = 0;
};

}  // namespace consort::radio

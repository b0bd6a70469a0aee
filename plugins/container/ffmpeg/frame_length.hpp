// How long a packet of audio lasts, from its own bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "plugins/container/ffmpeg/track_info.hpp"

struct AVCodecParameters;
struct AVPacket;
struct AVVorbisParseContext;

namespace consort::container_ffmpeg {

// One for each stream. Containers with millisecond clocks (Matroska) can't say it exactly; the
// codec's own frame header can.
class FrameLength {
  public:
    FrameLength(const AVCodecParameters& codec, const TrackInfo& info);
    // In samples, before any trimming; `told` is what the container says, in the same unit.
    std::uint32_t operator()(std::span<const std::uint8_t> packet, std::int64_t told);

  private:
    struct FreeVorbis {
        void operator()(AVVorbisParseContext*) const noexcept;
    };
    int codec_;
    std::uint32_t constant_ = 0;
    std::uint32_t bytes_a_sample_ = 0;
    std::unique_ptr<AVVorbisParseContext, FreeVorbis> vorbis_;
};

// RFC 6716, 3.1: samples at 48 kHz.
std::uint32_t opus_samples(std::span<const std::uint8_t> packet);
// RFC 9639, 9.1: the block size in a frame's header; 0 if it is none.
std::uint32_t flac_samples(std::span<const std::uint8_t> frame);

}  // namespace consort::container_ffmpeg

// Which of FFmpeg's decoders a track needs, and how far back it must look.
#pragma once

#include <cstdint>

#include "consort/media.hpp"

#include "plugins/codec/common/libav.hpp"

namespace consort::codec {

// Where a decoder may start, and what it needs before it gives the sound of the whole track.
struct Warmup {
    // The sound is decoded in blocks of so many samples, each by a decoder that starts anew, so
    // that every value is a pure function of its place, however the track is read: decoders carry
    // state that never fully fades (noise substitution, energy prediction). 0: samples stand alone.
    std::uint32_t block = 0;
    std::uint32_t samples = 0;  // decoded and thrown away before a block
};

struct CodecSetup {
    const AVCodec* codec = nullptr;
    Warmup warmup;
};

// UNSUPPORTED: not sound, or FFmpeg has no decoder for it.
Result<CodecSetup> codec_setup(const Track& track);

// An opened decoder of the track.
Result<ContextPtr> open_decoder(const CodecSetup& setup, const Track& track);

}  // namespace consort::codec

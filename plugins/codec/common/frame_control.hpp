// What an encoder's own rate control is replaced by, where its memory has no end.
#pragma once

#include <cstdint>

#include "plugins/codec/common/libav.hpp"

namespace consort::codec {

// Steers one run of one encoder, sample by sample, over the settings that FFmpeg reads at each.
// For one thread.
class FrameControl {
  public:
    virtual ~FrameControl() = default;
    // At the start. May feed the encoder with what belongs to no sound, to bring it into a known
    // state; gives how many samples of that have not come out yet, to be thrown away.
    virtual Result<std::uint32_t> prime(AVCodecContext& context) = 0;
    // Before `frame` is fed, which makes sample `number` come out. Numbers count up by one, and
    // begin below 0 where silence is coded before the first.
    virtual void before(AVCodecContext& context, std::int64_t number, const AVFrame& frame) = 0;
    // Sample `number` has come out.
    virtual void after(std::int64_t number, std::uint64_t bytes) = 0;
};

}  // namespace consort::codec

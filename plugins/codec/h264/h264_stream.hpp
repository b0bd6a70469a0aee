// One run of libx264: pictures in, H.264 access units out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "consort/result.hpp"

#include "plugins/codec/common/video/libav.hpp"
#include "plugins/codec/common/video/picture_plan.hpp"

namespace consort::h264 {

struct StreamSettings {
    video::Size size;
    video::Colour colour;
    std::uint32_t timescale = 90'000;
    std::uint32_t rate_num = 25, rate_den = 1;  // pictures a second, for the headers and the level
    std::uint32_t bit_rate = 0;                 // bits a second: the most, or the average
    bool average = false;  // hold the average; else equal quality, capped by bit_rate
    double crf = 23;       // of equal quality
    std::string preset = "veryfast", profile = "high";
};

// A coded picture.
struct AccessUnit {
    std::span<const std::uint8_t> data;  // NAL units, each after its length in 4 bytes
    std::int64_t time = 0;               // presentation
    bool sync = false;                   // an IDR picture
};

// The bytes follow from the settings and the pictures alone, on any processor. One thread at a
// time.
class Stream {
  public:
    // UNSUPPORTED: libx264 refuses the settings.
    static Result<Stream> open(const StreamSettings& settings);

    // AVCDecoderConfigurationRecord, ISO/IEC 14496-15. It follows from the settings alone.
    const std::string& configuration() const noexcept { return configuration_; }

    // Takes an access unit, in decode order; its bytes are borrowed.
    using Take = std::function<Result<void>(const AccessUnit&)>;
    // The picture's pts counts in the timescale and rises. The first becomes an IDR picture.
    Result<void> add(const AVFrame& picture, const Take& take);
    Result<void> finish(const Take& take);

  private:
    Result<void> collect(const Take& take);

    video::CodecPtr codec_;
    video::PacketPtr packet_ = video::new_packet();
    std::string configuration_;
};

// libx264 and what feeds it, for revisions: "x264 - core 164 r3095, lavc 59.37.100 …". Found out by
// coding a picture, the first time.
const std::string& encoder_version();

}  // namespace consort::h264

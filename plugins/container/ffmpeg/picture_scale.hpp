// Cover pictures in the sizes that pages show, through libavcodec and libswscale.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "consort/offers/image.hpp"

namespace consort::container_ffmpeg {

// A picture with more pixels is refused unseen: decoding it would take some 200 MB.
inline constexpr std::int64_t kMostPixels = 32'000'000;

// The image of the SDK: JPEG, PNG and WebP. Stateless, so for any worker thread. The answer is a
// PNG if the picture is one or has transparent parts, else a JPEG.
class PictureScaler {
  public:
    PictureScaler();
    Result<void> scale(std::span<const std::byte> picture, std::uint32_t longest_side,
                       const ImageReady& ready);
};

}  // namespace consort::container_ffmpeg

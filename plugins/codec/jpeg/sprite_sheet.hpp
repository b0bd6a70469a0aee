// A sheet of thumbnails as one JPEG picture.
#pragma once

#include <cstdint>
#include <vector>

#include "consort/result.hpp"

#include "plugins/codec/common/video/libav.hpp"
#include "plugins/codec/jpeg/sprite_layout.hpp"

namespace consort::jpeg {

// Black until its tiles are put. One thread at a time.
class SpriteSheet {
  public:
    SpriteSheet(const SpriteLayout& layout, std::uint32_t sheet);

    // A picture of the layout's tile size: yuv420p in JFIF's colours.
    void put(std::uint32_t tile, const AVFrame& picture);
    // The JPEG file.
    Result<std::vector<std::uint8_t>> encode() const;

  private:
    SpriteLayout layout_;
    video::FramePtr frame_;
};

}  // namespace consort::jpeg

// What becomes of a track's pictures: upright, square pixels, standard colours, at most so large.
#pragma once

#include <cstdint>
#include <string>

#include "consort/media.hpp"

#include "plugins/codec/common/video/picture_decoder.hpp"

namespace consort::video {

// ISO/IEC 23091-2 code points; 2: unspecified.
struct Colour {
    std::uint32_t primaries = 2, transfer = 2, matrix = 2;
    bool full_range = false;
};

struct Size {
    std::uint32_t width = 0, height = 0;
};

// What the source's pictures are, from the index and the first that can be decoded.
struct SourceLook {
    Size coded;
    std::uint32_t sar_num = 1, sar_den = 1;
    int rotation = 0;  // clockwise degrees that make it upright: 0, 90, 180, 270
    Colour colour;
    bool interlaced = false;
    double peak = 10;  // brightest of an HDR picture, in units of 100 cd/m²

    bool turned() const noexcept { return rotation == 90 || rotation == 270; }
    bool hdr() const noexcept { return colour.transfer == 16 || colour.transfer == 18; }
    // BT.2020: as bright as ordinary pictures, but of other colours.
    bool wide() const noexcept { return !hdr() && colour.primaries == 9; }
    // Upright, with square pixels.
    Size upright() const noexcept;

    // Decodes the first pictures. UNSUPPORTED: no decoder, or a size that makes no sense.
    static Result<SourceLook> of(const MediaView& media, std::uint32_t track,
                                 const PictureList& list, const Canceled& canceled);
};

// Upright pictures of 8 bits, 4:2:0, square pixels, limited range, even width and height. Stills do
// without deinterlacing, which needs neighbours, and have the colours of JFIF: BT.601, full range.
struct PicturePlan {
    SourceLook source;
    Size size;
    Colour colour;  // of the result
    bool still = false;

    // At most `height` lines of the upright picture, 0: as many as it has; never more than it has.
    static PicturePlan make(const SourceLook& source, std::uint32_t height);
};

}  // namespace consort::video

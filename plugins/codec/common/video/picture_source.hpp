// The finished pictures of any range of a track.
#pragma once

#include <cstddef>

#include "consort/media.hpp"

#include "plugins/codec/common/video/picture_decoder.hpp"
#include "plugins/codec/common/video/picture_filter.hpp"
#include "plugins/codec/common/video/picture_list.hpp"
#include "plugins/codec/common/video/picture_plan.hpp"

namespace consort::video {

struct ReadMode {
    int threads = 1;
    // Stop at the first damage. What FFmpeg makes of damage depends on how its threads happen to
    // run, so only what is free of it may be decoded by several.
    bool sound_only = false;
};
enum class Reading { kDone, kDamaged };

// Hands over every picture of the range once, in order, as the plan wants it: a picture that is
// damaged is the last good one again (or the next, at the beginning), so that time never shifts.
// The result depends on the range and the source alone. kDamaged, only where the mode says so: what
// was handed over is void; read again without. CORRUPT: not one can be decoded. CANCELED, IO, or
// what `take` returns.
Result<Reading> read_pictures(const MediaView& media, std::uint32_t track, const PictureList& list,
                              const PicturePlan& plan, PictureRange range, ReadMode mode,
                              const Canceled& canceled, const PictureFilter::Take& take);

}  // namespace consort::video

// The finished pictures of any range of a track.
#pragma once

#include <cstddef>

#include "consort/media.hpp"

#include "plugins/codec/common/video/picture_decoder.hpp"
#include "plugins/codec/common/video/picture_filter.hpp"
#include "plugins/codec/common/video/picture_list.hpp"
#include "plugins/codec/common/video/picture_plan.hpp"

namespace consort::video {

// Hands over every picture of the range once, in order, as the plan wants it: a picture that is
// damaged is the last good one again (or the next, at the beginning), so that time never shifts.
// The result depends on the range and the source alone. Works on the calling thread: what FFmpeg
// makes of damage, and x264 of a bound on its bit rate, depends on how their threads happen to run.
// CORRUPT: not one can be decoded. CANCELED, IO, or what `take` returns. [worker]
Result<void> read_pictures(const MediaView& media, std::uint32_t track, const PictureList& list,
                           const PicturePlan& plan, PictureRange range, const Canceled& canceled,
                           const PictureFilter::Take& take);

}  // namespace consort::video

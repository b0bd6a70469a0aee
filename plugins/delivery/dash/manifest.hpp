// The manifest of ISO/IEC 23009-1 (DASH): static, SegmentTemplate with SegmentTimeline.
#pragma once

#include <cstdint>
#include <string>

#include "consort/media.hpp"

#include "plugins/delivery/common/rendition_set.hpp"

namespace consort::delivery {

// A set for each text track too, one WebVTT file that lies beside the segments.
//
// Times are presentation times, behind the edit lists of the init segments: a player that honours
// these (Media Source does) needs no presentationTimeOffset. UNSUPPORTED, with the reason, if
// nothing of `renditions` has a place in DASH. No I/O, but it measures every segment.
Result<std::string> write_manifest(const MediaView& media, const RenditionSet& renditions,
                                   std::uint32_t segment_seconds);

}  // namespace consort::delivery

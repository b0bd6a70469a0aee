// Where a coded track is cut into segments.
#pragma once

#include <cstdint>
#include <vector>

#include "consort/abi/media.h"
#include "consort/result.hpp"

#include "core/media/index_file.hpp"

namespace consort::media {

// Each returns the starts of the segments and the end of the last, rising; a remainder shorter than
// half a segment belongs to the one before it.

// Of a coded audio track whose samples all last `sample_duration`: media times nearest to multiples
// of the length, on whole samples. 0: the samples differ, there is one segment.
std::vector<std::int64_t> audio_segments(const consort_track& coded, std::uint32_t sample_duration,
                                         std::uint32_t seconds);

// Of the pictures of a source's track, as presentation times (the edit applied, from 0, in the
// track's timescale): the first sync sample at or after each multiple of the length, or, where more
// than two lengths lie between sync samples, the first picture.
Result<std::vector<std::int64_t>> picture_segments(const IndexFile& index, std::uint32_t track,
                                                   std::uint32_t seconds);

}  // namespace consort::media

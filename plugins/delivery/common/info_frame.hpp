// The frame of silence in front of an MP3 stream that tells its encoder delay and padding.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "consort/abi/media.h"

namespace consort::delivery {

// An "Info" frame with LAME's extension for the frames of `track`: the only way in which packed
// audio can say where the music begins and ends. Decoders that know it play nothing for it. It is
// made anew, because the index does not keep the source's own. `frame_header` is the first four
// bytes of any frame of the track. Empty if the track's edit cannot be said this way, or the header
// is not one of MPEG layer III.
std::string make_info_frame(const consort_track& track, std::string_view frame_header);

}  // namespace consort::delivery

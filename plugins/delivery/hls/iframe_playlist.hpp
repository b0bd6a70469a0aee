// I-frame playlists (RFC 8216, 4.3.3.6): for fast winding and previews.
#pragma once

#include <string>

#include "plugins/delivery/common/rendition_set.hpp"

namespace consort::delivery {

// Byte ranges of the .m4s segments, each from the beginning of its fragment to the end of the first
// picture, which stands alone. Of pictures of the source itself only.
Result<std::string> write_iframe_playlist(const MediaView& media, const CmafRendition& rendition);

// Of those ranges, at the price of a look at each segment's first sample.
Result<BitRates> iframe_bit_rates(const MediaView& media, const CmafRendition& rendition);

}  // namespace consort::delivery

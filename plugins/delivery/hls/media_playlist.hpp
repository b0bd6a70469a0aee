// Media playlists of RFC 8216.
#pragma once

#include <string>

#include "plugins/delivery/hls/ladder.hpp"

namespace consort::delivery {

// `target_seconds` is EXT-X-TARGETDURATION. Relative URIs with `?v=version`; durations in
// microseconds that sum up exactly.
std::string write_media_playlist(const CmafRendition& rendition, Container container,
                                 std::uint64_t target_seconds);

}  // namespace consort::delivery

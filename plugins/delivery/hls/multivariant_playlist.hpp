// The multivariant playlist of RFC 8216, section 4.3.4.
#pragma once

#include <string>

#include "plugins/delivery/hls/bandwidth.hpp"
#include "plugins/delivery/hls/subtitles.hpp"

namespace consort::delivery {

// CODECS, BANDWIDTH, SCORE and the rest of every variant of the ladder; groups of sound and
// subtitles; I-frame playlists. Bandwidths say the peak over runs of segments. UNSUPPORTED if the
// container can carry none of the renditions.
Result<std::string> write_multivariant_playlist(const MediaView& media,
                                                const RenditionSet& renditions,
                                                const Bandwidths& bandwidths, Container container,
                                                const std::vector<SubtitleTrack>& subtitles);

}  // namespace consort::delivery

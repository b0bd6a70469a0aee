// Media playlists of RFC 8216.
#pragma once

#include <string>
#include <string_view>

namespace consort::delivery {

struct Rendition;

// Relative URIs with `?v=version`; durations in microseconds that sum up exactly.
std::string write_media_playlist(const Rendition& rendition, std::string_view version);

}  // namespace consort::delivery

// The multivariant playlist of RFC 8216 (there "master playlist").
#pragma once

#include <string>

#include "consort/media.hpp"

namespace consort::delivery {

class Renditions;

// Measures every segment, so it reads the whole index.
Result<std::string> write_multivariant_playlist(const MediaView& media,
                                                const Renditions& renditions,
                                                std::uint32_t segment_seconds);

}  // namespace consort::delivery

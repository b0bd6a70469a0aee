// Which renditions make sense for a source, so that manifests name them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "consort/abi/media.h"

#include "core/media/rendition.hpp"

namespace consort::media {

// Takes from the list, of the renditions of one lossy track, the lossless ones, and those of more
// bits than the source has, which are marked as above it, but never the lowest of a codec.
void list_audio(const consort_track& source,
                std::span<const std::unique_ptr<consort_rendition>> renditions);

// Lines of the picture when it stands upright.
inline std::uint32_t upright_height(const consort_track& track) {
    const bool turned = track.rotation == 90 || track.rotation == 270;
    return turned ? track.width : track.height;
}

}  // namespace consort::media

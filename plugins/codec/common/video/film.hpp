// What is found out once about a video track, and shared by all that is made of it.
#pragma once

#include <cstdint>

#include "consort/media.hpp"

#include "plugins/codec/common/video/picture_list.hpp"
#include "plugins/codec/common/video/picture_plan.hpp"

namespace consort::video {

struct Film {
    PictureList list;
    SourceLook look;

    // Kept with the media, and lives as long as it does. The first call reads the index and decodes
    // the first pictures. UNSUPPORTED: no decoder, or no pictures; CORRUPT. [worker]
    static Result<const Film*> of(const MediaView& media, std::uint32_t track);
};

}  // namespace consort::video

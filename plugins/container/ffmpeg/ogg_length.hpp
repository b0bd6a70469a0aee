// How long an Ogg file with one stream of Opus or Vorbis lasts, from its first and last pages.
#pragma once

#include <cstdint>
#include <optional>

#include "plugins/container/ffmpeg/byte_window.hpp"

namespace consort::container_ffmpeg {

// In nanoseconds. Nothing: several streams, another codec, Vorbis that does not begin at 0, or
// pages that are not where they should be; then a demuxer has to go through the pages. libavformat
// always does, and its checksums of the last 64 KiB are most of what probing costs.
std::optional<std::int64_t> ogg_duration(ByteWindow& bytes, std::uint64_t start);

}  // namespace consort::container_ffmpeg

// The byte-range playlist of a growing file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "plugins/delivery/progressive/growing_file.hpp"

namespace consort::delivery {

// How many fragments of the file make one segment of about `seconds`.
std::size_t fragments_in_segment(std::uint32_t seconds, std::uint32_t segment_seconds) noexcept;

// What exists of the file, in segments of `together` fragments. It is an EVENT playlist, so entries
// only ever follow, and ends when the file is complete.
std::string write_growing_playlist(const GrowingFile& file, std::string_view uri,
                                   std::size_t together);

}  // namespace consort::delivery

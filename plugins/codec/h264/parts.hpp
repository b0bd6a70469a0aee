// Cuts a range into the parts that encoders work on side by side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "plugins/codec/common/video/picture_list.hpp"

namespace consort::h264 {

// Parts of about three seconds or less; they begin with the pictures `alone` (rising numbers), and
// else where the source can be decoded from, if that is near. A function of the arguments alone: a
// range that ends and begins on pictures `alone` has the same parts within any longer range.
std::vector<video::PictureRange> cut_into_parts(const video::PictureList& list,
                                                video::PictureRange range, std::uint32_t timescale,
                                                std::span<const std::size_t> alone);

}  // namespace consort::h264

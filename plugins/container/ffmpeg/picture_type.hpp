// What the first bytes of a picture say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace consort::container_ffmpeg {

// "image/jpeg", "image/png", "image/webp", "image/gif" by the bytes; null: none of them.
const char* picture_type(std::span<const std::byte> picture) noexcept;

struct PictureSize {
    std::uint32_t width = 0, height = 0;  // 0: the header does not say
    std::int64_t pixels() const noexcept { return std::int64_t{width} * height; }
};

// The size that the header of a PNG (IHDR), a JPEG (its frame header) or a WebP (VP8X, VP8, VP8L)
// claims, without decoding.
PictureSize picture_size(std::span<const std::byte> picture) noexcept;

}  // namespace consort::container_ffmpeg

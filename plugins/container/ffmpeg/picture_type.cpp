#include "plugins/container/ffmpeg/picture_type.hpp"

#include <string_view>

namespace consort::container_ffmpeg {
namespace {

std::string_view text_of(std::span<const std::byte> bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// `count` bytes from `at` on as a number; the caller has checked that they are there.
std::uint32_t big_endian(std::string_view text, std::size_t at, unsigned count) noexcept {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < count; ++i)
        value = value << 8 | static_cast<unsigned char>(text[at + i]);
    return value;
}
std::uint32_t little_endian(std::string_view text, std::size_t at, unsigned count) noexcept {
    std::uint32_t value = 0;
    for (unsigned i = count; i-- > 0;)
        value = value << 8 | static_cast<unsigned char>(text[at + i]);
    return value;
}

// ITU-T T.81, B.1.1.3: SOF0 … SOF15 but for DHT, JPG and DAC, which share their range.
bool is_frame_header(unsigned marker) noexcept {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

PictureSize jpeg_size(std::string_view text) noexcept {
    std::size_t at = 2;
    while (at + 9 <= text.size()) {
        if (text[at] != '\xFF') return {};
        const unsigned marker = static_cast<unsigned char>(text[at + 1]);
        if (marker == 0xFF) {  // fill bytes may stand before a marker
            ++at;
            continue;
        }
        if (is_frame_header(marker))
            return {big_endian(text, at + 7, 2), big_endian(text, at + 5, 2)};
        const std::uint32_t length = big_endian(text, at + 2, 2);
        if (length < 2 || marker == 0xDA) return {};
        at += 2 + length;
    }
    return {};
}

// RFC 9649.
PictureSize webp_size(std::string_view text) noexcept {
    if (text.size() < 30) return {};
    const std::string_view chunk = text.substr(12, 4);
    if (chunk == "VP8X") return {little_endian(text, 24, 3) + 1, little_endian(text, 27, 3) + 1};
    if (chunk == "VP8 ")
        return {little_endian(text, 26, 2) & 0x3FFF, little_endian(text, 28, 2) & 0x3FFF};
    if (chunk == "VP8L") {
        const std::uint32_t bits = little_endian(text, 21, 4);
        return {(bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1};
    }
    return {};
}

}  // namespace

const char* picture_type(std::span<const std::byte> picture) noexcept {
    const std::string_view text = text_of(picture);
    if (text.starts_with("\xff\xd8\xff")) return "image/jpeg";
    if (text.starts_with("\x89PNG\r\n\x1a\n")) return "image/png";
    if (text.starts_with("RIFF") && text.size() >= 12 && text.substr(8, 4) == "WEBP")
        return "image/webp";
    if (text.starts_with("GIF8")) return "image/gif";
    return nullptr;
}

PictureSize picture_size(std::span<const std::byte> picture) noexcept {
    const std::string_view text = text_of(picture);
    if (text.starts_with("\xff\xd8\xff")) return jpeg_size(text);
    if (text.starts_with("\x89PNG\r\n\x1a\n"))
        return text.size() < 24 ? PictureSize{}
                                : PictureSize{big_endian(text, 16, 4), big_endian(text, 20, 4)};
    if (text.starts_with("RIFF")) return webp_size(text);
    return {};
}

}  // namespace consort::container_ffmpeg

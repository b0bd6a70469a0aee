// The playlists of a live station (RFC 8216, and for low latency draft-pantos-hls-rfc8216bis).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "plugins/radio/hls/live_window.hpp"

namespace consort::radio {

// With low latency, if the window's shape has parts: parts, server control, a hint at the part that
// comes next. `extension` is that of segments, without a dot. Needs a window that has begun: hls.js
// gives up at a playlist without a segment.
std::string live_playlist(const LiveWindow& window, std::string_view extension);

// One variant, whose playlist is "live.m3u8". Bits a second, of the coded sound.
std::string live_multivariant(std::string_view codecs, std::uint32_t average, std::uint32_t peak);

// "segment123.mp3", "part123.4.mp3", "init123.mp4"
std::string segment_name(std::uint64_t number, std::string_view extension);
std::string part_name(std::uint64_t number, std::size_t part, std::string_view extension);
std::string init_name(std::uint64_t number);

}  // namespace consort::radio

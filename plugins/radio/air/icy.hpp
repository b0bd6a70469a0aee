// ICY metadata, as SHOUTcast introduced it: titles between the bytes of the audio.
#pragma once

#include <string>
#include <string_view>

#include "plugins/radio/common/track.hpp"

namespace consort::radio {

inline constexpr std::size_t icy_interval = 16'000;  // bytes of audio between two blocks
inline constexpr std::size_t most_icy_text = 255 * 16;

// One length byte, in units of 16, and `StreamTitle='Artist - Title';StreamUrl='url';` padded with
// zeros. Players look for "';", so that never stands within a title. Cut between characters of
// UTF-8 where it would be too long.
std::string icy_block(const Track& track, std::string_view url);

// "Artist - Title", or the title alone; without control characters.
std::string display_title(const Track& track);

}  // namespace consort::radio

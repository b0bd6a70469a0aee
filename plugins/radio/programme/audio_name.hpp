// Which files are sound, by their names.
#pragma once

#include <string_view>

namespace consort::radio {

// Whether `name` (a file's name, not a path) has the extension of an audio format that FFmpeg
// reads, in any case. Hidden files are none.
bool is_audio_name(std::string_view name) noexcept;

}  // namespace consort::radio

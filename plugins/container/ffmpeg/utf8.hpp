// Makes valid UTF-8 of what files call text.
#pragma once

#include <string>
#include <string_view>

namespace consort::container_ffmpeg {

// Text that is not UTF-8 is taken as ISO 8859-1 (the usual case in ID3v1 and RIFF). Control
// characters become spaces, but for line breaks and tabs; spaces at both ends go.
std::string valid_utf8(std::string_view text);

}  // namespace consort::container_ffmpeg

// What a source says of itself, in the headers of Icecast's protocol.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace consort::radio {

// UTF-8 without control characters, of bounded length; empty: not said.
struct LiveInfo {
    std::string name, genre, description, url, bitrate;
    std::string content_type;
    bool is_public = false;
};

// Fit to be shown: at most `most` bytes, without control characters, UTF-8. Bytes that are none
// count as `charset`, or as ISO 8859-1 if that is empty or unknown.
std::string shown_text(std::string_view text, std::string_view charset = {},
                       std::size_t most = 500);

// libavformat's name of the format that a Content-Type names; null: it must be found out.
const char* demuxer_of(std::string_view content_type) noexcept;

}  // namespace consort::radio

#include "plugins/delivery/progressive/file_name.hpp"

#include <algorithm>
#include <cstdint>

#include "plugins/delivery/common/path_text.hpp"

namespace consort::delivery {
namespace {

int hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::string decoded_last_segment(std::string_view uri) {
    const std::string_view path = uri.substr(0, uri.find_first_of("?#"));
    const std::string_view segment = path.substr(path.rfind('/') + 1);
    std::string out;
    for (std::size_t i = 0; i < segment.size(); ++i) {
        const bool escape = segment[i] == '%' && i + 2 < segment.size() &&
                            hex_value(segment[i + 1]) >= 0 && hex_value(segment[i + 2]) >= 0;
        if (escape) {
            out += static_cast<char>(hex_value(segment[i + 1]) * 16 + hex_value(segment[i + 2]));
            i += 2;
        } else {
            out += segment[i];
        }
    }
    return out;
}

// Bytes of the UTF-8 character (RFC 3629) at the front; 0: it is none.
std::size_t character(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xC0) != 0x80) return 0;
    const bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
    const bool outside = (first == 0xED && byte(1) > 0x9F) || (first == 0xF4 && byte(1) > 0x8F);
    return overlong || outside ? 0 : length;
}

std::string safe_name(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t length = character(text);
        const auto first = static_cast<unsigned char>(text[0]);
        const bool refused = length == 0 || first < 0x20 || first == 0x7F ||
                             std::string_view("/\\\"").find(text[0]) != std::string_view::npos;
        if (refused)
            out += '_';
        else
            out += text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

}  // namespace

std::string inline_disposition(std::string_view uri) {
    const std::string name = safe_name(decoded_last_segment(uri));
    if (name.empty()) return "inline";
    std::string plain;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80)
            plain += c;
        else if (byte >= 0xC0)  // one for each character
            plain += '_';
    }
    // A percent sign in the quoted form is read as an escape by some clients.
    const bool twice = plain != name || plain.find('%') != std::string::npos;
    std::replace(plain.begin(), plain.end(), '%', '_');
    std::string out = "inline; filename=\"" + plain + "\"";
    if (twice) out += "; filename*=UTF-8''" + path_segment(name);
    return out;
}

}  // namespace consort::delivery

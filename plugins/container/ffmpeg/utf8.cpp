#include "plugins/container/ffmpeg/utf8.hpp"

#include <cstddef>
#include <cstdint>

namespace consort::container_ffmpeg {
namespace {

// Bytes of the well-formed sequence at the start, 0 if there is none (Unicode, table 3-7).
std::size_t sequence(std::string_view s) {
    const auto at = [&](std::size_t i) -> unsigned {
        return i < s.size() ? static_cast<unsigned char>(s[i]) : 0;
    };
    const auto tail = [&](std::size_t i) { return (at(i) & 0xc0) == 0x80; };
    const unsigned lead = at(0);
    if (lead < 0x80) return 1;
    if (lead >= 0xc2 && lead <= 0xdf) return tail(1) ? 2 : 0;
    if (lead >= 0xe0 && lead <= 0xef) {
        if (!tail(1) || !tail(2)) return 0;
        if (lead == 0xe0 && at(1) < 0xa0) return 0;
        if (lead == 0xed && at(1) > 0x9f) return 0;  // surrogates
        return 3;
    }
    if (lead >= 0xf0 && lead <= 0xf4) {
        if (!tail(1) || !tail(2) || !tail(3)) return 0;
        if (lead == 0xf0 && at(1) < 0x90) return 0;
        if (lead == 0xf4 && at(1) > 0x8f) return 0;
        return 4;
    }
    return 0;
}

bool well_formed(std::string_view text) {
    while (!text.empty()) {
        const std::size_t size = sequence(text);
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

}  // namespace

std::string valid_utf8(std::string_view text) {
    std::string made;
    made.reserve(text.size());
    const bool good = well_formed(text);
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f) {
            if (c != '\r') made.push_back(' ');
        } else if (byte < 0x80 || good) {
            made.push_back(c);
        } else {
            made.push_back(static_cast<char>(0xc0 | byte >> 6));
            made.push_back(static_cast<char>(0x80 | (byte & 0x3f)));
        }
    }
    const auto first = made.find_first_not_of(" \t\n");
    if (first == std::string::npos) return {};
    return made.substr(first, made.find_last_not_of(" \t\n") - first + 1);
}

}  // namespace consort::container_ffmpeg

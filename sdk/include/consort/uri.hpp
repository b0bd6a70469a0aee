// Percent-encoding (RFC 3986, section 2.1) of paths in URIs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace consort {
inline namespace v1 {

// Encodes every byte but those that a segment of a path may hold as they are, so that equal names
// give equal URIs. `name` may hold any bytes; its slashes are encoded.
inline std::string percent_encoded_segment(std::string_view name) {
    constexpr std::string_view kPlain = "-._~!$&'()*+,;=:@";
    constexpr char kHex[] = "0123456789ABCDEF";
    std::string text;
    text.reserve(name.size());
    for (const char c : name) {
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            kPlain.find(c) != std::string_view::npos) {
            text.push_back(c);
        } else {
            const auto byte = static_cast<unsigned char>(c);
            text.push_back('%');
            text.push_back(kHex[byte >> 4]);
            text.push_back(kHex[byte & 15]);
        }
    }
    return text;
}

// The same for a whole path: slashes stay.
inline std::string percent_encoded_path(std::string_view path) {
    std::string text;
    text.reserve(path.size());
    for (;;) {
        const std::size_t slash = path.find('/');
        text += percent_encoded_segment(path.substr(0, slash));
        if (slash == std::string_view::npos) return text;
        text.push_back('/');
        path.remove_prefix(slash + 1);
    }
}

namespace detail {

inline int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// The byte that a '%' and two digits at the front stand for; -1: they are none.
inline int encoded_byte(std::string_view text) noexcept {
    if (text.size() < 3 || text[0] != '%') return -1;
    const int high = hex_digit(text[1]), low = hex_digit(text[2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

}  // namespace detail

// Nothing: a '%' has no two digits after it.
inline std::optional<std::string> percent_decoded(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out.push_back(text[i]);
            continue;
        }
        const int byte = detail::encoded_byte(text.substr(i));
        if (byte < 0) return std::nullopt;
        out.push_back(static_cast<char>(byte));
        i += 2;
    }
    return out;
}

// For showing: what is encoded wrongly stays as it is.
inline std::string percent_decoded_leniently(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int byte = detail::encoded_byte(text.substr(i));
        out.push_back(byte < 0 ? text[i] : static_cast<char>(byte));
        if (byte >= 0) i += 2;
    }
    return out;
}

}  // namespace v1
}  // namespace consort

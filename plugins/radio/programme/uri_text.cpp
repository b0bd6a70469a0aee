#include "plugins/radio/programme/uri_text.hpp"

namespace consort::radio {
namespace {

// RFC 3986: unreserved characters and what a path segment may hold besides.
bool plain_in_segment(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~!$&'()*+,;=:@").find(c) != std::string_view::npos;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// The length of the UTF-8 sequence that `text` begins with (RFC 3629); 0: it begins with none.
std::size_t sequence(std::string_view text) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (length == 0 || first > 0xF4 || length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xC0) != 0x80) return 0;
    const unsigned char least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    const unsigned char most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    return byte(1) < least || byte(1) > most ? 0 : length;
}

std::string presentable(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t length = sequence(text);
        if (length == 0)
            out += "\xEF\xBF\xBD";
        else if (static_cast<unsigned char>(text.front()) < 0x20 || text.front() == 0x7F)
            out += '?';
        else
            out += text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
}

}  // namespace

std::string child_uri(std::string_view directory_uri, std::string_view name) {
    constexpr char kHex[] = "0123456789ABCDEF";
    std::string uri(directory_uri);
    if (uri.empty() || uri.back() != '/') uri.push_back('/');
    for (const char c : name) {
        if (plain_in_segment(c)) {
            uri.push_back(c);
        } else {
            const auto byte = static_cast<unsigned char>(c);
            uri.push_back('%');
            uri.push_back(kHex[byte >> 4]);
            uri.push_back(kHex[byte & 15]);
        }
    }
    return uri;
}

std::string without_slash(std::string directory_uri) {
    while (directory_uri.ends_with('/') && !directory_uri.ends_with("://") &&
           !directory_uri.ends_with(":///"))
        directory_uri.pop_back();
    return directory_uri;
}

std::string percent_decoded(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            const int high = hex_digit(text[i + 1]);
            const int low = hex_digit(text[i + 2]);
            if (high >= 0 && low >= 0) {
                out.push_back(static_cast<char>(high * 16 + low));
                i += 2;
                continue;
            }
        }
        out.push_back(text[i]);
    }
    return out;
}

std::string shown(std::string_view uri) {
    if (!uri.starts_with("file://")) return presentable(uri);
    return presentable(percent_decoded(uri.substr(7)));
}

std::string name_of(std::string_view uri) {
    while (uri.size() > 1 && uri.ends_with('/')) uri.remove_suffix(1);
    return presentable(percent_decoded(uri.substr(uri.rfind('/') + 1)));
}

std::string shell_quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'')
            out += "'\\''";
        else
            out.push_back(c);
    }
    return out + "'";
}

std::uint64_t stable_hash(std::string_view text) noexcept {
    // FNV-1a.
    std::uint64_t hash = 0xCBF29CE484222325;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
    return hash;
}

}  // namespace consort::radio

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "core/media/storage.hpp"

namespace consort::media {
namespace {

// RFC 3986: unreserved characters and what a path segment may hold besides.
bool plain_in_segment(unsigned char c) {
    return (c < 0x80 && std::isalnum(c) != 0) ||
           std::string_view("-._~!$&'()*+,;=:@").find(static_cast<char>(c)) !=
               std::string_view::npos;
}

// RFC 3986, section 3.1. A relative path that looks like one is written "./a:b".
bool has_scheme(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0) return false;
    if (std::isalpha(static_cast<unsigned char>(text.front())) == 0) return false;
    return std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '-' || c == '.';
    });
}

void append_encoded(std::string& to, std::string_view text, bool keep_slash) {
    constexpr char kHex[] = "0123456789ABCDEF";
    for (const char raw : text) {
        const auto c = static_cast<unsigned char>(raw);
        if (plain_in_segment(c) || (keep_slash && c == '/')) {
            to.push_back(raw);
        } else {
            to.push_back('%');
            to.push_back(kHex[c >> 4]);
            to.push_back(kHex[c & 15]);
        }
    }
}

}  // namespace

std::string Storage::to_uri(std::string_view path_or_uri) {
    if (path_or_uri.empty() || has_scheme(path_or_uri)) return std::string(path_or_uri);
    std::string uri = "file://";
    if (path_or_uri.front() == '/') {
        append_encoded(uri, path_or_uri, true);
    } else {
        const auto path = std::filesystem::absolute(path_or_uri).lexically_normal();
        append_encoded(uri, path.native(), true);
    }
    return uri;
}

std::string Storage::child(std::string_view directory_uri, std::string_view name) {
    std::string uri = to_uri(directory_uri);
    if (uri.empty() || uri.back() != '/') uri.push_back('/');
    append_encoded(uri, name, false);
    return uri;
}

}  // namespace consort::media

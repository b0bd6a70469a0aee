#include "plugins/storage/local/file_uri.hpp"

namespace consort::storage_local {
namespace {

Error invalid(std::string_view uri, const char* why) {
    return {CONSORT_E_INVALID, "The address '" + std::string(uri) + "' " + why + "."};
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~!$&'()*+,;=:@/").find(c) != std::string_view::npos;
}

}  // namespace

Result<std::string> path_of(std::string_view uri) {
    std::string_view rest = uri;
    if (!rest.starts_with("file://")) return invalid(uri, "does not begin with file://");
    rest.remove_prefix(7);
    if (rest.starts_with("localhost/")) rest.remove_prefix(9);
    if (!rest.starts_with('/')) return invalid(uri, "names no absolute path on this machine");
    std::string path;
    path.reserve(rest.size());
    for (std::size_t i = 0; i < rest.size(); ++i) {
        char c = rest[i];
        if (c == '?' || c == '#') return invalid(uri, "has a query or a fragment; encode ? and #");
        if (c == '%') {
            const int high = i + 2 < rest.size() ? hex_digit(rest[i + 1]) : -1;
            const int low = i + 2 < rest.size() ? hex_digit(rest[i + 2]) : -1;
            if (high < 0 || low < 0) return invalid(uri, "has a broken percent-encoding");
            c = static_cast<char>(high * 16 + low);
            i += 2;
        }
        if (c == '\0') return invalid(uri, "has a NUL character in its path");
        path.push_back(c);
    }
    return path;
}

std::string uri_of(std::string_view path) {
    constexpr char kHex[] = "0123456789ABCDEF";
    std::string uri = "file://";
    for (const char c : path) {
        if (plain(c)) {
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

}  // namespace consort::storage_local

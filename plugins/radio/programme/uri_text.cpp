#include "plugins/radio/programme/uri_text.hpp"

#include "consort/uri.hpp"
#include "consort/utf8.hpp"

namespace consort::radio {
namespace {

std::string presentable(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
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
    std::string uri(directory_uri);
    if (uri.empty() || uri.back() != '/') uri.push_back('/');
    return uri + percent_encoded_segment(name);
}

std::string without_slash(std::string directory_uri) {
    while (directory_uri.ends_with('/') && !directory_uri.ends_with("://") &&
           !directory_uri.ends_with(":///"))
        directory_uri.pop_back();
    return directory_uri;
}

std::string shown(std::string_view uri) {
    if (!uri.starts_with("file://")) return presentable(uri);
    return presentable(percent_decoded_leniently(uri.substr(7)));
}

std::string name_of(std::string_view uri) {
    while (uri.size() > 1 && uri.ends_with('/')) uri.remove_suffix(1);
    return presentable(percent_decoded_leniently(uri.substr(uri.rfind('/') + 1)));
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

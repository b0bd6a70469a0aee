#include "core/http/target.hpp"

#include <algorithm>

namespace consort::http {

namespace {

int hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// The byte of the escape that begins at text[at], or -1.
int escaped_byte(std::string_view text, std::size_t at) noexcept {
    if (text.size() - at < 3) return -1;
    const int high = hex_value(text[at + 1]), low = hex_value(text[at + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

std::string decode_form(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') {
            out += ' ';
        } else if (const int byte = text[i] == '%' ? escaped_byte(text, i) : -1; byte >= 0) {
            out += static_cast<char>(byte);
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

bool is_dot_segment(std::string_view segment) {
    if (segment.find('%') == segment.npos) return segment == "." || segment == "..";
    const auto decoded = percent_decode(segment);
    return decoded && (*decoded == "." || *decoded == "..");
}

bool acceptable_path(std::string_view path) {
    for (std::size_t i = 0; i < path.size(); ++i) {
        const auto c = static_cast<unsigned char>(path[i]);
        if (c == '%') {
            if (escaped_byte(path, i) <= 0) return false;
        } else if (c <= ' ' || c == 0x7f || c == '\\' || c == '#') {
            return false;
        }
    }
    // A dot can only follow a '/' in a dot segment, be it plain or escaped.
    if (path.find("/.") == path.npos && path.find("/%2") == path.npos) return true;
    for (std::size_t begin = 1; begin <= path.size();) {
        const std::size_t end = std::min(path.find('/', begin), path.size());
        if (is_dot_segment(path.substr(begin, end - begin))) return false;
        begin = end + 1;
    }
    return true;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        const int byte = escaped_byte(text, i);
        if (byte < 0) return std::nullopt;
        out += static_cast<char>(byte);
        i += 2;
    }
    return out;
}

QueryPairs parse_query(std::string_view query) {
    QueryPairs pairs;
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (pair.empty()) continue;
        const std::size_t equals = std::min(pair.find('='), pair.size());
        pairs.emplace_back(decode_form(pair.substr(0, equals)),
                           decode_form(pair.substr(std::min(equals + 1, pair.size()))));
    }
    return pairs;
}

std::optional<Target> parse_target(std::string_view target) {
    if (target == "*") return Target{target, {}};
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (target.substr(0, scheme.size()) != scheme) continue;
        const std::size_t path = target.find_first_of("/?", scheme.size());
        if (path == scheme.size() || target.size() == scheme.size()) return std::nullopt;
        target = path == target.npos ? std::string_view("/") : target.substr(path);
        if (target.front() == '?') return Target{"/", target.substr(1)};
        break;
    }
    if (target.empty() || target.front() != '/') return std::nullopt;
    const std::size_t question = target.find('?');
    const Target parts{target.substr(0, question),
                       question == target.npos ? std::string_view() : target.substr(question + 1)};
    if (!acceptable_path(parts.path) || parts.query.find('#') != parts.query.npos) {
        return std::nullopt;
    }
    return parts;
}

}  // namespace consort::http

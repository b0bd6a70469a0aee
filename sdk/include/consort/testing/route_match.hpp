// Finds the route that a path belongs to, as the host's router does.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace consort {
inline namespace v1 {
namespace testing {

using RouteParams = std::map<std::string, std::string, std::less<>>;

// The parameters if `path` fits `pattern`, for example "/s/{id}/segment{number}.m4s". A parameter
// takes at least one character and no '/', "{rest*}" takes all that is left.
inline std::optional<RouteParams> match_route(std::string_view pattern, std::string_view path) {
    const std::size_t open = pattern.find('{');
    if (open == std::string_view::npos)
        return pattern == path ? std::optional<RouteParams>(RouteParams()) : std::nullopt;
    const std::size_t close = pattern.find('}', open);
    if (close == std::string_view::npos || path.substr(0, open) != pattern.substr(0, open))
        return std::nullopt;
    std::string_view name = pattern.substr(open + 1, close - open - 1);
    path.remove_prefix(open);
    pattern.remove_prefix(close + 1);
    if (name.ends_with('*')) {
        name.remove_suffix(1);
        return RouteParams{{std::string(name), std::string(path)}};
    }
    for (std::size_t length = 1; length <= path.size() && path[length - 1] != '/'; ++length) {
        auto rest = match_route(pattern, path.substr(length));
        if (!rest) continue;
        rest->emplace(name, path.substr(0, length));
        return rest;
    }
    return std::nullopt;
}

// Literal text beats a parameter: the more of it, the better the match.
inline std::size_t literal_length(std::string_view pattern) noexcept {
    std::size_t length = 0;
    bool inside = false;
    for (const char c : pattern) {
        if (c == '{') inside = true;
        if (!inside) ++length;
        if (c == '}') inside = false;
    }
    return length;
}

}  // namespace testing
}  // namespace v1
}  // namespace consort

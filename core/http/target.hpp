// The request target (RFC 9112, section 3.2) and its parts (RFC 3986).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace consort::http {

// Replaces %XX. Nothing if an escape is malformed.
std::optional<std::string> percent_decode(std::string_view text);

// `application/x-www-form-urlencoded` pairs, in order, '+' as space. A malformed escape stands as
// it is, as in the WHATWG's URL standard.
using QueryPairs = std::vector<std::pair<std::string, std::string>>;
QueryPairs parse_query(std::string_view query);

struct Target {
    std::string_view path;  // raw, begins with '/', or "*"
    std::string_view query;
};
// Origin form, absolute form (its authority is dropped) and "*". Nothing for anything else: a path
// with a malformed escape, an encoded NUL, a dot segment, or characters that no URI has.
std::optional<Target> parse_target(std::string_view target);

}  // namespace consort::http

#include "core/http/range.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/http/ascii.hpp"

namespace consort::http {

namespace {

// 1*DIGIT. A number beyond 64 bits is beyond any representation: the largest value stands for it.
std::optional<std::uint64_t> digits(std::string_view text) {
    if (text.empty() ||
        !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
        return std::nullopt;
    }
    std::uint64_t value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    return parsed.ec == std::errc() ? value : UINT64_MAX;
}

}  // namespace

RangeChoice parse_range(std::string_view header, std::uint64_t size) {
    const std::size_t equals = header.find('=');
    if (equals == header.npos || !same_text(trim(header.substr(0, equals)), "bytes")) return {};
    std::string_view rest = header.substr(equals + 1);
    RangeChoice choice;
    std::size_t named = 0;
    std::uint64_t total = 0;
    while (true) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        const std::string_view spec = trim(rest.substr(0, comma));
        const bool more = comma < rest.size();
        rest.remove_prefix(std::min(comma + 1, rest.size()));
        if (!spec.empty()) {  // empty list elements are to be ignored
            const std::size_t dash = spec.find('-');
            if (dash == spec.npos || ++named > max_ranges) return {};
            const auto first = digits(spec.substr(0, dash));
            const auto last = digits(spec.substr(dash + 1));
            ByteRange range;
            if (dash == 0) {
                if (!last) return {};
                if (*last != 0 && size != 0) {
                    range = {size - std::min(*last, size), size - 1};
                    total += range.length();
                    choice.ranges.push_back(range);
                }
            } else {
                if (!first || (dash + 1 < spec.size() && !last)) return {};
                if (last && *last < *first) return {};
                if (*first < size) {
                    range = {*first, last ? std::min(*last, size - 1) : size - 1};
                    total += range.length();
                    choice.ranges.push_back(range);
                }
            }
            // Cannot overflow: both terms are at most `size`, which is below 2^63.
            if (total > size) return {};
        }
        if (!more) break;
    }
    if (named == 0) return {};
    choice.kind =
        choice.ranges.empty() ? RangeChoice::Kind::unsatisfiable : RangeChoice::Kind::partial;
    return choice;
}

}  // namespace consort::http

// Range requests (RFC 9110, section 14).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace consort::http {

struct ByteRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;  // inclusive
    std::uint64_t length() const noexcept { return last - first + 1; }
    bool operator==(const ByteRange&) const = default;
};

struct RangeChoice {
    enum class Kind {
        whole,          // no range to honour: not bytes, malformed, or abusive
        partial,        // `ranges` has one or more
        unsatisfiable,  // 416
    };
    Kind kind = Kind::whole;
    std::vector<ByteRange> ranges;
};

// More ranges than this, or ranges that together exceed the representation, are answered with the
// whole of it: section 14.2 allows that, and 17.15 asks for a bound.
inline constexpr std::size_t max_ranges = 32;

RangeChoice parse_range(std::string_view header, std::uint64_t size);

}  // namespace consort::http

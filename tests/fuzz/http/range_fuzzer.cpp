// Range headers: whatever is chosen lies within the representation and within the bounds.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/http/range.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view header(reinterpret_cast<const char*>(data), size);
    for (const std::uint64_t length :
         {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1000}, std::uint64_t{INT64_MAX}}) {
        const auto choice = consort::http::parse_range(header, length);
        if (choice.ranges.size() > consort::http::max_ranges) std::abort();
        for (const auto& range : choice.ranges) {
            if (range.first > range.last || range.last >= length) std::abort();
        }
    }
    return 0;
}

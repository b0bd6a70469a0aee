// The order in which people number and name files: "2 x" comes before "10 x".
#pragma once

#include <string_view>

namespace consort::radio {

// Whether the path `a` comes before `b`. Segment by segment; numbers by their value, letters of the
// Latin, Greek and Cyrillic alphabets whatever their case, other characters by code point. Equal
// only if the bytes are. Takes any bytes.
bool natural_less(std::string_view a, std::string_view b) noexcept;

}  // namespace consort::radio

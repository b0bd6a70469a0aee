// A station's settings in one line: key=value, values in quotes where they hold blanks.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "consort/result.hpp"

namespace consort::radio {

// `route=/jazz directory="/music/my jazz"`. In quotes, \" and \\ stand for themselves. Keys may
// repeat.
Result<std::vector<std::pair<std::string, std::string>>> parse_words(std::string_view text);

}  // namespace consort::radio

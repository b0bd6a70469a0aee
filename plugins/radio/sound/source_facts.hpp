// What a source's tags mean to a radio.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/radio/sound/voice.hpp"

namespace consort::radio {

using Tags = std::vector<std::pair<std::string, std::string>>;  // names in lower case

// Everything but `seconds` and `identity`. Tags are anybody's: texts are cut at a length, control
// characters become blanks.
SourceFacts facts_of(const Entry& entry, const Tags& tags);

// "file:///music/01%20Dawn.flac" is "01 Dawn".
std::string name_of_file(std::string_view uri);

}  // namespace consort::radio

// TOML text as plain sections of values with their lines. Private to this folder; it keeps toml11
// in one source file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/config/assign.hpp"

namespace consort::config {

struct TomlEntry {
    // "server", "plugins.hls", "renditions.aac-64.options"; empty: above the first section
    std::string section;
    std::string name;  // empty: the section's own header
    Raw value;
    unsigned line = 0;
};

struct TomlText {
    std::vector<TomlEntry> entries;  // in order of their lines
    std::vector<std::string> mistakes;
};

// Reads on after a line that is no TOML, so that all of them are named.
TomlText read_toml(std::string_view text);

}  // namespace consort::config

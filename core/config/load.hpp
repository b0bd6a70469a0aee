// Reads the settings: the file, then the environment, then the command line, each overriding the
// one before.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/config/settings.hpp"

namespace consort::config {

// Overrides by name; for the environment all variables of the process may be given.
using Environment = std::map<std::string, std::string>;

// "server.port" and the text of its value. A list takes one item from each flag of its name.
struct Flag {
    std::string key;
    std::string value;
    std::string shown;  // what the person typed, "--port", for messages
};

struct Loaded {
    Settings settings;  // defaults where there was a mistake
    // Every mistake, as a sentence with place and remedy: "unknown key 'prot' in [server], line 4:
    // did you mean 'port'?". Empty: all is well.
    std::vector<std::string> mistakes;
    // Lines of [plugins.<name>] (key "") and of the keys in it, for those who check them later.
    std::map<std::pair<std::string, std::string>, unsigned> plugin_lines;
    // Variables CONSORT_PLUGINS_…, for the same.
    Environment plugin_environment;
    // All variables, and the flags that are not the host's: plugins may have names of their own.
    // The key of such a flag is its name.
    Environment environment;
    std::vector<Flag> plugin_flags;
};

// Lists in the environment are separated by commas. `file` nullopt: no file, defaults.
Loaded load(const std::optional<std::filesystem::path>& file, const Environment& environment,
            const std::vector<Flag>& flags);
// The same with the file's text at hand.
Loaded load_text(std::string_view toml, const Environment& environment,
                 const std::vector<Flag>& flags);

Environment process_environment();

// A text, from the environment, as a plugin's key of type CONSORT_CONFIG_*; nullopt: not one.
std::optional<PluginValue> plugin_value_from_text(std::uint32_t type, std::string_view text);

}  // namespace consort::config

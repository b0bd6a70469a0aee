// What the subcommands' command lines have in common.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/config/load.hpp"

namespace consort::app {

using Arguments = std::vector<std::string>;

inline constexpr int kFine = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;

// A flag of a subcommand: where its value goes, and a line of help.
struct FlagHelp {
    const char* name;   // "port"
    const char* value;  // "N"; null: the flag takes none
    const char* text;
    const char* key;  // "server.port"; null: the command reads it itself
    bool repeatable = false;
};

// A parsed command line.
struct CommandLine {
    std::optional<std::string> config_file;
    std::vector<config::Flag> flags;    // those with a key
    std::vector<std::string> switches;  // the others that were given, without value
    std::vector<config::Flag> unknown;  // by name, perhaps a plugin's; without value: "true"
    std::vector<std::string> positional;

    bool has(std::string_view name) const;
};

// Throws std::invalid_argument with a sentence that names the mistake. Flags that are not in the
// list are one too, unless they may be a plugin's.
CommandLine parse(const Arguments& arguments, const std::vector<FlagHelp>& flags,
                  std::size_t max_positional, bool plugin_flags = false);

// "  --port N    …" lines in two columns.
std::string flags_help(const std::vector<FlagHelp>& flags);

// --config and the flags that every command with settings takes.
std::vector<FlagHelp> settings_flags();

// --config, else $CONSORT_CONFIG, else /etc/consort/consort.toml if it is there, else no file.
std::optional<std::filesystem::path> config_path(const CommandLine& line);
config::Loaded load_settings(const CommandLine& line);

// Prints every mistake to standard error, a line each.
void print_mistakes(const std::vector<std::string>& mistakes,
                    const std::optional<std::filesystem::path>& file);

}  // namespace consort::app

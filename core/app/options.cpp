#include "core/app/options.hpp"

#include <algorithm>
#include <boost/program_options.hpp>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <utility>

namespace consort::app {

namespace po = boost::program_options;

bool CommandLine::has(std::string_view name) const {
    return std::ranges::find(switches, name) != switches.end();
}

CommandLine parse(const Arguments& arguments, const std::vector<FlagHelp>& flags,
                  std::size_t max_positional, bool plugin_flags) {
    po::options_description known;
    for (const FlagHelp& flag : flags) {
        if (flag.value == nullptr) {
            known.add_options()(flag.name, flag.text);
        } else {
            known.add_options()(flag.name, po::value<std::vector<std::string>>(), flag.text);
        }
    }
    known.add_options()("help,h", "")("positional", po::value<std::vector<std::string>>());
    po::positional_options_description positional;
    positional.add("positional", -1);
    CommandLine line;
    try {
        // No guessing of abbreviated flags: a later flag may make them ambiguous.
        const auto style =
            po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
        po::command_line_parser parser(arguments);
        parser.options(known).positional(positional).style(style);
        if (plugin_flags) parser.allow_unregistered();
        const po::parsed_options parsed = parser.run();
        bool value_may_follow = false;  // the last one was unknown and had none
        for (const po::option& option : parsed.options) {
            const bool wants = std::exchange(value_may_follow, false);
            if (option.unregistered) {
                value_may_follow = option.value.empty();
                line.unknown.push_back({option.string_key,
                                        option.value.empty() ? "true" : option.value.at(0),
                                        "--" + option.string_key});
                continue;
            }
            if (option.string_key == "positional" && wants) {
                line.unknown.back().value = option.value.at(0);
                continue;
            }
            if (option.string_key == "positional") {
                line.positional.insert(line.positional.end(), option.value.begin(),
                                       option.value.end());
                continue;
            }
            const auto flag = std::ranges::find_if(
                flags, [&](const FlagHelp& f) { return option.string_key == f.name; });
            if (flag == flags.end() || flag->value == nullptr) {
                line.switches.push_back(option.string_key);
            } else if (flag->key != nullptr) {
                line.flags.push_back({flag->key, option.value.at(0), "--" + option.string_key});
            } else {
                line.config_file = option.value.at(0);
            }
        }
    } catch (const po::error& error) {
        throw std::invalid_argument(error.what());
    }
    if (line.positional.size() > max_positional) {
        throw std::invalid_argument("unexpected argument '" + line.positional[max_positional] +
                                    "'");
    }
    return line;
}

std::string flags_help(const std::vector<FlagHelp>& flags) {
    std::vector<std::string> left;
    std::size_t width = 0;
    for (const FlagHelp& flag : flags) {
        left.push_back("  --" + std::string(flag.name) +
                       (flag.value == nullptr ? "" : " " + std::string(flag.value)));
        width = std::max(width, left.back().size());
    }
    std::string text;
    for (std::size_t i = 0; i < flags.size(); ++i) {
        text += left[i] + std::string(width - left[i].size() + 3, ' ') + flags[i].text + "\n";
    }
    return text;
}

std::vector<FlagHelp> settings_flags() {
    return {
        {"config", "FILE", "the configuration (else $CONSORT_CONFIG, /etc/consort/consort.toml)",
         nullptr},
        {"data", "DIR", "the folder for all state (consort-data)", "data.directory"},
        {"log-level", "LEVEL", "trace, debug, info, warning or error (info)", "log.level"},
        {"plugins", "DIR", "look for plugins here instead; may be repeated", "plugins.directories",
         true},
    };
}

std::optional<std::filesystem::path> config_path(const CommandLine& line) {
    if (line.config_file) return std::filesystem::path(*line.config_file);
    if (const char* named = std::getenv("CONSORT_CONFIG"); named != nullptr && *named != '\0') {
        return std::filesystem::path(named);
    }
    const std::filesystem::path installed = "/etc/consort/consort.toml";
    std::error_code error;
    if (std::filesystem::exists(installed, error)) return installed;
    return std::nullopt;
}

config::Loaded load_settings(const CommandLine& line) {
    const config::Environment environment = config::process_environment();
    config::Loaded loaded = config::load(config_path(line), environment, line.flags);
    loaded.environment = environment;
    loaded.plugin_flags = line.unknown;
    return loaded;
}

void print_mistakes(const std::vector<std::string>& mistakes,
                    const std::optional<std::filesystem::path>& file) {
    std::cerr << (mistakes.size() == 1 ? "There is a mistake" : "There are mistakes")
              << " in the configuration" << (file ? " (" + file->string() + ")" : "") << ":\n";
    for (const std::string& mistake : mistakes) std::cerr << "  " << mistake << "\n";
}

}  // namespace consort::app

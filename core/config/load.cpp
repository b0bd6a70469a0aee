#include "core/config/load.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <sstream>

#include "consort/abi/plugin.h"

#include "core/config/assign.hpp"
#include "core/config/keys.hpp"
#include "core/config/renditions.hpp"
#include "core/config/toml_text.hpp"

namespace consort::config {

namespace {

constexpr std::uintmax_t kMaxFileBytes = 1 << 20;

std::string at_line(unsigned line) { return ", line " + std::to_string(line); }

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates,
                         std::string_view left, std::string_view right) {
    const std::string_view best = nearest(word, candidates);
    if (best.empty()) return {};
    return ": did you mean " + std::string(left) + std::string(best) + std::string(right) + "?";
}

std::string list_of(const std::vector<std::string_view>& names) {
    std::string text;
    for (const std::string_view name : names)
        text += (text.empty() ? "" : ", ") + std::string(name);
    return text;
}

std::vector<std::string_view> section_names() {
    std::vector<std::string_view> names;
    for (const Key& key : keys()) {
        if (names.empty() || names.back() != key.section) names.push_back(key.section);
    }
    return names;
}

std::vector<std::string_view> key_names(std::string_view section) {
    std::vector<std::string_view> names;
    for (const Key& key : keys()) {
        if (key.section == section) names.push_back(key.name);
    }
    return names;
}

std::string unknown_key(const TomlEntry& entry) {
    std::string text =
        "unknown key '" + entry.name + "' in [" + entry.section + "]" + at_line(entry.line);
    const auto known = key_names(entry.section);
    const std::string hint = did_you_mean(entry.name, known, "'", "'");
    return text + (hint.empty() ? "; known keys: " + list_of(known) : hint);
}

void take_plugin_entry(const TomlEntry& entry, Loaded& loaded) {
    const std::string plugin = entry.section.substr(std::string_view("plugins.").size());
    loaded.plugin_lines[{plugin, entry.name}] = entry.line;
    auto& section = loaded.settings.plugins.sections[plugin];
    if (entry.name.empty()) return;
    std::visit(
        [&](const auto& value) {
            if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::monostate>) {
                loaded.mistakes.push_back(
                    "[" + entry.section + "] " + entry.name + at_line(entry.line) +
                    ": must be a text, a number, true or false, or a list of texts");
            } else {
                section[entry.name] = value;
            }
        },
        entry.value);
}

void take_file(const TomlText& file, Loaded& loaded) {
    loaded.mistakes = file.mistakes;
    RenditionReader renditions(loaded.mistakes);
    for (const TomlEntry& entry : file.entries) {
        if (entry.section.starts_with("plugins.")) {
            take_plugin_entry(entry, loaded);
            continue;
        }
        if (renditions.take(entry)) continue;
        if (entry.section.empty()) {
            loaded.mistakes.push_back("unknown key '" + entry.name + "' above the first section" +
                                      at_line(entry.line) + ": move it into one of [" +
                                      list_of(section_names()) + "]");
            continue;
        }
        if (!known_section(entry.section)) {
            // Its keys are not named one by one: the header is the mistake.
            if (!entry.name.empty()) continue;
            const std::string hint = did_you_mean(entry.section, section_names(), "[", "]");
            loaded.mistakes.push_back(
                "unknown section [" + entry.section + "]" + at_line(entry.line) +
                (hint.empty() ? "; known sections: " + list_of(section_names()) : hint));
            continue;
        }
        if (entry.name.empty()) continue;
        const Key* key = find_key(entry.section, entry.name);
        if (key == nullptr) {
            loaded.mistakes.push_back(unknown_key(entry));
            continue;
        }
        if (const std::string wrong = assign(*key, entry.value, loaded.settings); !wrong.empty()) {
            loaded.mistakes.push_back("[" + entry.section + "] " + entry.name +
                                      at_line(entry.line) + ": " + wrong);
        }
    }
    loaded.settings.renditions.all = std::move(renditions).finish();
}

// Names that other servers have made usual; those with CONSORT_ win over them.
void take_usual_names(const Environment& environment, Loaded& loaded) {
    constexpr std::array<std::array<std::string_view, 3>, 2> usual{
        {{"PORT", "server", "port"}, {"LOG_LEVEL", "log", "level"}}};
    for (const auto& [name, section, key] : usual) {
        const auto found = environment.find(std::string(name));
        if (found == environment.end() || found->second.empty()) continue;
        std::string value = found->second;
        if (key == "level") {
            for (char& c : value)
                if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
            if (value == "warn") value = "warning";
        }
        const std::string wrong =
            assign_text(*find_key(section, key), value, false, loaded.settings);
        if (!wrong.empty())
            loaded.mistakes.push_back("environment variable " + std::string(name) + ": " + wrong);
    }
}

void take_environment(const Environment& environment, Loaded& loaded) {
    take_usual_names(environment, loaded);
    std::vector<std::string> names;
    for (const Key& key : keys()) {
        names.push_back(environment_name(key.section, key.name));
        const auto found = environment.find(names.back());
        if (found == environment.end()) continue;
        if (const std::string wrong = assign_text(key, found->second, false, loaded.settings);
            !wrong.empty()) {
            loaded.mistakes.push_back("environment variable " + names.back() + ": " + wrong);
        }
    }
    const std::vector<std::string_view> known(names.begin(), names.end());
    for (const auto& [name, value] : environment) {
        if (std::ranges::find(known, name) != known.end()) continue;
        if (name.starts_with("CONSORT_PLUGINS_")) {
            loaded.plugin_environment[name] = value;
            continue;
        }
        // Other programs may have CONSORT_ variables of their own; those of our sections are ours.
        for (const std::string_view section : section_names()) {
            if (!name.starts_with(environment_name(section, ""))) continue;
            loaded.mistakes.push_back("unknown environment variable " + name +
                                      did_you_mean(name, known, "", ""));
        }
    }
}

void take_flags(const std::vector<Flag>& flags, Loaded& loaded) {
    std::set<std::string> begun;
    for (const Flag& flag : flags) {
        const std::size_t dot = flag.key.find('.');
        const Key* key = find_key(flag.key.substr(0, dot), flag.key.substr(dot + 1));
        if (key == nullptr) {
            loaded.mistakes.push_back(flag.shown + ": unknown setting " + flag.key);
            continue;
        }
        // The first flag of a list replaces what the file and the environment said.
        if (is_list(*key) && begun.insert(flag.key).second) {
            (void)assign(*key, std::vector<std::string>{}, loaded.settings);
        }
        const std::string wrong = assign_text(*key, flag.value, true, loaded.settings);
        if (!wrong.empty()) loaded.mistakes.push_back(flag.shown + ": " + wrong);
    }
}

void check_together(Loaded& loaded) {
    const ServerSettings& server = loaded.settings.server;
    if (server.tls_certificate.empty() != server.tls_key.empty()) {
        loaded.mistakes.push_back(
            "[server] tls_certificate and tls_key belong together: set both, or none");
    }
    for (const std::string& name : loaded.settings.plugins.enabled) {
        const auto& disabled = loaded.settings.plugins.disabled;
        if (std::ranges::find(disabled, name) == disabled.end()) continue;
        loaded.mistakes.push_back("[plugins] names '" + name +
                                  "' as enabled and as disabled: take it out of one list");
    }
}

}  // namespace

Loaded load_text(std::string_view toml, const Environment& environment,
                 const std::vector<Flag>& flags) {
    Loaded loaded;
    take_file(read_toml(toml), loaded);
    take_environment(environment, loaded);
    take_flags(flags, loaded);
    check_together(loaded);
    return loaded;
}

Loaded load(const std::optional<std::filesystem::path>& file, const Environment& environment,
            const std::vector<Flag>& flags) {
    if (!file) return load_text({}, environment, flags);
    std::error_code error;
    const auto size = std::filesystem::file_size(*file, error);
    std::ifstream in(*file, std::ios::binary);
    if (error || !in || size > kMaxFileBytes) {
        Loaded loaded = load_text({}, environment, flags);
        loaded.mistakes.insert(
            loaded.mistakes.begin(),
            "cannot read the configuration file " + file->string() +
                (error ? ": " + error.message()
                       : (!in ? ": no permission?" : ": it has more than 1 MiB")));
        return loaded;
    }
    std::ostringstream text;
    text << in.rdbuf();
    return load_text(text.str(), environment, flags);
}

Environment process_environment() {
    Environment variables;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const std::size_t equals = text.find('=');
        if (equals == std::string_view::npos) continue;
        variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return variables;
}

std::optional<PluginValue> plugin_value_from_text(std::uint32_t type, std::string_view text) {
    switch (type) {
        case CONSORT_CONFIG_STRING:
            return PluginValue(std::string(text));
        case CONSORT_CONFIG_INTEGER:
            if (const auto value = to_integer(text)) return PluginValue(*value);
            return std::nullopt;
        case CONSORT_CONFIG_REAL:
            if (const auto value = to_real(text)) return PluginValue(*value);
            return std::nullopt;
        case CONSORT_CONFIG_BOOLEAN:
            if (const auto value = to_boolean(text)) return PluginValue(*value);
            return std::nullopt;
        case CONSORT_CONFIG_STRINGS:
            return PluginValue(split_list(text));
        default:
            return std::nullopt;
    }
}

}  // namespace consort::config

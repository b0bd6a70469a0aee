// The table of all keys: each described once, for parsing, the environment, and `config check`.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/config/settings.hpp"

namespace consort::config {

// Where a key's value goes; the alternative is the key's type. Durations stand in the file as
// seconds, their keys end in "_seconds".
using Target = std::variant<std::string*, std::uint16_t*, unsigned*, std::uint64_t*,
                            std::chrono::milliseconds*, bool*, std::vector<std::string>*,
                            std::filesystem::path*, std::vector<std::filesystem::path>*>;

struct Key {
    std::string_view section, name;
    std::string_view description;  // one sentence, with the unit
    Target (*target)(Settings&);
    double minimum = 0, maximum = 0;             // numbers; both 0: unbounded
    std::vector<std::string_view> choices = {};  // texts; empty: any
};

// In the order of config/consort.toml.
std::span<const Key> keys();
const Key* find_key(std::string_view section, std::string_view name);
bool known_section(std::string_view section);

// What the key is set to, for people and for comparisons.
std::string value_text(const Key& key, const Settings& settings);

// "CONSORT_SERVER_PORT" for "server", "port".
std::string environment_name(std::string_view section, std::string_view name);

// The candidate nearest to `word`, if it is near enough to be a slip of the finger; else empty.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace consort::config

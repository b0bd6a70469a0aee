// Puts one value into the settings, by its key. Private to this folder.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/config/keys.hpp"

namespace consort::config {

// A value as a file can have it; monostate: of a kind that no key takes (a date, a table, a list
// with something else than strings in it).
using Raw =
    std::variant<std::monostate, std::string, std::int64_t, double, bool, std::vector<std::string>>;

// Empty: done. Else what is wrong, to follow "[server] port, line 3: ": "must be …, not …".
std::string assign(const Key& key, const Raw& value, Settings& settings);

// A text from the environment or a flag, as what the key takes. `append`: a further item of a list.
std::string assign_text(const Key& key, std::string_view text, bool append, Settings& settings);

bool is_list(const Key& key);

std::optional<std::int64_t> to_integer(std::string_view text);
std::optional<double> to_real(std::string_view text);
std::optional<bool> to_boolean(std::string_view text);
std::vector<std::string> split_list(std::string_view text);

}  // namespace consort::config

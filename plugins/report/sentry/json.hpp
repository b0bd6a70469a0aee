// Writing JSON.
#pragma once

#include <string>
#include <string_view>

namespace consort::sentry {

// Appends `text` in quotes (RFC 8259); bytes that are not UTF-8 become U+FFFD.
void append_json(std::string& out, std::string_view text);

// At most `bytes` of it, cut between characters, "…" where something was cut.
std::string shortened(std::string_view text, std::size_t bytes);

}  // namespace consort::sentry

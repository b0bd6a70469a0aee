// URIs of files and the names that people know them by.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace consort::radio {

// The URI of what lies in a directory. Percent-encodes as the host does, so that equal places have
// equal URIs. `name` may hold any bytes.
std::string child_uri(std::string_view directory_uri, std::string_view name);

// One name for one directory: only that of the root ends in a slash.
std::string without_slash(std::string directory_uri);

// As people write it: a path for file: URIs, else the URI. Control characters become '?', so that
// no file name breaks a line of the log, and what is not UTF-8 becomes U+FFFD.
std::string shown(std::string_view uri);

// The last segment, decoded, likewise fit to be shown.
std::string name_of(std::string_view uri);

// In single quotes, for a command that a person may copy.
std::string shell_quoted(std::string_view text);

// The same on every machine and after every restart.
std::uint64_t stable_hash(std::string_view text) noexcept;

}  // namespace consort::radio

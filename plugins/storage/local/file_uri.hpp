// file:// URIs (RFC 8089) and the paths they name.
#pragma once

#include <string>
#include <string_view>

#include "consort/result.hpp"

namespace consort::storage_local {

// The absolute path. INVALID for another scheme, a foreign host, a query or fragment, broken
// percent-encoding, a relative path or a NUL.
Result<std::string> path_of(std::string_view uri);

// Percent-encodes every byte that RFC 3986 does not allow in a path, as the host does: equal paths
// give equal URIs. `path` is absolute and may hold any bytes.
std::string uri_of(std::string_view path);

}  // namespace consort::storage_local

// Finds items by what somebody typed.
#pragma once

#include <string>
#include <string_view>

#include "core/catalog/database.hpp"

namespace consort::catalog {

// The JSON object of GET /api/v1/search: at most `limit` items of each kind, best first. Text
// without a letter or digit finds nothing.
std::string search_all(Session& session, std::string_view typed, unsigned limit);

}  // namespace consort::catalog

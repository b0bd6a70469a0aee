// Bodies of HTML forms: application/x-www-form-urlencoded.
#pragma once

#include <string>
#include <string_view>

namespace consort::radio {

// The field's first value, decoded; empty if there is none.
std::string form_field(std::string_view body, std::string_view name);

}  // namespace consort::radio

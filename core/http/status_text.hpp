// Reason phrases (RFC 9110, section 15).
#pragma once

#include <string_view>

namespace consort::http {

std::string_view status_text(int status) noexcept;

}  // namespace consort::http

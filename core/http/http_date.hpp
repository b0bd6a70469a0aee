// HTTP-date (RFC 9110, section 5.6.7).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace consort::http {

// IMF-fixdate: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string format_http_date(std::int64_t unix_seconds);
// The three forms that a recipient must accept.
std::optional<std::int64_t> parse_http_date(std::string_view text);

// The Date header's value now; made once a second and thread. The view lives until the next call.
std::string_view current_http_date();

}  // namespace consort::http

// Which other web origins may read our answers (the Fetch standard, CORS protocol).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/http/exchange.hpp"
#include "core/http/request_head.hpp"

namespace consort::http {

// The value of Access-Control-Allow-Origin for a request from `origin`; empty: none.
std::string_view allowed_origin(const std::vector<std::string>& cors_origins,
                                std::string_view origin);

// The answer to OPTIONS, where no route has its own: Allow and, if asked, the CORS preflight.
Response options_response(const std::vector<std::string>& cors_origins, const RequestHead& request,
                          std::string_view allowed);

}  // namespace consort::http

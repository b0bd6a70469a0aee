// The answer to a request that no route takes (RFC 9110, sections 9.3.7, 15.5.5, 15.5.6, 15.6.2).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/http/exchange.hpp"
#include "core/http/request_head.hpp"

namespace consort::http {

// `allowed`: the methods that the URL takes, as Allow lists them; empty: there is no such URL.
// OPTIONS is answered with them, and with the CORS preflight if that is asked for.
Response no_route_response(const std::vector<std::string>& cors_origins, const RequestHead& request,
                           const std::string& allowed);

}  // namespace consort::http

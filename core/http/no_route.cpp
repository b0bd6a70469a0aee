#include "core/http/no_route.hpp"

#include <algorithm>

#include "core/http/cors.hpp"

namespace consort::http {

Response no_route_response(const std::vector<std::string>& cors_origins, const RequestHead& request,
                           const std::string& allowed) {
    if (request.method == "OPTIONS" && !allowed.empty()) {
        return options_response(cors_origins, request, allowed);
    }
    constexpr std::string_view implemented[] = {"GET",   "HEAD",   "POST",   "PUT",
                                                "PATCH", "DELETE", "OPTIONS"};
    if (std::find(std::begin(implemented), std::end(implemented), request.method) ==
        std::end(implemented)) {
        return problem_response(501, "method_not_implemented", "This method is not implemented.");
    }
    if (allowed.empty()) {
        return problem_response(404, "not_found", "There is nothing at this URL.");
    }
    Response response = problem_response(
        405, "method_not_allowed",
        "This URL does not take that method; the Allow header lists those it takes.");
    response.headers.emplace_back("Allow", allowed);
    return response;
}

}  // namespace consort::http

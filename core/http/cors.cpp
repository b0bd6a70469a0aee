#include "core/http/cors.hpp"

#include <optional>

#include "core/http/ascii.hpp"

namespace consort::http {

std::string_view allowed_origin(const std::vector<std::string>& cors_origins,
                                std::string_view origin) {
    for (const std::string& allowed : cors_origins) {
        if (allowed == "*") return "*";
        if (allowed == origin) return allowed;
    }
    return {};
}

Response options_response(const std::vector<std::string>& cors_origins, const RequestHead& request,
                          std::string_view allowed) {
    Response response;
    response.status = 204;
    response.headers.emplace_back("Allow", allowed);
    const auto& origin = request[Known::origin];
    if (!origin || allowed_origin(cors_origins, *origin).empty()) return response;
    std::optional<std::string_view> asked_headers;
    for (const auto& [name, value] : request.headers) {
        if (same_text(name, "Access-Control-Request-Headers")) asked_headers = value;
    }
    response.headers.emplace_back("Access-Control-Allow-Methods", allowed);
    if (asked_headers) {
        std::string names;
        for_each_list_item(*asked_headers, [&](std::string_view name) {
            if (is_token(name)) names.append(names.empty() ? "" : ", ").append(name);
        });
        response.headers.emplace_back("Access-Control-Allow-Headers", std::move(names));
    }
    response.headers.emplace_back("Access-Control-Max-Age", "86400");
    return response;
}

}  // namespace consort::http

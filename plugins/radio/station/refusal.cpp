#include "plugins/radio/station/refusal.hpp"

#include <utility>

#include "plugins/radio/station/json.hpp"

namespace consort::radio {

Response response_of(const Refusal& refusal, const std::string& realm) {
    JsonObject json;
    json.text("type", "about:blank").text("title", refusal.code);
    json.number("status", refusal.status).text("code", refusal.code);
    json.text("detail", refusal.detail);
    Response response = Response(refusal.status)
                            .content_type("application/problem+json")
                            .cache_control("no-store")
                            .body(json.str() + "\n");
    if (refusal.status == 401)
        response = std::move(response).header("WWW-Authenticate", "Basic realm=\"" + realm + "\"");
    if (refusal.wait > 0)
        response = std::move(response).header("Retry-After", std::to_string(refusal.wait));
    return response;
}

}  // namespace consort::radio

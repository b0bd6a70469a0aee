#include "core/http/exchange.hpp"

#include <memory>

#include "core/http/status_text.hpp"
#include "core/observe/log.hpp"

namespace consort::http {

Slice Slice::text(std::string bytes) {
    auto owner = std::make_unique<std::string>(std::move(bytes));
    consort_slice raw{};
    raw.kind = CONSORT_SLICE_MEMORY;
    raw.fd = -1;
    raw.data = owner->data();
    raw.length = owner->size();
    raw.owner = owner.release();
    raw.release = [](void* text) CONSORT_NOEXCEPT {
        std::unique_ptr<std::string>(static_cast<std::string*>(text)).reset();
    };
    return Slice(raw);
}

Slice Slice::borrowed(std::string_view bytes) noexcept {
    consort_slice raw{};
    raw.kind = CONSORT_SLICE_MEMORY;
    raw.fd = -1;
    raw.data = bytes.data();
    raw.length = bytes.size();
    return Slice(raw);
}

Response text_response(int status, std::string content_type, std::string body) {
    Response response;
    response.status = status;
    response.content_type = std::move(content_type);
    response.body.push_back(Slice::text(std::move(body)));
    return response;
}

Response problem_response(int status, std::string_view code, std::string_view detail) {
    std::string body = R"({"type":"about:blank","title":")";
    observe::append_json_escaped(body, status_text(status));
    body += R"(","status":)" + std::to_string(status) + R"(,"code":")";
    observe::append_json_escaped(body, code);
    body += R"(","detail":")";
    observe::append_json_escaped(body, detail);
    body += "\"}\n";
    Response response = text_response(status, "application/problem+json", std::move(body));
    response.cache_control = "no-store";
    if (status == 429 || status == 503) response.headers.emplace_back("Retry-After", "1");
    return response;
}

consort_status Exchange::problem(int status, std::string_view code, std::string_view detail) {
    return respond(problem_response(status, code, detail));
}

}  // namespace consort::http

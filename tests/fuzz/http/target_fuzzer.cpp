// Request targets through parsing, decoding and routing.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/http/router.hpp"
#include "core/http/target.hpp"

namespace {

const consort::http::Router& router() {
    static const auto& made = []() -> const consort::http::Router& {
        static consort::http::Router filled;
        for (const char* pattern :
             {"/a", "/a/{id}", "/a/{id}/b", "/a/{x}x{y}.jpg", "/a/segment{n}.m4s", "/f/{path*}"}) {
            consort::http::Route route;
            route.method = "GET";
            route.pattern = pattern;
            route.handle = [](const consort::http::ExchangePtr&) {};
            filled.add(std::move(route));
        }
        return filled;
    }();
    return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace consort::http;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    parse_query(text);
    router().match("GET", text);
    const auto target = parse_target(text);
    if (!target) return 0;
    const auto decoded = percent_decode(target->path);
    if (!decoded || decoded->find('\0') != decoded->npos) std::abort();
    const auto match = router().match("GET", target->path);
    if (match.route == nullptr) return 0;
    const bool tail = match.route->pattern.find('*') != std::string::npos;
    for (const auto& [name, value] : match.params) {
        if (!tail && (value.empty() || value.find('/') != value.npos)) std::abort();
    }
    return 0;
}

// consort.host.exchange/1. A consort_exchange is an http::Exchange.
#include <algorithm>
#include <cstring>

#include "consort/abi/exchange.h"

#include "core/host/guard.hpp"
#include "core/host/plugin_context.hpp"
#include "core/http/exchange.hpp"
#include "core/http/wake_round.hpp"

namespace consort::host {

namespace {

http::Exchange& of(consort_exchange* exchange) noexcept {
    return *reinterpret_cast<http::Exchange*>(exchange);
}
const http::Exchange& of(const consort_exchange* exchange) noexcept {
    return *reinterpret_cast<const http::Exchange*>(exchange);
}

template <std::string_view (http::Exchange::*Member)() const noexcept>
consort_str text(const consort_exchange* exchange) noexcept {
    return lend((of(exchange).*Member)());
}

template <std::optional<std::string_view> (http::Exchange::*Member)(std::string_view)
              const noexcept>
consort_status found(const consort_exchange* exchange, consort_str name,
                     consort_str* out) noexcept {
    const std::optional<std::string_view> value = (of(exchange).*Member)(view(name));
    if (!value) return CONSORT_E_NOT_FOUND;
    *out = lend(*value);
    return CONSORT_OK;
}

// RFC 9110 section 5.6.2.
bool is_token(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
        return c > 0x20 && c < 0x7f && !std::strchr("\"(),/:;<=>?@[\\]{}", c);
    });
}

bool is_field_value(std::string_view value) {
    return std::ranges::none_of(
        value, [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}

std::string wrong(const http::Response& response) {
    if (response.status < 200 || response.status > 599) {
        return "the status " + std::to_string(response.status) + " is not from 200 to 599";
    }
    for (const auto& value : {response.content_type, response.etag, response.cache_control}) {
        if (!is_field_value(value)) return "a header value holds control characters";
    }
    for (const auto& [name, value] : response.headers) {
        if (!is_token(name)) return "'" + name + "' is not the name of a header";
        if (!is_field_value(value)) return "the header " + name + " holds control characters";
    }
    return {};
}

void release_all(const consort_slice* slices, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i) {
        if (slices[i].release != nullptr) slices[i].release(slices[i].owner);
    }
}

consort_status respond(consort_exchange* exchange, const consort_response* given) noexcept {
    if (given == nullptr) return fail(CONSORT_E_INVALID, "respond needs a response");
    consort_response raw{};
    std::memcpy(&raw, given, std::min<std::size_t>(given->struct_size, sizeof raw));
    return guarded([&]() -> consort_status {
        http::Response response;
        try {
            response.body.reserve(raw.body_count);
        } catch (...) {
            release_all(raw.body, raw.body_count);
            throw;
        }
        for (std::size_t i = 0; i < raw.body_count; ++i) response.body.emplace_back(raw.body[i]);
        response.status = raw.status;
        response.content_type = view(raw.content_type);
        response.etag = view(raw.etag);
        response.last_modified = raw.last_modified;
        response.cache_control = view(raw.cache_control);
        response.rangeable = (raw.flags & CONSORT_RESPONSE_NOT_RANGEABLE) == 0;
        response.compressible = (raw.flags & CONSORT_RESPONSE_NO_COMPRESS) == 0;
        response.unframed = (raw.flags & CONSORT_RESPONSE_UNFRAMED) != 0;
        response.reads_on = (raw.flags & CONSORT_RESPONSE_READS_ON) != 0;
        for (std::size_t i = 0; i < raw.header_count; ++i) {
            response.headers.emplace_back(view(raw.headers[i].name), view(raw.headers[i].value));
        }
        if (const std::string why = wrong(response); !why.empty()) {
            return fail(CONSORT_E_INVALID, why);
        }
        return of(exchange).respond(std::move(response));
    });
}

consort_status problem(consort_exchange* exchange, std::int32_t status, consort_str code,
                       consort_str detail) noexcept {
    return guarded([&]() -> consort_status {
        if (status < 400 || status > 599) {
            return fail(CONSORT_E_INVALID, "a problem has a status from 400 to 599");
        }
        return of(exchange).problem(status, view(code), view(detail));
    });
}

consort_status read_body(consort_exchange* exchange, std::size_t most,
                         void (*take)(void*, consort_status, const void*, std::size_t) noexcept,
                         void* arg) noexcept {
    if (take == nullptr || most == 0) {
        return fail(CONSORT_E_INVALID, "read_body needs a function, and room for at least a byte");
    }
    return guarded([&]() -> consort_status {
        const consort_status status = of(exchange).read_body({most, take, arg});
        if (status != CONSORT_E_INVALID) return status;
        return fail(status, "the route's max_body is not CONSORT_BODY_STREAMED");
    });
}

}  // namespace

const void* exchange_service() noexcept {
    static constexpr consort_exchange_api kApi{
        sizeof(consort_exchange_api),
        0,
        text<&http::Exchange::method>,
        text<&http::Exchange::path>,
        text<&http::Exchange::target>,
        [](const consort_exchange* exchange, consort_str name) noexcept {
            return lend(of(exchange).param(view(name)));
        },
        found<&http::Exchange::query>,
        found<&http::Exchange::header>,
        text<&http::Exchange::body>,
        text<&http::Exchange::remote_address>,
        text<&http::Exchange::request_id>,
        respond,
        problem,
        [](consort_exchange* exchange) noexcept { of(exchange).wake(); },
        [](consort_exchange* exchange) noexcept { intrusive_ptr_add_ref(&of(exchange)); },
        [](consort_exchange* exchange) noexcept { intrusive_ptr_release(&of(exchange)); },
        [](consort_exchange* const* exchanges, std::size_t count) noexcept {
            http::WakeRound round;
            for (std::size_t i = 0; i < count; ++i) of(exchanges[i]).wake_in(round);
        },
        read_body,
    };
    return &kApi;
}

}  // namespace consort::host

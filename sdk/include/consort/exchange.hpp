// One HTTP request and its answer.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "consort/abi/exchange.h"
#include "consort/failure.hpp"
#include "consort/response.hpp"

namespace consort {
inline namespace v1 {

class Exchange;

// What came of a streamed body: bytes, which live for the call, or its end.
struct BodyPiece {
    consort_status status = CONSORT_OK;  // OK: `bytes`; END: it is whole; else why it is not
    std::string_view bytes;
    bool ended() const noexcept { return status != CONSORT_OK; }
};

// Borrowed: lives as long as the call that received it. Answer within that call, or keep() it and
// answer later, exactly once. Any thread. Texts live as long as the exchange.
class ExchangeView {
  public:
    ExchangeView(const consort_exchange_api* api, consort_exchange* raw) noexcept
        : api_(api), raw_(raw) {}

    std::string_view method() const noexcept { return view(api_->method(raw_)); }
    std::string_view path() const noexcept { return view(api_->path(raw_)); }
    std::string_view target() const noexcept { return view(api_->target(raw_)); }
    // A parameter of the route's pattern.
    std::string_view param(std::string_view name) const noexcept {
        return view(api_->param(raw_, str(name)));
    }
    std::optional<std::string_view> query(std::string_view name) const noexcept {
        consort_str value{};
        if (api_->query(raw_, str(name), &value) != CONSORT_OK) return std::nullopt;
        return view(value);
    }
    std::optional<std::string_view> header(std::string_view name) const noexcept {
        consort_str value{};
        if (api_->header(raw_, str(name), &value) != CONSORT_OK) return std::nullopt;
        return view(value);
    }
    std::string_view body() const noexcept { return view(api_->body(raw_)); }
    std::string_view remote_address() const noexcept { return view(api_->remote_address(raw_)); }
    std::string_view request_id() const noexcept { return view(api_->request_id(raw_)); }

    // OK; DONE: it is answered already; CANCELED: the client left. The slices are gone in any case.
    consort_status respond(Response response) const {
        return std::move(response).hand_over(
            [this](const consort_response& raw) { return api_->respond(raw_, &raw); });
    }
    // An RFC 9457 problem: a stable code and a sentence that tells a person what to do.
    consort_status problem(int http_status, std::string_view code,
                           std::string_view detail) const noexcept {
        return api_->problem(raw_, http_status, str(code), str(detail));
    }
    // The problem that fits the error.
    consort_status fail(const Error& error) const noexcept;

    // A stream that answered "pending" has more.
    void wake() const noexcept { api_->wake(raw_); }

    // For routes with CONSORT_BODY_STREAMED: asks for the next piece, of `most` bytes at most. OK:
    // `take(BodyPiece)` is called once, later, on an I/O thread; it must not block nor throw, and
    // may ask again. What else it returns: see consort_exchange_api::read_body.
    template <class Take>
    consort_status read_body(std::size_t most, Take take) const {
        if (!streams_bodies(api_)) return CONSORT_E_UNSUPPORTED;
        auto kept = std::make_unique<Take>(std::move(take));
        const consort_status status = api_->read_body(
            raw_, most,
            [](void* arg, consort_status given, const void* data, std::size_t size) noexcept {
                const std::unique_ptr<Take> owned(static_cast<Take*>(arg));
                (*owned)(BodyPiece{given, {static_cast<const char*>(data), size}});
            },
            kept.get());
        if (status == CONSORT_OK) static_cast<void>(kept.release());
        return status;
    }
    // Whether the host knows CONSORT_BODY_STREAMED; an older one would collect such bodies.
    static bool streams_bodies(const consort_exchange_api* api) noexcept {
        return api->struct_size >=
               offsetof(consort_exchange_api, read_body) + sizeof(consort_exchange_api::read_body);
    }

    Exchange keep() const noexcept;

    consort_exchange* raw() const noexcept { return raw_; }
    // Two views of one exchange are equal.
    friend bool operator==(const ExchangeView& a, const ExchangeView& b) noexcept {
        return a.raw_ == b.raw_;
    }

  protected:
    const consort_exchange_api* api_;
    consort_exchange* raw_;
};

// Holds a reference. The last one gone without an answer makes the host answer 500.
class Exchange : public ExchangeView {
  public:
    explicit Exchange(const ExchangeView& borrowed) noexcept : ExchangeView(borrowed) {
        api_->ref(raw_);
    }
    Exchange(Exchange&& other) noexcept
        : ExchangeView(other.api_, std::exchange(other.raw_, nullptr)) {}
    Exchange& operator=(Exchange&& other) noexcept {
        std::swap(api_, other.api_);
        std::swap(raw_, other.raw_);
        return *this;
    }
    ~Exchange() {
        if (raw_) api_->unref(raw_);
    }
};

// Wakes many streams at once, at less cost than one by one. `api` is that of all the exchanges.
inline void wake_all(const consort_exchange_api* api,
                     std::span<consort_exchange* const> exchanges) noexcept {
    constexpr std::size_t with_all =
        offsetof(consort_exchange_api, wake_all) + sizeof(consort_exchange_api::wake_all);
    if (api->struct_size >= with_all) return api->wake_all(exchanges.data(), exchanges.size());
    for (consort_exchange* exchange : exchanges) api->wake(exchange);
}

inline Exchange ExchangeView::keep() const noexcept { return Exchange(*this); }

inline consort_status ExchangeView::fail(const Error& error) const noexcept {
    std::string_view detail = error.text;
    if (detail.empty()) detail = status_text(error.status);
    switch (error.status) {
        case CONSORT_E_INVALID:
            return problem(400, "invalid_request", detail);
        case CONSORT_E_NOT_FOUND:
            return problem(404, "not_found", detail);
        case CONSORT_E_UNSUPPORTED:
            return problem(404, "not_available", detail);
        case CONSORT_E_DENIED:
            return problem(403, "denied", detail);
        case CONSORT_E_BUSY:
        case CONSORT_E_NO_MEMORY:
            return problem(503, "busy", detail);
        case CONSORT_E_TIMEOUT:
            return problem(504, "timeout", detail);
        case CONSORT_E_CORRUPT:
            return problem(500, "corrupt", detail);
        case CONSORT_E_IO:
            return problem(500, "io", detail);
        default:
            return problem(500, "internal", detail);
    }
}

}  // namespace v1
}  // namespace consort

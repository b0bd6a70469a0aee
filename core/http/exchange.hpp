// One request and its answer, as the host's own handlers and the plugin ABI see it.
#pragma once

#include <atomic>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "consort/abi/slice.h"

namespace consort::http {

// A slice that releases what it holds: the owner of a consort_slice.
class Slice {
  public:
    explicit Slice(const consort_slice& raw) noexcept : raw_(raw) {}
    Slice(Slice&& other) noexcept : raw_(std::exchange(other.raw_, consort_slice{})) {}
    Slice& operator=(Slice&& other) noexcept {
        std::swap(raw_, other.raw_);
        return *this;
    }
    ~Slice() {
        if (raw_.release != nullptr) raw_.release(raw_.owner);
    }

    static Slice text(std::string bytes);                    // owns the string
    static Slice borrowed(std::string_view bytes) noexcept;  // static storage

    const consort_slice& raw() const noexcept { return raw_; }

  private:
    consort_slice raw_;
};

struct Response {
    int status = 200;
    std::string content_type;
    std::string etag;                // opaque tag without quotes; empty: none
    std::int64_t last_modified = 0;  // seconds since 1970; 0: none
    std::string cache_control;
    std::vector<std::pair<std::string, std::string>> headers;
    std::vector<Slice> body;
    bool rangeable = true;
    bool compressible = true;
    bool unframed = false;  // of unknown length: it ends with the connection, without chunks
    bool reads_on = false;  // sent at once, while the request's streamed body is read on
};

// A question for the next piece of a streamed body; see consort_exchange_api::read_body.
struct BodyRead {
    std::size_t most = 0;
    void (*take)(void* arg, consort_status, const void* data,
                 std::size_t size) CONSORT_NOEXCEPT = nullptr;
    void* arg = nullptr;
};

// A plain answer with a text body.
Response text_response(int status, std::string content_type, std::string body);
inline Response json_response(std::string body) {
    return text_response(200, "application/json", std::move(body));
}

// RFC 9457; 429 and 503 carry Retry-After. See Exchange::problem.
Response problem_response(int status, std::string_view code, std::string_view detail);

class WakeRound;

// Reference counted (the ABI's ref and unref). The last reference dropped without an answer makes
// the host answer 500. Every function may be called from any thread.
class Exchange {
  public:
    Exchange() = default;
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    virtual ~Exchange() = default;

    // Views live as long as the exchange.
    virtual std::string_view method() const noexcept = 0;
    virtual std::string_view path() const noexcept = 0;    // percent-decoded
    virtual std::string_view target() const noexcept = 0;  // as received
    virtual std::string_view param(std::string_view name) const noexcept = 0;
    virtual std::optional<std::string_view> query(std::string_view name) const noexcept = 0;
    virtual std::optional<std::string_view> header(std::string_view name) const noexcept = 0;
    virtual std::string_view body() const noexcept = 0;
    virtual std::string_view remote_address() const noexcept = 0;
    virtual std::string_view request_id() const noexcept = 0;

    // The first call answers; later ones return DONE, ones after the client left CANCELED. The
    // body's slices are released in every case.
    virtual consort_status respond(Response&& response) = 0;

    // RFC 9457. `code` is stable and for programs, `detail` tells a person what to do.
    consort_status problem(int status, std::string_view code, std::string_view detail);

    virtual void wake() noexcept = 0;
    // As wake(), at the end of `round` with the others in it.
    virtual void wake_in(WakeRound&) noexcept { wake(); }

    // As the ABI's read_body.
    virtual consort_status read_body(const BodyRead&) { return CONSORT_E_INVALID; }

    friend void intrusive_ptr_add_ref(const Exchange* exchange) noexcept {
        exchange->references_.fetch_add(1, std::memory_order_relaxed);
    }
    friend void intrusive_ptr_release(const Exchange* exchange) noexcept {
        if (exchange->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
            const_cast<Exchange*>(exchange)->last_reference_dropped();
        }
    }

  protected:
    // For an owner that keeps the object alive by other means: a reference, unless none is left.
    bool reference_if_any() const noexcept {
        std::uint32_t seen = references_.load(std::memory_order_relaxed);
        while (seen != 0) {
            if (references_.compare_exchange_weak(seen, seen + 1, std::memory_order_acq_rel)) {
                return true;
            }
        }
        return false;
    }
    virtual void last_reference_dropped() noexcept { delete this; }

  private:
    mutable std::atomic<std::uint32_t> references_{0};
};

using ExchangePtr = boost::intrusive_ptr<Exchange>;

}  // namespace consort::http

// A request made by hand, and the answer that a plugin gave to it.
#pragma once

#include <algorithm>
#include <atomic>
#include <cctype>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "consort/abi/exchange.h"
#include "consort/exchange.hpp"
#include "consort/slice.hpp"
#include "consort/testing/body_reader.hpp"
#include "consort/text.hpp"

namespace consort {
inline namespace v1 {
namespace testing {

// FakeExchange request("GET", "/hello/{name}", {{"name", "you"}});
// plugin.handle(0, request.view()); EXPECT_EQ(request.status(), 200);
//
// Must outlive every reference that the plugin keeps. Answers may come from any thread. The body is
// read when the answer comes: slices are pulled, copied and released as a transport would.
class FakeExchange {
  public:
    using Texts = std::map<std::string, std::string, std::less<>>;

    explicit FakeExchange(std::string method, std::string path, Texts params = {})
        : method_(std::move(method)), path_(std::move(path)), params_(std::move(params)) {}
    FakeExchange(const FakeExchange&) = delete;

    // What the request says; before it is handled. Header names in lower case.
    Texts query, headers;
    std::string request_body, remote_address = "192.0.2.1", request_id = "request-1";
    // The most that a stream is asked for at once.
    std::uint64_t pull_size = 64 * 1024;

    ExchangeView view() noexcept { return {&api(), raw()}; }
    consort_exchange* raw() noexcept { return reinterpret_cast<consort_exchange*>(this); }
    const std::string& path() const noexcept { return path_; }
    void set_params(Texts params) { params_ = std::move(params); }

    // The client goes away: an answer that comes later gets CANCELED.
    void cancel() {
        const std::lock_guard lock(mutex_);
        canceled_ = true;
    }
    // Of a streamed body, as the client sends it; a piece at a time goes to who asks for it.
    void send_body(std::string_view bytes) {
        {
            const std::lock_guard lock(mutex_);
            arrived_ += bytes;
        }
        pass_body();
    }
    // The body is over: END, or why it is not whole.
    void end_body(consort_status status = CONSORT_END) {
        {
            const std::lock_guard lock(mutex_);
            body_end_ = status;
        }
        pass_body();
    }
    // Whether somebody asks for more of it, and how much waits to be asked for.
    bool body_asked() const { return locked(take_) != nullptr; }
    std::size_t body_waiting() const { return locked(arrived_).size(); }
    bool wait_answered(std::chrono::milliseconds limit = std::chrono::seconds(10)) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, limit, [this] { return status_ != 0; });
    }

    // The answer. 0: none yet; 500 also when the last reference went without an answer.
    int status() const { return locked(status_); }
    std::string content_type() const { return locked(content_type_); }
    std::string etag() const { return locked(etag_); }
    std::string cache_control() const { return locked(cache_control_); }
    std::int64_t last_modified() const { return locked(last_modified_); }
    std::uint32_t flags() const { return locked(flags_); }
    Texts response_headers() const { return locked(response_headers_); }
    std::string problem_code() const { return locked(problem_code_); }
    std::string problem_detail() const { return locked(problem_detail_); }
    int references() const { return references_; }

    std::string body() const { return locked(body_).bytes; }
    std::vector<BodyPiece> pieces() const { return locked(body_).pieces; }
    // Whether the body came to its end; a stream may be pending.
    bool body_complete() const { return locked(body_).complete(); }
    // Not OK: a stream failed, and the host would reset the connection.
    consort_status body_error() const { return locked(body_).error; }

    static const consort_exchange_api& api() noexcept {
        static const consort_exchange_api table = make_api();
        return table;
    }

  private:
    using Take = void (*)(void*, consort_status, const void*, std::size_t) noexcept;

    static FakeExchange& of(consort_exchange* raw) noexcept {
        return *reinterpret_cast<FakeExchange*>(raw);
    }
    static const FakeExchange& of(const consort_exchange* raw) noexcept {
        return *reinterpret_cast<const FakeExchange*>(raw);
    }
    template <class T>
    T locked(const T& member) const {
        const std::lock_guard lock(mutex_);
        return member;
    }
    static consort_status find(const Texts& texts, consort_str name, consort_str* out) noexcept {
        const auto found = texts.find(consort::view(name));
        if (found == texts.end()) return CONSORT_E_NOT_FOUND;
        *out = str(found->second);
        return CONSORT_OK;
    }

    consort_status respond(const consort_response& response) {
        const std::lock_guard lock(mutex_);
        if (const consort_status late = closed()) {
            for (std::size_t i = 0; i < response.body_count; ++i) Slice::release(response.body[i]);
            return late;
        }
        flags_ = response.flags;
        content_type_ = consort::view(response.content_type);
        etag_ = consort::view(response.etag);
        cache_control_ = consort::view(response.cache_control);
        last_modified_ = response.last_modified;
        for (std::size_t i = 0; i < response.header_count; ++i)
            response_headers_.emplace(consort::view(response.headers[i].name),
                                      consort::view(response.headers[i].value));
        for (std::size_t i = 0; i < response.body_count; ++i)
            body_.waiting.emplace_back(response.body[i]);
        body_.pull(pull_size);
        status_ = response.status;
        changed_.notify_all();
        return CONSORT_OK;
    }
    consort_status problem(int status, std::string_view code, std::string_view detail) {
        const std::lock_guard lock(mutex_);
        if (const consort_status late = closed()) return late;
        content_type_ = "application/problem+json";
        problem_code_ = code;
        problem_detail_ = detail;
        status_ = status;
        changed_.notify_all();
        return CONSORT_OK;
    }
    consort_status closed() const noexcept {
        if (canceled_) return CONSORT_E_CANCELED;
        return status_ ? CONSORT_E_DONE : CONSORT_OK;
    }
    void reference(int change) {
        if (references_.fetch_add(change) + change != 0) return;
        {
            const std::lock_guard lock(mutex_);
            if (closed() == CONSORT_OK) {
                status_ = 500;
                problem_code_ = "unanswered";
                changed_.notify_all();
            }
        }
        if (body_asked()) end_body(CONSORT_E_CANCELED);
    }

    consort_status read_body(std::size_t most, Take take, void* arg) {
        {
            const std::lock_guard lock(mutex_);
            if (body_told_) return CONSORT_E_DONE;
            if (take_) return CONSORT_E_BUSY;
            take_ = take;
            take_arg_ = arg;
            most_ = most;
        }
        return CONSORT_OK;
    }
    // Not within read_body: what has arrived before waits for the next send_body or end_body.
    void pass_body() {
        for (;;) {
            std::string bytes;
            Take take = nullptr;
            void* arg = nullptr;
            consort_status status = CONSORT_OK;
            {
                const std::lock_guard lock(mutex_);
                if (!take_ || (arrived_.empty() && body_end_ == CONSORT_OK)) return;
                bytes = arrived_.substr(0, most_);
                arrived_.erase(0, bytes.size());
                if (bytes.empty()) {
                    status = body_end_;
                    body_told_ = true;
                }
                take = std::exchange(take_, nullptr);
                arg = take_arg_;
            }
            take(arg, status, bytes.data(), bytes.size());
        }
    }

    static consort_exchange_api make_api() noexcept {
        consort_exchange_api table{};
        table.struct_size = sizeof table;
        table.method = [](const consort_exchange* raw) noexcept { return str(of(raw).method_); };
        table.path = [](const consort_exchange* raw) noexcept { return str(of(raw).path_); };
        table.target = [](const consort_exchange* raw) noexcept { return str(of(raw).path_); };
        table.param = [](const consort_exchange* raw, consort_str name) noexcept {
            consort_str value = str("");
            find(of(raw).params_, name, &value);
            return value;
        };
        table.query = [](const consort_exchange* raw, consort_str name, consort_str* out) noexcept {
            return find(of(raw).query, name, out);
        };
        table.header = [](const consort_exchange* raw, consort_str name,
                          consort_str* out) noexcept {
            std::string lower(consort::view(name));
            std::transform(lower.begin(), lower.end(), lower.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
            return find(of(raw).headers, str(lower), out);
        };
        table.body = [](const consort_exchange* raw) noexcept { return str(of(raw).request_body); };
        table.remote_address = [](const consort_exchange* raw) noexcept {
            return str(of(raw).remote_address);
        };
        table.request_id = [](const consort_exchange* raw) noexcept {
            return str(of(raw).request_id);
        };
        table.respond = [](consort_exchange* raw, const consort_response* response) noexcept {
            return of(raw).respond(*response);
        };
        table.problem = [](consort_exchange* raw, std::int32_t status, consort_str code,
                           consort_str detail) noexcept {
            return of(raw).problem(status, consort::view(code), consort::view(detail));
        };
        table.wake = [](consort_exchange* raw) noexcept {
            FakeExchange& self = of(raw);
            const std::lock_guard lock(self.mutex_);
            self.body_.pull(self.pull_size);
        };
        table.ref = [](consort_exchange* raw) noexcept { of(raw).reference(1); };
        table.unref = [](consort_exchange* raw) noexcept { of(raw).reference(-1); };
        table.wake_all = [](consort_exchange* const* raw, std::size_t count) noexcept {
            for (std::size_t i = 0; i < count; ++i) api().wake(raw[i]);
        };
        table.read_body = [](consort_exchange* raw, std::size_t most, Take take,
                             void* arg) noexcept { return of(raw).read_body(most, take, arg); };
        return table;
    }

    mutable std::recursive_mutex mutex_;  // a stream may wake the exchange that pulls it
    std::condition_variable_any changed_;
    std::string method_, path_;
    Texts params_;
    std::atomic<int> references_{0};
    bool canceled_ = false;
    int status_ = 0;
    std::uint32_t flags_ = 0;
    std::int64_t last_modified_ = 0;
    std::string content_type_, etag_, cache_control_, problem_code_, problem_detail_;
    Texts response_headers_;
    BodyReader body_;
    // The request's body, if it is streamed.
    std::string arrived_;
    consort_status body_end_ = CONSORT_OK;
    bool body_told_ = false;
    Take take_ = nullptr;
    void* take_arg_ = nullptr;
    std::size_t most_ = 0;
};

}  // namespace testing
}  // namespace v1
}  // namespace consort

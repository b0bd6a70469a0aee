// The server's Exchange: a parsed request, and the one answer it gets from whichever thread.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/http/body_feed.hpp"
#include "core/http/event_loop.hpp"
#include "core/http/exchange.hpp"
#include "core/http/request_head.hpp"
#include "core/http/router.hpp"
#include "core/http/target.hpp"

namespace consort::http {

class Connection;

class ServerExchange final : public Exchange {
  public:
    // Keeps the object, but not the handlers' claim on it: when no Exchange reference is left, the
    // answer is 500, whoever holds it.
    class Hold {
      public:
        Hold() = default;
        explicit Hold(ServerExchange* exchange) noexcept : exchange_(exchange) {
            if (exchange_ != nullptr) exchange_->holds_.fetch_add(1, std::memory_order_relaxed);
        }
        Hold(const Hold& other) noexcept : Hold(other.exchange_) {}
        Hold(Hold&& other) noexcept : exchange_(std::exchange(other.exchange_, nullptr)) {}
        Hold& operator=(Hold other) noexcept {
            std::swap(exchange_, other.exchange_);
            return *this;
        }
        ~Hold() {
            if (exchange_ != nullptr) exchange_->drop_hold();
        }
        ServerExchange* get() const noexcept { return exchange_; }
        ServerExchange* operator->() const noexcept { return exchange_; }
        explicit operator bool() const noexcept { return exchange_ != nullptr; }

      private:
        ServerExchange* exchange_ = nullptr;
    };

    static Hold create(std::string_view head_text, std::shared_ptr<Mailbox> mailbox,
                       Connection& connection);

    std::string_view method() const noexcept override { return head.method; }
    std::string_view path() const noexcept override { return decoded_path; }
    std::string_view target() const noexcept override { return head.target; }
    std::string_view param(std::string_view name) const noexcept override;
    std::optional<std::string_view> query(std::string_view name) const noexcept override;
    std::optional<std::string_view> header(std::string_view name) const noexcept override;
    std::string_view body() const noexcept override { return body_text; }
    std::string_view remote_address() const noexcept override { return remote; }
    std::string_view request_id() const noexcept override { return id; }
    consort_status respond(Response&& response) override;
    void wake() noexcept override;
    void wake_in(WakeRound& round) noexcept override;
    consort_status read_body(const BodyRead& read) override;

    // The rest is for the connection, on its I/O thread.

    // Runs the route's handler. True: it has answered within the call.
    bool dispatch();
    Response take_response() noexcept {
        const auto taken = std::move(response_);
        return std::move(*taken);
    }
    // The client went away: later answers get CANCELED, the route is told.
    void cancel();
    // The connection does not want to hear of this exchange any more.
    void detach() noexcept { connection_ = nullptr; }
    std::atomic<bool>& woken() noexcept { return woken_; }
    // The message of wake() has come; or was never sent.
    void on_wake();
    void forget_wake() noexcept { wake_posted_.store(false, std::memory_order_seq_cst); }

    // The body is streamed; before dispatch(). What follows is for such bodies only.
    void stream_body() { feed_ = std::make_unique<BodyFeed>(); }
    std::size_t body_asked() const { return feed_->asked(); }
    void give_body(std::string_view piece) noexcept;
    void end_body(consort_status status) noexcept { feed_->end(status); }

    const std::string head_text;
    RequestHead head;
    std::string decoded_path, body_text, remote, id;
    QueryPairs query_pairs;
    Router::Match match;

  private:
    enum class Phase { waiting, answered, canceled };

    ServerExchange(std::string_view text, std::shared_ptr<Mailbox> mailbox, Connection& connection)
        : head_text(text), mailbox_(std::move(mailbox)), connection_(&connection) {}
    ~ServerExchange() override;
    void last_reference_dropped() noexcept override;
    void drop_hold() noexcept;

    std::atomic<std::uint32_t> holds_{0};
    std::atomic<Phase> phase_{Phase::waiting};
    std::atomic<bool> woken_{false}, wake_posted_{false};
    bool answered_inline_ = false;        // I/O thread
    std::unique_ptr<Response> response_;  // until it is taken
    std::shared_ptr<Mailbox> mailbox_;
    Connection* connection_;
    std::unique_ptr<BodyFeed> feed_;
};

}  // namespace consort::http

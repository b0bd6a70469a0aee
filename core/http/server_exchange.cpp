#include "core/http/server_exchange.hpp"

#include <exception>

#include "core/http/ascii.hpp"
#include "core/http/connection.hpp"
#include "core/http/wake_round.hpp"
#include "core/observe/log.hpp"

namespace consort::http {

namespace {

thread_local const ServerExchange* dispatching = nullptr;
thread_local const ServerExchange* giving = nullptr;

const observe::Logger& logger() {
    static const observe::Logger log("http");
    return log;
}

}  // namespace

ServerExchange::Hold ServerExchange::create(std::string_view head_text,
                                            std::shared_ptr<Mailbox> mailbox,
                                            Connection& connection) {
    std::unique_ptr<ServerExchange, void (*)(ServerExchange*)> made(
        new ServerExchange(head_text, std::move(mailbox), connection),
        [](ServerExchange* exchange) { delete exchange; });
    return Hold(made.release());
}

// Who asked after the loop had gone is told here.
ServerExchange::~ServerExchange() {
    if (feed_) feed_->end(CONSORT_E_CANCELED);
}

std::string_view ServerExchange::param(std::string_view name) const noexcept {
    for (const auto& [known, value] : match.params) {
        if (known == name) return value;
    }
    return {};
}

std::optional<std::string_view> ServerExchange::query(std::string_view name) const noexcept {
    for (const auto& [known, value] : query_pairs) {
        if (known == name) return value;
    }
    return std::nullopt;
}

std::optional<std::string_view> ServerExchange::header(std::string_view name) const noexcept {
    for (const auto& [known, value] : head.headers) {
        if (same_text(known, name)) return value;
    }
    return std::nullopt;
}

consort_status ServerExchange::respond(Response&& response) {
    // Released at the end, unless it is the answer.
    auto taken = std::make_unique<Response>(std::move(response));
    Phase expected = Phase::waiting;
    if (!phase_.compare_exchange_strong(expected, Phase::answered, std::memory_order_acq_rel)) {
        return expected == Phase::canceled ? CONSORT_E_CANCELED : CONSORT_E_DONE;
    }
    response_ = std::move(taken);
    if (dispatching == this) {
        answered_inline_ = true;
        return CONSORT_OK;
    }
    const bool posted = mailbox_->post([self = Hold(this)] {
        if (self->connection_ != nullptr) {
            self->connection_->on_answer();
        } else {
            self->response_.reset();
        }
    });
    if (posted) return CONSORT_OK;
    response_.reset();
    return CONSORT_E_CANCELED;
}

void ServerExchange::wake() noexcept {
    woken_.store(true, std::memory_order_seq_cst);
    if (wake_posted_.exchange(true, std::memory_order_seq_cst)) return;
    try {
        mailbox_->post([self = Hold(this)] { self->on_wake(); });
    } catch (const std::exception&) {
        forget_wake();  // out of memory: a later wake may succeed
    }
}

void ServerExchange::wake_in(WakeRound& round) noexcept {
    woken_.store(true, std::memory_order_seq_cst);
    if (wake_posted_.exchange(true, std::memory_order_seq_cst)) return;
    try {
        round.add(mailbox_, *this);
    } catch (const std::exception&) {
        forget_wake();
    }
}

consort_status ServerExchange::read_body(const BodyRead& read) {
    if (!feed_) return CONSORT_E_INVALID;
    const consort_status status = feed_->ask(read);
    // Within a call from the connection, it looks by itself afterwards.
    if (status != CONSORT_OK || dispatching == this || giving == this) return status;
    const bool posted = mailbox_->post([self = Hold(this)] {
        self->feed_->tell_end();
        if (self->connection_ != nullptr) self->connection_->on_body_asked();
    });
    if (posted) return CONSORT_OK;
    feed_->unask();
    return CONSORT_E_CANCELED;
}

void ServerExchange::give_body(std::string_view piece) noexcept {
    giving = this;
    feed_->give(piece);
    giving = nullptr;
}

void ServerExchange::on_wake() {
    forget_wake();
    if (connection_ != nullptr) connection_->on_wake();
}

bool ServerExchange::dispatch() {
    holds_.fetch_add(1, std::memory_order_relaxed);  // of all references together
    const ExchangePtr reference(this);
    dispatching = this;
    try {
        match.route->handle(reference);
    } catch (const std::exception& error) {
        logger().error("a handler threw", {{"route", match.route->label}, {"error", error.what()}});
        problem(500, "internal_error",
                "The server failed to answer; its log says more, under this request's id.");
    }
    dispatching = nullptr;
    // `reference` goes after this; if it is the last, the answer comes through the mailbox.
    return answered_inline_;
}

void ServerExchange::cancel() {
    connection_ = nullptr;
    if (feed_) feed_->end(CONSORT_E_CANCELED);
    Phase expected = Phase::waiting;
    if (!phase_.compare_exchange_strong(expected, Phase::canceled, std::memory_order_acq_rel)) {
        return;
    }
    if (!match.route || !match.route->canceled || !reference_if_any()) return;
    const ExchangePtr reference(this, false);
    try {
        match.route->canceled(reference);
    } catch (const std::exception& error) {
        logger().error("a cancel handler threw",
                       {{"route", match.route->label}, {"error", error.what()}});
    }
}

void ServerExchange::last_reference_dropped() noexcept {
    try {
        if (phase_.load(std::memory_order_acquire) == Phase::waiting) {
            problem(500, "internal_error", "The server gave up on this request without an answer.");
        } else if (feed_) {
            mailbox_->post([self = Hold(this)] {
                if (self->connection_ != nullptr) self->connection_->on_body_abandoned();
            });
        }
    } catch (const std::exception&) {
        logger().error("out of memory while answering 500");
    }
    drop_hold();
}

void ServerExchange::drop_hold() noexcept {
    if (holds_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

}  // namespace consort::http

#include "core/http/connection.hpp"

#include <poll.h>

#include <algorithm>

#include "core/http/ascii.hpp"
#include "core/http/io_thread.hpp"
#include "core/http/no_route.hpp"

namespace consort::http {

namespace {

constexpr Milliseconds linger_timeout = 2'000;
constexpr int most_unsent_of_endless = 64 * 1024;
constexpr int client_closed_request = 499;  // in logs and metrics only

constexpr Refusal draining_refusal{503, "draining",
                                   "The server is shutting down; try again in a moment."};

bool is_sane_request_id(std::string_view id) noexcept {
    return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '-' || c == '_' || c == '.';
    });
}

// Whether the peer has shut its side down, even if input stands before that.
bool has_closed(int socket) noexcept {
    pollfd asked{socket, POLLRDHUP, 0};
    return ::poll(&asked, 1, 0) == 1;
}

}  // namespace

Connection::Connection(IoThread& thread, std::unique_ptr<Transport> transport, std::string remote)
    : thread_(thread), transport_(std::move(transport)), remote_(std::move(remote)) {
    watch_.emplace(thread_.loop, transport_->descriptor(), *this);
    thread_.loop.set_deadline(*this,
                              thread_.loop.now() + thread_.shared.settings.header_timeout.count());
}

Connection::~Connection() = default;

bool Connection::draining() const noexcept {
    return thread_.shared.draining.load(std::memory_order_relaxed);
}

void Connection::on_input() {
    if (phase_ == Phase::closed) return;
    readable_ = input_seen_ = true;
    if (!stream_ && (phase_ == Phase::waiting || phase_ == Phase::sending)) {
        peer_closed_ = has_closed(transport_->descriptor());
    }
    run();
}

void Connection::on_output() {
    if (phase_ == Phase::closed) return;
    if (transport_->wants_output()) readable_ = true;
    run();
}

void Connection::run() {
    if (running_) return;
    running_ = true;
    passed_ = 0;
    bool go = true;
    while (go) {
        switch (phase_) {
            case Phase::head:
                go = read_head();
                break;
            case Phase::body:
                go = read_body();
                break;
            case Phase::sending:
                go = send();
                break;
            case Phase::lingering:
                go = linger();
                break;
            case Phase::waiting:
            case Phase::reading_on:
                go = stream_ && pass_body();
                break;
            case Phase::closed:
                go = false;
                break;
        }
    }
    running_ = false;
    if (phase_ == Phase::closed) return;
    keep_input();
    const bool idle_in_request = phase_ == Phase::waiting || (phase_ == Phase::sending && starved_);
    if (peer_closed_ && idle_in_request && !half_closed_) return client_gone(false);
    expect_events();
}

// While an answer is under way input is not read, but its end tells that the client has gone.
void Connection::expect_events() {
    const bool answering = phase_ == Phase::waiting || phase_ == Phase::sending;
    if (!input_seen_ && (!readable_ || answering)) watch_->expect_input();
    const bool blocked = phase_ == Phase::sending && !starved_ && !yielding_;
    if (blocked || transport_->wants_output()) watch_->expect_output();
}

// Input

bool Connection::receive() {
    if (!readable_) return false;
    input_seen_ = false;
    keep_input();
    auto& buffer = thread_.buffer;
    const Transfer transfer = transport_->receive(buffer.data(), buffer.size());
    switch (transfer.state) {
        case Transfer::State::moved:
            break;
        case Transfer::State::blocked:
            readable_ = false;
            return false;
        case Transfer::State::ended:
            if (stream_ && stream_->ends_with_connection()) {
                stream_->close();
                return half_closed_ = true;
            }
            [[fallthrough]];
        case Transfer::State::failed:
            client_gone(false);
            return false;
    }
    if (transfer.bytes < buffer.size() && !peer_closed_ &&
        transport_->short_receive_means_empty()) {
        readable_ = false;
    }
    if (pending_.empty()) {
        input_ = {buffer.data(), transfer.bytes};
    } else {
        pending_.append(buffer.data(), transfer.bytes);
        input_ = pending_;
    }
    return true;
}

void Connection::consume(std::size_t bytes) {
    input_.remove_prefix(bytes);
    scanned_ = 0;
}

// The thread's buffer serves the next connection after this turn; what is left must move out. An
// idle connection keeps nothing.
void Connection::keep_input() {
    if (input_.empty()) {
        if (!pending_.empty()) std::string().swap(pending_);
    } else if (pending_.empty()) {
        pending_.assign(input_);
    } else {
        pending_.erase(0, pending_.size() - input_.size());
    }
    input_ = pending_;
}

bool Connection::read_head() {
    const auto& settings = thread_.shared.settings;
    if (!input_.empty()) {
        const HeadScan scan = scan_head(input_, scanned_, settings.max_header_bytes);
        if (scan.state == HeadScan::State::refused) {
            unread_input_ = true;
            began_ = Clock::now();
            refuse(scan.refusal);
            return true;
        }
        if (scan.state == HeadScan::State::complete) {
            head_deadline_ = 0;
            began_ = Clock::now();
            const std::string_view text = input_.substr(scan.begin, scan.end - scan.begin);
            exchange_ = ServerExchange::create(text, thread_.loop.mailbox(), *this);
            consume(scan.end);
            begin_request(exchange_->head_text);
            return true;
        }
    }
    if (receive()) return true;
    if (phase_ == Phase::head && !input_.empty() && head_deadline_ == 0) {
        head_deadline_ = thread_.loop.now() + settings.header_timeout.count();
        thread_.loop.set_deadline(*this, head_deadline_);
    }
    return false;
}

void Connection::begin_request(std::string_view head_text) {
    ServerExchange& exchange = *exchange_.get();
    exchange.remote = remote_;
    if (const auto refusal = parse_head(head_text, exchange.head)) {
        unread_input_ = true;
        return refuse(*refusal);
    }
    const auto& given_id = exchange.head[Known::request_id];
    exchange.id = given_id && is_sane_request_id(*given_id) ? std::string(*given_id)
                                                            : thread_.make_request_id();
    const auto target = parse_target(exchange.head.target);
    auto decoded = target ? percent_decode(target->path) : std::nullopt;
    const bool any_resource = target && target->path == "*";
    if (!decoded || (any_resource && exchange.head.method != "OPTIONS")) {
        constexpr Refusal bad_target{400, "malformed_target",
                                     "The request's URL is malformed or holds forbidden parts."};
        return begin_body(&bad_target, 0);
    }
    if (draining()) return begin_body(&draining_refusal, 0);
    exchange.decoded_path = std::move(*decoded);
    if (!target->query.empty()) exchange.query_pairs = parse_query(target->query);
    if (any_resource) {
        exchange.match.allowed = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
    } else {
        exchange.match = thread_.shared.router.match(exchange.head.method, target->path);
    }
    const Route* route = exchange.match.route;
    std::uint64_t max_body = thread_.shared.settings.max_body_bytes;
    if (route != nullptr && route->max_body != 0) max_body = route->max_body;
    begin_body(nullptr, max_body);
}

// Answers

void Connection::dispatch() {
    ServerExchange& exchange = *exchange_.get();
    if (exchange.match.route == nullptr) {
        return answer(no_route_response(thread_.shared.reply_settings.cors_origins, exchange.head,
                                        exchange.match.allowed),
                      unread_input_);
    }
    phase_ = Phase::waiting;
    thread_.loop.set_deadline(*this, 0);
    if (exchange.dispatch()) answer(exchange.take_response(), false);
}

void Connection::refuse(const Refusal& refusal) {
    const bool close_after = refusal.status == 400 || refusal.status == 408 ||
                             refusal.status == 413 || refusal.status == 431 ||
                             refusal.status >= 500 || unread_input_;
    answer(problem_response(refusal.status, refusal.code, refusal.detail), close_after);
}

void Connection::answer(Response&& response, bool close_after) {
    body_.reset();
    reads_on_ = response.reads_on && stream_;
    if (stream_ && !reads_on_) end_stream(CONSORT_E_CANCELED);
    ReplyRequest request;
    if (exchange_ && !exchange_->head.method.empty()) {
        request.head = &exchange_->head;
        request.target = exchange_->head.target;
        request.request_id = exchange_->id;
        close_after = close_after || !exchange_->head.keep_alive;
    }
    request.close = close_after || unread_input_ || streamed_ || draining();
    if (response.unframed) transport_->keep_unsent_below(most_unsent_of_endless);
    sender_.emplace(compose_reply(thread_.shared.reply_settings, request, std::move(response),
                                  thread_.encoded));
    phase_ = Phase::sending;
    starved_ = false;
    thread_.loop.set_deadline(*this,
                              thread_.loop.now() + thread_.shared.settings.write_timeout.count());
}

void Connection::on_answer() {
    if (phase_ != Phase::waiting) return;
    answer(exchange_->take_response(), false);
    run();
}

void Connection::on_wake() {
    if (phase_ == Phase::sending && starved_) run();
}

bool Connection::send() {
    const std::uint64_t before = sender_->sent();
    std::atomic<bool>& woken = exchange_ ? exchange_->woken() : never_woken_;
    const Sender::State state = sender_->pump(*transport_, woken);
    starved_ = state == Sender::State::starved;
    switch (state) {
        case Sender::State::done:
            finish_reply();
            return true;
        case Sender::State::failed:
            client_gone(true);
            return false;
        case Sender::State::starved:
            thread_.loop.set_deadline(*this, 0);
            return false;
        case Sender::State::yielding:
            thread_.yield(*this);
            [[fallthrough]];
        case Sender::State::blocked:
            if (sender_->sent() != before || deadline() == 0) {
                thread_.loop.set_deadline(
                    *this, thread_.loop.now() + thread_.shared.settings.write_timeout.count());
            }
            return false;
    }
    return false;
}

void Connection::finish_reply() {
    if (reads_on_) {
        phase_ = Phase::reading_on;
        thread_.loop.set_deadline(*this, 0);
        if (stream_) return;
    }
    report(false);
    const bool close_after = sender_->reply().close;
    sender_.reset();
    if (exchange_) {
        exchange_->detach();
        exchange_ = {};
    }
    if (close_after) return end_after_reply();
    phase_ = Phase::head;
    if (input_.empty() && draining()) return close();
    thread_.loop.set_deadline(*this,
                              thread_.loop.now() + thread_.shared.settings.idle_timeout.count());
}

// Closing while the client still sends would reset the connection and could destroy the answer on
// its way (RFC 9112, section 9.6).
void Connection::end_after_reply() {
    transport_->shutdown_send();
    if (!unread_input_ && peer_closed_) return close();
    phase_ = Phase::lingering;
    input_ = {};
    thread_.loop.set_deadline(*this, thread_.loop.now() + linger_timeout);
}

bool Connection::linger() {
    input_ = {};
    if (!receive()) return false;
    input_ = {};
    return true;
}

void Connection::drain() {
    if (phase_ == Phase::head && input_.empty()) close();
}

void Connection::refuse_for_load() {
    counted_ = false;
    unread_input_ = true;
    answer(problem_response(503, "too_many_connections",
                            "The server has as many connections as it may; try again shortly."),
           true);
    run();
}

// Ends

void Connection::on_deadline() {
    switch (phase_) {
        case Phase::head:
            if (input_.empty()) return close();
            [[fallthrough]];
        case Phase::body:
            thread_.shared.metrics.timeouts.add();
            unread_input_ = true;
            if (phase_ == Phase::head) began_ = Clock::now();
            refuse({408, "request_timeout", "The request took too long to arrive."});
            return run();
        case Phase::sending:
            thread_.shared.metrics.timeouts.add();
            return client_gone(true);
        case Phase::lingering:
            return close();
        case Phase::waiting:
        case Phase::reading_on:
            if (!stream_) return;
            thread_.shared.metrics.timeouts.add();
            end_stream(CONSORT_E_TIMEOUT);
            return run();
        case Phase::closed:
            return;
    }
}

void Connection::client_gone(bool reset) {
    if (phase_ == Phase::waiting || phase_ == Phase::sending || phase_ == Phase::body ||
        phase_ == Phase::reading_on) {
        report(true);
    }
    watch_.reset();
    if (reset) transport_->reset();
    close();
}

void Connection::close() {
    if (phase_ == Phase::closed) return;
    phase_ = Phase::closed;
    watch_.reset();
    transport_->close();
    sender_.reset();
    body_.reset();
    if (exchange_) {
        const ServerExchange::Hold exchange = std::move(exchange_);
        exchange->cancel();
    }
    thread_.remove(*this);
}

void Connection::report(bool aborted) {
    if (!counted_) return;
    const double seconds = std::chrono::duration<double>(Clock::now() - began_).count();
    const RequestHead* head = exchange_ ? &exchange_->head : nullptr;
    HttpMetrics::Finished finished;
    finished.route = exchange_ ? exchange_->match.route : nullptr;
    finished.method = head != nullptr ? head->method : std::string_view();
    finished.status = sender_ ? sender_->reply().status : client_closed_request;
    finished.seconds = seconds;
    finished.bytes = sender_ ? sender_->sent() : 0;
    finished.file_bytes = sender_ ? sender_->file_bytes() : 0;
    finished.aborted = aborted;
    thread_.shared.metrics.finished(finished);
    if (!thread_.shared.access_log.enabled()) return;
    AccessLog::Entry entry;
    entry.method = finished.method;
    entry.path = head != nullptr ? head->target.substr(0, head->target.find('?')) : "";
    entry.route = finished.route != nullptr ? std::string_view(finished.route->label) : "none";
    entry.remote = remote_;
    entry.request_id = exchange_ ? std::string_view(exchange_->id) : "";
    entry.status = finished.status;
    entry.bytes = finished.bytes;
    entry.seconds = seconds;
    entry.aborted = aborted;
    thread_.shared.access_log.write(entry);
}

}  // namespace consort::http

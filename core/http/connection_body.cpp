// Request bodies: collected before the handler runs, or streamed: received while it asks for them,
// and not before.
#include <utility>

#include "consort/abi/exchange.h"

#include "core/http/connection.hpp"
#include "core/http/io_thread.hpp"

namespace consort::http {

namespace {

constexpr std::uint64_t most_a_turn = 256 * 1024;

}  // namespace

void Connection::begin_body(const Refusal* refusal, std::uint64_t max_body) {
    const RequestHead& head = exchange_->head;
    if (refusal == nullptr && max_body >= CONSORT_BODY_STREAMED_TO_CLOSE)
        return begin_stream(max_body == CONSORT_BODY_STREAMED_TO_CLOSE);
    if (!head.has_body()) return refusal != nullptr ? refuse(*refusal) : dispatch();
    constexpr Refusal too_large{413, "body_too_large", "The request's body is too large."};
    if (refusal == nullptr && head.content_length > max_body) refusal = &too_large;
    if (refusal != nullptr || exchange_->match.route == nullptr) {
        unread_input_ = true;
        return refusal != nullptr ? refuse(*refusal) : dispatch();
    }
    body_ = std::make_unique<BodyReader>(exchange_->head_text, max_body);
    phase_ = Phase::body;
    thread_.loop.set_deadline(*this,
                              thread_.loop.now() + thread_.shared.settings.body_timeout.count());
    continue_request();
}

void Connection::continue_request() {
    if (!exchange_->head.expects_continue || !input_.empty()) return;
    static char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
    const iovec part{text, sizeof text - 1};
    if (transport_->send(&part, 1, false).bytes != part.iov_len) client_gone(true);
}

bool Connection::read_body() {
    if (!input_.empty()) {
        const BodyReader::Progress progress = body_->feed(input_);
        consume(progress.consumed);
        if (progress.refusal || input_.size() > thread_.shared.settings.max_header_bytes * 4) {
            constexpr Refusal malformed{400, "malformed_body", "The request's body is malformed."};
            if (!progress.done) {
                unread_input_ = true;
                refuse(progress.refusal ? *progress.refusal : malformed);
                return true;
            }
        }
        if (progress.done) {
            exchange_->body_text = body_->take();
            body_.reset();
            dispatch();
            return true;
        }
    }
    if (!receive()) return false;
    thread_.loop.set_deadline(*this,
                              thread_.loop.now() + thread_.shared.settings.body_timeout.count());
    return true;
}

// Streamed bodies

void Connection::begin_stream(bool to_close) {
    streamed_ = true;
    exchange_->stream_body();
    stream_ = std::make_unique<BodyFraming>(exchange_->head, to_close);
    dispatch();
}

void Connection::on_body_asked() {
    if (stream_ && (phase_ == Phase::waiting || phase_ == Phase::reading_on)) run();
}

void Connection::on_body_abandoned() {
    if (!stream_) return;
    end_stream(CONSORT_E_CANCELED);
    run();
}

bool Connection::pass_body() {
    const std::size_t asked = exchange_->body_asked();
    if (asked == 0) {
        thread_.loop.set_deadline(*this, 0);
        return false;
    }
    if (passed_ >= most_a_turn) {
        thread_.yield(*this);
        return false;
    }
    if (!std::exchange(continued_, true) && phase_ == Phase::waiting) {
        continue_request();
        if (phase_ == Phase::closed) return false;
    }
    const BodyFraming::Step step = stream_->next(input_, asked);
    consume(step.consumed);
    if (!step.content.empty()) {
        passed_ += step.content.size();
        exchange_->give_body(step.content);
        return true;
    }
    if (stream_->done() || stream_->malformed()) {
        end_stream(stream_->done() ? CONSORT_END : CONSORT_E_CORRUPT);
        return true;
    }
    return step.consumed != 0 || watch_stream();
}

// Receives more; false: there is none yet, and it must come in time.
bool Connection::watch_stream() {
    const bool received = receive();
    if (phase_ == Phase::closed) return false;
    if (received || deadline() == 0) {
        thread_.loop.set_deadline(
            *this, thread_.loop.now() + thread_.shared.settings.body_timeout.count());
    }
    return received;
}

// Whatever the reason: no more of the body is read.
void Connection::end_stream(consort_status status) {
    if (status != CONSORT_END) unread_input_ = true;
    stream_.reset();
    thread_.loop.set_deadline(*this, 0);
    exchange_->end_body(status);
    if (phase_ == Phase::reading_on) finish_reply();
}

}  // namespace consort::http

// One client: reads requests, has them answered one after the other, sends the answers.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/http/body_framing.hpp"
#include "core/http/event_loop.hpp"
#include "core/http/request_head.hpp"
#include "core/http/sender.hpp"
#include "core/http/server_exchange.hpp"
#include "core/http/transport.hpp"

namespace consort::http {

class IoThread;

class Connection final : public EventSource, public Timed {
  public:
    Connection(IoThread& thread, std::unique_ptr<Transport> transport, std::string remote);
    ~Connection() override;

    void begin() { run(); }
    void on_input() override;
    void on_output() override;
    void on_deadline() override;
    void on_answer();          // the exchange was answered, not within dispatch()
    void on_wake();            // a stream of the reply may have more
    void on_body_asked();      // a piece of a streamed body is wanted
    void on_body_abandoned();  // nobody will ask for one again

    // Too many are open already: answers 503 and closes.
    void refuse_for_load();
    // Ends at once if it is idle, else after the answer that is under way.
    void drain();
    void close();

  private:
    friend class IoThread;
    // `reading_on`: answered, while the streamed body goes on.
    enum class Phase { head, body, waiting, sending, reading_on, lingering, closed };
    using Clock = std::chrono::steady_clock;

    void run();
    void expect_events();
    bool read_head();  // each: false if the client or a handler has to move first
    bool read_body();
    bool send();
    bool linger();
    bool pass_body();  // of a streamed body, to the handler
    bool receive();    // more input; false: none yet, or the connection is closed

    void begin_request(std::string_view head_text);
    void begin_body(const Refusal* refusal, std::uint64_t max_body);
    void begin_stream(bool to_close);
    bool watch_stream();
    void end_stream(consort_status status);
    void continue_request();
    void dispatch();
    void refuse(const Refusal& refusal);
    void answer(Response&& response, bool close_after);
    void finish_reply();
    void end_after_reply();
    void client_gone(bool reset);
    void report(bool aborted);
    void consume(std::size_t bytes);
    void keep_input();
    bool draining() const noexcept;

    IoThread& thread_;
    std::unique_ptr<Transport> transport_;
    std::optional<Watch> watch_;
    std::string remote_;
    Phase phase_ = Phase::head;
    bool readable_ = true, peer_closed_ = false, running_ = false;
    bool input_seen_ = false;    // told of input that is not read yet
    bool unread_input_ = false;  // the request's body was not read
    bool counted_ = true;        // in the number of open connections
    bool starved_ = false, yielding_ = false, continued_ = false;
    std::string_view input_;  // not parsed yet: in pending_ or the thread's buffer
    std::string pending_;
    std::size_t scanned_ = 0;
    Milliseconds head_deadline_ = 0;
    Clock::time_point began_;
    ServerExchange::Hold exchange_;
    std::unique_ptr<BodyReader> body_;
    std::unique_ptr<BodyFraming> stream_;  // of a streamed body that has not ended
    std::uint64_t passed_ = 0;             // of it, in this turn
    bool streamed_ = false;                // the request's body is, or was
    bool reads_on_ = false;                // the answer does not end it
    bool half_closed_ = false;  // the client's closing ended the body: no sign that it left
    std::optional<Sender> sender_;
    std::atomic<bool> never_woken_{false};
    Connection *previous_ = nullptr, *next_ = nullptr;  // the thread's list
};

}  // namespace consort::http

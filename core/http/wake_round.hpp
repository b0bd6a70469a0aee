// Many exchanges woken at once: one message to each I/O thread, which serves them a few at a time,
// with its other connections' events in between.
#pragma once

#include <memory>
#include <vector>

#include "core/http/event_loop.hpp"
#include "core/http/server_exchange.hpp"

namespace consort::http {

// Any thread, for the length of one call.
class WakeRound {
  public:
    WakeRound() = default;
    ~WakeRound();  // sends the messages
    WakeRound(const WakeRound&) = delete;
    WakeRound& operator=(const WakeRound&) = delete;

    // Throws std::bad_alloc.
    void add(const std::shared_ptr<Mailbox>& mailbox, ServerExchange& exchange);

  private:
    struct Batch;
    static void post(const std::shared_ptr<Batch>& batch) noexcept;

    std::vector<std::shared_ptr<Batch>> batches_;  // one an I/O thread
};

}  // namespace consort::http

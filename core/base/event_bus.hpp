// Events by topic, "library.item.added", delivered on workers.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/executor.hpp"

namespace consort::base {

// Each subscriber gets its events one at a time, in the order of publication, on a worker. A slow
// subscriber holds up nobody else.
class EventBus {
  public:
    // `workers` must live longer than every delivery, that is, be stopped or destroyed later.
    // At most `max_pending` events wait for one subscriber.
    explicit EventBus(Executor& workers, std::size_t max_pending = 4096);
    ~EventBus();

    using Receive = std::function<void(std::string_view topic, std::string_view json)>;
    struct Subscriber;
    using Subscription = std::shared_ptr<Subscriber>;

    // False: somebody's queue was full and that subscriber missed the event. Any thread.
    [[nodiscard]] bool publish(std::string_view topic, std::string_view json);
    // Waits until every subscriber has got what was published; false: it took longer. Not from
    // within a subscriber.
    bool settle(std::chrono::milliseconds at_most);
    // Topics that begin with `prefix`; empty: all. `receive` must not throw. Any thread.
    Subscription subscribe(std::string prefix, Receive receive);
    // After it returns the function does not run and will not. Not from within it. Idempotent.
    void unsubscribe(const Subscription& subscription);

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace consort::base

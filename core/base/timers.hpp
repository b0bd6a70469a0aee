// Timers over one thread that only waits; what they run, runs on a worker.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "core/base/executor.hpp"

namespace consort::base {

class Timers {
  public:
    // `workers` must live longer. While its queue is full, due timers wait for room.
    explicit Timers(Executor& workers);
    ~Timers();  // no timer runs any more when it returns
    Timers(const Timers&) = delete;
    Timers& operator=(const Timers&) = delete;

    struct Timer;
    using Handle = std::shared_ptr<Timer>;

    // Calls `run` on a worker after `delay`, then every `period` if that is not 0; periods that
    // were missed are skipped, and a timer never runs twice at once. `run` must not throw. Any
    // thread.
    Handle start(std::chrono::nanoseconds delay, std::chrono::nanoseconds period,
                 std::function<void()> run);
    // After it returns `run` does not run and will not. Not from within `run`. Idempotent.
    void stop(const Handle& timer);

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace consort::base

// Work at a later time.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include "consort/abi/services.h"
#include "consort/host_link.hpp"

namespace consort {
inline namespace v1 {

// Stops in its destructor, which waits for a run in progress: never destroy it within its own run,
// nor with a lock held that the run takes. What the run throws goes to the log.
class Timer {
  public:
    Timer() noexcept = default;
    Timer(Timer&& other) noexcept = default;
    Timer& operator=(Timer&& other) noexcept = default;

    void stop() noexcept { state_.reset(); }
    explicit operator bool() const noexcept { return state_ != nullptr; }

  private:
    friend class Timers;
    struct State {
        const consort_timer_api* api;
        HostLink link;
        std::function<void()> run;
        consort_timer* raw = nullptr;
        State(const consort_timer_api* table, const HostLink& host, std::function<void()> work)
            : api(table), link(host), run(std::move(work)) {}
        State(const State&) = delete;
        ~State() {
            if (raw) api->stop(link.host, raw);
        }
    };
    explicit Timer(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}

    std::unique_ptr<State> state_;
};

class Timers {
  public:
    explicit Timers(const HostLink& link)
        : api_(link.require<consort_timer_api>(CONSORT_SERVICE_TIMER)), link_(link) {}

    // Monotonic.
    std::chrono::nanoseconds now() const noexcept {
        return std::chrono::nanoseconds(api_->now(link_.host));
    }
    // Runs `run` on a worker after `delay`, then every `period` if that is not 0.
    Result<Timer> start(std::chrono::nanoseconds delay, std::chrono::nanoseconds period,
                        std::function<void()> run) const {
        auto state = std::make_unique<Timer::State>(api_, link_, std::move(run));
        const consort_status status = api_->start(
            link_.host, delay.count(), period.count(),
            [](void* arg) noexcept {
                auto& self = *static_cast<Timer::State*>(arg);
                const Result<void> done = contained([&]() -> Result<void> {
                    self.run();
                    return {};
                });
                if (!done) self.link.report(done.error().text);
            },
            state.get(), &state->raw);
        if (status < 0) return error_of(status, "cannot start a timer");
        return Timer(std::move(state));
    }

  private:
    const consort_timer_api* api_;
    HostLink link_;
};

}  // namespace v1
}  // namespace consort

// consort.host.executor/1, consort.host.timer/1 and consort.host.events/1.
#include "core/base/clock.hpp"
#include "core/host/guard.hpp"
#include "core/host/plugin_context.hpp"

namespace consort::host {

namespace {

// Calls exactly one of run and drop, unless it was disarmed.
class Task {
  public:
    using Function = void (*)(void*) noexcept;
    Task(Function to_run, Function to_drop, void* arg) noexcept
        : run_(to_run), drop_(to_drop), arg_(arg) {}
    ~Task() {
        if (armed_ && drop_ != nullptr) drop_(arg_);
    }
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;

    void run() noexcept {
        armed_ = false;
        run_(arg_);
    }
    void disarm() noexcept { armed_ = false; }

  private:
    Function run_, drop_;
    void* arg_;
    bool armed_ = true;
};

consort_status post(consort_host* host, std::uint32_t pool, void (*run)(void*) noexcept,
                    void (*drop)(void*) noexcept, void* arg) noexcept {
    return guarded([&]() -> consort_status {
        if (run == nullptr || (pool != CONSORT_POOL_BLOCKING && pool != CONSORT_POOL_COMPUTE)) {
            return fail(CONSORT_E_INVALID, "post needs a function and a known pool");
        }
        const auto task = std::make_shared<Task>(run, drop, arg);
        base::Executor& executor =
            pool == CONSORT_POOL_BLOCKING ? host->services.blocking : host->services.compute;
        try {
            if (executor.post([task] { task->run(); })) return CONSORT_OK;
        } catch (...) {
            task->disarm();
            throw;
        }
        task->disarm();
        return fail(CONSORT_E_BUSY, "the queue of the worker pool is full");
    });
}

consort_status start_timer(consort_host* host, std::int64_t delay_ns, std::int64_t period_ns,
                           void (*run)(void*) noexcept, void* arg, consort_timer** out) noexcept {
    return guarded([&]() -> consort_status {
        constexpr std::int64_t kLongest = 100LL * 365 * 86'400 * 1'000'000'000;
        if (run == nullptr || out == nullptr || delay_ns < 0 || period_ns < 0 ||
            delay_ns > kLongest || period_ns > kLongest) {
            return fail(CONSORT_E_INVALID,
                        "a timer needs a function and times from 0 to 100 years");
        }
        auto timer = std::make_unique<consort_timer>();
        const std::lock_guard lock(host->mutex);
        host->timers.insert(timer.get());
        timer->handle = host->services.timers.start(std::chrono::nanoseconds(delay_ns),
                                                    std::chrono::nanoseconds(period_ns),
                                                    [run, arg] { run(arg); });
        *out = timer.release();
        return CONSORT_OK;
    });
}

void stop_timer(consort_host* host, consort_timer* timer) noexcept {
    guarded([&]() -> consort_status {
        {
            const std::lock_guard lock(host->mutex);
            if (host->timers.erase(timer) == 0) return CONSORT_E_INVALID;
        }
        const std::unique_ptr<consort_timer> owned(timer);
        host->services.timers.stop(owned->handle);
        return CONSORT_OK;
    });
}

consort_status publish(consort_host* host, consort_str topic, consort_str json) noexcept {
    return guarded([&]() -> consort_status {
        if (view(topic).empty()) return fail(CONSORT_E_INVALID, "an event needs a topic");
        if (host->services.events.publish(view(topic), view(json))) return CONSORT_OK;
        return fail(CONSORT_E_BUSY, "a subscriber's queue is full; it missed the event");
    });
}

consort_status subscribe(consort_host* host, consort_str prefix, consort_event event, void* arg,
                         consort_subscription** out) noexcept {
    return guarded([&]() -> consort_status {
        if (event == nullptr || out == nullptr) {
            return fail(CONSORT_E_INVALID, "a subscription needs a function");
        }
        auto subscription = std::make_unique<consort_subscription>();
        const std::lock_guard lock(host->mutex);
        host->subscriptions.insert(subscription.get());
        subscription->handle = host->services.events.subscribe(
            std::string(view(prefix)), [event, arg](std::string_view topic, std::string_view json) {
                event(arg, lend(topic), lend(json));
            });
        *out = subscription.release();
        return CONSORT_OK;
    });
}

void unsubscribe(consort_host* host, consort_subscription* subscription) noexcept {
    guarded([&]() -> consort_status {
        {
            const std::lock_guard lock(host->mutex);
            if (host->subscriptions.erase(subscription) == 0) return CONSORT_E_INVALID;
        }
        const std::unique_ptr<consort_subscription> owned(subscription);
        host->services.events.unsubscribe(owned->handle);
        return CONSORT_OK;
    });
}

std::int32_t on_worker(consort_host*) noexcept { return base::Executor::on_worker() ? 1 : 0; }

}  // namespace

const consort_executor_api& executor_service() noexcept {
    static constexpr consort_executor_api kApi{sizeof(consort_executor_api), 0, post, on_worker};
    return kApi;
}

const consort_timer_api& timer_service() noexcept {
    static constexpr consort_timer_api kApi{
        sizeof(consort_timer_api),
        0,
        [](consort_host*) noexcept { return base::monotonic_ns(); },
        start_timer,
        stop_timer,
    };
    return kApi;
}

const consort_events_api& events_service() noexcept {
    static constexpr consort_events_api kApi{sizeof(consort_events_api), 0, publish, subscribe,
                                             unsubscribe};
    return kApi;
}

}  // namespace consort::host

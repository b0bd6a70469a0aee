#include "core/base/timers.hpp"

#include <pthread.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace consort::base {

namespace {
using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kQueueFullRetry{10};
}  // namespace

struct Timers::Timer {
    std::function<void()> run;
    Clock::time_point due;
    std::chrono::nanoseconds period{};
    bool running = false;
    bool stopped = false;
};

struct Timers::Impl : std::enable_shared_from_this<Timers::Impl> {
    explicit Impl(Executor& executor) : workers(executor) {}

    Executor& workers;
    std::mutex mutex;
    std::condition_variable changed;  // for the waiting thread
    std::condition_variable idle;     // a timer's run has returned
    std::multimap<Clock::time_point, Handle> due;
    std::size_t running = 0;
    bool stopping = false;
    std::thread thread;

    void fire(const Handle& timer) {
        std::unique_lock lock(mutex);
        if (timer->stopped || stopping) return;
        timer->running = true;
        ++running;
        lock.unlock();
        timer->run();
        lock.lock();
        timer->running = false;
        --running;
        if (timer->period.count() > 0 && !timer->stopped && !stopping) {
            const auto now = Clock::now();
            timer->due += timer->period;
            if (timer->due <= now) {
                timer->due += ((now - timer->due) / timer->period + 1) * timer->period;
            }
            due.emplace(timer->due, timer);
            changed.notify_one();
        }
        idle.notify_all();
    }

    void wait() {
        pthread_setname_np(pthread_self(), "consort-timers");
        std::unique_lock lock(mutex);
        while (!stopping) {
            if (due.empty()) {
                changed.wait(lock);
                continue;
            }
            const auto first = due.begin()->first;
            if (Clock::now() < first) {
                changed.wait_until(lock, first);
                continue;
            }
            const Handle timer = due.begin()->second;
            due.erase(due.begin());
            if (timer->stopped) continue;
            lock.unlock();
            const bool posted =
                workers.post([self = shared_from_this(), timer] { self->fire(timer); });
            lock.lock();
            if (!posted) due.emplace(Clock::now() + kQueueFullRetry, timer);
        }
    }
};

Timers::Timers(Executor& workers) : impl_(std::make_shared<Impl>(workers)) {
    impl_->thread = std::thread([impl = impl_.get()] { impl->wait(); });
}

Timers::~Timers() {
    std::unique_lock lock(impl_->mutex);
    impl_->stopping = true;
    impl_->due.clear();
    impl_->changed.notify_all();
    impl_->idle.wait(lock, [this] { return impl_->running == 0; });
    lock.unlock();
    impl_->thread.join();
}

Timers::Handle Timers::start(std::chrono::nanoseconds delay, std::chrono::nanoseconds period,
                             std::function<void()> run) {
    auto timer = std::make_shared<Timer>();
    timer->run = std::move(run);
    timer->due = Clock::now() + std::chrono::duration_cast<Clock::duration>(delay);
    timer->period = period;
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->due.emplace(timer->due, timer);
    }
    impl_->changed.notify_one();
    return timer;
}

void Timers::stop(const Handle& timer) {
    std::unique_lock lock(impl_->mutex);
    timer->stopped = true;
    std::erase_if(impl_->due, [&](const auto& entry) { return entry.second == timer; });
    impl_->idle.wait(lock, [&] { return !timer->running; });
}

}  // namespace consort::base

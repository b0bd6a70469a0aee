#include "core/base/event_bus.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

namespace consort::base {

namespace {
struct Event {
    std::string topic, json;
};
}  // namespace

struct EventBus::Subscriber {
    std::string prefix;
    Receive receive;
    std::mutex mutex;
    std::condition_variable idle;
    std::deque<std::shared_ptr<const Event>> pending;
    bool scheduled = false;  // a task is posted or running
    bool delivering = false;
    bool closed = false;
};

struct EventBus::Impl {
    Impl(Executor& executor, std::size_t bound) : workers(executor), max_pending(bound) {}

    Executor& workers;
    const std::size_t max_pending;
    std::mutex mutex;
    std::vector<Subscription> subscribers;

    static void deliver(const Subscription& to) {
        std::unique_lock lock(to->mutex);
        while (!to->pending.empty() && !to->closed) {
            const std::shared_ptr<const Event> event = std::move(to->pending.front());
            to->pending.pop_front();
            to->delivering = true;
            lock.unlock();
            to->receive(event->topic, event->json);
            lock.lock();
            to->delivering = false;
            to->idle.notify_all();
        }
        to->scheduled = false;
        to->idle.notify_all();
    }

    // With to->mutex held. When the pool is full, the next publication tries again.
    void schedule(const Subscription& to) {
        if (to->scheduled || to->closed) return;
        to->scheduled = workers.post([to] { deliver(to); });
    }
};

EventBus::EventBus(Executor& workers, std::size_t max_pending)
    : impl_(std::make_shared<Impl>(workers, max_pending)) {}

EventBus::~EventBus() {
    std::vector<Subscription> all;
    {
        const std::lock_guard lock(impl_->mutex);
        all.swap(impl_->subscribers);
    }
    for (const Subscription& subscriber : all) unsubscribe(subscriber);
}

bool EventBus::publish(std::string_view topic, std::string_view json) {
    const auto event = std::make_shared<const Event>(Event{std::string(topic), std::string(json)});
    bool reached_all = true;
    const std::lock_guard lock(impl_->mutex);
    for (const Subscription& subscriber : impl_->subscribers) {
        if (!topic.starts_with(subscriber->prefix)) continue;
        const std::lock_guard guard(subscriber->mutex);
        if (subscriber->pending.size() >= impl_->max_pending) {
            reached_all = false;
        } else {
            subscriber->pending.push_back(event);
        }
        impl_->schedule(subscriber);
    }
    return reached_all;
}

EventBus::Subscription EventBus::subscribe(std::string prefix, Receive receive) {
    auto subscriber = std::make_shared<Subscriber>();
    subscriber->prefix = std::move(prefix);
    subscriber->receive = std::move(receive);
    const std::lock_guard lock(impl_->mutex);
    impl_->subscribers.push_back(subscriber);
    return subscriber;
}

bool EventBus::settle(std::chrono::milliseconds at_most) {
    const auto deadline = std::chrono::steady_clock::now() + at_most;
    std::vector<Subscription> all;
    {
        const std::lock_guard lock(impl_->mutex);
        all = impl_->subscribers;
    }
    return std::ranges::all_of(all, [&](const Subscription& one) {
        std::unique_lock lock(one->mutex);
        return one->idle.wait_until(lock, deadline, [&] {
            return one->closed || (one->pending.empty() && !one->delivering);
        });
    });
}

void EventBus::unsubscribe(const Subscription& subscription) {
    {
        const std::lock_guard lock(impl_->mutex);
        std::erase(impl_->subscribers, subscription);
    }
    std::unique_lock lock(subscription->mutex);
    subscription->closed = true;
    subscription->pending.clear();
    subscription->idle.wait(lock, [&] { return !subscription->delivering; });
}

}  // namespace consort::base

// What happens in the host, for those who listen.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "consort/abi/services.h"
#include "consort/host_link.hpp"

namespace consort {
inline namespace v1 {

// Ends in its destructor, which waits for a call in progress: never destroy it within that call.
class Subscription {
  public:
    using Listener = std::function<void(std::string_view topic, std::string_view json)>;

    Subscription() noexcept = default;
    Subscription(Subscription&& other) noexcept = default;
    Subscription& operator=(Subscription&& other) noexcept = default;
    void stop() noexcept { state_.reset(); }

  private:
    friend class Events;
    struct State {
        const consort_events_api* api;
        HostLink link;
        Listener listener;
        consort_subscription* raw = nullptr;
        State(const consort_events_api* table, const HostLink& host, Listener function)
            : api(table), link(host), listener(std::move(function)) {}
        State(const State&) = delete;
        ~State() {
            if (raw) api->unsubscribe(link.host, raw);
        }
    };
    explicit Subscription(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}

    std::unique_ptr<State> state_;
};

class Events {
  public:
    explicit Events(const HostLink& link)
        : api_(link.require<consort_events_api>(CONSORT_SERVICE_EVENTS)), link_(link) {}

    // `json` is an object. Any thread; delivered later, on a worker, in order.
    Result<void> publish(std::string_view topic, std::string_view json) const {
        return check(api_->publish(link_.host, str(topic), str(json)), "cannot publish an event");
    }
    // Topics that begin with `prefix`; empty: all. What the listener throws goes to the log.
    Result<Subscription> subscribe(std::string_view prefix, Subscription::Listener listener) const {
        auto state = std::make_unique<Subscription::State>(api_, link_, std::move(listener));
        const consort_status status = api_->subscribe(
            link_.host, str(prefix),
            [](void* arg, consort_str topic, consort_str json) noexcept {
                auto& self = *static_cast<Subscription::State*>(arg);
                const Result<void> done = contained([&]() -> Result<void> {
                    self.listener(view(topic), view(json));
                    return {};
                });
                if (!done) self.link.report(done.error().text);
            },
            state.get(), &state->raw);
        if (status < 0) return error_of(status, "cannot subscribe to events");
        return Subscription(std::move(state));
    }

  private:
    const consort_events_api* api_;
    HostLink link_;
};

}  // namespace v1
}  // namespace consort

// Decides which events are sent, and sends them from a thread of its own.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "plugins/report/sentry/event.hpp"
#include "plugins/report/sentry/limits.hpp"
#include "plugins/report/sentry/post.hpp"

namespace consort::sentry {

// What became of an event.
enum class Outcome {
    sent,
    repeated,  // the same was sent a short while ago
    limited,   // above our own rate
    refused,   // the server wanted none for a time, or did not take it
    lost,      // the queue was full, or the server could not be reached
};
const char* to_string(Outcome outcome) noexcept;

// While the server cannot be reached, events wait in the queue, which is bounded; attempts become
// rarer, up to one a minute. After so many attempts an event is given up.
class Reporter {
  public:
    struct Options {
        double per_minute = 30, burst = 10;
        std::chrono::seconds repeat_window{600};
        std::size_t queue = 100;
        std::chrono::milliseconds flush{2'000};  // for what waits at the end
        std::chrono::milliseconds first_pause{1'000}, longest_pause{60'000};
        unsigned attempts = 8;
    };
    // How to reach the world; each is called by the reporter's thread, `count` also by report().
    struct World {
        std::function<Answer(const std::string& envelope, const std::function<bool()>& abandon)>
            post;
        std::function<void(Outcome)> count;
        std::function<void(const std::string& sentence, bool well)> tell;  // changes only
    };
    Reporter(Options options, Origin origin, World world);
    // Sends what waits, for the flush time at most.
    ~Reporter();
    Reporter(const Reporter&) = delete;
    Reporter& operator=(const Reporter&) = delete;

    // Any thread; returns at once.
    void report(Event event);

  private:
    using Clock = std::chrono::steady_clock;
    void run();
    void handle(const Answer& answer, Event event, unsigned& failures);
    void keep(Event event, unsigned failures);
    std::size_t drop_all(Outcome outcome);
    bool ending();
    void tell(const std::string& trouble);

    const Options options_;
    const Origin origin_;
    const World world_;
    std::mutex mutex_;  // for what follows
    std::condition_variable changed_;
    std::deque<Event> queue_;
    TokenBucket bucket_;
    Repeats repeats_;
    Clock::time_point closed_until_{};  // by the server
    Clock::time_point not_before_{};    // the next attempt after a failure
    Clock::time_point end_{Clock::time_point::max()};
    std::string told_;  // the trouble that was told; the reporter's thread only
    std::thread thread_;
};

}  // namespace consort::sentry

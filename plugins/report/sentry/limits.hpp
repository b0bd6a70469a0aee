// What bounds the number of events: our own rate, repetitions, and what the server asks for.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace consort::sentry {

// Times count from any fixed moment and never go back. One thread at a time.
using Time = std::chrono::nanoseconds;

// `burst` events at once, and on the average `per_minute`.
class TokenBucket {
  public:
    TokenBucket(double per_minute, double burst) noexcept;
    bool take(Time now) noexcept;

  private:
    const double per_second_, burst_;
    double tokens_;
    std::optional<Time> last_;
};

// Knows what was sent lately. Bounded: the oldest is forgotten for the newest.
class Repeats {
  public:
    Repeats(Time window, std::size_t capacity);
    // Whether the same text was sent within the window; counts it then.
    bool is_repeat(const std::string& text, Time now);
    // It is sent now. How many repetitions there were since it was sent before.
    std::uint64_t sent(const std::string& text, Time now);

  private:
    struct Entry {
        Time sent;
        std::uint64_t repeated = 0;
    };
    const Time window_;
    const std::size_t capacity_;
    std::unordered_map<std::string, Entry> entries_;
    std::deque<std::string> order_;  // as they came in
};

// The time for which the server wants no errors. `status` of its answer; `retry_after` as
// Retry-After said it; `rate_limits` is X-Sentry-Rate-Limits, a list of
// "seconds:category;category:scope:reason", where no category means all. 0: it wants them.
std::chrono::seconds asked_pause(int status, std::optional<std::chrono::seconds> retry_after,
                                 std::string_view rate_limits);

}  // namespace consort::sentry

// Who listens by HLS, of whom only single requests are seen.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <unordered_map>

namespace consort::radio {

// A listener is an address with a program (its User-Agent) that asked for sound lately. Several of
// the same program behind one address count as one. Not thread-safe.
class Audience {
  public:
    using Time = std::chrono::steady_clock::time_point;
    static constexpr std::size_t most_known = 100'000;

    // `lately`: for how long a listener counts after it asked. `most`: listeners at once.
    Audience(std::chrono::milliseconds lately, std::size_t most) : lately_(lately), most_(most) {}

    // One of them asks for sound. False: there are as many as may be, and it is none of them.
    bool ask(std::string_view address, std::string_view program, Time now);
    // Forgets who did not ask lately.
    void tidy(Time now);

    std::size_t listeners() const noexcept { return last_asked_.size(); }
    std::size_t peak() const noexcept { return peak_; }
    std::uint64_t came() const noexcept { return came_; }
    std::uint64_t refused() const noexcept { return refused_; }

  private:
    const std::chrono::milliseconds lately_;
    const std::size_t most_;
    std::unordered_map<std::uint64_t, Time> last_asked_;
    std::size_t peak_ = 0;
    std::uint64_t came_ = 0, refused_ = 0;
};

}  // namespace consort::radio

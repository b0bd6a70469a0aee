// How often each address may give a wrong password.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

namespace consort::radio {

// Ten wrong ones at once, then one a minute. Addresses of IPv6 count by their /64, which is what
// one customer has. Memory is bounded: where very many addresses fail, all share what is left. One
// thread at a time.
class FailedLogins {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr double at_once = 10;
    static constexpr std::chrono::seconds each{60};
    static constexpr std::size_t most_addresses = 10'000;

    // How long the address has to wait; 0: it may try.
    std::chrono::seconds wait(std::string_view address, Clock::time_point now);
    void failed(std::string_view address, Clock::time_point now);

  private:
    struct Count {
        double failures = 0;
        Clock::time_point when{};
    };
    std::string key(std::string_view address, Clock::time_point now);
    double now_left(const Count& count, Clock::time_point now) const;

    std::unordered_map<std::string, Count> counts_;
};

}  // namespace consort::radio

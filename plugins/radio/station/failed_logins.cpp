#include "plugins/radio/station/failed_logins.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace consort::radio {

namespace {

constexpr const char* everybody_else = "*";

std::string network_of(std::string_view address) {
    std::array<unsigned char, 16> bytes{};
    const std::string text(address);
    if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return text;
    return std::string("6:").append(reinterpret_cast<const char*>(bytes.data()), 8);
}

}  // namespace

double FailedLogins::now_left(const Count& count, Clock::time_point now) const {
    const double passed = std::chrono::duration<double>(now - count.when).count();
    return std::max(0.0, count.failures - passed / static_cast<double>(each.count()));
}

std::string FailedLogins::key(std::string_view address, Clock::time_point now) {
    std::string network = network_of(address);
    if (counts_.contains(network) || counts_.size() < most_addresses) return network;
    std::erase_if(counts_, [&](const auto& entry) { return now_left(entry.second, now) == 0; });
    return counts_.size() < most_addresses ? network : everybody_else;
}

std::chrono::seconds FailedLogins::wait(std::string_view address, Clock::time_point now) {
    const auto found = counts_.find(key(address, now));
    if (found == counts_.end()) return {};
    const double over = now_left(found->second, now) - (at_once - 1);
    if (over <= 0) return {};
    return std::chrono::seconds(
        static_cast<long>(std::ceil(over * static_cast<double>(each.count()))));
}

void FailedLogins::failed(std::string_view address, Clock::time_point now) {
    Count& count = counts_[key(address, now)];
    count.failures = now_left(count, now) + 1;
    count.when = now;
}

}  // namespace consort::radio

#include "plugins/radio/hls/audience.hpp"

#include <algorithm>
#include <functional>
#include <string>

namespace consort::radio {

bool Audience::ask(std::string_view address, std::string_view program, Time now) {
    const std::string both = std::string(address) + '\n' + std::string(program);
    const std::uint64_t who = std::hash<std::string>{}(both);
    const auto known = last_asked_.find(who);
    if (known != last_asked_.end()) {
        known->second = now;
        return true;
    }
    if (last_asked_.size() >= std::min(most_, most_known)) tidy(now);
    if (last_asked_.size() >= std::min(most_, most_known)) {
        ++refused_;
        return false;
    }
    last_asked_.emplace(who, now);
    ++came_;
    peak_ = std::max(peak_, last_asked_.size());
    return true;
}

void Audience::tidy(Time now) {
    std::erase_if(last_asked_, [&](const auto& one) { return now - one.second > lately_; });
}

}  // namespace consort::radio

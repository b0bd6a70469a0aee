#include "plugins/radio/programme/history.hpp"

#include <utility>

namespace consort::radio {

void History::add(Played played) {
    const std::lock_guard lock(mutex_);
    newest_first_.push_front(std::move(played));
    if (newest_first_.size() > kMost) newest_first_.pop_back();
}

std::vector<Played> History::snapshot() const {
    const std::lock_guard lock(mutex_);
    return {newest_first_.begin(), newest_first_.end()};
}

void History::restore(const std::vector<Played>& newest_first) {
    const std::lock_guard lock(mutex_);
    newest_first_.assign(newest_first.begin(), newest_first.end());
    if (newest_first_.size() > kMost) newest_first_.resize(kMost);
}

}  // namespace consort::radio

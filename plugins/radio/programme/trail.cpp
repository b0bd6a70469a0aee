#include "plugins/radio/programme/trail.hpp"

#include <algorithm>
#include <utility>

namespace consort::radio {

Trail::Trail(std::vector<TrailItem> items, std::size_t at) : items_(std::move(items)) {
    if (items_.size() > kMost) {
        const std::size_t surplus = items_.size() - kMost;
        items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(surplus));
        at -= std::min(at, surplus);
    }
    at_ = items_.empty() ? 0 : std::min(at, items_.size() - 1);
}

const TrailItem* Trail::current() const noexcept { return items_.empty() ? nullptr : &items_[at_]; }

void Trail::step_back(const Playable& playable, bool from_here) {
    if (items_.empty()) return;
    for (std::size_t i = back_ ? *back_ : at_ + (from_here ? 1 : 0); i-- > 0;) {
        if (!playable(items_[i])) continue;
        back_ = i;
        return;
    }
    if (!back_) back_ = at_;
}

const TrailItem* Trail::behind(const Playable& playable) const {
    return back_ && playable(items_[*back_]) ? &items_[*back_] : nullptr;
}

const TrailItem* Trail::ahead(const Playable& playable) const {
    for (std::size_t i = at_ + 1; i < items_.size(); ++i)
        if (playable(items_[i])) return &items_[i];
    return nullptr;
}

void Trail::go(const TrailItem& to) noexcept {
    at_ = static_cast<std::size_t>(&to - items_.data());
    back_.reset();
}

void Trail::add(TrailItem item) {
    back_.reset();
    if (!items_.empty())
        items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(at_) + 1, items_.end());
    if (items_.size() >= kMost) items_.erase(items_.begin());
    items_.push_back(std::move(item));
    at_ = items_.size() - 1;
}

}  // namespace consort::radio

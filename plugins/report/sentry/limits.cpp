#include "plugins/report/sentry/limits.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace consort::sentry {

namespace {

constexpr std::chrono::seconds kUsualPause{60};  // after a 429 that says no time
constexpr std::chrono::seconds kLongestPause{24 * 3'600};

// Up to `separator`, which is taken away, too.
std::string_view cut(std::string_view& rest, char separator) {
    const std::size_t end = rest.find(separator);
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    return part;
}

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

bool concerns_errors(std::string_view categories) {
    if (categories.empty()) return true;
    while (!categories.empty()) {
        const std::string_view category = trimmed(cut(categories, ';'));
        if (category == "error" || category == "default") return true;
    }
    return false;
}

}  // namespace

TokenBucket::TokenBucket(double per_minute, double burst) noexcept
    : per_second_(per_minute / 60), burst_(burst), tokens_(burst) {}

bool TokenBucket::take(Time now) noexcept {
    if (last_) {
        const double seconds = std::chrono::duration<double>(now - *last_).count();
        tokens_ = std::min(burst_, tokens_ + std::max(0.0, seconds) * per_second_);
    }
    last_ = now;
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
}

Repeats::Repeats(Time window, std::size_t capacity) : window_(window), capacity_(capacity) {}

bool Repeats::is_repeat(const std::string& text, Time now) {
    const auto found = entries_.find(text);
    if (found == entries_.end() || now - found->second.sent >= window_) return false;
    ++found->second.repeated;
    return true;
}

std::uint64_t Repeats::sent(const std::string& text, Time now) {
    const auto [entry, fresh] = entries_.try_emplace(text, Entry{now});
    if (!fresh) {
        entry->second.sent = now;
        return std::exchange(entry->second.repeated, 0);
    }
    order_.push_back(text);
    if (order_.size() > capacity_) {
        entries_.erase(order_.front());
        order_.pop_front();
    }
    return 0;
}

std::chrono::seconds asked_pause(int status, std::optional<std::chrono::seconds> retry_after,
                                 std::string_view rate_limits) {
    std::chrono::seconds pause{0};
    bool said = false;
    while (!rate_limits.empty()) {
        std::string_view limit = cut(rate_limits, ',');
        const std::string_view number = trimmed(cut(limit, ':'));
        const std::string_view categories = trimmed(cut(limit, ':'));
        double seconds = 0;
        const char* end = number.data() + number.size();
        const auto read = std::from_chars(number.data(), end, seconds);
        if (read.ec != std::errc() || read.ptr != end || !(seconds >= 0)) continue;
        said = true;
        if (!concerns_errors(categories)) continue;
        const double longest = static_cast<double>(kLongestPause.count());
        pause = std::max(pause, std::chrono::seconds(
                                    static_cast<std::int64_t>(std::min(seconds, longest) + 0.999)));
    }
    if (said || status != 429) return pause;
    return std::clamp(retry_after.value_or(kUsualPause), std::chrono::seconds(1), kLongestPause);
}

}  // namespace consort::sentry

#include "core/media/bit_rates.hpp"

#include <algorithm>
#include <cstring>

namespace consort::media {
namespace {

constexpr std::size_t kSaveEvery = 4;

std::uint32_t rate(double bytes, double seconds) {
    return static_cast<std::uint32_t>(std::min(bytes * 8 / seconds + 0.5, 4e9));
}

}  // namespace

BitRates::Figures BitRates::figures() const {
    const std::lock_guard lock(mutex_);
    Figures figures;
    double bytes = 0, seconds = 0;
    for (std::size_t i = 0; i < sizes_.size(); ++i) {
        if (sizes_[i] == 0) continue;
        const double lasts = static_cast<double>(starts_[i + 1] - starts_[i]) / timescale_;
        if (lasts <= 0) continue;
        figures.peak = std::max(figures.peak, rate(sizes_[i] - 1, lasts));
        bytes += sizes_[i] - 1;
        seconds += lasts;
    }
    if (seconds > 0) figures.average = rate(bytes, seconds);
    figures.complete = known_ == sizes_.size();
    return figures;
}

bool BitRates::add(std::uint32_t number, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    if (number >= sizes_.size() || sizes_[number] != 0) return false;
    sizes_[number] = static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes, UINT32_MAX - 1)) + 1;
    ++known_;
    return known_ == sizes_.size() || known_ % kSaveEvery == 0;
}

std::string BitRates::save() const {
    const std::lock_guard lock(mutex_);
    return {reinterpret_cast<const char*>(sizes_.data()), sizes_.size() * sizeof sizes_[0]};
}

void BitRates::restore(std::string_view saved) {
    const std::lock_guard lock(mutex_);
    if (saved.size() != sizes_.size() * sizeof sizes_[0]) return;
    std::memcpy(sizes_.data(), saved.data(), saved.size());
    known_ = static_cast<std::size_t>(
        std::ranges::count_if(sizes_, [](std::uint32_t size) { return size != 0; }));
}

}  // namespace consort::media

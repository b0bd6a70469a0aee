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

BitRates::Figures BitRates::figures() const noexcept {
    const std::uint64_t rates = rates_.load(std::memory_order_relaxed);
    return {static_cast<std::uint32_t>(rates >> 32), static_cast<std::uint32_t>(rates),
            complete_.load(std::memory_order_relaxed)};
}

void BitRates::count(std::size_t number) {
    ++known_;
    const double lasts = static_cast<double>(starts_[number + 1] - starts_[number]) / timescale_;
    if (lasts > 0) {
        const double bytes = sizes_[number] - 1;
        peak_ = std::max(peak_, rate(bytes, lasts));
        bytes_ += bytes;
        seconds_ += lasts;
    }
    const std::uint32_t average = seconds_ > 0 ? rate(bytes_, seconds_) : 0;
    rates_.store(std::uint64_t{peak_} << 32 | average, std::memory_order_relaxed);
    complete_.store(known_ == sizes_.size(), std::memory_order_relaxed);
}

bool BitRates::add(std::uint32_t number, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    if (number >= sizes_.size() || sizes_[number] != 0) return false;
    sizes_[number] = static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes, UINT32_MAX - 1)) + 1;
    count(number);
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
    for (std::size_t i = 0; i < sizes_.size(); ++i)
        if (sizes_[i] != 0) count(i);
}

}  // namespace consort::media

#include "core/media/buffer_pool.hpp"

#include <bit>
#include <cstdlib>

namespace consort::media {
namespace {

constexpr std::size_t kLeast = 4 << 10;
constexpr std::uint64_t kMost = 1ull << 40;

// Four classes between a power of two and the next: at most a quarter is wasted.
std::size_t class_of(std::uint64_t size) {
    if (size <= kLeast) return kLeast;
    const std::uint64_t step = std::bit_floor(size - 1) / 4;
    return static_cast<std::size_t>((size + step - 1) / step * step);
}

}  // namespace

BufferPool::~BufferPool() {
    for (const auto& [capacity, buffers] : idle_)
        for (void* bytes : buffers) std::free(bytes);
}

BufferPool::Buffer BufferPool::take(std::uint64_t size) noexcept {
    if (size > kMost) return {};
    const std::size_t capacity = class_of(size);
    {
        const std::lock_guard lock(mutex_);
        const auto found = idle_.find(capacity);
        if (found != idle_.end() && !found->second.empty()) {
            void* bytes = found->second.back();
            found->second.pop_back();
            idle_bytes_ -= capacity;
            return {bytes, capacity};
        }
    }
    return {std::malloc(capacity), capacity};
}

void BufferPool::give(Buffer buffer) noexcept {
    if (buffer.bytes == nullptr) return;
    try {
        const std::lock_guard lock(mutex_);
        if (idle_bytes_ + buffer.capacity <= max_idle_) {
            idle_[buffer.capacity].push_back(buffer.bytes);
            idle_bytes_ += buffer.capacity;
            return;
        }
    } catch (...) {
    }
    std::free(buffer.bytes);
}

}  // namespace consort::media

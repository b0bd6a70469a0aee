// Large buffers that are used again, so that filling one costs no page faults.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

namespace consort::media {

// Keeps up to `max_idle` bytes of returned buffers. Safe from any thread.
class BufferPool {
  public:
    explicit BufferPool(std::uint64_t max_idle) : max_idle_(max_idle) {}
    ~BufferPool();
    BufferPool(const BufferPool&) = delete;
    BufferPool& operator=(const BufferPool&) = delete;

    struct Buffer {
        void* bytes = nullptr;     // null: no memory
        std::size_t capacity = 0;  // at least what was asked
    };
    Buffer take(std::uint64_t size) noexcept;
    void give(Buffer buffer) noexcept;

  private:
    std::mutex mutex_;
    std::map<std::size_t, std::vector<void*>> idle_;  // by capacity
    std::uint64_t idle_bytes_ = 0;
    const std::uint64_t max_idle_;
};

}  // namespace consort::media

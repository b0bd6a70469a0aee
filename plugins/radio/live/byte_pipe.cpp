#include "plugins/radio/live/byte_pipe.hpp"

#include <algorithm>
#include <cstring>

namespace consort::radio {

std::size_t BytePipe::room() const {
    const std::lock_guard lock(mutex_);
    return closed_ ? 0 : bytes_.size() - size_;
}

std::size_t BytePipe::write(std::string_view bytes) {
    const std::lock_guard lock(mutex_);
    if (closed_) return 0;
    const std::size_t count = std::min(bytes.size(), bytes_.size() - size_);
    const std::size_t at = (begin_ + size_) % bytes_.size();
    const std::size_t first = std::min(count, bytes_.size() - at);
    std::copy_n(bytes.data(), first, bytes_.data() + at);
    std::copy_n(bytes.data() + first, count - first, bytes_.data());
    size_ += count;
    arrived_.notify_one();
    return count;
}

void BytePipe::close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    arrived_.notify_one();
}

BytePipe::Wait BytePipe::wait(std::chrono::steady_clock::time_point until) {
    std::unique_lock lock(mutex_);
    if (!arrived_.wait_until(lock, until, [this] { return size_ != 0 || closed_; }))
        return Wait::timeout;
    return size_ != 0 ? Wait::ready : Wait::closed;
}

std::size_t BytePipe::read(void* to, std::size_t most) {
    const std::lock_guard lock(mutex_);
    const std::size_t count = std::min(most, size_);
    const std::size_t first = std::min(count, bytes_.size() - begin_);
    std::memcpy(to, bytes_.data() + begin_, first);
    std::memcpy(static_cast<char*>(to) + first, bytes_.data(), count - first);
    begin_ = (begin_ + count) % bytes_.size();
    size_ -= count;
    return count;
}

}  // namespace consort::radio

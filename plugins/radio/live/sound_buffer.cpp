#include "plugins/radio/live/sound_buffer.hpp"

#include <algorithm>

namespace consort::radio {

bool SoundBuffer::write(const float* stereo, std::size_t frames) {
    const std::size_t capacity = samples_.size() / 2;
    while (frames > 0) {
        std::unique_lock lock(mutex_);
        taken_.wait(lock, [&] { return size_ < capacity || closed_; });
        if (closed_) return false;
        const std::size_t at = (begin_ + size_) % capacity;
        const std::size_t count = std::min({frames, capacity - size_, capacity - at});
        std::copy_n(stereo, 2 * count, samples_.data() + 2 * at);
        size_ += count;
        stereo += 2 * count;
        frames -= count;
        flowing_ = flowing_ || size_ >= cushion_;
    }
    return true;
}

void SoundBuffer::finish() {
    const std::lock_guard lock(mutex_);
    finished_ = true;
}

void SoundBuffer::close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    size_ = 0;
    taken_.notify_one();
}

std::size_t SoundBuffer::readable() const { return flowing_ || finished_ ? size_ : 0; }

std::size_t SoundBuffer::ready() const {
    const std::lock_guard lock(mutex_);
    return readable();
}

std::size_t SoundBuffer::read(float* stereo, std::size_t frames) {
    const std::lock_guard lock(mutex_);
    const std::size_t capacity = samples_.size() / 2;
    const std::size_t count = std::min(frames, readable());
    const std::size_t first = std::min(count, capacity - begin_);
    std::copy_n(samples_.data() + 2 * begin_, 2 * first, stereo);
    std::copy_n(samples_.data(), 2 * (count - first), stereo + 2 * first);
    begin_ = (begin_ + count) % capacity;
    size_ -= count;
    if (count < frames) flowing_ = false;
    taken_.notify_one();
    return count;
}

bool SoundBuffer::ended() const {
    const std::lock_guard lock(mutex_);
    return closed_ || (finished_ && size_ == 0);
}

}  // namespace consort::radio

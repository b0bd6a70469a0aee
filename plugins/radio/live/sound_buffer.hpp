// Decoded sound that waits for its time.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <vector>

namespace consort::radio {

// Interleaved stereo. A reader gets nothing before `cushion` frames are there, at the beginning and
// whenever it has run dry, so that what it gets lasts. One writer, one reader, each on any thread.
class SoundBuffer {
  public:
    SoundBuffer(std::size_t capacity, std::size_t cushion)
        : samples_(2 * capacity), cushion_(cushion) {}

    // Waits for room. False: it was closed.
    bool write(const float* stereo, std::size_t frames);
    // Nothing more comes: the rest may be read whatever its size.
    void finish();
    // Neither writing nor reading any more; wakes a waiting writer.
    void close();

    std::size_t ready() const;
    std::size_t read(float* stereo, std::size_t frames);
    // Finished or closed, and all is read.
    bool ended() const;

  private:
    std::size_t readable() const;

    mutable std::mutex mutex_;
    std::condition_variable taken_;
    std::vector<float> samples_;  // a ring
    std::size_t cushion_;
    std::size_t begin_ = 0, size_ = 0;  // in frames
    bool flowing_ = false, finished_ = false, closed_ = false;
};

}  // namespace consort::radio

// Coded bytes on their way from the network to the decoder.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string_view>
#include <vector>

namespace consort::radio {

// Bounded: who writes asks for room first. One writer, one reader, each on any thread.
class BytePipe {
  public:
    explicit BytePipe(std::size_t capacity) : bytes_(capacity) {}

    // Bytes that `write` takes now.
    std::size_t room() const;
    // How many of `bytes` there was room for. Never blocks.
    std::size_t write(std::string_view bytes);
    // Nothing more is written; what is there can be read.
    void close();

    enum class Wait { ready, closed, timeout };
    // Until there is something to read; `closed`: and nothing will come.
    Wait wait(std::chrono::steady_clock::time_point until);
    // As much as there is, `most` bytes at most.
    std::size_t read(void* to, std::size_t most);

  private:
    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<char> bytes_;  // a ring
    std::size_t begin_ = 0, size_ = 0;
    bool closed_ = false;
};

}  // namespace consort::radio

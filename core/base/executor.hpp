// Worker pools: where blocking and processor-bound work runs, never on an I/O thread.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace consort::base {

// A bounded queue in front of a fixed number of threads. post() is for any thread. The destructor
// drops what has not begun and waits for what has.
class Executor {
  public:
    Executor(std::string name, unsigned threads, std::size_t max_queue);
    ~Executor();
    Executor(const Executor&) = delete;
    Executor& operator=(const Executor&) = delete;

    // False: the queue is full or the executor is stopping; `work` was not taken.
    [[nodiscard]] bool post(std::function<void()> work);
    std::size_t queued() const noexcept;
    // Whether the calling thread is one of an executor's, of whichever.
    static bool on_worker() noexcept;
    // No new work; waits for what runs; drops the rest.
    void stop();

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace consort::base

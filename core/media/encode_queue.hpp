// The threads that encode, and what they do next.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "core/observe/metrics.hpp"

namespace consort::media {

// One thing to encode. Subclasses do the work.
class EncodeJob {
  public:
    virtual ~EncodeJob() = default;
    // On an encoder thread. False: it gave up because canceled() said so.
    virtual bool run() = 0;
    // Instead of run(): it was queued when the queue stopped, or nobody will want it.
    virtual void drop() = 0;
    // Whether a job made ahead is still worth making. Any thread, also while it runs.
    virtual bool wanted() const { return true; }
    // Whether a job made ahead takes so long that it must give way to one that is waited for.
    virtual bool gives_way() const { return false; }
    // How many threads it keeps busy.
    virtual unsigned width() const { return 1; }

    bool canceled() const noexcept {
        return canceled_.load(std::memory_order_relaxed) ||
               preempted_.load(std::memory_order_relaxed);
    }

  private:
    friend class EncodeQueue;
    enum class State : std::uint8_t { idle, queued, running, ended };
    std::atomic<bool> canceled_{false}, preempted_{false};
    State state_ = State::idle;
    bool waited_ = false, start_ = false;  // start: from the beginning, as after a seek
    std::uint64_t order_ = 0, began_ = 0;
    std::uint32_t distance_ = 0;
};

// Jobs that somebody waits for run first, in the order in which they came; jobs made ahead run when
// no such job waits, nearest first, newest first among equals, never on all threads if there are
// several, and beside others only if all together keep no more threads busy than there are, one
// less while a job runs that was not made ahead before: somebody starts or seeks, and a core is
// better left to that. The threads are nicer than the rest of the host. Any thread.
class EncodeQueue {
  public:
    using JobPtr = std::shared_ptr<EncodeJob>;

    EncodeQueue(unsigned threads, observe::Metrics& metrics);
    ~EncodeQueue();

    void add(JobPtr job);  // somebody waits; drops it after stop()
    void add_ahead(JobPtr job, std::uint32_t distance);
    void nearer(const JobPtr& job, std::uint32_t distance);  // than it was, if it is queued ahead
    void promote(const JobPtr& job);  // made ahead so far; now somebody waits
    // Nobody wants it. It may be running still, and end soon.
    void cancel(const JobPtr& job);
    std::size_t waiting() const;  // queued, that somebody waits for
    std::size_t ahead() const;    // queued, made ahead
    // Cancels what runs, drops what is queued, and waits for the threads. Idempotent.
    void stop();

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace consort::media

// What one I/O thread runs: readiness (epoll, edge-triggered), coarse deadlines, and a mailbox for
// the other threads.
//
// Edge-triggered readiness, kept in two flags by each connection, is what makes a request cost one
// recv and one send: no call is spent on arming, and none on learning that there is nothing to
// read.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "core/http/descriptor.hpp"

namespace consort::http {

// Who gets the events of a descriptor.
class EventSource {
  public:
    virtual ~EventSource() = default;
    virtual void on_events(std::uint32_t epoll_events) = 0;
};

// What other threads hand to the loop. Outlives it: later posts are refused.
class Mailbox {
  public:
    using Task = std::function<void()>;

    Mailbox();
    // False: the loop has ended. The task is destroyed, not run.
    bool post(Task task);
    void close();

  private:
    friend class EventLoop;
    std::vector<Task> take();
    void clear_signal() noexcept;

    std::mutex mutex_;
    std::vector<Task> tasks_;
    bool signaled_ = false, closed_ = false;
    Descriptor event_;
};

using Milliseconds = std::int64_t;  // of the monotonic clock

class EventLoop;

// Something with a deadline. One slot of the wheel at a time; unlinks itself.
class Timed {
  public:
    virtual ~Timed();
    virtual void on_deadline() = 0;

    Milliseconds deadline() const noexcept { return deadline_; }

  private:
    friend class EventLoop;
    Timed *previous_ = nullptr, *next_ = nullptr;
    Milliseconds deadline_ = 0, visit_ = 0;  // 0: none
};

class EventLoop {
  public:
    // `granularity`: how late a deadline may be noticed.
    explicit EventLoop(Milliseconds granularity);
    ~EventLoop();

    void add(int descriptor, EventSource& source, std::uint32_t epoll_events);
    // Runs until stop().
    void run();
    void stop() noexcept { running_ = false; }
    const std::shared_ptr<Mailbox>& mailbox() const noexcept { return mailbox_; }
    static EventLoop* current() noexcept;  // of the calling thread; null: none

    // On the loop's thread:
    Milliseconds now() const noexcept { return now_; }  // as of the last wake-up
    // Moving a deadline later costs nothing; earlier moves the entry. 0: none.
    void set_deadline(Timed& timed, Milliseconds deadline);
    void defer(Mailbox::Task task) { deferred_.push_back(std::move(task)); }
    // Destroyed when no event of the current batch can refer to it any more.
    void bury(std::unique_ptr<EventSource> source) { graveyard_.push_back(std::move(source)); }

  private:
    friend class Timed;
    static constexpr std::size_t slots = 256;

    void link(Timed& timed, Milliseconds visit);
    static void unlink(Timed& timed) noexcept;
    void visit_due();
    int wait_milliseconds() const;

    struct Head final : Timed {
        void on_deadline() override {}
    };

    Descriptor epoll_;
    std::shared_ptr<Mailbox> mailbox_;
    std::vector<Mailbox::Task> deferred_;
    std::vector<std::unique_ptr<EventSource>> graveyard_;
    Milliseconds granularity_, now_ = 0, visited_ = 0;
    std::array<Head, slots> wheel_;
    std::atomic<bool> running_{true};
};

}  // namespace consort::http

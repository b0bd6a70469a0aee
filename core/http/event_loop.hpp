// What one I/O thread runs: an Asio io_context, with readiness of descriptors asked for one event
// at a time, coarse deadlines, and a mailbox for the other threads.
//
// A connection reads and writes its socket itself, without waiting, and comes here only when the
// kernel has nothing to give or to take: then one request costs one recv and one send. Asio stays
// behind this header, in one source file.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace consort::http {

// Who gets the events of a descriptor, on the loop's thread.
class EventSource {
  public:
    virtual ~EventSource() = default;
    virtual void on_input() = 0;   // there is input, an end of it, or an error
    virtual void on_output() = 0;  // there is room for output, or an error
};

// What other threads hand to the loop. Outlives it: later posts are refused.
class Mailbox {
  public:
    using Task = std::function<void()>;

    Mailbox();
    ~Mailbox();
    // False: the loop has ended. The task is destroyed, not run.
    bool post(Task task);

  private:
    friend class EventLoop;
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

using Milliseconds = std::int64_t;  // of the monotonic clock

class EventLoop;

// Readiness of one descriptor, which it does not own: destroy it before the descriptor is closed.
// No event comes after it is destroyed. For the loop's thread, but for the constructor.
class Watch {
  public:
    Watch(EventLoop& loop, int descriptor, EventSource& source);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    // Each asks for one event; asking again before it came changes nothing.
    void expect_input();
    void expect_output();

  private:
    struct State;
    std::shared_ptr<State> state_;
};

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

    // Runs until stop().
    void run();
    void stop() noexcept { running_ = false; }  // on the loop's thread
    const std::shared_ptr<Mailbox>& mailbox() const noexcept { return mailbox_; }

    // On the loop's thread:
    // As of the event that is handled.
    Milliseconds now() noexcept {
        if (now_ == 0) now_ = monotonic();
        return now_;
    }
    // Moving a deadline later costs nothing; earlier moves the entry. 0: none.
    void set_deadline(Timed& timed, Milliseconds deadline);
    // Runs after the events that are due already.
    void defer(Mailbox::Task task);
    // Destroyed when the event that is being handled has been.
    void bury(std::unique_ptr<EventSource> source) { graveyard_.push_back(std::move(source)); }

  private:
    friend class Timed;
    friend class Watch;
    static constexpr std::size_t slots = 256;

    static Milliseconds monotonic() noexcept;
    void link(Timed& timed, Milliseconds visit);
    static void unlink(Timed& timed) noexcept;
    void visit_due();
    void wake_at(Milliseconds tick);
    void wake_for_next();

    struct Head final : Timed {
        void on_deadline() override {}
    };
    struct Impl;

    std::unique_ptr<Impl> impl_;
    std::shared_ptr<Mailbox> mailbox_;
    std::vector<std::unique_ptr<EventSource>> graveyard_;
    Milliseconds granularity_;
    Milliseconds now_ = 0;  // 0: nobody has asked since the event came
    Milliseconds visited_ = 0;
    Milliseconds wake_tick_ = 0;  // when the timer goes off; 0: it is not set
    std::array<Head, slots> wheel_;
    bool running_ = true;
};

}  // namespace consort::http

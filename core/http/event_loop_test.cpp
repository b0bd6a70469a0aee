#include "core/http/event_loop.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <thread>

namespace consort::http {
namespace {

Milliseconds clock_now() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

class RunningLoop : public ::testing::Test {
  protected:
    ~RunningLoop() override {
        loop.mailbox()->post([this] { loop.stop(); });
        thread.join();
    }

    template <class Task>
    auto on_loop(Task task) {
        const auto done = std::make_shared<std::promise<decltype(task())>>();
        loop.mailbox()->post([done, &task] { done->set_value(task()); });
        return done->get_future().get();
    }

    EventLoop loop{1};
    std::thread thread{[this] { loop.run(); }};
};

struct Alarm final : Timed {
    void on_deadline() override { rung.set_value(clock_now()); }
    std::promise<Milliseconds> rung;
};

// Else a connection that comes after a quiet time begins with a deadline that has passed.
TEST_F(RunningLoop, KnowsTheTimeWhenAnEventComesAfterAQuietTime) {
    const Milliseconds first = on_loop([&] { return loop.now(); });
    while (clock_now() < first + 20) std::this_thread::yield();
    const Milliseconds before = clock_now();
    EXPECT_GE(on_loop([&] { return loop.now(); }), before);
}

TEST_F(RunningLoop, DeadlinesAreNeverEarly) {
    Alarm alarm;
    const Milliseconds deadline = on_loop([&] {
        loop.set_deadline(alarm, loop.now() + 30);
        return alarm.deadline();
    });
    EXPECT_GE(alarm.rung.get_future().get(), deadline);
    on_loop([] { return true; });  // it has left the alarm
}

}  // namespace
}  // namespace consort::http

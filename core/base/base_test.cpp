#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/event_bus.hpp"
#include "core/base/executor.hpp"
#include "core/base/timers.hpp"

namespace consort::base {
namespace {

using namespace std::chrono_literals;

TEST(Executor, RunsWhatItTook) {
    Executor executor("test", 3, 100);
    std::atomic<int> sum{0};
    std::promise<void> done;
    for (int i = 1; i <= 50; ++i) {
        ASSERT_TRUE(executor.post([&, i] {
            if ((sum += i) == 1275) done.set_value();
        }));
    }
    done.get_future().wait();
    EXPECT_EQ(sum, 1275);
}

TEST(Executor, RefusesBeyondItsBoundAndDropsTheRestWhenStopped) {
    Executor executor("test", 1, 2);
    std::promise<void> started, go;
    ASSERT_TRUE(executor.post([&] {
        started.set_value();
        go.get_future().wait();
    }));
    started.get_future().wait();
    auto token = std::make_shared<int>(0);
    std::atomic<int> ran{0};
    ASSERT_TRUE(executor.post([token, &ran] { ++ran; }));
    ASSERT_TRUE(executor.post([token, &ran] { ++ran; }));
    EXPECT_FALSE(executor.post([token, &ran] { ++ran; }));
    EXPECT_EQ(executor.queued(), 2u);

    std::thread stopper([&] { executor.stop(); });
    while (token.use_count() != 1) std::this_thread::yield();  // dropped while the first still runs
    go.set_value();
    stopper.join();
    EXPECT_EQ(ran, 0);
    EXPECT_FALSE(executor.post([] {}));
}

TEST(Timers, RunsOnceAndPeriodically) {
    Executor executor("test", 2, 100);
    Timers timers(executor);
    std::promise<void> once;
    timers.start(1ms, 0ns, [&] { once.set_value(); });
    once.get_future().wait();

    std::promise<void> five;
    std::atomic<int> runs{0};
    const Timers::Handle periodic = timers.start(0ns, 1ms, [&] {
        if (++runs == 5) five.set_value();
    });
    five.get_future().wait();
    timers.stop(periodic);
    const int after = runs;
    // Ten periods of a second timer pass, and the stopped one stays where it was.
    std::promise<void> ten;
    std::atomic<int> ticks{0};
    const Timers::Handle other = timers.start(0ns, 1ms, [&] {
        if (++ticks == 10) ten.set_value();
    });
    ten.get_future().wait();
    timers.stop(other);
    EXPECT_EQ(runs, after);
}

TEST(Timers, StopWaitsForTheRunInProgress) {
    Executor executor("test", 2, 100);
    Timers timers(executor);
    std::promise<void> inside, go;
    const std::shared_future<void> gone = go.get_future().share();
    std::once_flag first;
    std::atomic<bool> running{false};
    // It may run again before it is stopped.
    const Timers::Handle timer = timers.start(0ns, 1ms, [&] {
        running = true;
        std::call_once(first, [&] { inside.set_value(); });
        gone.wait();
        running = false;
    });
    inside.get_future().wait();
    std::thread release([&] { go.set_value(); });
    timers.stop(timer);
    EXPECT_FALSE(running);
    release.join();
}

TEST(Timers, WaitsForRoomInAFullQueue) {
    Executor executor("test", 1, 1);
    std::promise<void> started, go, ran;
    ASSERT_TRUE(executor.post([&] {
        started.set_value();
        go.get_future().wait();
    }));
    started.get_future().wait();
    ASSERT_TRUE(executor.post([] {}));
    Timers timers(executor);
    timers.start(0ns, 0ns, [&] { ran.set_value(); });
    go.set_value();
    EXPECT_EQ(ran.get_future().wait_for(30s), std::future_status::ready);
}

TEST(EventBus, DeliversByPrefixInOrder) {
    Executor executor("test", 3, 100);
    EventBus bus(executor);
    std::mutex mutex;
    std::vector<std::string> seen;
    std::promise<void> last;
    const auto subscription =
        bus.subscribe("library.", [&](std::string_view topic, std::string_view json) {
            const std::lock_guard lock(mutex);
            seen.push_back(std::string(topic) + std::string(json));
            if (seen.size() == 100) last.set_value();
        });
    for (int i = 0; i < 100; ++i) {
        EXPECT_TRUE(bus.publish("library.item.added", std::to_string(i)));
        EXPECT_TRUE(bus.publish("plugin.state", "{}"));
    }
    last.get_future().wait();
    const std::lock_guard lock(mutex);
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(seen[static_cast<std::size_t>(i)], "library.item.added" + std::to_string(i));
    }
}

TEST(EventBus, SettlesWhenEverybodyHasHeard) {
    Executor executor("test", 2, 100);
    EventBus bus(executor);
    std::promise<void> go;
    const std::shared_future<void> gone = go.get_future().share();
    std::atomic<bool> heard{false};
    const auto subscription = bus.subscribe("", [&](std::string_view, std::string_view) {
        gone.wait();
        heard = true;
    });
    EXPECT_TRUE(bus.settle(std::chrono::milliseconds(0)));
    EXPECT_TRUE(bus.publish("a", "{}"));
    EXPECT_FALSE(bus.settle(std::chrono::milliseconds(10)));
    go.set_value();
    EXPECT_TRUE(bus.settle(std::chrono::seconds(30)));
    EXPECT_TRUE(heard);
    bus.unsubscribe(subscription);
}

TEST(EventBus, ASlowSubscriberMissesEventsAndHoldsUpNobody) {
    Executor executor("test", 2, 100);
    EventBus bus(executor, 2);
    std::promise<void> inside, go, three;
    std::atomic<int> slow{0}, quick{0};
    const auto blocked = bus.subscribe("", [&](std::string_view, std::string_view) {
        if (++slow == 1) {
            inside.set_value();
            go.get_future().wait();
        }
    });
    EXPECT_TRUE(bus.publish("a", "{}"));
    inside.get_future().wait();
    EXPECT_TRUE(bus.publish("a", "{}"));
    EXPECT_TRUE(bus.publish("a", "{}"));
    const auto other = bus.subscribe("", [&](std::string_view, std::string_view) {
        if (++quick == 1) three.set_value();
    });
    EXPECT_FALSE(bus.publish("a", "{}"));
    three.get_future().wait();
    std::thread release([&] { go.set_value(); });
    bus.unsubscribe(blocked);
    EXPECT_LE(slow, 3);
    const int after = slow;
    EXPECT_TRUE(bus.publish("b", "{}"));
    EXPECT_EQ(slow, after);
    release.join();
}

}  // namespace
}  // namespace consort::base
